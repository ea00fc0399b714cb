package team

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tokentray/core"
)

// TestLostKeysLockNobodyOut removes what the Redis holds, one key at a time and all
// at once.
func TestLostKeysLockNobodyOut(t *testing.T) {
	for what, lose := range map[string]func(*rig, *Account){
		"fence":     func(r *rig, a *Account) { r.redis.Del(r.t.Context(), a.fence) },
		"token":     func(r *rig, a *Account) { r.redis.Del(r.t.Context(), a.tok) },
		"all":       func(r *rig, a *Account) { r.redis.FlushAll(r.t.Context()) },
		"scripts":   func(r *rig, _ *Account) { r.redis.ScriptFlush(r.t.Context()) },
		"a restart": func(r *rig, _ *Account) { r.server.Kill(); r.server.Run() },
	} {
		t.Run(what, func(t *testing.T) {
			r := newRig(t)
			old := r.member()
			for range 4 {
				publish(t, old, "before", time.Hour)
			}
			lose(r, old)
			if _, err := old.Read(t.Context(), ""); err != nil { // it repairs the fence if needed
				t.Fatal(err)
			}
			newcomer := r.member()
			l := publish(t, newcomer, "after", time.Hour)
			if l.fence <= 4 {
				t.Errorf("the next fence is %d", l.fence)
			}
			for _, a := range []*Account{old, newcomer} {
				if p := read(t, a); p.Value != "after" {
					t.Errorf("a member has %q", p.Value)
				}
			}
		})
	}
}

// TestANewcomerAfterALossIsNotBelieved until the fence is above all that was seen.
func TestANewcomerAfterALossIsNotBelieved(t *testing.T) {
	r := newRig(t)
	old, newcomer := r.member(), r.member()
	for range 4 {
		publish(t, old, "before", time.Hour)
	}
	r.redis.FlushAll(t.Context())
	publish(t, newcomer, "replayed", time.Hour) // its fence is 1
	if p := read(t, old); p.Value != "" {
		t.Fatalf("%q is believed", p.Value)
	}
	if !read(t, newcomer).Wanted {
		t.Error("nobody asks for another token")
	}
	publish(t, newcomer, "after", time.Hour)
	if p := read(t, old); p.Value != "after" {
		t.Errorf("the old member has %q", p.Value)
	}
}

func TestWhatIsNotTheTeamsIsNoToken(t *testing.T) {
	const tooLong = 10 << 20
	for what, c := range map[string]struct {
		change func(r *rig, a *Account, fields map[string]string)
		want   string
	}{
		"tampered": {func(r *rig, a *Account, f map[string]string) {
			r.redis.HSet(r.t.Context(), a.tok, "tok", f["tok"][:40]+"x"+f["tok"][41:])
		}, core.RemedyTeamValue},
		"cut":   {func(r *rig, a *Account, f map[string]string) { r.redis.HSet(r.t.Context(), a.tok, "tok", f["tok"][:9]) }, core.RemedyTeamValue},
		"empty": {func(r *rig, a *Account, _ map[string]string) { r.redis.HSet(r.t.Context(), a.tok, "tok", "") }, core.RemedyTeamValue},
		"10 MB": {func(r *rig, a *Account, _ map[string]string) {
			r.redis.HSet(r.t.Context(), a.tok, "tok", strings.Repeat("x", tooLong))
		}, core.RemedyTeamValue},
		"no key":                 {func(r *rig, a *Account, _ map[string]string) { r.redis.HDel(r.t.Context(), a.tok, "kid") }, core.RemedyTeamKey},
		"a key of somebody else": {func(r *rig, a *Account, _ map[string]string) { r.redis.HSet(r.t.Context(), a.tok, "kid", "0badc0de") }, core.RemedyTeamKey},
		"another type":           {func(r *rig, a *Account, _ map[string]string) { r.redis.Set(r.t.Context(), a.tok, "x", 0) }, core.RemedyRedisType},
		"of another account": {func(r *rig, a *Account, _ map[string]string) {
			other := a.team.Account(kind, shop+"2")
			publish(r.t, other, "not the shop's", time.Hour)
			all := r.redis.HGetAll(r.t.Context(), other.tok).Val()
			r.redis.HSet(r.t.Context(), a.tok, "tok", all["tok"], "kid", all["kid"])
		}, core.RemedyTeamValue},
	} {
		t.Run(what, func(t *testing.T) {
			r := newRig(t)
			a := r.member()
			publish(t, a, secret, time.Hour)
			fields := r.redis.HGetAll(t.Context(), a.tok).Val()
			r.redis.Del(t.Context(), a.tok)
			r.redis.HSet(t.Context(), a.tok, fields)
			if what == "another type" {
				r.redis.Del(t.Context(), a.tok)
			}
			c.change(r, a, fields)
			p, err := a.Read(t.Context(), "")
			if p.Value != "" || remedy(err) != c.want {
				t.Errorf("%q, %v (%s)", p.Value, err, remedy(err))
			}
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Error("the error tells the token")
			}
		})
	}
}

func TestALifeIsNotLengthenedAndNothingReplayed(t *testing.T) {
	r := newRig(t)
	a := r.member()
	publish(t, a, "first", time.Hour)
	first := r.redis.HGetAll(t.Context(), a.tok).Val()
	r.redis.HSet(t.Context(), a.tok, "exp", "99999999999999")
	if p := read(t, r.member()); p.Left > time.Hour {
		t.Errorf("a life of %v is believed", p.Left)
	}
	r.redis.HSet(t.Context(), a.tok, "exp", "1")
	if p := read(t, r.member()); p.Left > 0 {
		t.Errorf("the earlier expiry does not count: %v", p.Left)
	}
	publish(t, a, "second", time.Hour)
	r.redis.HSet(t.Context(), a.tok, first)
	if p := read(t, a); p.Value != "" {
		t.Errorf("the older token is believed: %q", p.Value)
	}
}

func TestOldAndNewMembersMeetAfterARotation(t *testing.T) {
	r := newRig(t)
	old := r.member()
	publish(t, old, "by the old", time.Hour)
	rotated := r.with(r.keys.Rotate(), r.server.URL, "")
	if old.acct != rotated.acct {
		t.Fatal("they hold different leases")
	}
	if p := read(t, rotated); p.Value != "by the old" {
		t.Errorf("the new key reads %q", p.Value)
	}
	publish(t, rotated, "by the new", time.Hour)
	if p, err := old.Read(t.Context(), ""); p.Value != "" || remedy(err) != core.RemedyTeamKey {
		t.Errorf("the old key reads %q, %v", p.Value, err)
	}
	stranger := r.with(NewKeys(), r.server.URL, "")
	if p := read(t, stranger); p.Value != "" {
		t.Errorf("a stranger reads %q", p.Value)
	}
}

// TestTwoNewKeysInARow: a token outlives every new key, though a member has the last two
// alone.
func TestTwoNewKeysInARow(t *testing.T) {
	r := newRig(t)
	a := r.member()
	publish(t, a, "by the first", time.Hour)
	if err := errors.Join(a.team.Found(t.Context()), a.team.List(t.Context(), shop, Listed{Name: "shop", Kind: kind})); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		next := r.keys.Rotate()
		if err := r.with(next, r.server.URL, "").team.Turnover(t.Context(), next); err != nil {
			t.Fatal(err)
		}
		r.keys = next
		if p := read(t, r.member()); p.Value != "by the first" || p.Remaining() < 59*time.Minute {
			t.Errorf("after a new key the team has %q for %v", p.Value, p.Remaining())
		}
	}
	if p, err := a.Read(t.Context(), ""); p.Value != "" || remedy(err) != core.RemedyTeamKey {
		t.Errorf("the old key reads %q, %v", p.Value, err)
	}
}

// TestATokenOfAKeyThatIsGone: an account was not shared while the team got two new keys,
// so its token was not sealed anew. Nobody can open it: it counts as lost, and not as a
// sign that this member's keys are old.
func TestATokenOfAKeyThatIsGone(t *testing.T) {
	r := newRig(t)
	first := r.member()
	publish(t, first, "by the first", time.Hour)
	if err := first.team.Found(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		next := r.keys.Rotate()
		if err := r.with(next, r.server.URL, "").team.Turnover(t.Context(), next); err != nil {
			t.Fatal(err)
		}
		r.keys = next
	}
	last := r.member()
	if p := read(t, last); p.Value != "" {
		t.Errorf("the new key reads %q", p.Value)
	}
	if p, err := first.Read(t.Context(), ""); p.Value != "by the first" || err != nil {
		t.Errorf("the first key reads %q, %v", p.Value, err)
	}
	publish(t, last, "by the last", time.Hour)
	if p := read(t, r.member()); p.Value != "by the last" {
		t.Errorf("the team has %q", p.Value)
	}
	if p, err := first.Read(t.Context(), ""); p.Value != "" || remedy(err) != core.RemedyTeamKey {
		t.Errorf("the first key reads %q, %v", p.Value, err)
	}
}

func TestKeysPrintNothing(t *testing.T) {
	k := NewKeys().Rotate()
	js, err := json.Marshal(k)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%v %+v %#v %s %q", k, k, k, k, k) + string(js); strings.Trim(got, "•\" ") != "" {
		t.Errorf("keys print as %s", got)
	}
	again, err := k.form().keys()
	if err != nil || again.acct(shop) != k.acct(shop) || string(again.older.secret) != string(k.older.secret) {
		t.Errorf("keys do not survive being written down: %v", err)
	}
	bad := k.form()
	bad.Key = "c2hvcnQ"
	if _, err := bad.keys(); remedy(err) != core.RemedyTeamKey {
		t.Errorf("a short key: %v", err)
	}
	for _, name := range []string{"", "a b", "a}", "{", "名", strings.Repeat("x", 65)} {
		if _, err := New(name, k, nil, Options{}); remedy(err) != core.RemedyInput {
			t.Errorf("name %q: %v", name, err)
		}
	}
}
