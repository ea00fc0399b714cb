package text

import (
	"strconv"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// quota is how much was asked of the upstream today, and of how much.
func quota() table {
	return table{
		"quota.calls":     {"calls today", "今日调用"},
		"quota.forced":    {"forced today", "今日强制"},
		"quota.resets":    {"resets", "重置时间"},
		"quota.of":        {"{n} of {of}", "{n} / {of} 次"},
		"quota.midnight":  {"at midnight in Beijing, in {left}", "北京时间零点（{left}后）"},
		"quota.elsewhere": {"at midnight in Beijing, {time} here, in {left}", "北京时间零点，本地时间 {time}（{left}后）"},
	}
}

// Fact is a label and its value.
type Fact struct {
	Label Key
	Value string
}

// Quota tells an account's calls of today, the forced ones where upstream counts
// them apart, and, where a limit
// is known, when the counts begin anew, in Beijing and here.
func (t *Text) Quota(a api.Account, now time.Time) []Fact {
	calls, forced := a.Counts(now)
	out := []Fact{{"quota.calls", t.used(calls, a.Quota.Calls)}}
	if a.Quota.Forced > 0 {
		out = append(out, Fact{"quota.forced", t.used(forced, a.Quota.Forced)})
	}
	if a.Quota == (api.Quota{}) {
		return out
	}
	return append(out, Fact{"quota.resets", t.midnight(now)})
}

func (t *Text) used(n, of int) string {
	if of == 0 {
		return grouped(n)
	}
	return t.Say("quota.of", "n", grouped(n), "of", grouped(of))
}

// midnight says when the day of Beijing ends.
func (t *Text) midnight(now time.Time) string {
	next := core.NextDay(now)
	left, here := t.Coarse(next.Sub(now)), next.Local()
	if here.Hour() == 0 && here.Minute() == 0 {
		return t.Say("quota.midnight", "left", left)
	}
	return t.Say("quota.elsewhere", "left", left, "time", here.Format("15:04"))
}

// grouped writes a number with its thousands apart: 500,000.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
