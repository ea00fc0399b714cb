package agent

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/call"
	"tokentray/core/kinds"
)

// FuzzGrant: what somebody sends as a grant is refused, or ends in its time, and allows
// neither a closed call nor one that writes where only reading was allowed.
func FuzzGrant(f *testing.F) {
	for _, body := range []string{
		`{"client":"claude"}`, `{"client":"claude","calls":["reads"],"seconds":60}`, `{"client":"claude","calls":["POST /cgi-bin/menu/*"],"write":true,"seconds":600}`,
		`{"client":"claude","calls":["* /*"],"write":true}`, `{"client":"claude","seconds":-9223372037}`, `{"client":"claude","seconds":9223372036854775807}`,
		`{"client":"a/b"}`, `{"calls":["GET /a","get /b","GET  /c"]}`, `{"client":"🤖","calls":["GET /%2e%2e/token"]}`, "null", "{", "",
	} {
		f.Add([]byte(body), "GET /cgi-bin/menu/get", true)
		f.Add([]byte(body), "POST /cgi-bin/menu/create?x=1", false)
		f.Add([]byte(body), "GET /cgi-bin/token", false)
	}
	spec, _ := kinds.Builtin().Of(kinds.WeChat)
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, body []byte, line string, live bool) {
		var in api.GrantInput
		if api.Decode(bytes.NewReader(body), false, &in) != nil {
			return
		}
		a := core.Account{ID: "1", Name: "shop", Env: core.Sandbox, Kind: kinds.WeChat}
		longest := api.MaxGrant
		if live {
			a.Env = core.Live
			if in.Write {
				longest = api.MaxLiveWrite
			}
		}
		g, err := newGrant(a, in, now)
		if err != nil {
			if e := core.AsError(err); e.Class != core.Invalid {
				t.Fatalf("%+v", e)
			}
			return
		}
		if life := g.until.Sub(now); life < time.Second || life > longest || in.Seconds > 0 && life != time.Duration(in.Seconds)*time.Second {
			t.Fatalf("%+v lasts %s", in, life)
		}
		if name, err := core.CleanName(g.client); err != nil || name != g.client || g.write != in.Write || g.env != a.Env || (g.left > 0) != (live && in.Write) || len(g.calls) == 0 {
			t.Fatalf("%+v becomes %+v", in, g)
		}
		if strings.ContainsFunc(strings.Join(g.calls, ""), func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Fatalf("%q is allowed", g.calls)
		}
		method, target, _ := strings.Cut(line, " ")
		j, err := call.Judge(spec, method, target)
		if err != nil {
			return // made for nobody
		}
		if !g.allows(j) {
			return
		}
		if !j.Reading && !g.write {
			t.Fatalf("%+v allows %s, which writes", g, line)
		}
		if named := slices.ContainsFunc(g.calls, func(c string) bool { return c != core.CallReads }); !named && !j.Reading {
			t.Fatalf("%+v allows %s, which is not listed as reading", g, line)
		}
	})
}

// FuzzChildKey: only the very key that was made is the key of a child, and names it.
func FuzzChildKey(f *testing.F) {
	f.Add(uint32(1), uint64(2), "id", "")
	f.Add(uint32(1<<32-1), uint64(1<<64-1), "a longer id", core.ChildKeyPrefix)
	f.Add(uint32(0), uint64(0), "", core.ChildKeyPrefix+strings.Repeat("A", 60))
	f.Add(uint32(7), uint64(7), "x", "\n")
	var keys, others childKeys
	f.Fuzz(func(t *testing.T, pid uint32, started uint64, id, text string) {
		c := child{pid, started, core.ID(id)}
		key := keys.secret(c).Reveal()
		if got, ok := keys.open(key); ok != (id != "") || ok && got != c {
			t.Fatalf("%+v has a key that is of %+v, %v", c, got, ok)
		}
		at := len(core.ChildKeyPrefix) + len(text)%(len(key)-len(core.ChildKeyPrefix))
		for _, other := range []string{text, key + text, text + key, core.ChildKeyPrefix + text, key[:at] + text + key[at:], key[:at] + key[at+1:], strings.TrimPrefix(key, core.ChildKeyPrefix)} {
			if got, ok := keys.open(other); ok && other != key {
				t.Fatalf("%q is the key of %+v", other, got)
			}
		}
		if _, ok := others.open(key); ok {
			t.Fatal("another agent's key is taken")
		}
	})
}

// FuzzTeamMark: what the vault's list keeps of a team reads as it was, and whatever else
// stands there is no team.
func FuzzTeamMark(f *testing.F) {
	for _, mark := range []string{markTeam + "e30", markTeam + "eyJuYW1lIjoiZml2ZSIsImtleSI6ImsifQ", markTeam + "bnVsbA", markTeam + "*", "account", ""} {
		f.Add(mark)
	}
	f.Fuzz(func(t *testing.T, mark string) {
		name, r, ok := teamOfMark(mark)
		if !ok {
			return
		}
		again, err := teamMark(name, r)
		if err != nil || name == "" || r.Key == "" {
			t.Fatalf("%q is team %q, %+v: %v", mark, name, r, err)
		}
		name2, r2, ok := teamOfMark(again)
		third, err := teamMark(name2, r2)
		if !ok || err != nil || name2 != name || third != again {
			t.Fatalf("%q comes back as %q", again, third)
		}
	})
}
