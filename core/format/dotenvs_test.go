package format

import (
	"strings"
	"testing"

	"tokentray/core"
)

// TestDotenvs: every account has a variable of its own, whatever it is called.
func TestDotenvs(t *testing.T) {
	of := func(name string, env core.Env, appID, token string) Input {
		return Input{Account: name, Env: env, AppID: appID, AccessToken: token}
	}
	got, err := Dotenvs([]Input{
		of("shop", core.Sandbox, "wx1", "83_a"), of("shop", core.Live, "wx1", "83_b"), of("SHOP", core.Live, "wx2", "83_c"),
		of("测试商城", core.Sandbox, "wx0123456789abcdef", "83_d"), of("测试", core.Sandbox, "", "83_e"), of("my shop-2", core.Sandbox, "", "a b"), of("7eleven", core.Live, "", "t"),
	})
	want := strings.Join([]string{
		"# shop/sandbox", "SHOP_SANDBOX_ACCESS_TOKEN=83_a", "# shop/live", "SHOP_LIVE_ACCESS_TOKEN=83_b", "# SHOP/live", "SHOP_2_LIVE_ACCESS_TOKEN=83_c",
		"# 测试商城/sandbox", "WX0123456789ABCDEF_SANDBOX_ACCESS_TOKEN=83_d", "# 测试/sandbox", "ACCOUNT_SANDBOX_ACCESS_TOKEN=83_e",
		"# my shop-2/sandbox", "MY_SHOP_2_SANDBOX_ACCESS_TOKEN='a b'", "# 7eleven/live", "_7ELEVEN_LIVE_ACCESS_TOKEN=t", "",
	}, "\n")
	if err != nil || got != want {
		t.Errorf("%v\n%s\nwant\n%s", err, got, want)
	}
	if _, err := Dotenvs([]Input{of("shop", core.Live, "", "it's")}); err == nil {
		t.Error("a token that readers read differently is taken")
	}
}
