package core_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

// metered is a source that tells its quotas and resets them.
type metered struct {
	*upstream
	asked  []string
	resets int
	err    error // of both calls
}

func (m *metered) Usage(_ context.Context, _ core.Request, token, path string) (core.Usage, error) {
	m.asked = append(m.asked, path)
	if path == "/unknown" {
		return core.Usage{}, &core.Error{Class: core.Misuse, Remedy: core.RemedyUsagePath}
	}
	return core.Usage{Limit: 100, Used: len(m.asked), Left: 100 - len(m.asked)}, m.err
}

func (m *metered) ResetQuota(_ context.Context, req core.Request) error {
	if req.Credentials.Secret.Empty() {
		return &core.Error{Class: core.BadSecret}
	}
	m.resets++
	return m.err
}

// TestUsageIsKeptAndCounted: each path is a call of today, and what it told stays with
// the account; one that fails leaves the others.
func TestUsageIsKeptAndCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := &metered{upstream: newUpstream(twoHours)}
		h := start(t, setup{source: up, account: byHand})
		if _, err := h.Usage(t.Context(), "1", []string{"/a"}); class(err) != core.Temporary || len(up.asked) > 0 {
			t.Errorf("without a token: %v", err)
		}
		get(t, h)
		told, err := h.Usage(t.Context(), "1", []string{"/a", "/b", "/unknown", "/c"})
		if core.AsError(err).Remedy != core.RemedyUsagePath || len(told) != 2 || told[1].Path != "/b" || !told[1].At.Equal(time.Now().Round(0)) {
			t.Errorf("%+v, %v", told, err)
		}
		time.Sleep(time.Minute)
		if _, err := h.Usage(t.Context(), "1", []string{"/a"}); err != nil {
			t.Fatal(err)
		}
		s, _ := h.Snapshot("1")
		if len(s.Usage) != 2 || s.Usage[0].Path != "/b" || s.Usage[1].Path != "/a" || s.Usage[1].Used != 4 || s.Today.Calls != 5 {
			t.Errorf("%+v, %+v", s.Usage, s.Today)
		}
		up.err = &core.Error{Class: core.Temporary, Err: core.ErrDead}
		if _, err := h.Usage(t.Context(), "1", []string{"/a"}); err == nil {
			t.Error("a dead token can ask")
		}
		if s, _ := h.Snapshot("1"); s.ExpiresAt.After(time.Now()) {
			t.Error("a token that upstream calls dead is shown with life left")
		}
	})
}

// TestAResetIsSpentOnce: a reset restarts what waits for a quota, is in the history,
// and is not used up again by a second press.
func TestAResetIsSpentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := &metered{upstream: newUpstream(twoHours)}
		up.upstream.err = &core.Error{Class: core.Quota, Remedy: core.RemedyQuotaDay, RetryAt: time.Now().Add(10 * time.Hour)}
		h := start(t, setup{source: up})
		time.Sleep(time.Minute)
		synctest.Wait()
		if s, _ := h.Snapshot("1"); s.Err == nil || s.Err.Class != core.Quota {
			t.Fatalf("%v", s.Err)
		}
		up.set(func() { up.upstream.err = nil })
		if err := h.ResetQuota(t.Context(), "1"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if s, _ := h.Snapshot("1"); s.Err != nil || s.Mask == "" {
			t.Errorf("after the reset: %v, token %q", s.Err, s.Mask)
		}
		if err := h.ResetQuota(t.Context(), "1"); class(err) != core.Temporary || up.resets != 1 {
			t.Errorf("a second press: %v, %d resets", err, up.resets)
		}
		told := 0
		for _, line := range h.journal.lines {
			if line.What == core.DidReset {
				told++
			}
		}
		if told != 1 {
			t.Errorf("the history tells it %d times", told)
		}
		time.Sleep(time.Minute)
		up.err = &core.Error{Class: core.Quota, Remedy: core.RemedyResets}
		if err := h.ResetQuota(t.Context(), "1"); core.AsError(err).Remedy != core.RemedyResets {
			t.Errorf("no resets left: %v", err)
		}
		if s, _ := h.Snapshot("1"); s.Err != nil {
			t.Errorf("a refused reset blocks the account: %v", s.Err)
		}
	})
}

// TestKindsWithoutAMeter: they say so and ask nobody.
func TestKindsWithoutAMeter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t, setup{account: byHand})
		get(t, h)
		_, err := h.Usage(t.Context(), "1", []string{"/a"})
		for _, err := range []error{err, h.ResetQuota(t.Context(), "1")} {
			if core.AsError(err).Remedy != core.RemedyNoMeter {
				t.Errorf("%v", err)
			}
		}
		if err := h.ResetQuota(t.Context(), "none"); class(err) != core.NotFound {
			t.Errorf("%v", err)
		}
	})
}

// TestAResetWhileItsSourceIsReplaced, again and again, by one that cannot reset: it is
// done or refused.
func TestAResetWhileItsSourceIsReplaced(t *testing.T) {
	up := &metered{upstream: newUpstream(twoHours)}
	h := start(t, setup{source: up, account: byHand})
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				for _, source := range []core.Source{up.upstream, up} {
					h.SetUpstreams(map[core.Kind]core.Upstream{h.account.Kind: {Source: source, Traits: stable}}, nil)
				}
			}
		})
	}
	for range 200 {
		h.Put(h.account, core.Token{})
		if err := h.ResetQuota(t.Context(), "1"); err != nil && core.AsError(err).Remedy != core.RemedyNoMeter {
			t.Fatal(err)
		}
		h.Forget("1") // or the next reset comes too soon
	}
	close(stop)
	wg.Wait()
}
