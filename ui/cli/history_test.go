package cli

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

func TestHistory(t *testing.T) {
	r := withToken(newRun())
	r.agent.history = []api.HistoryEntry{
		{At: start(), What: core.DidFail, Class: core.Whitelist, Code: 40164, CallerIP: "203.0.113.7", RID: "62416571-5cbc3445-3e6cab76", Took: 120 * time.Millisecond},
		{At: start().Add(-time.Hour), What: core.DidRenew, Mask: "84_ab••••wxyz", Expires: start().Add(time.Hour), Took: 80 * time.Millisecond, Calls: 1},
	}
	out, _ := r.try(t, 0, "history", "shop")
	want := `TIME                 WHAT     TOKEN          TOOK
2026-03-01 12:00:00  failed                  120ms  IP not on the whitelist, errcode 40164, rid 62416571-5cbc3445-3e6cab76, caller IP 203.0.113.7
2026-03-01 11:00:00  renewed  84_ab••••wxyz  80ms   lives until 13:00:00
`
	if out != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
}

// TestHistoryIsWrapped: in a narrow terminal a line goes on in the next, and no part of
// what upstream said is cut.
func TestHistoryIsWrapped(t *testing.T) {
	r := withToken(newRun())
	r.term.outTTY, r.term.width = true, 80
	r.env["NO_COLOR"] = "1"
	r.agent.history = []api.HistoryEntry{
		{At: start(), What: core.DidFail, Class: core.Whitelist, Code: 40164, CallerIP: "203.0.113.7", RID: "62416571-5cbc3445-3e6cab76", Took: 120 * time.Millisecond},
		{At: start().Add(-time.Hour), What: core.DidRenew, Mask: "84_ab••••wxyz", Expires: start().Add(time.Hour), Took: 80 * time.Millisecond, Calls: 1},
	}
	out, _ := r.try(t, 0, "history", "shop")
	want := `TIME                 WHAT     TOKEN          TOOK
2026-03-01 12:00:00  failed                  120ms  IP not on the whitelist,
                     errcode 40164, rid 62416571-5cbc3445-3e6cab76, caller IP
                     203.0.113.7
2026-03-01 11:00:00  renewed  84_ab••••wxyz  80ms   lives until 13:00:00
`
	if out != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
	for width := 20; width <= 130; width++ {
		for _, lang := range []string{"en", "zh"} {
			r.env["TOKENTRAY_LANG"], r.term.width = lang, width
			r.term.out.Reset()
			out, _ := r.try(t, 0, "history", "shop")
			for line := range strings.Lines(out) {
				if cells(strings.TrimSuffix(line, "\n")) > width {
					t.Errorf("%s, %d columns: %q is too long", lang, width, line)
				}
			}
			whole := strings.Join(strings.Fields(out), "")
			for _, part := range []string{"40164", "62416571-5cbc3445-3e6cab76", "203.0.113.7"} {
				if !strings.Contains(whole, part) {
					t.Errorf("%s, %d columns: %s is missing in\n%s", lang, width, part, out)
				}
			}
		}
	}
}

func TestHistoryAsCSV(t *testing.T) {
	r := withToken(newRun())
	r.agent.history = []api.HistoryEntry{
		{At: start(), What: core.DidFail, Class: core.Whitelist, Code: 40164, Message: "=HYPERLINK(1)"},
		{At: start(), What: "taught later", Mask: "84_ab••••wxyz"},
	}
	out, errOut := r.try(t, 0, "history", "shop", "--csv")
	want := "at,what,token,expires,previous_until,class,errcode,message,caller_ip,rid,took_ms,calls,target,by\n" +
		"2026-03-01T12:00:00Z,failed,,,,whitelist,40164,'=HYPERLINK(1),,,,,,\n2026-03-01T12:00:00Z,taught later,84_ab••••wxyz,,,,,,,,,,,\n"
	if out != want || errOut != "" {
		t.Errorf("got\n%s%s\nwant\n%s", out, errOut, want)
	}
	if r.agent.asked != (api.HistoryQuery{}) {
		t.Errorf("asked for %+v, not for all", r.agent.asked)
	}
	if out, _ := r.try(t, 0, "history", "shop", "--since", "24h"); !strings.Contains(out, "taught later") {
		t.Errorf("what a newer agent wrote is missing:\n%s", out)
	}
	if want := (api.HistoryQuery{Since: start().Add(-24 * time.Hour)}); r.agent.asked != want {
		t.Errorf("asked for %+v, want %+v", r.agent.asked, want)
	}
	r.try(t, 0, "history", "shop", "--since", "1h", "--limit", "3")
	if r.agent.asked.Limit != 3 {
		t.Errorf("asked for %+v", r.agent.asked)
	}
	r.try(t, 2, "history", "shop", "--csv", "--json")
	r.try(t, 2, "history", "shop", "--since", "yesterday")
}

func TestGetThePreviousToken(t *testing.T) {
	const old = "83_oldoldoldoldoldoldoldoldoldoldoldoldold"
	r := withToken(newRun())
	r.agent.token.Previous = &api.Previous{Token: old, Mask: "83_ol••••dold", Until: start().Add(130 * time.Second)}
	_, errOut := r.try(t, 4, "get", "shop", "--previous")
	if !strings.Contains(errOut, "There is no previous token that may still work.") || slices.Contains(r.agent.calls, "token shop/sandbox") {
		t.Errorf("%q, %v; want a refusal and no call for a token", errOut, r.agent.calls)
	}
	r.agent.list.Accounts[0].Previous = &api.Previous{Mask: "83_ol••••dold", Until: start().Add(130 * time.Second)}
	for format, want := range map[string]string{
		"":      old + "\n",
		"query": "access_token=" + old + "\n",
		"json":  `{"access_token":"` + old + `","expires_in":130,`,
	} {
		r.term.out.Reset()
		r.term.err.Reset()
		args := []string{"get", "shop", "--previous"}
		if format != "" {
			args = append(args, "--format", format)
		}
		out, errOut := r.try(t, 0, args...)
		if !strings.HasPrefix(out, want) || errOut != "" || strings.Contains(out, secretToken) || strings.Contains(out, "0001") {
			t.Errorf("--format %s: %q %q, want %q", format, out, errOut, want)
		}
	}
	if r.agent.minTTL != 0 {
		t.Errorf("asked for a life of %v, which may fetch", r.agent.minTTL)
	}
	r.term.out.Reset()
	out, _ := r.try(t, 0, "get", "shop", "--previous", "--copy")
	if out != "" || !r.agent.copied.Previous {
		t.Errorf("%q, %+v", out, r.agent.copied)
	}
	r.try(t, 2, "get", "shop", "--previous", "--min-ttl", "5m")
	r.agent.list.Accounts[0].Previous.Until = start() // over this moment
	r.try(t, 4, "get", "shop", "--previous")
}
