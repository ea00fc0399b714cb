package agent

import (
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/sim"
	"tokentray/core/wechat"
)

const (
	quotaAppID  = "wx00000000000000aa"
	quotaSecret = "0123456789abcdef0123456789abcdef"
)

// quotaWorld is an agent with an account at the simulated WeChat.
func quotaWorld(t *testing.T) (*running, *sim.Server, api.Ref) {
	t.Helper()
	srv := sim.New(sim.Config{})
	if err := srv.Put(sim.Account{AppID: quotaAppID, Secret: core.NewSecret(quotaSecret)}); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	set := testKinds()
	w.kinds, w.sources = set, map[core.Kind]core.Source{}
	real := wechat.Sources(wechat.Options{Transport: srv.Transport()})
	for _, kind := range set.Names() {
		if w.sources[kind] = real[kind]; real[kind] == nil {
			w.sources[kind] = w.up
		}
	}
	r := w.start()
	in := input("shop", core.Sandbox, quotaAppID)
	in.Secret = ptr(quotaSecret)
	saved, err := r.client.Add(t.Context(), in)
	if err != nil || saved.Account.Mask == "" {
		t.Fatalf("%v: %+v", err, saved)
	}
	return r, srv, saved.Account.Ref()
}

// The quota of calls is asked for with the account's token, by the kind's paths or those
// that were named, and told as it was read; the answer stands in the account afterwards.
func TestQuotaIsAskedAndKept(t *testing.T) {
	r, srv, ref := quotaWorld(t)
	spec, _ := testKinds().Of("wechat")
	got, err := r.client.Quota(t.Context(), ref, api.QuotaRequest{})
	if err != nil || len(got.Usage) != len(spec.Meter.Paths) || got.Resets != spec.Meter.Resets || got.CallsToday == 0 || got.CountsUntil.IsZero() {
		t.Fatalf("%v: %+v", err, got)
	}
	for i, u := range got.Usage {
		if u.Path != spec.Meter.Paths[i] || u.Limit <= 0 || u.At.IsZero() {
			t.Errorf("%+v", u)
		}
	}
	if n := srv.Calls(quotaAppID, "/cgi-bin/openapi/quota/get"); n != len(spec.Meter.Paths) {
		t.Errorf("%d calls for %d paths", n, len(spec.Meter.Paths))
	}
	one, err := r.client.Quota(t.Context(), ref, api.QuotaRequest{Paths: spec.Meter.Paths[:1]})
	if err != nil || len(one.Usage) != 1 || one.Usage[0].Path != spec.Meter.Paths[0] {
		t.Errorf("%v: %+v", err, one)
	}
	if a, err := r.client.Account(t.Context(), ref); err != nil || len(a.Usage) == 0 {
		t.Errorf("the account keeps nothing of it: %v", err)
	}
	n := srv.Calls(quotaAppID, "")
	for _, paths := range [][]string{{"cgi-bin/x"}, {"https://evil.example/x"}, {"/x?access_token=1"}, {"/x y"}, make([]string, api.MaxQuotaPaths+1), {"/" + strings.Repeat("x", core.MaxURL)}} {
		_, err := r.client.Quota(t.Context(), ref, api.QuotaRequest{Paths: paths})
		wantClass(t, err, core.Invalid)
	}
	if srv.Calls(quotaAppID, "") != n {
		t.Error("upstream is asked for paths that are none")
	}
}

// A reset restarts the upstream's counters once. A second reset within a moment is
// refused, because there are only ten a month.
func TestQuotaIsResetOnce(t *testing.T) {
	r, srv, ref := quotaWorld(t)
	const path = "/cgi-bin/clear_quota/v2"
	if a, err := r.client.ResetQuota(t.Context(), ref); err != nil || a.Ref() != ref || srv.Calls(quotaAppID, path) != 1 {
		t.Fatalf("%v, %d calls", err, srv.Calls(quotaAppID, path))
	}
	if _, err := r.client.ResetQuota(t.Context(), ref); core.AsError(err) == nil || srv.Calls(quotaAppID, path) != 1 {
		t.Errorf("a second reset at once: %v, %d calls", err, srv.Calls(quotaAppID, path))
	}
}
