package tray

import (
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

func TestShorten(t *testing.T) {
	for in, want := range map[string]string{
		"shop":                  "shop",
		strings.Repeat("a", 32): strings.Repeat("a", 32),
		"customer-service-account-of-the-big-shop-eu": "customer-service-acc…big-shop-eu",
		"某某科技有限公司官方微信公众号测试环境一":                        "某某科技有限公司官方…测试环境一",
	} {
		got := shorten(in)
		if columns([]rune(got)) > maxName || got != want {
			t.Errorf("%q becomes %q (%d columns), want %q", in, got, columns([]rune(got)), want)
		}
	}
}

// A right-to-left name does not move the time left, in any panel.
func TestNamesFromRightToLeftStayInTheirPlace(t *testing.T) {
	a := account{ref: api.Ref{Name: "חנות shop", Env: core.Sandbox}, state: core.StateFresh, expires: noon.Add(time.Hour)}
	if got, want := label(a, false, noon, text.New(text.English)), "\u200e\u2068חנות shop\u2069\u200e · 1 h"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzShorten(f *testing.F) {
	f.Add("某某科技有限公司官方微信公众号测试环境一")
	f.Add("customer-service-account-of-the-big-shop-eu")
	f.Fuzz(func(t *testing.T, name string) {
		got := shorten(name)
		if n := columns([]rune(got)); n > maxName {
			t.Errorf("%q has %d columns", got, n)
		}
		if columns([]rune(name)) <= maxName && got != name {
			t.Errorf("%q was changed to %q", name, got)
		}
	})
}
