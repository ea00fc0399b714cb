package core_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

// answering is a source whose checks return set answers.
type answering struct {
	*upstream
	err error
}

func (a *answering) Check(context.Context, core.Request, string) error { return a.err }

// TestFindings: each answer to a check has its own word.
func TestFindings(t *testing.T) {
	dead := func(why error) error { return &core.Error{Class: core.Temporary, Err: why} }
	for _, tt := range []struct {
		err  error
		want core.Finding
	}{
		{nil, core.FoundWorks},
		{dead(core.ErrReplaced), core.FoundReplaced},
		{dead(core.ErrEnded), core.FoundExpired},
		{dead(core.ErrDead), core.FoundDead},
		{&core.Error{Class: core.Whitelist}, core.FoundNotFromHere},
		{&core.Error{Class: core.Confirm}, core.FoundNotFromHere},
		{&core.Error{Class: core.Misuse, Err: core.ErrNotGranted}, core.FoundNoPermission},
		{&core.Error{Class: core.Temporary}, core.FoundNothing},
		{errors.New("odd"), core.FoundNothing},
	} {
		t.Run(fmt.Sprint(tt.want), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := &answering{upstream: newUpstream(twoHours), err: tt.err}
				h := start(t, setup{source: up, account: byHand})
				get(t, h)
				time.Sleep(time.Minute)
				got, err := h.Keeper.Check(t.Context(), "1")
				if err != nil || got.Finding != tt.want || (got.Err == nil) != (tt.err == nil) {
					t.Errorf("%+v, %v", got, err)
				}
				if s, _ := h.Snapshot("1"); s.Check == nil || s.Check.Finding != tt.want || s.ExpiresAt.After(time.Now()) == tt.want.Dead() {
					t.Errorf("shown as %+v, until %v", s.Check, s.ExpiresAt)
				}
			})
		})
	}
}

// TestAReplacementLiesBetweenTwoMoments: a token worked when it came and whenever a
// check found that; another check of a dead one does not move the moments.
func TestAReplacementLiesBetweenTwoMoments(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := &answering{upstream: newUpstream(twoHours)}
		h := start(t, setup{source: up, account: byHand})
		get(t, h)
		check := func() core.Checked {
			t.Helper()
			got, err := h.Keeper.Check(t.Context(), "1")
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		time.Sleep(20 * time.Minute)
		worked := time.Now()
		if got := check(); got.Finding != core.FoundWorks || !got.Worked.Equal(worked.Round(0)) {
			t.Fatalf("%+v", got)
		}
		time.Sleep(20 * time.Minute)
		up.err = &core.Error{Class: core.Temporary, Err: core.ErrReplaced}
		found := time.Now()
		for range 2 {
			if got := check(); got.Finding != core.FoundReplaced || !got.Worked.Equal(worked.Round(0)) || !got.At.Equal(found.Round(0)) {
				t.Errorf("%+v, want between %v and %v", got, worked, found)
			}
			time.Sleep(20 * time.Minute)
		}
		if _, err := h.Refresh(t.Context(), "1", core.Report{Person: true}); err != nil {
			t.Fatal(err)
		}
		if s, _ := h.Snapshot("1"); s.Check != nil {
			t.Errorf("a new token has the finding of the one before: %+v", s.Check)
		}
	})
}

// TestATokenWhoseTimeIsOverIsExpired: upstream refuses it in the words of one that
// was replaced.
func TestATokenWhoseTimeIsOverIsExpired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := &answering{upstream: newUpstream(twoHours), err: &core.Error{Class: core.Temporary, Err: core.ErrReplaced}}
		h := start(t, setup{source: up, account: byHand})
		get(t, h)
		time.Sleep(twoHours + time.Minute)
		if got, err := h.Keeper.Check(t.Context(), "1"); err != nil || got.Finding != core.FoundExpired {
			t.Errorf("%+v, %v", got, err)
		}
	})
}
