package search_test

import (
	"fmt"
	"slices"
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

// TestStatesByTheWordsOfTheLists: what a list says of an account finds it, and the
// program's own words do in any language.
func TestStatesByTheWordsOfTheLists(t *testing.T) {
	soon, pushes := shop(), shop()
	soon.Mask, soon.Life, soon.ExpiresAt = "84_ab••••wxyz", 7200, noon.Add(time.Minute)
	pushes.Pushes = []api.Push{{Last: &api.PushResult{Error: &api.Error{Class: core.PushFailed}}}}
	for typed, want := range map[string]struct {
		lang         text.Lang
		soon, pushes bool
	}{
		"state:soon":  {text.English, true, false},
		"state:ends":  {text.English, true, false},
		"ends soon":   {text.English, true, false},
		"状态：即将":       {text.Chinese, true, false},
		"即将到期":        {text.Chinese, true, false},
		"state:Soon":  {text.Chinese, true, false},
		"state:fresh": {text.English, true, true},
		"state:push":  {text.Chinese, false, true},
		"push failed": {text.English, false, true},
		"状态:推送":       {text.Chinese, false, true},
	} {
		q := search.New(text.New(want.lang), typed)
		if a, b := q.Matches(soon, noon), q.Matches(pushes, noon); a != want.soon || b != want.pushes {
			t.Errorf("%s: what ends soon %v, what pushes %v", typed, a, b)
		}
	}
	for typed, want := range map[string]bool{"s": true, "Ends Soon": true, "即将": false, "push": true, "dead": false, "": false} {
		if got := search.IsState(text.New(text.English), typed); got != want {
			t.Errorf("%q is a state: %v", typed, got)
		}
	}
}

// TestOrderOfManyKeepsNames: without a pin and by name, or by an order that this version
// does not know, nothing moves.
func TestOrderOfManyKeepsNames(t *testing.T) {
	var all []*api.Account
	for i := range 100 {
		a := shop()
		a.Name = fmt.Sprintf("shop%03d", i)
		all = append(all, a)
	}
	for _, order := range []string{"", core.OrderName, "of a newer version"} {
		if got := search.Ordered(order, noon, slices.Clone(all)); !slices.Equal(got, all) {
			t.Errorf("%q changes the order", order)
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
