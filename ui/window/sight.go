package window

import (
	"math"
	"slices"
	"time"

	"tokentray/core/api"
	"tokentray/ui/kit"
)

// sight is the part of the time that a chart shows: so much of the past, up to now and
// a little beyond; or, once a person moved it, up to another end. It outlives the chart.
type sight struct {
	past time.Duration // zero: a day
	end  time.Time     // zero: it goes with the clock
}

// spans are the lengths of the past that a chart can show.
func spans() []time.Duration {
	const day = 24 * time.Hour
	return []time.Duration{
		10 * time.Minute, 15 * time.Minute, 20 * time.Minute, 30 * time.Minute, 45 * time.Minute, time.Hour, 90 * time.Minute,
		2 * time.Hour, 3 * time.Hour, 4 * time.Hour, 6 * time.Hour, 8 * time.Hour, 12 * time.Hour, 18 * time.Hour, day,
		36 * time.Hour, 2 * day, 3 * day, 4 * day, 5 * day, 7 * day,
	}
}

// mostPast is how far a chart reaches back.
const mostPast = 7 * 24 * time.Hour

// dayPast is what a chart shows until a person zooms: the last 24 hours and, because
// the current token lives on, the next two.
const dayPast = 24 * time.Hour

// length is how much of the past is shown.
func (s sight) length() time.Duration {
	if s.past == 0 {
		return dayPast
	}
	return s.past
}

// ahead is how much is shown of what comes: two hours beside a day.
func (s sight) ahead() time.Duration { return s.length() / 12 }

// grain is how exactly it follows the clock: to what one unit of its width shows.
func (s sight) grain() time.Duration {
	return min(time.Minute, max(time.Second, s.length()/1440).Truncate(time.Second))
}

// fine reports whether seconds can be told apart.
func (s sight) fine() bool { return s.length() < 2*time.Hour }

// bounds are the first and the last moment that are shown. last is what lies furthest
// ahead: the end of a token's life.
func (s sight) bounds(now, last time.Time) (from, to time.Time) {
	whole := s.length() + s.ahead()
	to = now.Add(s.ahead())
	if !s.end.IsZero() {
		most := to
		if far := last.Add(s.ahead()); far.After(most) {
			most = far
		}
		to = earliest(s.end, most)
		if least := now.Add(whole - mostPast); to.Before(least) {
			to = least
		}
	}
	return to.Add(-whole), to
}

// moved ends at another moment. At the place of now it goes with the clock again.
func (s sight) moved(end, now, last time.Time) sight {
	s.end = end
	_, s.end = s.bounds(now, last)
	if s.end.Sub(now.Add(s.ahead())).Abs() <= s.grain() {
		s.end = time.Time{}
	}
	return s
}

// by moves it by a part of what it shows, at most to its ends.
func (s sight) by(part float64, now, last time.Time) sight {
	_, to := s.bounds(now, last)
	return s.moved(to.Add(time.Duration(part*float64(s.length()))), now, last)
}

// around has a moment in its middle.
func (s sight) around(at, now, last time.Time) sight {
	return s.moved(at.Add((s.length()+s.ahead())/2), now, last)
}

// zoomed shows more of the time by steps, or less, while a moment keeps its place.
func (s sight) zoomed(steps int, at, now, last time.Time) sight {
	all := spans()
	i, _ := slices.BinarySearch(all, s.length())
	i = max(0, min(len(all)-1, i+steps))
	if all[i] == s.length() {
		return s
	}
	from, to := s.bounds(now, last)
	share := max(0, min(1, at.Sub(from).Seconds()/to.Sub(from).Seconds()))
	next := sight{past: all[i]}
	if next.past == mostPast { // there is nothing beside it
		return next
	}
	rest := time.Duration(math.Round((1 - share) * float64(next.length()+next.ahead())))
	return next.moved(at.Add(rest), now, last)
}

// words are what it shows: the last hours, or from when to when.
func (s sight) words(ui *kit.UI, now, last time.Time) string {
	if !s.end.IsZero() {
		from, to := s.bounds(now, last)
		return clock(from, now) + " – " + clock(to, from)
	}
	switch n := s.length(); {
	case n < 2*time.Hour:
		return ui.T("chart.last.minutes", "m", int(n.Minutes()))
	case n < 48*time.Hour:
		return ui.T("chart.last.hours", "h", int(n.Hours()))
	default:
		return ui.T("chart.last.days", "d", int(n.Hours()/24))
	}
}

// lastOf is what lies furthest ahead of an account: the end of its token's life.
func lastOf(a api.Account, now time.Time) time.Time {
	if a.Mask == "" || a.ExpiresAt.Before(now) {
		return now
	}
	return earliest(a.ExpiresAt, now.Add(mostPast))
}
