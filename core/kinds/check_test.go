package kinds_test

import (
	"slices"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/kinds"
)

// TestCheckAccount: what core.Account.Check finds is found here too, and after it what
// the kind says of its fields.
func TestCheckAccount(t *testing.T) {
	good := core.Account{Name: "shop", Env: core.Sandbox, Kind: kinds.WeChat, Product: kinds.ProductTest, AppID: "wx0123456789abcdef"}
	set := kinds.Builtin()
	for name, tt := range map[string]struct {
		change func(*core.Account)
		fatal  string // field:key
		warns  string
	}{
		"good":                  {func(*core.Account) {}, "", ""},
		"no env":                {func(a *core.Account) { a.Env = "" }, "env:env_unknown", ""},
		"a secret as the name":  {func(a *core.Account) { a.Name = "0123456789abcdef0123456789abcdef" }, "name:name_secret", ""},
		"WeCom's as the name":   {func(a *core.Account) { a.Name = "abcDEF-123_abcDEF-123_abcDEF-123_abcDEF-123" }, "name:name_secret", ""},
		"as long, of words":     {func(a *core.Account) { a.Name = "the-shop-of-the-second-floor-in-shenzhen-01" }, "", ""},
		"a secret as the group": {func(a *core.Account) { a.Group = "0123456789abcdef0123456789abcdef" }, "group:name_secret", ""},
		"WeCom's as the group":  {func(a *core.Account) { a.Group = "abcDEF-123_abcDEF-123_abcDEF-123_abcDEF-123" }, "group:name_secret", ""},
		"a secret in the note":  {func(a *core.Account) { a.Note = "secret: 0123456789abcdef0123456789abcdef" }, "", "note:note_secret"},
		"http":                  {func(a *core.Account) { a.BaseURL = "http://api.example.com" }, "base_url:base_url_https", ""},
		"http to this machine":  {func(a *core.Account) { a.BaseURL = "http://127.0.0.1:8080" }, "", ""},
		"proxy without scheme":  {func(a *core.Account) { a.Proxy = "proxy.example:1080" }, "proxy:proxy_bad", ""},
		"odd kind":              {func(a *core.Account) { a.Kind = "carrier pigeon" }, "kind:kind_unknown", ""},
		"odd product":           {func(a *core.Account) { a.Product = "shoe" }, "product:product_unknown", ""},
		"no AppID":              {func(a *core.Account) { a.AppID = "" }, "appid:appid_empty", ""},
		"original ID":           {func(a *core.Account) { a.AppID = "gh_0123456789ab" }, "appid:appid_gh", ""},
		"AppID with a space":    {func(a *core.Account) { a.AppID = "wx 1" }, "appid:appid_chars", ""},
		"AppID in capitals":     {func(a *core.Account) { a.AppID = "WX0123456789ABCDEF" }, "", "appid:appid_odd"},
		"a secret as the AppID": {func(a *core.Account) { a.AppID = "0123456789abcdef0123456789abcdef" }, "appid:appid_secret", ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := good
			tt.change(&a)
			var fatal, warns []string
			for _, p := range set.Check(set.Clean(a)) {
				if said := p.Field + ":" + p.Key; p.Warn {
					warns = append(warns, said)
				} else {
					fatal = append(fatal, said)
				}
			}
			if strings.Join(fatal, " ") != tt.fatal || strings.Join(warns, " ") != tt.warns {
				t.Errorf("refused for %q and warned of %q, want %q and %q", fatal, warns, tt.fatal, tt.warns)
			}
		})
	}
}

// A base URL is written without the path, or its folder, that each call adds.
func TestABaseURLEndsBeforeThePaths(t *testing.T) {
	for _, c := range []struct {
		kind            core.Kind
		written, stored string
	}{
		{kinds.WeChat, "https://api.weixin.qq.com/cgi-bin", "https://api.weixin.qq.com"},
		{kinds.WeChat, "https://gw.example.com/wx/cgi-bin/", "https://gw.example.com/wx"},
		{kinds.WeChatLegacy, "http://127.0.0.1:8080/cgi-bin/token", "http://127.0.0.1:8080"},
		{kinds.WeCom, "https://qyapi.weixin.qq.com/cgi-bin/gettoken", "https://qyapi.weixin.qq.com"},
		{kinds.WeChat, "https://gw.example.com/my-cgi-bin", "https://gw.example.com/my-cgi-bin"},
		{kinds.WeChat, "https://gw.example.com/cgi-bin/wx", "https://gw.example.com/cgi-bin/wx"},
		{kinds.OAuth2, "https://id.example.com/cgi-bin/token", "https://id.example.com/cgi-bin/token"},
	} {
		got := kinds.Builtin().Clean(core.Account{Kind: c.kind, BaseURL: c.written}).BaseURL
		if got != c.stored {
			t.Errorf("%s, %s: stored as %s, want %s", c.kind, c.written, got, c.stored)
		}
	}
}

// A name that an earlier version accepted stays usable until it is changed.
func TestCheckChangeKeepsWhatWasTaken(t *testing.T) {
	const old = "0123456789abcdef0123456789abcdef"
	was := core.Account{Name: old, Env: core.Sandbox, Kind: kinds.WeChat, Product: kinds.ProductTest, AppID: old}
	if _, err := core.CleanName(old); err != nil {
		t.Errorf("it cannot be found: %v", err)
	}
	a := was
	a.Note = "new"
	if got := kinds.Builtin().CheckChange(a, was); len(got) != 2 || len(got.Fatal()) > 0 {
		t.Errorf("a change of the note: %v", got)
	}
	a.Name, a.AppID = old+"x", "f"+old[1:]
	if got := kinds.Builtin().CheckChange(a, was).Fatal(); len(got) != 2 {
		t.Errorf("another secret: %v", got)
	}
	a.Name, a.AppID = "shop", "wx0123456789abcdef"
	if got := kinds.Builtin().CheckChange(a, was); len(got) > 0 {
		t.Errorf("the remedy: %v", got)
	}
}

func TestCleanSecret(t *testing.T) {
	spec, _ := kinds.Builtin().Of(kinds.WeChat)
	const good = "0123456789abcdef0123456789abcdef"
	for _, tt := range []struct {
		in, want string
		keys     string
	}{
		{good, good, ""},
		{" " + good + "\r\n", good, "secret_trimmed"},
		{"short", "short", "secret_odd"},
		{"", "", "secret_empty"},
		{"a b", "", "secret_chars"},
		{"a\nb", "", "secret_chars"},
		{strings.Repeat("a", 513), "", "secret_long"},
	} {
		s, problems := spec.CleanSecret(core.NewSecret(tt.in))
		var keys []string
		for _, p := range problems {
			keys = append(keys, p.Key)
		}
		if got := strings.Join(keys, " "); got != tt.keys {
			t.Errorf("CleanSecret(%.20q) found %q, want %q", tt.in, got, tt.keys)
		}
		if len(problems.Fatal()) == 0 && s.Reveal() != tt.want {
			t.Errorf("CleanSecret(%.20q) changed the value", tt.in)
		}
	}
}

// TestCAWhereThereIsAURL: certificates vouch for the hosts of an account's URLs; a
// kind whose accounts name none takes none.
func TestCAWhereThereIsAURL(t *testing.T) {
	fields := []kinds.Field{{Key: kinds.AppID, Input: kinds.Text, Required: true}, {Key: kinds.Secret, Input: kinds.SecretText, Required: true}}
	fixed := kinds.Spec{
		Kind: "fixed", BaseURL: "https://api.example.com", Fields: fields,
		Traits: core.Traits{Repeat: core.RepeatSame, Window: 1}, Token: kinds.Place{Query: "t"},
	}
	own := fixed
	own.Kind, own.Fields = "own", append(slices.Clone(fields), kinds.Field{Key: "token_url", Input: kinds.URL})
	set, err := kinds.New(fixed, own)
	if err != nil {
		t.Fatal(err)
	}
	for kind, wanted := range map[core.Kind]bool{"fixed": false, "own": true} {
		a := core.Account{Name: "shop", Env: core.Sandbox, Kind: kind, AppID: "a", CA: "words"}
		refused := slices.ContainsFunc(set.Check(a), func(p core.Problem) bool { return p.Field == "ca" && p.Key == kinds.ProblemField })
		if refused == wanted || (set.Fit(a).CA != "") != wanted {
			t.Errorf("%s: refused %v, and kept %q", kind, refused, set.Fit(a).CA)
		}
	}
}
