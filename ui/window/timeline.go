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

// timeline is the content of a chart. It is made only from the history and the account,
// to the grain of what is in sight, so that it does not change more often.
type timeline struct {
	From, Now, To time.Time
	Lives         []life // oldest first
	Marks         []mark // oldest first
	Counts        [4]int // of each kind of mark that is in sight
	grain         time.Duration
	fine          bool // times have seconds
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
	reach       time.Duration    // in which it is read
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

// timelineOf is the chart of a history, newest line first, with so many marks beside
// each other at most. What is too close to be told apart is drawn as one, so that this
// bounds the number of lives and marks, and not the history.
func timelineOf(history []api.HistoryEntry, a api.Account, now time.Time, s sight, places float32) timeline {
	now = now.Truncate(s.grain())
	t := timeline{Now: now, kind: a.Kind, fine: s.fine()}
	t.From, t.To = s.bounds(now, lastOf(a, now))
	t.grain = max(s.grain(), time.Duration(float64(t.To.Sub(t.From))/float64(max(1, places))))
	t.Lives = t.merged(t.inSight(livesOf(history, a, now)))
	for i := range t.Lives {
		t.Lives[i].Lane = i % 2
	}
	for lane := range 2 {
		marks := t.marksOf(history, lane, t.grain)
		if slices.ContainsFunc(marks, func(m mark) bool { return m.N > 1 }) { // their numbers need room
			marks = t.marksOf(history, lane, t.grain*countedGrain)
		}
		t.Marks = append(t.Marks, marks...)
	}
	slices.SortStableFunc(t.Marks, func(a, b mark) int { return a.at().Compare(b.at()) })
	for _, e := range history {
		if kind, ok := t.markIn(e); ok {
			t.Counts[kind]++
		}
	}
	return t
}

// countedGrain is how many times as much room a mark with a number beside it takes.
const countedGrain = 3

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

// marksOf collects the marks of a lane by grains of the clock, so that they do not jump
// between grains as time goes by.
func (t *timeline) marksOf(history []api.HistoryEntry, lane int, grain time.Duration) []mark {
	at := map[int64]*mark{}
	for _, e := range history { // newest first
		kind, ok := t.markIn(e)
		if !ok || kind.lane() != lane {
			continue
		}
		p := e.At.UnixNano() / int64(grain)
		switch m := at[p]; {
		case m == nil || kind > m.Kind:
			at[p] = &mark{First: e.At, Last: e.At, Kind: kind, N: 1, Newest: e, reach: grain / 2}
		case kind == m.Kind:
			m.First = e.At
			m.N++
		}
	}
	out := make([]mark, 0, len(at))
	for _, m := range at {
		if m.N == 1 {
			m.reach = t.grain / 2
		}
		out = append(out, *m)
	}
	slices.SortFunc(out, func(a, b mark) int { return cmp.Or(a.at().Compare(b.at()), cmp.Compare(a.Kind, b.Kind)) })
	return out
}

// markIn is the kind of mark of a line that is in sight.
func (t *timeline) markIn(e api.HistoryEntry) (markKind, bool) {
	kind, ok := markOf(e.What)
	return kind, ok && !e.At.Before(t.From) && !e.At.After(t.Now.Add(time.Minute)) && !e.At.After(t.To)
}

// share is the position of a time, from 0 at the left to 1 at the right.
func (t timeline) share(at time.Time) float32 {
	return min(1, max(0, float32(at.Sub(t.From).Seconds()/t.To.Sub(t.From).Seconds())))
}

// moment is the time at a share of the width.
func (t timeline) moment(share float32) time.Time {
	return t.From.Add(time.Duration(float64(min(1, max(0, share))) * float64(t.To.Sub(t.From))))
}

// ticks are the times that have figures under them, where figures have so much room, as
// a share of the width: full minutes, hours or days of local time.
func (t timeline) ticks(room float64) (out []time.Time, step time.Duration) {
	steps := []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour}
	step = 24 * time.Hour
	for _, s := range steps {
		if s.Seconds() >= room*t.To.Sub(t.From).Seconds() {
			step = s
			break
		}
	}
	first := t.From.Local()
	if step < time.Hour {
		minutes := int(step / time.Minute)
		at := time.Date(first.Year(), first.Month(), first.Day(), first.Hour(), first.Minute()/minutes*minutes, 0, 0, first.Location())
		for ; at.Before(t.To); at = at.Add(step) {
			if !at.Before(t.From) {
				out = append(out, at)
			}
		}
		return out, step
	}
	at := time.Date(first.Year(), first.Month(), first.Day(), first.Hour()+1, 0, 0, 0, first.Location())
	for ; at.Before(t.To); at = at.Add(time.Hour) {
		if at.Hour()%int(step/time.Hour) == 0 && at.Minute() == 0 {
			out = append(out, at)
		}
	}
	return out, step
}

// figure is what stands under a tick: a day's beginning has its date where the clock
// alone would not tell the days apart.
func (t timeline) figure(at time.Time) string {
	if t.To.Sub(t.From) > 30*time.Hour && at.Local().Hour() == 0 {
		return at.Local().Format("01-02")
	}
	return at.Local().Format("15:04")
}

// stops are the times that the keyboard visits: every mark, the end of the present life,
// and now.
func (t timeline) stops() []time.Time {
	var out []time.Time
	visit := func(at time.Time) {
		if !at.Before(t.From) && !at.After(t.To) {
			out = append(out, at)
		}
	}
	visit(t.Now)
	for _, m := range t.Marks {
		visit(m.at())
	}
	for _, l := range t.Lives {
		if l.Current {
			visit(l.To)
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}

// clock is a time as exactly as the chart shows it.
func (t timeline) clock(at, beside time.Time) string {
	s := clock(at, beside)
	if t.fine {
		s += at.Local().Format(":05")
	}
	return s
}

// read says what the chart shows at a time.
func (t timeline) read(ui *kit.UI, at time.Time) string {
	parts := []string{t.clock(at, t.Now)}
	for _, m := range t.Marks {
		if d := m.at().Sub(at); d.Abs() <= m.reach {
			parts = append(parts, t.readMark(ui, m, at))
		}
	}
	i := slices.IndexFunc(t.Lives, func(x life) bool { return !at.Before(x.From) && (at.Before(x.To) || x.Current && at.Equal(x.To)) })
	switch {
	case i < 0 && at.After(t.Now):
	case i < 0:
		parts = append(parts, ui.T("chart.none"))
	default:
		parts = append(parts, t.readLife(ui, t.Lives[i], at))
	}
	for _, x := range t.Lives {
		if !x.Over.IsZero() && !at.Before(x.To) && at.Before(x.Over) {
			parts = append(parts, ui.T("chart.over", "time", t.clock(x.Over, at)))
		}
	}
	return strings.Join(parts, " · ")
}

// readLife says whose life it is.
func (t timeline) readLife(ui *kit.UI, x life, at time.Time) string {
	key := "chart.life"
	switch {
	case x.N > 1:
		key = "chart.many"
	case x.Current:
		key = "chart.current"
	}
	return ui.T(key, "token", x.Mask, "n", x.N, "from", t.clock(x.From, at), "to", t.clock(x.To, at))
}

// readMark says what a mark means.
func (t timeline) readMark(ui *kit.UI, m mark, at time.Time) string {
	s := didWord(ui, m.Newest.What)
	if m.N > 1 {
		s = ui.T("chart.times", "what", s, "n", m.N, "from", t.clock(m.First, at), "to", t.clock(m.Last, at))
	}
	if m.Kind == markFail {
		s = strings.Join(append([]string{s}, failureWords(ui, t.kind, m.Newest)...), " · ")
	}
	return s
}
