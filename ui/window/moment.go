package window

import (
	"time"

	"tokentray/ui/kit"
)

// moment is a time of day, with the date when it is not today's.
func moment(l *kit.Look, t, now time.Time) string {
	if t.IsZero() {
		return l.T("detail.never")
	}
	t, now = t.Local(), now.Local()
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format(time.TimeOnly)
	}
	return t.Format("01-02 15:04")
}

// clock is a local time to the minute, with the date when that is another than
// that of beside.
func clock(at, beside time.Time) string {
	at, beside = at.Local(), beside.Local()
	if at.Format(time.DateOnly) == beside.Format(time.DateOnly) {
		return at.Format("15:04")
	}
	return at.Format("01-02 15:04")
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
