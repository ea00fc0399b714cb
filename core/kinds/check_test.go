package kinds_test

import (
	"slices"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/kinds"
)

func TestCheckAccount(t *testing.T) {
	good := core.Account{Name: "shop", Env: core.Sandbox, Kind: kinds.WeChat, Product: kinds.ProductTest, AppID: "wx0123456789abcdef"}
	set := kinds.Builtin()
	for _, tt := range []struct {
		name   string
		change func(*core.Account)
		want   string // field:key of the first problem, "" for none
		warn   bool
	}{
		{"good", func(*core.Account) {}, "", false},
		{"no env", func(a *core.Account) { a.Env = "" }, "env:env_unknown", false},
		{"odd kind", func(a *core.Account) { a.Kind = "carrier pigeon" }, "kind:kind_unknown", false},
		{"odd product", func(a *core.Account) { a.Product = "shoe" }, "product:product_unknown", false},
		{"no AppID", func(a *core.Account) { a.AppID = "" }, "appid:appid_empty", false},
		{"original ID", func(a *core.Account) { a.AppID = "gh_0123456789ab" }, "appid:appid_gh", false},
		{"AppID with a blank", func(a *core.Account) { a.AppID = "wx 1" }, "appid:appid_chars", false},
		{"AppID in capitals", func(a *core.Account) { a.AppID = "WX0123456789ABCDEF" }, "appid:appid_odd", true},
		{"a secret as the name", func(a *core.Account) { a.Name = "0123456789abcdef0123456789abcdef" }, "name:name_secret", false},
		{"a block as the name", func(a *core.Account) { a.Name = "AppID wx1 AppSecret 0123456789ABCDEF0123456789abcdef" }, "name:name_secret", false},
		{"31 digits in the name", func(a *core.Account) { a.Name = "0123456789abcdef0123456789abcde" }, "", false},
		{"a secret as the AppID", func(a *core.Account) { a.AppID = "0123456789abcdef0123456789abcdef" }, "appid:appid_secret", false},
		{"a secret in the note", func(a *core.Account) { a.Note = "secret: 0123456789abcdef0123456789abcdef" }, "note:note_secret", true},
		{"http", func(a *core.Account) { a.BaseURL = "http://api.example.com" }, "base_url:base_url_https", false},
		{"http to this machine", func(a *core.Account) { a.BaseURL = "http://127.0.0.1:8080" }, "", false},
		{"http to localhost", func(a *core.Account) { a.BaseURL = "http://localhost:8080/path" }, "", false},
		{"http to a trap", func(a *core.Account) { a.BaseURL = "http://localhost.example.com" }, "base_url:base_url_https", false},
		{"https", func(a *core.Account) { a.BaseURL = "https://api2.weixin.qq.com" }, "", false},
		{"URL with a query", func(a *core.Account) { a.BaseURL = "https://x.example?a=b" }, "base_url:base_url_bad", false},
		{"URL with a password", func(a *core.Account) { a.BaseURL = "https://a:b@x.example" }, "base_url:base_url_bad", false},
		{"ftp", func(a *core.Account) { a.BaseURL = "ftp://x.example" }, "base_url:base_url_bad", false},
		{"no URL", func(a *core.Account) { a.BaseURL = "://" }, "base_url:base_url_bad", false},
		{"socks", func(a *core.Account) { a.Proxy = "socks5://dev@proxy.example:1080" }, "", false},
		{"proxy with its password", func(a *core.Account) { a.Proxy = "http://dev:pw@proxy.example:1080" }, "proxy:proxy_password", false},
		{"proxy without scheme", func(a *core.Account) { a.Proxy = "proxy.example:1080" }, "proxy:proxy_bad", false},
		{"long note", func(a *core.Account) { a.Note = strings.Repeat("n", 2001) }, "note:note_long", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := good
			tt.change(&a)
			got := set.Check(set.Clean(a))
			if tt.want == "" {
				if len(got) > 0 {
					t.Errorf("found %v in a good account", got)
				}
				return
			}
			if len(got) != 1 || got[0].Field+":"+got[0].Key != tt.want || got[0].Warn != tt.warn {
				t.Errorf("found %v, want %s", got, tt.want)
			}
			if tt.warn != (len(got.Fatal()) == 0) {
				t.Errorf("fatal: %v", got.Fatal())
			}
			if !tt.warn && len(got.Error()) < 15 {
				t.Errorf("the error %q does not say what to do", got.Error())
			}
		})
	}
}

// What an earlier version took for a name stays usable until somebody renames it.
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
