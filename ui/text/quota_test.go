package text

import (
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

func TestQuota(t *testing.T) {
	west := time.FixedZone("west", -5*3600)
	now := time.Date(2026, 11, 25, 5, 18, 0, 0, west) // 18:18 in Beijing
	stable := api.Account{CallsToday: 1234, ForcedToday: 3, Quota: api.Quota{Calls: 500_000, Forced: 20}, CountsUntil: core.Zone("+08:00").NextDay(now)}
	test := api.Account{CallsToday: 198, Quota: api.Quota{Calls: 200}, CountsUntil: core.Zone("+08:00").NextDay(now)}
	for _, tt := range []struct {
		name string
		a    api.Account
		lang Lang
		now  time.Time
		want []string
	}{
		{"stable_token", stable, English, now, []string{"1,234 of 500,000", "3 of 20", "at midnight in Beijing, 11:00 here, in 5 h 42 min"}},
		{"in Chinese", stable, Chinese, now, []string{"1,234 / 500,000 次", "3 / 20 次", "北京时间零点，本地时间 11:00（5 小时 42 分钟后）"}},
		{"a test account", test, English, now, []string{"198 of 200", "at midnight in Beijing, 11:00 here, in 5 h 42 min"}},
		{"in Beijing", test, English, now.In(core.Zone("+08:00").Location()), []string{"198 of 200", "at midnight in Beijing, in 5 h 42 min"}},
		{"a budget", api.Account{Account: core.Account{Budget: 50}, CallsToday: 7, CountsUntil: test.CountsUntil}, English, now, []string{"7", "7 of 50 calls, then nothing asks by itself", "at midnight in Beijing, 11:00 here, in 5 h 42 min"}},
		{"a budget that is used up", api.Account{Account: core.Account{Budget: 5}, CallsToday: 7, CountsUntil: test.CountsUntil}, Chinese, now, []string{"7", "5 次已用完，今天不再自动调用", "北京时间零点，本地时间 11:00（5 小时 42 分钟后）"}},
		{"days of UTC", api.Account{CallsToday: 7, Quota: api.Quota{Calls: 9}, CountsUntil: core.Zone("").NextDay(now)}, English, now, []string{"7 of 9", "at 19:00 here, in 13 h 42 min"}},
		{"no known limit", api.Account{CallsToday: 7}, English, now, []string{"7"}},
		{"after midnight", stable, English, core.Zone("+08:00").NextDay(now).In(west), []string{"0 of 500,000", "0 of 20", "at midnight in Beijing, 11:00 here, in 1 d"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			was := time.Local
			time.Local = tt.now.Location()
			defer func() { time.Local = was }()
			var got []string
			for _, f := range New(tt.lang).Quota(tt.a, tt.now) {
				got = append(got, f.Value)
			}
			if len(got) != len(tt.want) {
				t.Fatalf("got %q, want %q", got, tt.want)
			}
			for i := range got {
				if got[i] != tt.want[i] {
					t.Errorf("got %q, want %q", got[i], tt.want[i])
				}
			}
		})
	}
}

func TestGrouped(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 500_000: "500,000", 12_345_678: "12,345,678", -1000: "-1,000"} {
		if got := Number(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	if got := New(English).Say("window.many.n", "n", 7013); got != "Marked: 7,013" {
		t.Error(got)
	}
	if got := New(English).Say("detail.code", "code", 40001); strings.Contains(got, ",") {
		t.Errorf("a code is no count: %q", got)
	}
}
