package team

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tokentray/core"
	"tokentray/core/redisconn"
)

// marked are secrets of the tests here. They are in no error.
const markedPassword = "hunter2-hunter2-hunter2"

// fixedKeys are the same in each process of a fuzz run.
func fixedKeys() Keys {
	b := func(c byte) []byte { return bytes.Repeat([]byte{c}, keySize) }
	return Keys{naming: b(1), current: key{"now", b(2)}, older: &key{"old", b(3)}}
}

// shows reports whether an error holds what an invite keeps secret.
func shows(err error, k keysForm) bool {
	said := fmt.Sprintf("%v %+v", err, core.AsError(err))
	for _, one := range []string{markedPassword, k.Naming, k.Key, k.Old} {
		if len(one) > 8 && strings.Contains(said, one) {
			return true
		}
	}
	return false
}

func addInvites(f *testing.F) {
	u, err := redisconn.Parse("rediss://tt@r.example:6380/1")
	if err != nil {
		f.Fatal(err)
	}
	form := Invite{Team: "five", Redis: u, Keys: fixedKeys(), Password: core.NewSecret(markedPassword)}.form()
	whole, err := json.Marshal(inviteForm{inviteVersion, "five", form})
	if err != nil {
		f.Fatal(err)
	}
	for _, plain := range []string{
		string(whole), strings.Replace(string(whole), `_invite":1`, `_invite":2`, 1), strings.Replace(string(whole), `"five"`, `"{five}"`, 1),
		strings.Replace(string(whole), "rediss://tt@", "redis://tt:"+markedPassword+"@", 1), strings.Replace(string(whole), `"old_id":"old"`, `"old_id":""`, 1),
		`{"tokentray_team_invite":1,"team":"five","password":"` + markedPassword + `"}`, `{"redis":"unix:///s"}`, "null", "[]", "{", "",
	} {
		f.Add([]byte(plain))
	}
}

// FuzzInvite: whatever an invite holds, it is refused without a secret in the error, or
// is the same after it was sealed again. One that was damaged or cut off is refused.
func FuzzInvite(f *testing.F) {
	addInvites(f)
	pass := core.NewSecret("a good passphrase")
	f.Fuzz(func(t *testing.T, plain []byte) {
		if len(plain) > maxInvite/2 {
			return
		}
		file := encrypted(t, string(plain), pass)
		var form inviteForm
		_ = json.Unmarshal(plain, &form)
		i, err := OpenInvite(file, pass)
		if err != nil {
			if shows(err, form.Keys) {
				t.Fatalf("%v shows a secret", err)
			}
			return
		}
		if !validName(i.Team) || i.Keys.Zero() || redisconn.HasPassword(i.Redis.String()) {
			t.Fatalf("taken: team %q, keys %v, Redis %q", i.Team, !i.Keys.Zero(), i.Redis)
		}
		again, err := i.Seal(pass, 1)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := OpenInvite(again, pass); err != nil || back.Team != i.Team || back.form() != i.form() {
			t.Fatalf("it came back another: %v", err)
		}
		cut := len(plain) % (len(again) - 1)
		if _, err := OpenInvite(again[:cut], pass); err == nil {
			t.Fatalf("%d bytes of %d are an invite", cut, len(again))
		}
		again[len(again)-1-len(plain)%16] ^= 1
		if _, err := OpenInvite(again, pass); err == nil || shows(err, i.form().Keys) {
			t.Fatalf("damaged, and %v", err)
		}
	})
}

// FuzzSecrets: what the vault has of a team is refused without a secret in the error, or
// is written as the same.
func FuzzSecrets(f *testing.F) {
	addInvites(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		var form secretForm
		_ = json.Unmarshal(raw, &form)
		i, err := Invite{Team: "five"}.WithSecrets(raw)
		if err != nil {
			if shows(err, form.Keys) {
				t.Fatalf("%v shows a secret", err)
			}
			return
		}
		written, err := i.Secrets()
		if err != nil {
			t.Fatal(err)
		}
		back, err := Invite{Team: "five"}.WithSecrets(written)
		if form.Redis == "" { // an earlier version wrote none
			return
		}
		if err != nil || back.form() != i.form() {
			t.Fatalf("they came back others: %v", err)
		}
		if said := fmt.Sprintf("%v %+v %#v", i.Keys, i.Keys, i.Keys); strings.Contains(said, form.Keys.Key) {
			t.Fatal("printing the keys shows them")
		}
	})
}

// FuzzRoster: what others wrote into the Redis is not the team's, and what a member
// wrote is, in its own place alone.
func FuzzRoster(f *testing.F) {
	for _, text := range []string{
		`{"name":"shop","env":"live","kind":"wechat","appid":"wx1234567890abcdef","params":{"agent":"7"},"by":"laptop"}`,
		`{"name":"博客","env":"sandbox","kind":"wecom","base_url":"https://a.example"}`, `{"name":"🇨🇳"}`, `{"params":null}`, "null", "[]", "{", "", strings.Repeat("x", 40),
	} {
		f.Add("0123456789abcdef", text)
	}
	team := &Team{name: "five", keys: fixedKeys()}
	thief := &Team{name: "five", keys: Keys{naming: fixedKeys().naming, current: key{"now", bytes.Repeat([]byte{9}, keySize)}}}
	f.Fuzz(func(t *testing.T, field, text string) {
		var got Listed
		for _, kid := range []string{"now", "old", "", text} {
			if team.denote("roster", field, kid, text, &got) {
				t.Fatalf("%q is the team's", text)
			}
		}
		var l Listed
		if json.Unmarshal([]byte(text), &l) != nil {
			return
		}
		sealed, err := team.note("roster", field, l)
		if err != nil {
			t.Fatal(err)
		}
		if len(sealed) > longestSealed {
			return
		}
		if !team.denote("roster", field, "now", sealed, &got) || !cmp.Equal(got, again(t, l)) {
			t.Fatalf("%+v came back as %+v", l, got)
		}
		if len(text) > 16 && strings.Contains(sealed, text) {
			t.Fatal("it is not sealed")
		}
		damaged := []byte(sealed)
		damaged[len(text)%len(damaged)] ^= 1
		for what, ok := range map[string]bool{
			"another place": team.denote("roster", field+"x", "now", sealed, &got), "another use": team.denote("member", field, "now", sealed, &got),
			"another key": thief.denote("roster", field, "now", sealed, &got), "the older key": team.denote("roster", field, "old", sealed, &got),
			"damage": team.denote("roster", field, "now", string(damaged), &got),
		} {
			if ok {
				t.Fatalf("it opens with %s", what)
			}
		}
	})
}

// again is what JSON makes of an entry: text that is not UTF-8 changes once.
func again(t *testing.T, l Listed) (out Listed) {
	t.Helper()
	raw, err := json.Marshal(l)
	if err == nil {
		err = json.Unmarshal(raw, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// FuzzSealed: a token of the team opens as it was sealed; what the Redis says of the time
// and of the expiry never gives it more life than it was sealed with.
func FuzzSealed(f *testing.F) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).UnixMilli()
	good := fmt.Sprintf(`{"t":"85_abcdefghijklmnop","l":7200000,"a":%d,"f":3,"s":1,"b":"laptop"}`, at)
	for _, text := range []string{
		good, `{"t":"x","l":1,"a":0,"f":0,"s":0}`, `{"t":"x","l":9223372036854775807,"a":9223372036854775807}`, `{"t":"x","l":7200000,"a":-9223372036854775808}`,
		`{"t":"","l":1}`, `{"t":"x","l":-1}`, `{"l":"1"}`, "null", "{", "",
	} {
		f.Add(text, at, at+7_200_000)
		f.Add(text, int64(-1), int64(1)<<62)
	}
	team := &Team{name: "five", keys: fixedKeys()}
	a := team.account("wechat", "0123456789abcdef0123456789abcdef")
	elsewhere := team.account("wechat", "another")
	f.Fuzz(func(t *testing.T, text string, now, hint int64) {
		if _, err := a.open("now", text); err == nil {
			t.Fatalf("%q is the team's", text)
		}
		if e := core.AsError(must1(a.open(text, text))); e == nil || e.Remedy != core.RemedyTeamKey && text != "now" && text != "old" {
			t.Fatalf("another key: %v", e)
		}
		closed, err := team.keys.older.seal("tok", text, a.aad())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := elsewhere.open("old", closed); err == nil {
			t.Fatal("it opens as another account's")
		}
		s, err := a.open("old", closed)
		if err != nil {
			if said := err.Error(); len(text) > 16 && strings.Contains(said, text) {
				t.Fatalf("%v shows what was sealed", err)
			}
			return
		}
		whole := time.Duration(s.Life) * time.Millisecond
		if s.Token == "" || s.Life <= 0 || whole/time.Millisecond != time.Duration(s.Life) {
			t.Fatalf("%+v is a token", s)
		}
		if left := s.left(now, hint); left > whole || hint > 0 && left > s.left(now, 0) {
			t.Fatalf("%+v has %s left at %d with the expiry %d", s, left, now, hint)
		}
		back, err := a.seal(s)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := a.open("now", back); len(back) <= longestSealed && (err != nil || got != s) {
			t.Fatalf("%+v came back as %+v, %v", s, got, err)
		}
		for _, part := range []string{s.Token, base64.StdEncoding.EncodeToString([]byte(s.Token))} {
			if len(part) > 16 && strings.Contains(back, part) {
				t.Fatal("it is not sealed")
			}
		}
	})
}

// must1 is the error of a call.
func must1(_ sealed, err error) error { return err }
