package agent

import (
	"fmt"
	"maps"
	"math"
	"runtime"
	"testing"
	"time"
	"unsafe"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/preset"
)

// An account of any kind costs less than 1 KB of memory besides its token. What counts
// is all that the agent keeps for an account while nobody asks for anything: the
// account and its texts, none of which another account has; its state in the Keeper,
// with the counts of the day and its place in the plan; its places in the lists by ID
// and by name; and the count of its lines of history. The token is left out: its text,
// its times (core.Token), and what a JWT says about itself.
func TestMemoryOfAnAccountOfEveryKind(t *testing.T) {
	w := newWorld(t)
	w.kinds, w.sources = preset.With(kinds.Builtin()), map[core.Kind]core.Source{}
	for _, spec := range w.kinds.All() {
		w.sources[spec.Kind] = w.up
	}
	for _, spec := range w.kinds.All() {
		// What else lives in the process only adds, and so do maps that happen to grow
		// early.
		least := int64(math.MaxInt64)
		for range 8 {
			if least = min(least, w.bytesOf(spec)); least < 1000 {
				break
			}
		}
		t.Logf("%-14s %4d bytes", spec.Kind, least)
		if least < 500 || least >= 1024 {
			t.Errorf("an account of kind %s costs %d bytes besides its token, want less than 1024", spec.Kind, least)
		}
	}
}

// bytesOf is what each of a thousand accounts of a kind costs the agent.
func (w *world) bytesOf(spec kinds.Spec) int64 {
	const n = 1000
	s, err := w.service()
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = s.close() }()
	now := time.Now().Round(0)
	values := make([]string, n)
	for i := range values {
		values[i] = fmt.Sprint("token-", i)
	}
	var before, after runtime.MemStats
	for range 3 { // what other tests left in pools and behind finalizers goes with the later ones
		runtime.GC()
	}
	runtime.ReadMemStats(&before)
	for i, value := range values {
		a := typical(w.kinds, spec, i)
		s.handOver(a, core.Token{Value: value, ObtainedAt: now, ExpiresAt: now.Add(time.Hour), Life: time.Hour})
		s.lines.count(a.ID)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(values)
	if got := len(s.keeper.Snapshots()); got != n {
		w.t.Fatalf("%d accounts of kind %s, want %d", got, spec.Kind, n)
	}
	return (int64(after.HeapAlloc)-int64(before.HeapAlloc))/n - int64(unsafe.Sizeof(core.Token{}))
}

// typical is an account of a kind as people have many of them, with the fields that its
// kind requires, and for OAuth2 four that it offers.
func typical(known kinds.Set, spec kinds.Spec, i int) core.Account {
	a := core.Account{
		ID: core.NewID(), Name: fmt.Sprintf("customer shop %d", i), Env: core.Live, Kind: spec.Kind,
		Product: spec.FirstProduct(core.Live), Auto: true,
	}
	if spec.Has(kinds.AppID) {
		a.AppID = fmt.Sprintf("wx%016x", i)
	}
	params := map[string]string{}
	switch spec.Kind {
	case kinds.WeCom:
		a.AppID, params["agent"] = fmt.Sprintf("ww%016x", i), fmt.Sprint(1000000+i)
	case kinds.OAuth2:
		a.AppID = fmt.Sprintf("00000000-0000-4000-8000-%012d", i)
		a.BaseURL = fmt.Sprintf("https://sso.example.com/realms/shop-%d/token", i)
		maps.Copy(params, map[string]string{
			kinds.OAuthAuth: kinds.AuthBody, kinds.OAuthScope: fmt.Sprint("customers.read orders.read ", i),
			kinds.OAuthAudience: fmt.Sprintf("https://api.example.com/%d", i), kinds.APIURL: fmt.Sprintf("https://api.example.com/%d", i),
		})
	case kinds.Central:
		a.BaseURL = fmt.Sprintf("https://tokens.example.com/wechat/wx%016x", i)
		params[kinds.CentralPoll] = "30"
	case kinds.Redis:
		a.BaseURL = fmt.Sprintf("rediss://tokens@redis-%d.example.com:6379/0", i)
	}
	a.Params = core.ParamsOf(params)
	a = known.Clean(a)
	return a
}
