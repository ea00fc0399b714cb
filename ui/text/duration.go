package text

import (
	"fmt"
	"time"
)

// Clock writes time left as figures, for places that count down each second: 1:59:07,
// 4:07, 0:09. Zero and less is 0:00.
func Clock(d time.Duration) string {
	s := int64(max(0, d) / time.Second)
	if h := s / 3600; h > 0 {
		return fmt.Sprintf("%d:%02d:%02d", h, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// Coarse writes a duration in one or two units, for sentences and the tray: 45 s, 12
// min, 1 h 58 min, 3 d 4 h. It rounds down, so that it never promises too much time.
func (t *Text) Coarse(d time.Duration) string {
	d = max(0, d)
	switch {
	case d < time.Minute:
		return t.Say("duration.s", "s", int(d/time.Second))
	case d < time.Hour:
		return t.Say("duration.m", "m", int(d/time.Minute))
	case d < 24*time.Hour:
		h, m := int(d/time.Hour), int(d/time.Minute)%60
		if m == 0 {
			return t.Say("duration.h", "h", h)
		}
		return t.Say("duration.hm", "h", h, "m", m)
	}
	days, h := int(d/(24*time.Hour)), int(d/time.Hour)%24
	if h == 0 {
		return t.Say("duration.d", "d", days)
	}
	return t.Say("duration.dh", "d", days, "h", h)
}

// Midnight is when the day of a time began here: since then is today.
func Midnight(now time.Time) time.Time {
	now = now.Local()
	return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
}
