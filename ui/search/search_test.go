package search_test

import (
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/search"
	"tokentray/ui/text"
)

var noon = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

func shop() *api.Account {
	a := api.Account{
		Account: core.Account{Name: "shop", Env: core.Live, Kind: kinds.WeChat, Product: kinds.ProductMini, AppID: "wx0123456789abcdef", Note: "Berlin"},
	}
	a.State, a.ExpiresAt = core.StateFresh, noon.Add(time.Hour)
	return &a
}

func TestMatches(t *testing.T) {
	for typed, want := range map[string]bool{
		"":                     true,
		"SHO":                  true,
		"berlin shop":          true,
		"shop paris":           false,
		"0123":                 true,
		"mini":                 true,
		"小程":                   true, // in any language, two hanzi make a word
		"mi":                   false,
		"live":                 true,
		"Shop/Live":            true, // as accounts are written
		"/live":                true,
		"shop/sandbox":         false,
		"生产":                   true,
		"liv":                  false,
		"fresh":                true,
		"env:l state:fre shop": true,
		"环境：生产":                true,
		"state:":               true, // still being typed
		"state:blocked":        false,
	} {
		q := search.New(text.New(text.Chinese), typed)
		if got := q.Matches(shop(), noon); got != want {
			t.Errorf("%q: %v, want %v", typed, got, want)
		}
	}
}

// FuzzQuery: any input is accepted.
func FuzzQuery(f *testing.F) {
	f.Add("state:blocked shop")
	f.Add("环境：生产")
	f.Add(":::")
	f.Fuzz(func(t *testing.T, s string) {
		q := search.New(text.New(text.Chinese), s)
		if q.Empty() && !q.Matches(shop(), noon) {
			t.Errorf("%q asks for nothing and finds nothing", s)
		}
	})
}
