package format

import (
	"slices"
	"testing"
)

func TestAnEnvironmentIsCleanedOfWhatExecPutIn(t *testing.T) {
	own := []string{"PATH=/bin", "ACCESS_TOKEN_OTHER=mine", "SHOP=mine", "EMPTY="}
	env := append(slices.Clone(own), "ACCESS_TOKEN=88_a", "ACCESS_TOKEN_EXPIRES_AT=t", "ACCESS_TOKEN_APPID=wx0", "ACCESS_TOKEN_FILE=/f")
	env = MarkEnv(env, "ACCESS_TOKEN")
	env = append(env, "SHOP_TOKEN=88_b", "SHOP_TOKEN_BASE_URL=https://x", "SHOP_TOKEN_EXPIRES_AT_UNIX=1", "SHOP_TOKEN_ACCOUNT=shop/live")
	env = MarkEnv(MarkEnv(env, "SHOP_TOKEN"), "SHOP_TOKEN") // an exec in an exec
	if want := "TOKENTRAY_EXEC=ACCESS_TOKEN,SHOP_TOKEN"; !slices.Contains(env, want) {
		t.Errorf("the mark: %q", env)
	}
	if got := CleanEnv(env); !slices.Equal(got, own) {
		t.Errorf("cleaned: %q, want %q", got, own)
	}
	unmarked := []string{"ACCESS_TOKEN=of another program"}
	if got := CleanEnv(unmarked); !slices.Equal(got, unmarked) {
		t.Errorf("what exec did not put in went: %q", got)
	}
}
