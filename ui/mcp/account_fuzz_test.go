package mcp

import (
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/ui/text"
)

// FuzzAccount: what an AI agent names as an account is one NAME/ENV, or it is refused in
// words that do not repeat it.
func FuzzAccount(f *testing.F) {
	for _, account := range []string{"shop/sandbox", "shop/live", " shop /live", "shop", "shop/", "/live", "shop/live/live", "商店/sandbox", "a\nb/live", "../x/live", strings.Repeat("n", 300) + "/live"} {
		f.Add(account)
	}
	t := &tools{cfg: Config{Text: text.New(text.English).Knowing(kinds.Builtin())}}
	f.Fuzz(func(tt *testing.T, account string) {
		ref, err := t.refOf(account)
		if err != nil {
			if len(account) > 12 && strings.Contains(err.Error(), account) {
				tt.Fatalf("%v repeats %q", err, account)
			}
			return
		}
		again, err := t.refOf(ref.String())
		if clean, bad := core.CleanName(ref.Name); err != nil || again != ref || bad != nil || clean != ref.Name || !ref.Env.Valid() {
			tt.Fatalf("%q is %+v and then %+v: %v", account, ref, again, err)
		}
		if strings.ContainsAny(ref.Name, "/\r\n\x00") {
			tt.Fatalf("%q has the name %q", account, ref.Name)
		}
	})
}
