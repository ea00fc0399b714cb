package team

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"

	"tokentray/core"
	"tokentray/core/redisconn"
)

func named(t *testing.T, r *rig, keys Keys, name string) *Team {
	t.Helper()
	made, err := New("five", keys, r.redis, Options{Self: Self{ID: name, Name: name, Version: "1.2.3"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(made.Close)
	return made
}

func TestRosterAndMembersAreSealed(t *testing.T) {
	r := newRig(t)
	a, b := named(t, r, r.keys, "laptop"), named(t, r, r.keys, "server")
	ctx := t.Context()
	if err := a.Found(ctx); err != nil {
		t.Fatal(err)
	}
	if err := named(t, r, NewKeys(), "thief").Found(ctx); remedy(err) != core.RemedyTeamThere {
		t.Errorf("a second team of the name: %v", err)
	}
	one := Listed{Name: "shop", Env: core.Live, Kind: kind, AppID: "wx1234567890abcdef", Params: core.ParamsOf(map[string]string{"agent": "7"}), By: "laptop"}
	for _, err := range []error{a.List(ctx, shop, one), a.Hello(ctx), b.Hello(ctx), b.Check(ctx)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	got, odd, err := b.Roster(ctx)
	if d := cmp.Diff([]Listed{one}, got); d != "" || odd != 0 || err != nil {
		t.Errorf("%s, odd %d, %v", d, odd, err)
	}
	members, err := b.Members(ctx)
	if err != nil || len(members) != 2 || members[0].Name != "laptop" || members[1].Version != "1.2.3" || members[0].Seen > time.Minute {
		t.Errorf("%+v, %v", members, err)
	}
	dump := ""
	for _, key := range r.redis.Keys(ctx, "*").Val() {
		for field, value := range r.redis.HGetAll(ctx, key).Val() {
			dump += key + field + value
		}
	}
	for _, word := range []string{"shop", "wx1234567890abcdef", "agent", "1.2.3"} {
		if strings.Contains(dump, word) {
			t.Errorf("%s stands in the Redis", word)
		}
	}

	// An entry of one account is not accepted for another, and only the member that
	// listed an account can unlist it.
	field := r.keys.acct(shop)
	sealed := r.redis.HGet(ctx, a.rosterKey(), field).Val()
	r.redis.HSet(ctx, a.rosterKey(), "0123456789abcdef0123456789abcdef", sealed)
	if got, odd, err = b.Roster(ctx); len(got) != 1 || odd != 1 || err != nil {
		t.Errorf("an entry in another's place: %v, odd %d, %v", got, odd, err)
	}
	r.redis.HSet(ctx, a.membersKey(), "thief", r.redis.HGet(ctx, a.membersKey(), "laptop").Val())
	if members, err = b.Members(ctx); err != nil || len(members) != 3 || members[0].ID != "thief" || members[0].Name != "" {
		t.Errorf("a member in another's place: %+v, %v", members, err)
	}
	r.redis.HDel(ctx, a.membersKey(), "thief")
	if err := b.Unlist(ctx, shop); err != nil || !r.redis.HExists(ctx, a.rosterKey(), field).Val() {
		t.Errorf("another member unlisted it: %v", err)
	}

	// A new key: the old member is told so, the new one can read.
	next := r.keys.Rotate()
	if err := a.Turnover(ctx, next); err != nil {
		t.Fatal(err)
	}
	if err := b.Check(ctx); remedy(err) != core.RemedyTeamKey {
		t.Errorf("the old key: %v", err)
	}
	after := named(t, r, next, "laptop")
	if got, _, err = after.Roster(ctx); len(got) != 1 || err != nil || after.Check(ctx) != nil {
		t.Errorf("the new key reads %v, %v", got, err)
	}
	if !next.SameTeam(r.keys) || next.SameTeam(NewKeys()) {
		t.Error("which team the keys are of is not told")
	}

	// A member that said no hello for a month is gone.
	r.redis.HSet(ctx, a.membersKey(), "server", "1|x|y")
	if members, err = after.Members(ctx); err != nil || len(members) != 1 {
		t.Errorf("%+v, %v", members, err)
	}
	if err := after.Unlist(ctx, shop); err != nil || r.redis.HExists(ctx, a.rosterKey(), field).Val() {
		t.Errorf("it stays listed: %v", err)
	}
}

func TestInvites(t *testing.T) {
	url, err := redisconn.Parse("rediss://tt@r.example:6380/1")
	if err != nil {
		t.Fatal(err)
	}
	in := Invite{Team: "five", Redis: url, Keys: NewKeys().Rotate(), Password: core.NewSecret("hunter2")}
	pass := core.NewSecret("a good passphrase")
	file, err := in.Seal(pass, 10)
	if err != nil {
		t.Fatal(err)
	}
	out, err := OpenInvite(file, pass)
	if err != nil {
		t.Fatal(err)
	}
	if out.Team != in.Team || out.Redis.String() != in.Redis.String() || out.Password.Reveal() != "hunter2" ||
		out.Keys.current.id != in.Keys.current.id || out.Keys.older == nil || !out.Keys.SameTeam(in.Keys) {
		t.Error("the invite that is opened is another one")
	}
	secrets, err := in.Secrets()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Invite{Team: "five", Redis: url}.WithSecrets(secrets)
	if err != nil || again.Password.Reveal() != "hunter2" || !again.Keys.SameTeam(in.Keys) {
		t.Errorf("what the vault keeps is another one: %v", err)
	}
	for what, c := range map[string]struct {
		file   []byte
		pass   string
		remedy string
	}{
		"another passphrase": {file, "another one", core.RemedyTeamPass},
		"none":               {file, "", core.RemedyTeamPass},
		"cut":                {file[:len(file)-10], "a good passphrase", core.RemedyTeamInvite},
		"no invite":          {[]byte("hello"), "a good passphrase", core.RemedyTeamInvite},
		"empty":              {nil, "a good passphrase", core.RemedyTeamInvite},
		"10 MB":              {make([]byte, 10<<20), "a good passphrase", core.RemedyTeamInvite},
	} {
		if _, err := OpenInvite(c.file, core.NewSecret(c.pass)); remedy(err) != c.remedy {
			t.Errorf("%s: %v", what, err)
		}
	}
	for i := range len(file) { // as a copy that broke off leaves it
		if _, err := OpenInvite(file[:i], pass); remedy(err) != core.RemedyTeamInvite {
			t.Fatalf("an invite that is cut after %d of %d bytes: %v", i, len(file), err)
		}
	}
	for what, plain := range map[string]string{
		"of a later version": `{"tokentray_team_invite":2,"team":"five","redis":"redis://127.0.0.1"}`,
		"of no version":      `{"team":"five"}`,
		"of no team":         `{"tokentray_team_invite":1,"redis":"redis://127.0.0.1"}`,
		"no JSON":            `age files hold anything`,
	} {
		_, err := OpenInvite(encrypted(t, plain, pass), pass)
		if remedy(err) != core.RemedyTeamInvite || what == "of a later version" && !strings.Contains(err.Error(), "another version") {
			t.Errorf("%s: %v", what, err)
		}
	}
	for i := range len(file) {
		bad := append([]byte(nil), file...)
		bad[i] ^= 1
		if i%7 == 0 { // each costs a scrypt
			if _, err := OpenInvite(bad, pass); err == nil {
				t.Fatalf("an invite with byte %d changed opens", i)
			}
		}
	}
}

// encrypted is a text as an age file under a passphrase, with the least work.
func encrypted(t *testing.T, plain string, pass core.Secret) []byte {
	t.Helper()
	to, err := age.NewScryptRecipient(pass.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	to.SetWorkFactor(1)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestClocksAnHourApart has machines whose wall clocks differ by two hours.
func TestClocksAnHourApart(t *testing.T) {
	r, u := newRig(t), &upstream{}
	early := r.keeperAt(u, -time.Hour)
	late := r.keeperAt(u, time.Hour)
	first, err := early.Get(t.Context(), "1", 0)
	if err != nil {
		t.Fatal(err)
	}
	second, err := late.Get(t.Context(), "1", 0)
	if err != nil || second.Value != first.Value || u.asked() != 1 {
		t.Fatalf("%d calls, %v", u.asked(), err)
	}
	for what, left := range map[string]time.Duration{
		"early": first.Remaining(time.Now().Add(-time.Hour)), "late": second.Remaining(time.Now().Add(time.Hour)),
	} {
		if left > 2*time.Hour || left < 2*time.Hour-time.Minute {
			t.Errorf("%s: the token lives %v", what, left)
		}
	}
}

// TestWhereAnAccountStands: who has the lease, the newest fence, and until when a renewal
// waits; without a lease nobody is named.
func TestWhereAnAccountStands(t *testing.T) {
	r := newRig(t)
	a, b := named(t, r, r.keys, "laptop"), named(t, r, r.keys, "server")
	ctx := t.Context()
	for _, err := range []error{a.Hello(ctx), b.Hello(ctx)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	m := NewMember(a, nil)
	m.Share(core.Account{ID: "1", Kind: kind}, shop, nil)
	others, err := a.Members(ctx)
	if err != nil || len(others) != 2 {
		t.Fatal(others, err)
	}
	stand := func() Stand {
		t.Helper()
		s, err := m.Stand(ctx, "1", others)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := stand(); s.Holder != "" || s.Fence != 0 || s.Next != 0 || s.Value != "" {
		t.Errorf("before the first lease: %q, fence %d, next %v", s.Holder, s.Fence, s.Next)
	}
	account := b.Account(kind, shop)
	before, l := read(t, account), acquire(t, account)
	if wait, err := l.Begin(ctx, false, 20*time.Second); wait != 0 || err != nil {
		t.Fatal(wait, err)
	}
	if s := stand(); s.Holder != "server" || s.Fence != 1 || s.Next <= 0 || s.Next > 20*time.Second {
		t.Errorf("while the server asks: %q, fence %d, next %v", s.Holder, s.Fence, s.Next)
	}
	if err := l.Publish(ctx, before, core.Grant{Value: "a token", ExpiresIn: time.Hour}); err != nil {
		t.Fatal(err)
	}
	if err := l.Release(ctx); err != nil {
		t.Fatal(err)
	}
	if s := stand(); s.Holder != "" || s.Fence != 1 || s.Value != "a token" || s.By != "server" {
		t.Errorf("after its round: %q, fence %d, by %q", s.Holder, s.Fence, s.By)
	}
	if !m.Has("1", "a token") || m.Has("1", "another") || m.Has("1", "") || m.Has("2", "a token") {
		t.Error("which token the team has is not known")
	}
	others = nil // of a holder that this machine does not know
	acquire(t, account)
	if s := stand(); s.Holder != "?" || s.Fence != 2 {
		t.Errorf("an unknown holder: %q, fence %d", s.Holder, s.Fence)
	}
}
