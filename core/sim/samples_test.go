package sim_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/preset"
	"tokentray/core/sim"
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
		if _, p := spec.CleanSecret(x.Secret); len(p) > 0 || x.Secret != x.Upstream.Secret || a.AppID != x.Upstream.AppID {
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
	// Of the presets one stands for all.
	if len(envs) != 2 || len(sorts) < len(kinds.Builtin().Names()) || sorts["feishu"] == 0 || len(refs) != len(samples) || short != 1 || blocked != 1 || flaky != 1 {
		t.Errorf("%v %v %v, %d short, %d blocked, %d flaky", envs, sorts, refs, short, blocked, flaky)
	}
	if other := sim.Samples(); other[0].Account.AppID == samples[0].Account.AppID || other[0].Secret == samples[0].Secret {
		t.Error("the samples' keys are not made anew")
	}
	if text := fmt.Sprintf("%v %+v %#v", samples, samples, samples); bytes.Contains([]byte(text), []byte(samples[0].Secret.Reveal())) {
		t.Error("printing the samples shows a secret")
	}
}
