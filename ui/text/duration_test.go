package text

import (
	"testing"
	"time"
)

func TestCoarse(t *testing.T) {
	en, zh := New(English), New(Chinese)
	const day = 24 * time.Hour
	for _, c := range []struct {
		d      time.Duration
		en, zh string
	}{
		{-time.Hour, "0 s", "0 秒"},
		{time.Second - 1, "0 s", "0 秒"},
		{time.Second, "1 s", "1 秒"},
		{time.Minute - 1, "59 s", "59 秒"},
		{time.Minute, "1 min", "1 分钟"},
		{time.Hour - 1, "59 min", "59 分钟"},
		{time.Hour, "1 h", "1 小时"},
		{time.Hour + time.Minute - 1, "1 h", "1 小时"},
		{2*time.Hour - 1, "1 h 59 min", "1 小时 59 分钟"},
		{day - 1, "23 h 59 min", "23 小时 59 分钟"},
		{day, "1 d", "1 天"},
		{3*day + 4*time.Hour + 59*time.Minute, "3 d 4 h", "3 天 4 小时"},
		{30 * day, "30 d", "30 天"},
	} {
		if got := en.Coarse(c.d); got != c.en {
			t.Errorf("%v is %q, want %q", c.d, got, c.en)
		}
		if got := zh.Coarse(c.d); got != c.zh {
			t.Errorf("%v is %q, want %q", c.d, got, c.zh)
		}
	}
}

func TestClock(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0:00", time.Second - 1: "0:00", 9 * time.Second: "0:09", 4*time.Minute + 7*time.Second: "4:07",
		time.Hour - 1: "59:59", time.Hour: "1:00:00", 2*time.Hour - time.Second: "1:59:59", 100 * time.Hour: "100:00:00",
	} {
		if got := Clock(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}
