package kinds

import (
	"testing"

	"tokentray/core"
)

// Another kind is offered after a definite refusal alone, and to nobody who
// declined it.
func TestOffer(t *testing.T) {
	test := core.Account{Kind: WeChat, Product: ProductTest, Env: core.Sandbox}
	with := func(a core.Account, change func(*core.Account)) core.Account { change(&a); return a }
	refused := func(code int) *core.Error {
		return &core.Error{Class: core.Misuse, Remedy: core.RemedyKind, Code: code}
	}
	quota := &core.Error{Class: core.Quota, Remedy: core.RemedyQuotaKind, Code: 45009}
	for name, c := range map[string]struct {
		account core.Account
		err     *core.Error
		want    core.Kind
	}{
		"the interface is not granted":  {test, refused(48001), WeChatLegacy},
		"the AppID is not known":        {test, refused(40013), WeChatLegacy},
		"61007":                         {test, refused(61007), WeChatLegacy},
		"the address is not known":      {test, refused(61004), ""},
		"not on the whitelist":          {test, refused(40164), ""},
		"a wrong secret":                {test, refused(40125), ""},
		"busy":                          {test, refused(-1), ""},
		"the day's calls are used up":   {test, &core.Error{Class: core.Quota, Remedy: core.RemedyQuotaDay, Code: 45009}, ""},
		"no answer":                     {test, &core.Error{Class: core.Temporary, Remedy: core.RemedyNetwork}, ""},
		"no failure":                    {test, nil, ""},
		"declined":                      {with(test, func(a *core.Account) { a.Declined = WeChatLegacy }), refused(48001), ""},
		"another was declined":          {with(test, func(a *core.Account) { a.Declined = WeCom }), refused(48001), WeChatLegacy},
		"live":                          {with(test, func(a *core.Account) { a.Env = core.Live }), refused(48001), ""},
		"an Official Account":           {with(test, func(a *core.Account) { a.Product = ProductOfficial }), refused(48001), ""},
		"legacy is refused":             {with(test, func(a *core.Account) { a.Kind = WeChatLegacy }), refused(48001), ""},
		"legacy, the quota":             {with(test, func(a *core.Account) { a.Kind = WeChatLegacy }), quota, WeChat},
		"legacy in production":          {core.Account{Kind: WeChatLegacy, Product: ProductOfficial, Env: core.Live}, quota, WeChat},
		"legacy, and stable declined":   {core.Account{Kind: WeChatLegacy, Product: ProductOfficial, Declined: WeChat}, quota, ""},
		"a kind that nobody knows":      {core.Account{Kind: "nosuch", Product: ProductTest}, refused(48001), ""},
		"WeCom has no other kind":       {core.Account{Kind: WeCom}, refused(48001), ""},
		"a quota of WeCom, of the kind": {core.Account{Kind: WeCom}, quota, ""},
	} {
		if got := Builtin().Offer(c.account, c.err); got != c.want {
			t.Errorf("%s: %q is offered, want %q", name, got, c.want)
		}
	}
}

// Pages that explain a refusal know nothing of another host.
func TestPagesOfARefusal(t *testing.T) {
	spec := Builtin().Default()
	home, away := core.Account{}, core.Account{BaseURL: "http://127.0.0.1:9"}
	if spec.DiagnosisOf(home, "1-2-3") == "" || spec.DiagnosisOf(home, "") != "" || spec.DiagnosisOf(away, "1-2-3") != "" {
		t.Error("the page for a rid belongs to WeChat's own hosts")
	}
	if spec.CodePageOf(home, 99999) == "" || spec.CodePageOf(home, 0) != "" || spec.CodePageOf(away, 99999) != "" {
		t.Error("the page of codes belongs to WeChat's own hosts")
	}
	spec.CodePage = "https://example.com/query?e={code}"
	if got := spec.CodePageOf(home, 60020); got != "https://example.com/query?e=60020" {
		t.Errorf("the page is %q", got)
	}
}

// A secret that may be left out is known to be none.
func TestNoKey(t *testing.T) {
	central, _ := Builtin().Of(Central)
	if secret, found := central.CleanSecret(core.NewSecret(" ")); secret.Reveal() != NoKey || len(found) != 0 {
		t.Errorf("an empty key is %q, %v", secret.Reveal(), found)
	}
	if secret, found := Builtin().Default().CleanSecret(core.NewSecret("")); secret.Reveal() != "" || len(found.Fatal()) != 1 {
		t.Errorf("a secret that is required: %q, %v", secret.Reveal(), found)
	}
}
