package sim_test

import (
	"bytes"
	"fmt"
	"maps"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/central"
	"tokentray/core/kinds"
	"tokentray/core/oauth"
	"tokentray/core/preset"
	"tokentray/core/sim"
	"tokentray/core/upstream"
	"tokentray/core/wechat"
	"tokentray/core/wecom"
)

// Samples are what the demo promises.
func TestSamples(t *testing.T) {
	samples := sim.Samples()
	if len(samples) < 6 {
		t.Fatalf("%d samples", len(samples))
	}
	s, known := sim.New(sim.Config{}), preset.With(kinds.Builtin())
	envs, sorts, refs := map[core.Env]int{}, map[core.Kind]int{}, map[string]int{}
	var short, blocked, flaky int
	for _, x := range samples {
		a := x.At("http://127.0.0.1:1")
		envs[a.Env]++
		sorts[a.Kind]++
		refs[a.Ref()]++
		if p := known.Check(known.Clean(a)); len(p) > 0 {
			t.Errorf("%s: %v", a.Ref(), p)
		}
		spec, _ := known.Of(a.Kind)
		if _, p := spec.CleanSecret(x.Secret); len(p) > 0 || x.Secret != x.Upstream.Secret || spec.Has(kinds.AppID) && a.AppID != x.Upstream.AppID {
			t.Errorf("%s: %v, or both ends differ", a.Ref(), p)
		}
		if a.Kind == kinds.WeChatLegacy && a.Env == core.Live && !a.AllowLive {
			t.Errorf("%s would never get a token", a.Ref())
		}
		if err := s.Put(x.Upstream); err != nil {
			t.Error(err)
		}
		switch life := x.Upstream.Life; {
		case life < 2*time.Minute:
			short++
		case life < 6*time.Minute || life > 10*time.Minute:
			t.Errorf("%s lives %v", a.Ref(), life)
		}
		if len(x.Upstream.Whitelist) > 0 {
			blocked++
		}
		if x.Upstream.Faults.ErrorPercent > 0 {
			flaky++
		}
	}
	for _, kind := range append(kinds.Builtin().Names(), "feishu") { // one of the presets stands for all
		if kind == kinds.Redis {
			continue // the demo brings no Redis along
		}
		if sorts[kind] == 0 {
			t.Errorf("no sample is of the kind %s", kind)
		}
	}
	if len(envs) != 2 || len(refs) != len(samples) || short != 1 || blocked != 1 || flaky != 1 {
		t.Errorf("%v %v %v, %d short, %d blocked, %d flaky", envs, sorts, refs, short, blocked, flaky)
	}
	if at := samples[len(samples)-1]; at.At("http://127.0.0.1:1").Params.Get(kinds.APIURL) == "" || at.Account.Params.Get(kinds.APIURL) != "" {
		t.Error("calls of the last sample would go to the true upstream, or At changes the sample")
	}
	if other := sim.Samples(); other[0].Account.AppID == samples[0].Account.AppID || other[0].Secret == samples[0].Secret {
		t.Error("the samples' keys are not made anew")
	}
	if text := fmt.Sprintf("%v %+v %#v", samples, samples, samples); bytes.Contains([]byte(text), []byte(samples[0].Secret.Reveal())) {
		t.Error("printing the samples shows a secret")
	}
}

// Every sample's own source gets its token of the simulator, unless the show wants it
// otherwise, and every check and call of it stays there.
func TestSamplesGetTheirTokens(t *testing.T) {
	const base = "http://127.0.0.1:1"
	s := sim.New(sim.Config{Rand: func() float64 { return 1 }})
	o := upstream.Options{Transport: s.Transport()}
	sources, known := preset.Sources(o), preset.With(kinds.Builtin())
	for _, of := range []map[core.Kind]core.Source{wechat.Sources(o), wecom.Sources(o), oauth.Sources(o), central.Sources(o)} {
		maps.Copy(sources, of)
	}
	for _, x := range sim.Samples() {
		if err := s.Put(x.Upstream); err != nil {
			t.Fatal(err)
		}
		a := known.Clean(x.At(base))
		req := core.Request{Account: a, Credentials: core.Credentials{Secret: x.Secret}}
		grant, err := sources[a.Kind].Fetch(t.Context(), req)
		if barred := len(x.Upstream.Whitelist) > 0; (err != nil) != barred || (grant.Value == "") != barred {
			t.Errorf("%s: %+v, %v", a.Ref(), grant, err)
		}
		if spec, _ := known.Of(a.Kind); spec.API(a) != base {
			t.Errorf("%s: its calls go to %s", a.Ref(), spec.API(a))
		}
		if c, ok := sources[a.Kind].(core.Checker); ok && err == nil {
			if err := c.Check(t.Context(), req, grant.Value); err != nil {
				t.Errorf("%s: its check: %v", a.Ref(), err)
			}
		}
	}
}
