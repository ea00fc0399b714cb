package format

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"tokentray/core"
)

func historyCSV(t testing.TB, entries ...core.Entry) string {
	t.Helper()
	var b strings.Builder
	if err := HistoryCSV(&b, entries); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestHistoryCSV(t *testing.T) {
	at := time.Date(2026, 3, 1, 20, 0, 0, 0, time.FixedZone("Beijing", 8*3600))
	got := historyCSV(
		t,
		core.Entry{At: at, What: core.DidRenew, Mask: "84_ab••••wxyz", Expires: at.Add(2 * time.Hour), PrevUntil: at.Add(5 * time.Minute), Took: 84 * time.Millisecond, Calls: 1},
		core.Entry{At: at, What: core.DidFail, Class: core.Whitelist, Code: 40164, Message: "=cmd|' /C calc'!A0, \"quoted\"\nand more", CallerIP: "203.0.113.7", RID: "65f0-1a2b"},
		core.Entry{At: at, What: "taught later"},
		core.Entry{At: at, What: core.DidCall, Target: "GET /cgi-bin/menu/get", By: "=claude"},
	)
	want := `at,what,token,expires,previous_until,class,errcode,message,caller_ip,rid,took_ms,calls,target,by
2026-03-01T12:00:00Z,renewed,84_ab••••wxyz,2026-03-01T14:00:00Z,2026-03-01T12:05:00Z,,,,,,84,1,,
2026-03-01T12:00:00Z,failed,,,,whitelist,40164,"'=cmd|' /C calc'!A0, ""quoted""
and more",203.0.113.7,65f0-1a2b,,,,
2026-03-01T12:00:00Z,taught later,,,,,,,,,,,,
2026-03-01T12:00:00Z,called,,,,,,,,,,,GET /cgi-bin/menu/get,'=claude
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := historyCSV(t); strings.Count(got, "\n") != 1 {
		t.Errorf("an empty history gives %q", got)
	}
}

// Whatever upstream says comes out as it was, and never as a formula.
func FuzzHistoryCSV(f *testing.F) {
	for _, s := range []string{"", "invalid ip", "=1+1", " =1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r\n=1", "＝1", "a,b\"c\n", "\"", "\\.", "\ufeff=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		rows, err := csv.NewReader(strings.NewReader(historyCSV(t, core.Entry{What: core.DidFail, Message: s}))).ReadAll()
		if err != nil || len(rows) != 2 || len(rows[1]) != len(rows[0]) {
			t.Fatalf("%q does not come back: %v, %v", s, rows, err)
		}
		got := rows[1][7]
		if bare := strings.ReplaceAll(s, "\r\n", "\n"); strings.TrimPrefix(got, "'") != strings.TrimPrefix(bare, "'") { // as the reader reads line ends
			t.Errorf("%q comes back as %q", s, got)
		}
		if first := strings.TrimLeft(got, " "); first != "" && strings.ContainsRune("=+-@\t\r", rune(first[0])) {
			t.Errorf("%q is a formula", got)
		}
	})
}
