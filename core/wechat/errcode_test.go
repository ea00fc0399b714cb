package wechat

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
)

// The meaning of every errcode when a token is asked for.
func TestErrcodesOfFetch(t *testing.T) {
	midnight := time.Date(2026, 3, 5, 0, 0, 0, 0, core.Zone("+08:00").Location())
	for _, tt := range []struct {
		code   int
		class  core.Class
		remedy string
		retry  time.Time
	}{
		{-1, core.Temporary, core.RemedyTryAgain, time.Time{}},
		{40001, core.BadSecret, core.RemedySecret, time.Time{}},
		{40002, core.Misuse, core.RemedyUpdate, time.Time{}},
		{40013, core.BadSecret, core.RemedyAppID, time.Time{}},
		{40125, core.BadSecret, core.RemedySecret, time.Time{}},
		{40164, core.Whitelist, core.RemedyWhitelist, time.Time{}},
		{40243, core.Frozen, core.RemedyFrozenSecret, time.Time{}},
		{41001, core.Misuse, core.RemedyUpdate, time.Time{}},
		{41002, core.BadSecret, core.RemedyAppID, time.Time{}},
		{41004, core.BadSecret, core.RemedySecret, time.Time{}},
		{43002, core.Misuse, core.RemedyUpdate, time.Time{}},
		{44002, core.Misuse, core.RemedyUpdate, time.Time{}},
		{45009, core.Quota, core.RemedyQuotaDay, midnight},
		{45011, core.Quota, core.RemedyQuotaMinute, noon.Add(time.Minute)},
		{47001, core.Misuse, core.RemedyUpdate, time.Time{}},
		{48001, core.Misuse, core.RemedyKind, time.Time{}},
		{50002, core.Frozen, core.RemedyFrozen, time.Time{}},
		{50004, core.Frozen, core.RemedyFrozen, time.Time{}},
		{50007, core.Frozen, core.RemedyFrozen, time.Time{}},
		{61003, core.Misuse, core.RemedyKind, time.Time{}},
		{61004, core.Whitelist, core.RemedyWhitelist, time.Time{}},
		{61007, core.Misuse, core.RemedyKind, time.Time{}},
		{61024, core.Misuse, core.RemedyComponent, time.Time{}},
		{89501, core.Confirm, core.RemedyConfirm, noon.Add(10 * time.Minute)},
		{89503, core.Confirm, core.RemedyConfirm, noon.Add(10 * time.Minute)},
		{89504, core.Confirm, core.RemedyConfirm, noon.Add(10 * time.Minute)},
		{89505, core.Confirm, core.RemedyConfirm, noon.Add(10 * time.Minute)},
		{89506, core.Confirm, core.RemedyRefused, noon.Add(24 * time.Hour)},
		{89507, core.Confirm, core.RemedyRefused, noon.Add(time.Hour)},
		// Codes that have no place here, and one that nobody knows.
		{40014, core.Temporary, core.RemedyUnknownCode, time.Time{}},
		{42001, core.Temporary, core.RemedyUnknownCode, time.Time{}},
		{99999, core.Temporary, core.RemedyUnknownCode, time.Time{}},
	} {
		t.Run(fmt.Sprint(tt.code), func(t *testing.T) {
			body := fmt.Sprintf(`{"errcode":%d,"errmsg":"something from ip 203.0.113.9 rid: 62416571-5cbc3445-3e6cab76"}`, tt.code)
			both(t, sources(canned{body: body}), func(t *testing.T, s core.Source) {
				remedy := tt.remedy
				if _, is := s.(legacy); is && remedy == core.RemedyQuotaDay { // the other kind is allowed more
					remedy = core.RemedyQuotaKind
				}
				e := fetchErr(t, s, request(""), tt.class, remedy)
				if e.Code != tt.code || !e.RetryAt.Equal(tt.retry) {
					t.Errorf("errcode %d, next try %v; want %d, %v", e.Code, e.RetryAt, tt.code, tt.retry)
				}
				if e.CallerIP != "203.0.113.9" || e.RID != "62416571-5cbc3445-3e6cab76" {
					t.Errorf("caller %q, rid %q", e.CallerIP, e.RID)
				}
				if errors.Is(e, core.ErrDead) {
					t.Error("a fetch tells nothing about a token")
				}
			})
		})
	}
}

// 45009 to a forced call is about forcing alone.
func TestForcedQuota(t *testing.T) {
	ups := sources(canned{body: `{"errcode":45009,"errmsg":"reach max api daily quota limit"}`})
	req := request("")
	req.Force = true
	fetchErr(t, ups[kinds.WeChat], req, core.Quota, core.RemedyForceBudget)
	fetchErr(t, ups[kinds.WeChatLegacy], req, core.Quota, core.RemedyQuotaKind)
}

// Three codes alone tell that a token is dead.
func TestErrcodesOfCheck(t *testing.T) {
	for _, tt := range []struct {
		code  int
		class core.Class
		dead  bool
	}{
		{40001, core.Temporary, true},
		{40014, core.Temporary, true},
		{42001, core.Temporary, true},
		{-1, core.Temporary, false},
		{40164, core.Whitelist, false},
		{61004, core.Whitelist, false},
		{41001, core.Misuse, false},
		{42007, core.Temporary, false},
		{45009, core.Quota, false},
		{45011, core.Quota, false},
		{48001, core.Misuse, false},
		{50002, core.Frozen, false},
		{50004, core.Frozen, false},
		{89503, core.Confirm, false},
		{99999, core.Temporary, false},
	} {
		t.Run(fmt.Sprint(tt.code), func(t *testing.T) {
			ups := sources(canned{body: fmt.Sprintf(`{"errcode":%d,"errmsg":"x"}`, tt.code)})
			both(t, ups, func(t *testing.T, s core.Source) {
				err := s.(core.Checker).Check(t.Context(), request(""), token)
				e := core.AsError(err)
				if e == nil || e.Class != tt.class || e.Code != tt.code {
					t.Fatalf("got %#v, want class %s", e, tt.class)
				}
				if errors.Is(err, core.ErrDead) != tt.dead {
					t.Errorf("dead is %v, want %v", !tt.dead, tt.dead)
				}
			})
		})
	}
}

func TestTraits(t *testing.T) {
	ups := UpstreamsOf(Options{})
	if len(ups) != len(Ours().Names()) {
		t.Fatalf("%d upstreams for %d kinds", len(ups), len(Ours().Names()))
	}
	want := core.Traits{Repeat: core.RepeatSame, Window: 300 * time.Second, Overlap: 300 * time.Second, ForceBudget: 20, ForceGap: 30 * time.Second, Day: "+08:00"}
	if got := ups[kinds.WeChat].Traits; got != want {
		t.Errorf("stable: %+v", got)
	}
	want = core.Traits{Repeat: core.RepeatDestructive, Window: 300 * time.Second, Overlap: 300 * time.Second, Day: "+08:00"}
	if got := ups[kinds.WeChatLegacy].Traits; got != want {
		t.Errorf("legacy: %+v", got)
	}
}
