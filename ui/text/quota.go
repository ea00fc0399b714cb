package text

import (
	"strconv"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// quota says how many calls were made today, and how many are allowed.
func quota() table {
	return table{
		"quota.calls":    {"calls today", "今日调用"},
		"quota.forced":   {"forced today", "今日强制"},
		"quota.resets":   {"resets", "重置时间"},
		"quota.budget":   {"budget", "额度"},
		"quota.budgeted": {"{n} of {of} calls, then nothing asks by itself", "{n} / {of} 次，用完后停止自动调用"},
		"quota.spent":    {"{of} are used up; nothing asks by itself today", "{of} 次已用完，今天不再自动调用"},
		"quota.used":     {"{n} of {of} used, {left} left", "已用 {n} / {of} 次，剩余 {left} 次"},
		"quota.rate":     {"{used}; {n} in {time}", "{used}；每 {time} {n} 次"},
		"quota.read":     {"read", "读取时间"},
		"quota.reset_says": {
			"The upstream allows {most} resets a month for all who share this AppID; this spends one.\nToday's counters of every API start again at zero. The AppSecret is sent to {host}.",
			"上游每月只允许重置 {most} 次，由所有使用此 AppID 的程序共享；这会用掉一次。\n所有接口今日的计数都会清零。AppSecret 会发送到 {host}。",
		},
		"quota.reset_ask":  {"Reset the counters of {account}?", "重置 {account} 的计数？"},
		"quota.reset_live": {"{account} is LIVE. Spend one of its resets anyway?", "{account} 是生产账号，仍要用掉一次重置机会？"},
		"quota.reset_done": {"The upstream has reset today's counters of {account}.", "上游已重置 {account} 今日的调用计数。"},
		"quota.n":          {"{n}", "{n} 次"},
		"quota.of":         {"{n} of {of}", "{n} / {of} 次"},
		"quota.midnight":   {"at midnight in Beijing, in {left}", "北京时间零点（{left}后）"},
		"quota.elsewhere":  {"at midnight in Beijing, {time} here, in {left}", "北京时间零点，本地时间 {time}（{left}后）"},
		"quota.here":       {"at {time} here, in {left}", "本地时间 {time}（{left}后）"},
	}
}

// Fact is a label and its value.
type Fact struct {
	Label Key
	Value string
}

// Quota lists an account's calls of today, forced fetches if the upstream counts them
// apart, its budget, and, if a limit is known, when the counts start again: in
// Beijing's time if the upstream uses that, and in local time.
func (t *Text) Quota(a api.Account, now time.Time) []Fact {
	calls, forced := a.Counts(now)
	out := []Fact{{"quota.calls", t.used(calls, a.Quota.Calls)}}
	if a.Quota.Forced > 0 {
		out = append(out, Fact{"quota.forced", t.used(forced, a.Quota.Forced)})
	}
	if a.Budget > 0 {
		key := Key("quota.budgeted")
		if calls >= a.Budget {
			key = "quota.spent"
		}
		out = append(out, Fact{"quota.budget", t.Say(key, "n", calls, "of", a.Budget)})
	}
	if a.Quota == (api.Quota{}) && a.Budget == 0 || a.CountsUntil.IsZero() {
		return out
	}
	return append(out, Fact{"quota.resets", t.resets(a.CountsUntil, now)})
}

// Usage says how much of a call's quota is used, as the upstream reported it.
func (t *Text) Usage(u core.Usage) string {
	said := t.Say("quota.used", "n", u.Used, "of", u.Limit, "left", Number(u.Left))
	if u.RateCalls > 0 {
		said = t.Say("quota.rate", "used", said, "n", u.RateCalls, "time", t.Coarse(time.Duration(u.RateSeconds)*time.Second))
	}
	return said
}

func (t *Text) used(n, of int) string {
	if of == 0 {
		return Number(n)
	}
	return t.Say("quota.of", "n", n, "of", of)
}

// Beijing is the zone of the days of most upstreams. China has no summer time, so a
// fixed offset is exact and needs no zone database.
func Beijing() *time.Location { return time.FixedZone("Asia/Shanghai", 8*60*60) }

// InBeijing reports whether the days of a zone are those of Beijing.
func InBeijing(day core.Zone) bool {
	_, offset := time.Now().In(day.Location()).Zone()
	_, beijing := time.Now().In(Beijing()).Zone()
	return offset == beijing
}

// resets says when the next day of the counts starts. If next is over, it adds as
// many days as needed.
func (t *Text) resets(next, now time.Time) string {
	for !next.After(now) {
		next = next.AddDate(0, 0, 1)
	}
	left, here := t.Coarse(next.Sub(now)), next.Local()
	midnight := func(at time.Time) bool { return at.Hour() == 0 && at.Minute() == 0 }
	switch {
	case !midnight(next.In(Beijing())):
		return t.Say("quota.here", "left", left, "time", here.Format("15:04"))
	case midnight(here):
		return t.Say("quota.midnight", "left", left)
	}
	return t.Say("quota.elsewhere", "left", left, "time", here.Format("15:04"))
}

// Number writes a number with commas between thousands: 500,000.
func Number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
