package window

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// The chart of a day shows the last 24 hours and, because the current token lives
// on, the next two.
const (
	dayPast  = 24 * time.Hour
	dayAhead = 2 * time.Hour
)

// timeline is the content of the chart of a day. It is made only from the history
// and the account, to the minute, so that it does not change more often.
type timeline struct {
	From, Now, To time.Time
	Lives         []life // oldest first
	Marks         []mark // oldest first
	Counts        [4]int // of each kind of mark, in the 24 hours
	grain         time.Duration
	kind          core.Kind
}

// life is the time in which a token was the current one; many short ones that
// follow each other are one with N above 1.
type life struct {
	From, To time.Time
	// Over is until when the replaced token may have worked; zero when it died with
	// the replacement.
	Over    time.Time
	Mask    string
	N       int
	Current bool
	Lane    int // 0 or 1, so that neighbours can overlap
}

// markKind is the meaning of a mark, shown by its shape; where several coincide the
// greatest is drawn.
type markKind int

const (
	markRenew markKind = iota
	markForce
	markReport
	markFail
)

// lane is where a mark is: 0 above the lives, for what brought a token; 1 below
// them, for what did not.
func (k markKind) lane() int {
	if k >= markReport {
		return 1
	}
	return 0
}

// mark is one or more events at a time, close enough to be drawn as one.
type mark struct {
	First, Last time.Time
	Kind        markKind
	N           int
	Newest      api.HistoryEntry // of that kind
}

// at is where the mark stands.
func (m mark) at() time.Time { return m.First.Add(m.Last.Sub(m.First) / 2) }

// markOf is the kind of mark of a line of history. Edits and unknown lines of a
// newer agent have none.
func markOf(w core.What) (markKind, bool) {
	switch w {
	case core.DidRenew:
		return markRenew, true
	case core.DidForce:
		return markForce, true
	case core.DidReport:
		return markReport, true
	case core.DidFail, core.DidLose:
		return markFail, true
	}
	return 0, false
}

// timelineOf is the chart of a history, newest line first. Events closer than grain
// are drawn as one, so that the grain bounds the number of lives and marks, and not
// the history.
func timelineOf(history []api.HistoryEntry, a api.Account, now time.Time, grain time.Duration) timeline {
	now = now.Truncate(time.Minute)
	t := timeline{From: now.Add(-dayPast), Now: now, To: now.Add(dayAhead), grain: max(grain, time.Minute), kind: a.Kind}
	t.Lives = t.merged(t.inSight(livesOf(history, a, now)))
	for i := range t.Lives {
		t.Lives[i].Lane = i % 2
	}
	t.Marks = t.marksOf(history)
	return t
}

// livesOf reads the tokens' lives out of a history.
func livesOf(history []api.HistoryEntry, a api.Account, now time.Time) []life {
	var out []life
	end := func(at, over time.Time) {
		if n := len(out) - 1; n >= 0 {
			out[n].To = earliest(out[n].To, at)
			if over.After(out[n].To) {
				out[n].Over = over
			}
		}
	}
	for _, e := range slices.Backward(history) {
		last := life{}
		if len(out) > 0 {
			last = out[len(out)-1]
		}
		switch {
		case e.What == core.DidLose && e.Mask == last.Mask:
			end(e.At, time.Time{})
		case e.Mask == "" || e.Expires.IsZero() || !tellsLife(e.What):
		case e.What == core.DidRenew || e.What == core.DidForce:
			begin := e.At.Add(-e.Took)
			end(begin, e.PrevUntil)
			out = append(out, life{From: begin, To: e.Expires, Mask: e.Mask, N: 1})
		case e.Mask == last.Mask: // what is known of its end became more exact
			out[len(out)-1].To = e.Expires
		default: // it began before the history
			end(e.At, time.Time{})
			out = append(out, life{From: e.At, To: e.Expires, Mask: e.Mask, N: 1})
		}
	}
	if a.Mask == "" { // the former token was dropped with an edit
		end(now, time.Time{})
		return out
	}
	if n := len(out) - 1; n < 0 || out[n].Mask != a.Mask {
		end(a.ObtainedAt, time.Time{})
		out = append(out, life{From: a.ObtainedAt, Mask: a.Mask, N: 1})
	}
	n := len(out) - 1
	out[n].From = earliest(out[n].From, a.ObtainedAt)
	out[n].To, out[n].Current = a.ExpiresAt, a.ExpiresAt.After(now)
	if n > 0 && a.Previous != nil && a.Previous.Mask == out[n-1].Mask {
		out[n-1].Over = a.Previous.Until
	}
	return out
}

// tellsLife reports whether a line is about the token that was current then; a push
// may be about the one before.
func tellsLife(w core.What) bool {
	_, marked := markOf(w)
	return marked || w == core.DidKeep
}

// inSight leaves out what ended before the chart begins.
func (t timeline) inSight(lives []life) []life {
	return slices.DeleteFunc(lives, func(l life) bool {
		return !l.To.After(t.From) && !l.Over.After(t.From) || !l.From.Before(t.To) || l.To.Before(l.From)
	})
}

// merged joins lives that are too short to be told apart.
func (t timeline) merged(lives []life) []life {
	var out []life
	least := t.grain / 2
	short := func(l life) bool { return !l.Current && l.To.Sub(l.From) < least }
	joins := false // the last one in out may take more in
	for _, l := range lives {
		if n := len(out) - 1; n >= 0 && joins && short(l) && l.From.Sub(out[n].To) < least {
			out[n].To, out[n].Over, out[n].Mask = l.To, l.Over, l.Mask
			out[n].N += l.N
			continue
		}
		out, joins = append(out, l), short(l)
	}
	return out
}

// marksOf collects the marks by grains of the clock, so that they do not jump
// between grains as time goes by.
func (t *timeline) marksOf(history []api.HistoryEntry) []mark {
	type place struct {
		grain int64
		lane  int
	}
	at := map[place]*mark{}
	for _, e := range history { // newest first
		kind, ok := markOf(e.What)
		if !ok || e.At.Before(t.From) || e.At.After(t.Now.Add(time.Minute)) {
			continue
		}
		t.Counts[kind]++
		p := place{e.At.UnixNano() / int64(t.grain), kind.lane()}
		switch m := at[p]; {
		case m == nil:
			at[p] = &mark{First: e.At, Last: e.At, Kind: kind, N: 1, Newest: e}
		case kind > m.Kind:
			*m = mark{First: e.At, Last: e.At, Kind: kind, N: 1, Newest: e}
		case kind == m.Kind:
			m.First = e.At
			m.N++
		}
	}
	out := make([]mark, 0, len(at))
	for _, m := range at {
		out = append(out, *m)
	}
	slices.SortFunc(out, func(a, b mark) int { return cmp.Or(a.at().Compare(b.at()), cmp.Compare(a.Kind, b.Kind)) })
	return out
}

// share is the position of a time, from 0 at the left to 1 at the right.
func (t timeline) share(at time.Time) float32 {
	return min(1, max(0, float32(at.Sub(t.From).Seconds()/t.To.Sub(t.From).Seconds())))
}

// moment is the time at a share of the width.
func (t timeline) moment(share float32) time.Time {
	return t.From.Add(time.Duration(float64(min(1, max(0, share))) * float64(t.To.Sub(t.From))))
}

// hours are the full hours of local time that a clock with so many hours between
// its figures shows.
func (t timeline) hours(step int) []time.Time {
	var out []time.Time
	first := t.From.Local()
	at := time.Date(first.Year(), first.Month(), first.Day(), first.Hour()+1, 0, 0, 0, first.Location())
	for ; at.Before(t.To); at = at.Add(time.Hour) {
		if at.Hour()%step == 0 && at.Minute() == 0 {
			out = append(out, at)
		}
	}
	return out
}

// stops are the times that the keyboard visits: every mark, and now.
func (t timeline) stops() []time.Time {
	out := []time.Time{t.Now}
	for _, m := range t.Marks {
		out = append(out, m.at())
	}
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}

// read says what the chart shows at a time.
func (t timeline) read(ui *kit.UI, at time.Time) string {
	parts := []string{clock(at, t.Now)}
	for _, m := range t.Marks {
		if d := m.at().Sub(at); d.Abs() <= t.grain/2 {
			parts = append(parts, readMark(ui, t.kind, m, at))
		}
	}
	i := slices.IndexFunc(t.Lives, func(x life) bool { return !at.Before(x.From) && at.Before(x.To) })
	switch {
	case i < 0 && at.After(t.Now):
	case i < 0:
		parts = append(parts, ui.T("chart.none"))
	case t.Lives[i].N > 1:
		x := t.Lives[i]
		parts = append(parts, ui.T("chart.many", "n", x.N, "from", clock(x.From, at), "to", clock(x.To, at)))
	default:
		x := t.Lives[i]
		parts = append(parts, ui.T("chart.life", "token", x.Mask, "from", clock(x.From, at), "to", clock(x.To, at)))
	}
	for _, x := range t.Lives {
		if !x.Over.IsZero() && !at.Before(x.To) && at.Before(x.Over) {
			parts = append(parts, ui.T("chart.over", "time", clock(x.Over, at)))
		}
	}
	return strings.Join(parts, " · ")
}

// readMark says what a mark means.
func readMark(ui *kit.UI, k core.Kind, m mark, at time.Time) string {
	s := didWord(ui, m.Newest.What)
	if m.N > 1 {
		s = ui.T("chart.times", "what", s, "n", m.N, "from", clock(m.First, at), "to", clock(m.Last, at))
	}
	if m.Kind == markFail {
		s = strings.Join(append([]string{s}, failureWords(ui, k, m.Newest)...), " · ")
	}
	return s
}
