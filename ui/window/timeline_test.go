package window

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

// inZone makes a zone the machine's for a test.
func inZone(t *testing.T, zone *time.Location) {
	t.Helper()
	was := time.Local
	time.Local = zone
	t.Cleanup(func() { time.Local = was })
}

// ago is a time before noon.
func ago(d time.Duration) time.Time { return noon.Add(-d) }

// renewed is a line of history, of a token that lives two hours.
func renewed(at time.Time, mask string) api.HistoryEntry {
	return api.HistoryEntry{At: at, What: core.DidRenew, Mask: mask, Expires: at.Add(2 * time.Hour), Calls: 1}
}

// newest turns lines in the order of time into a history.
func newest(lines ...api.HistoryEntry) []api.HistoryEntry {
	slices.Reverse(lines)
	return lines
}

// busyDay is a history with everything in it, and the account it is of: renewals
// every 116 minutes, failures, a report, a force, and a gap.
func busyDay() (api.Account, []api.HistoryEntry) {
	with := func(e api.HistoryEntry, change func(*api.HistoryEntry)) api.HistoryEntry {
		change(&e)
		return e
	}
	over := func(e *api.HistoryEntry) { e.PrevUntil = e.At.Add(4 * time.Minute) }
	h := newest(
		renewed(ago(25*time.Hour), "81_aa••••1111"),
		with(renewed(ago(23*time.Hour+4*time.Minute), "82_bb••••2222"), over),
		api.HistoryEntry{At: ago(21*time.Hour + 10*time.Minute), What: core.DidFail, Class: core.Temporary, Mask: "82_bb••••2222", Expires: ago(21*time.Hour + 4*time.Minute)},
		api.HistoryEntry{At: ago(21*time.Hour + 5*time.Minute), What: core.DidFail, Class: core.Whitelist, Code: 40164, CallerIP: "203.0.113.7", Mask: "82_bb••••2222", Expires: ago(21*time.Hour + 4*time.Minute)},
		renewed(ago(18*time.Hour), "83_cc••••3333"),
		api.HistoryEntry{At: ago(17 * time.Hour), What: core.DidReport, Mask: "83_cc••••3333", Expires: ago(16 * time.Hour)},
		api.HistoryEntry{At: ago(16*time.Hour + 30*time.Minute), What: core.DidForce, Mask: "84_dd••••4444", Expires: ago(14*time.Hour + 30*time.Minute), Calls: 1},
		api.HistoryEntry{At: ago(15 * time.Hour), What: core.DidEdit},
		api.HistoryEntry{At: ago(15 * time.Hour), What: "taught later", Mask: "84_dd••••4444"},
		with(renewed(ago(2*time.Hour+30*time.Minute), "85_ee••••5555"), func(e *api.HistoryEntry) { e.Took = time.Second }),
		with(renewed(ago(34*time.Minute), "86_ff••••6666"), over),
	)
	a := sample("shop", core.Sandbox, noon, 86*time.Minute, 2*time.Hour)
	a.Mask, a.ObtainedAt = "86_ff••••6666", ago(34*time.Minute)
	a.Quota, a.ForcedToday, a.CountsUntil = api.Quota{Calls: 500_000, Forced: 20}, 1, core.Zone("+08:00").NextDay(noon)
	return a, h
}

func TestTimelineOfADay(t *testing.T) {
	a, h := busyDay()
	got := timelineOf(h, a, noon.Add(30*time.Second), sight{}, 52)
	if !got.Now.Equal(noon) || !got.From.Equal(ago(24*time.Hour)) || !got.To.Equal(noon.Add(2*time.Hour)) {
		t.Errorf("from %v over %v to %v", got.From, got.Now, got.To)
	}
	type want struct {
		from, to, over time.Duration // before noon
		mask           string
		current        bool
	}
	for i, w := range []want{
		{25 * time.Hour, 23*time.Hour + 4*time.Minute, 23 * time.Hour, "81_aa••••1111", false},
		{23*time.Hour + 4*time.Minute, 21*time.Hour + 4*time.Minute, 0, "82_bb••••2222", false},
		{18 * time.Hour, 16*time.Hour + 30*time.Minute, 0, "83_cc••••3333", false},
		{16*time.Hour + 30*time.Minute, 14*time.Hour + 30*time.Minute, 0, "84_dd••••4444", false},
		{2*time.Hour + 30*time.Minute + time.Second, 34 * time.Minute, 30 * time.Minute, "85_ee••••5555", false},
		{34 * time.Minute, -86 * time.Minute, 0, "86_ff••••6666", true},
	} {
		if i >= len(got.Lives) {
			t.Fatalf("%d lives", len(got.Lives))
		}
		l := got.Lives[i]
		over := time.Time{}
		if w.over > 0 {
			over = ago(w.over)
		}
		if !l.From.Equal(ago(w.from)) || !l.To.Equal(ago(w.to)) || !l.Over.Equal(over) || l.Mask != w.mask || l.Current != w.current || l.N != 1 || l.Lane != i%2 {
			t.Errorf("life %d: %+v, want %+v", i, l, w)
		}
	}
	if len(got.Lives) != 6 {
		t.Errorf("%d lives", len(got.Lives))
	}
	var marks []string
	for _, m := range got.Marks {
		marks = append(marks, string(m.Newest.What)+strings.Repeat("+", m.N-1))
	}
	// The two failures lie in one grain; edits and unknown lines have no mark.
	if want := "renewed failed+ renewed reported forced renewed renewed"; strings.Join(marks, " ") != want {
		t.Errorf("marks %v, want %s", marks, want)
	}
	if got.Counts != [4]int{4, 1, 1, 2} {
		t.Errorf("counts %v", got.Counts)
	}
}

func TestTimelineOfFewLines(t *testing.T) {
	none := api.Account{State: core.StateEmpty}
	one := sample("shop", core.Sandbox, noon, time.Hour, 2*time.Hour)
	replaced := one
	replaced.Previous = &api.Previous{Mask: "82_zz••••9876", Until: noon.Add(2 * time.Minute)}
	dropped := renewed(ago(time.Hour), "82_zz••••9876")
	expired := sample("shop", core.Sandbox, noon, -3*time.Hour, 2*time.Hour)
	for _, tt := range []struct {
		name    string
		a       api.Account
		history []api.HistoryEntry
		want    []life
		marks   int
	}{
		{"nothing ever", none, nil, nil, 0},
		{"a token and no history", one, nil, []life{{From: ago(time.Hour), To: noon.Add(time.Hour), Mask: one.Mask, N: 1, Current: true}}, 0},
		{"an expired token", expired, nil, []life{{From: ago(5 * time.Hour), To: ago(3 * time.Hour), Mask: one.Mask, N: 1}}, 0},
		{"an edit dropped the token", none, newest(dropped), []life{{From: ago(time.Hour), To: noon, Mask: dropped.Mask, N: 1}}, 1},
		{
			"the account knows the overlap", replaced, newest(renewed(ago(2*time.Hour), "82_zz••••9876"), renewed(ago(time.Hour), one.Mask)),
			[]life{
				{From: ago(2 * time.Hour), To: ago(time.Hour), Over: noon.Add(2 * time.Minute), Mask: "82_zz••••9876", N: 1},
				{From: ago(time.Hour), To: noon.Add(time.Hour), Mask: one.Mask, N: 1, Current: true, Lane: 1},
			},
			2,
		},
		{
			"the renewal is no longer in the history", one,
			newest(api.HistoryEntry{At: ago(30 * time.Minute), What: core.DidFail, Mask: one.Mask, Expires: one.ExpiresAt}),
			[]life{{From: ago(time.Hour), To: noon.Add(time.Hour), Mask: one.Mask, N: 1, Current: true}},
			1,
		},
		{
			"upstream killed it", none,
			newest(renewed(ago(2*time.Hour), "82_zz••••9876"), api.HistoryEntry{At: ago(time.Hour), What: core.DidFail, Mask: "82_zz••••9876", Expires: ago(time.Hour)}),
			[]life{{From: ago(2 * time.Hour), To: ago(time.Hour), Mask: "82_zz••••9876", N: 1}},
			2,
		},
		{
			"a push tells of the token before", one,
			newest(renewed(ago(time.Hour), one.Mask), api.HistoryEntry{At: ago(50 * time.Minute), What: core.DidPush, Mask: "82_zz••••9876", Expires: ago(40 * time.Minute)}),
			[]life{{From: ago(time.Hour), To: noon.Add(time.Hour), Mask: one.Mask, N: 1, Current: true}},
			1,
		},
		{"only failures", none, newest(api.HistoryEntry{At: ago(time.Hour), What: core.DidFail}, api.HistoryEntry{At: ago(30 * time.Hour), What: core.DidFail}), nil, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := timelineOf(tt.history, tt.a, noon, sight{}, 52)
			if !slices.EqualFunc(got.Lives, tt.want, func(a, b life) bool {
				return a.From.Equal(b.From) && a.To.Equal(b.To) && a.Over.Equal(b.Over) && a.Mask == b.Mask && a.N == b.N && a.Current == b.Current && a.Lane == b.Lane
			}) {
				t.Errorf("lives\n%+v, want\n%+v", got.Lives, tt.want)
			}
			if len(got.Marks) != tt.marks {
				t.Errorf("%d marks, want %d", len(got.Marks), tt.marks)
			}
		})
	}
}

// shortLives is a day of tokens that live two minutes.
func shortLives() (api.Account, []api.HistoryEntry) {
	var lines []api.HistoryEntry
	for at := ago(24 * time.Hour); at.Before(noon); at = at.Add(time.Minute) {
		e := api.HistoryEntry{At: at, What: core.DidRenew, Mask: "••••" + at.Format("1504"), Expires: at.Add(2 * time.Minute), PrevUntil: at.Add(time.Minute), Calls: 1}
		if at.Minute() == 30 {
			e.What, e.Class = core.DidFail, core.Temporary
		}
		lines = append(lines, e)
	}
	a := sample("shop", core.Sandbox, noon, time.Minute, 2*time.Minute)
	a.Mask = lines[len(lines)-1].Mask
	return a, newest(lines...)
}

// What is drawn is bounded by the width, whatever the history holds, and still
// tells how much there was.
func TestTimelineGathersShortLives(t *testing.T) {
	a, h := shortLives()
	got := timelineOf(h, a, noon, sight{}, 52)
	if len(got.Lives) > 5 || len(got.Marks) > 2*26*2 {
		t.Errorf("%d lives and %d marks are drawn", len(got.Lives), len(got.Marks))
	}
	tokens, renewals := 0, 0
	for _, l := range got.Lives {
		tokens += l.N
	}
	for _, m := range got.Marks {
		if m.Kind == markRenew {
			renewals += m.N
		}
	}
	if tokens < 24*60-30 || renewals != 24*60-24 || got.Counts != [4]int{24*60 - 24, 0, 0, 24} {
		t.Errorf("%d tokens, %d renewals, counts %v", tokens, renewals, got.Counts)
	}
	if last := got.Lives[len(got.Lives)-1]; !last.Current || last.N != 1 {
		t.Errorf("the current token is not apart: %+v", last)
	}
	// A minute later the marks stand where they stood.
	later := timelineOf(h, a, noon.Add(time.Minute), sight{}, 52)
	if n := len(later.Marks); n < 5 || !slices.EqualFunc(later.Marks[n-5:], got.Marks[len(got.Marks)-5:], func(a, b mark) bool { return a.at().Equal(b.at()) }) {
		t.Error("marks jump as time goes by")
	}
}

func TestTimelineReads(t *testing.T) {
	inZone(t, time.FixedZone("here", 9*3600)) // noon is 21:00
	a, h := busyDay()
	chart := timelineOf(h, a, noon, sight{}, 52)
	for _, tt := range []struct {
		at   time.Time
		lang text.Lang
		want string
	}{
		{noon, text.English, "21:00 · 86_ff••••6666 since 20:26, expires 22:26"},
		{noon.Add(110 * time.Minute), text.English, "22:50"},
		{ago(32 * time.Minute), text.English, "20:28 · renewed · 86_ff••••6666 since 20:26, expires 22:26 · the one before may work until 20:30"},
		{ago(10 * time.Hour), text.English, "11:00 · no token"},
		{ago(16*time.Hour + 30*time.Minute), text.Chinese, "04:30 · 强制换新 · 84_dd••••4444，04:30 至 06:30"},
		{
			ago(21*time.Hour + 7*time.Minute), text.English,
			"11-21 23:53 · failed 2× from 23:50 to 23:55 · IP not on the whitelist · errcode 40164 · IP 203.0.113.7 · 82_bb••••2222 from 21:56 to 23:56",
		},
		{ago(23*time.Hour + 30*time.Minute), text.English, "11-21 21:30 · 81_aa••••1111 from 20:00 to 21:56"},
	} {
		if got := chart.read(uiIn(tt.lang), tt.at); got != tt.want {
			t.Errorf("at %v\n%s, want\n%s", tt.at, got, tt.want)
		}
	}
	a, h = shortLives()
	if got := timelineOf(h, a, noon, sight{}, 52).read(uiIn(text.English), ago(12*time.Hour)); !strings.Contains(got, "tokens from") {
		t.Error(got)
	}
}

func TestTimelineTicks(t *testing.T) {
	for _, tt := range []struct {
		zone  *time.Location
		past  time.Duration
		room  float64 // of the figures, as a share of the width
		first string
		n     int
	}{
		{time.UTC, 0, 1. / 5, "18:00", 4},
		{time.UTC, 0, 1. / 9, "15:00", 8},
		{time.FixedZone("half", 5*3600+1800), 0, 1. / 5, "18:00", 5}, // noon is 17:30
		{time.FixedZone("half", 5*3600+1800), time.Hour, 1. / 9, "16:30", 7},
		{time.UTC, 10 * time.Minute, 1. / 9, "11:50", 6},
		{time.UTC, mostPast, 1. / 9, "11-16", 8},
		{time.UTC, mostPast, 1. / 20, "11-16", 15},
	} {
		inZone(t, tt.zone)
		line := timelineOf(nil, api.Account{}, noon, sight{past: tt.past}, 26)
		got, _ := line.ticks(tt.room)
		if len(got) != tt.n || line.figure(got[0]) != tt.first {
			t.Errorf("%v, %v of %v: %v, the first is %s", tt.zone, tt.past, tt.room, got, line.figure(got[0]))
		}
	}
}

func TestTimelinePlaces(t *testing.T) {
	chart := timelineOf(nil, api.Account{}, noon, sight{}, 26)
	for at, want := range map[time.Time]float32{chart.From: 0, chart.To: 1, ago(11 * time.Hour): 0.5, ago(48 * time.Hour): 0, noon.Add(9 * time.Hour): 1} {
		if got := chart.share(at); got != want {
			t.Errorf("%v stands at %v, want %v", at, got, want)
		}
	}
	if got := chart.moment(0.5); !got.Equal(ago(11 * time.Hour)) {
		t.Errorf("the middle is %v", got)
	}
}
