package cli

import (
	"slices"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
)

func TestQuota(t *testing.T) {
	r := withToken(newRun())
	r.agent.quota = api.QuotaResult{
		Usage:      []core.Usage{{Path: "/cgi-bin/stable_token", Limit: 500_000, Used: 12, Left: 499_988, RateCalls: 10_000, RateSeconds: 60, At: start()}},
		CallsToday: 7, Budget: 50,
	}
	out, errOut := r.try(t, 0, "quota", "shop", "--path", "/a", "--path", "/b")
	for _, want := range []string{"/cgi-bin/stable_token", "12 of 500,000 used, 499,988 left; 10,000 in 1 min", "7 of 50 calls"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in %q", want, out)
		}
	}
	if errOut != "" || !slices.Equal(r.agent.quotaReq.Paths, []string{"/a", "/b"}) {
		t.Errorf("%q, %v", errOut, r.agent.quotaReq)
	}
	if out, _ = r.try(t, 0, "quota", "shop", "--json"); !strings.Contains(out, `"left":499988`) || !strings.Contains(out, `"calls_today":7`) {
		t.Errorf("json %q", out)
	}
	r.agent.quota.Error = &api.Error{Class: core.Misuse, Remedy: core.RemedyUsagePath}
	if out, errOut = r.try(t, exitRefused, "quota", "shop"); !strings.Contains(out, "499,988") || !strings.Contains(errOut, "without host") {
		t.Errorf("half an answer: %q %q", out, errOut)
	}
	r.try(t, exitUsage, "quota", "shop", "--reset", "--path", "/a")
}

// TestResetQuotaAsks: what it spends is said, a live account asks twice, and a script
// needs --yes.
func TestResetQuotaAsks(t *testing.T) {
	for _, tt := range []struct {
		ref     string
		answers []string
		code    int
		resets  bool
	}{
		{"shop", []string{"y"}, 0, true},
		{"shop", []string{"n"}, exitFailure, false},
		{"shop/live", []string{"y", "y"}, 0, true},
		{"shop/live", []string{"y", "n"}, exitFailure, false},
		{"shop/live", []string{"n"}, exitFailure, false},
	} {
		r := withToken(newRun())
		r.term.tty, r.term.answers = true, tt.answers
		_, errOut := r.try(t, tt.code, "quota", tt.ref, "--reset")
		if !strings.Contains(errOut, "10 resets a month") || !strings.Contains(errOut, "https://api.weixin.qq.com") || (len(r.agent.calls) > 0) != tt.resets {
			t.Errorf("%s %v: %q, calls %v", tt.ref, tt.answers, errOut, r.agent.calls)
		}
	}
	r := withToken(newRun())
	if r.try(t, exitUsage, "quota", "shop/live", "--reset"); len(r.agent.calls) > 0 {
		t.Errorf("a script without --yes did %v", r.agent.calls)
	}
	if r.try(t, 0, "quota", "shop/live", "--reset", "--yes"); !slices.Equal(r.agent.calls, []string{"reset quota shop/live"}) {
		t.Errorf("%v", r.agent.calls)
	}
}
