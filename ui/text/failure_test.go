package text

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/core/preset"
)

// constants reads the string constants of core/errors.go whose name has the prefix or
// whose declared type has the name. So a new constant cannot be missed here.
func constants(t *testing.T, match func(name, typ string) bool) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../core/errors.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		typ, _ := spec.Type.(*ast.Ident)
		name := ""
		if typ != nil {
			name = typ.Name
		}
		lit, ok := spec.Values[0].(*ast.BasicLit)
		if ok && match(spec.Names[0].Name, name) {
			s, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, s)
		}
		return true
	})
	return out
}

func TestEveryRemedyIsSaid(t *testing.T) {
	keys := constants(t, func(name, _ string) bool { return strings.HasPrefix(name, "Remedy") })
	if len(keys) < 20 {
		t.Fatalf("found %d remedies in core/errors.go", len(keys))
	}
	for _, lang := range []Lang{English, Chinese} {
		tx := New(lang)
		for _, k := range keys {
			e := &api.Error{Class: "internal", Remedy: k, Message: "MESSAGE", CallerIP: "192.0.2.7"}
			for what, said := range map[string]string{"cause": tx.Cause(e, "shop/live"), "remedy": tx.Remedy(e, "shop/live")} {
				checkSaid(t, lang, what+"."+k, said)
			}
		}
	}
}

func TestEveryClassIsSaid(t *testing.T) {
	classes := constants(t, func(_, typ string) bool { return typ == "Class" })
	if len(classes) < 10 {
		t.Fatalf("found %d classes in core/errors.go", len(classes))
	}
	for _, lang := range []Lang{English, Chinese} {
		tx := New(lang)
		for _, c := range classes {
			for _, key := range []Key{Key("class." + c), Key("class.short." + c)} {
				if !tx.Has(key) {
					t.Errorf("%s is not said", key)
				}
				checkSaid(t, lang, string(key), tx.Say(key, append(tx.Names(""), "message", "MESSAGE")...))
			}
		}
	}
}

// A list says which of the two it is: a vault that is closed, or one that does not have
// the secret of this account.
func TestShortOfAVault(t *testing.T) {
	for remedy, want := range map[string]string{
		core.RemedyVaultUnlock: "vault closed", core.RemedyReenter: "no AppSecret in the vault", core.RemedyVaultInit: "no secret from the vault",
	} {
		if got := New(English).ShortOf(&api.Error{Class: core.VaultClosed, Remedy: remedy, Kind: kinds.WeChat}); got != want {
			t.Errorf("%s: %q, want %q", remedy, got, want)
		}
	}
}

// checkSaid: a sentence has no open placeholder, and a Chinese sentence is Chinese.
func checkSaid(t *testing.T, lang Lang, key, said string) {
	t.Helper()
	han := strings.ContainsFunc(said, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	if said == "" || said == key || strings.ContainsAny(said, "{}") || han != (lang == Chinese) {
		t.Errorf("language %d, %s: %q", lang, key, said)
	}
}

func TestFailure(t *testing.T) {
	e := &api.Error{
		Class: "whitelist", Remedy: "whitelist", Message: "ip is not on the whitelist", UpstreamCode: 40164,
		Upstream: "invalid ip", CallerIP: "192.0.2.7", RID: "62416571-5cbc3445-3e6cab76", RetryAt: time.Unix(1772373500, 0),
	}
	tx := New(English)
	if got, want := tx.Cause(e, "shop"), "192.0.2.7 is not on the account's IP whitelist."; got != want {
		t.Errorf("cause %q, want %q", got, want)
	}
	if got := tx.Remedy(e, "shop"); !strings.Contains(got, "Add 192.0.2.7") || !strings.HasSuffix(got, "tokentray refresh shop") {
		t.Errorf("remedy %q", got)
	}
	got := strings.Join(tx.Details(e), "; ")
	want := "errcode 40164; rid 62416571-5cbc3445-3e6cab76; caller IP 192.0.2.7; upstream says: invalid ip; next try " +
		time.Unix(1772373500, 0).Format(time.DateTime)
	if got != want {
		t.Errorf("details %q, want %q", got, want)
	}

	e.CallerIP = ""
	if got, want := tx.Cause(e, ""), "This machine's IP is not on the account's IP whitelist."; got != want {
		t.Errorf("cause without an address %q, want %q", got, want)
	}
	if got := tx.Cause(&api.Error{Class: "of tomorrow", Message: "as it came"}, ""); got != "as it came" {
		t.Errorf("a class nobody knows: %q", got)
	}
	if got := tx.Cause(&api.Error{Class: "quota"}, ""); got != "Too many calls; the upstream refuses more for now." {
		t.Errorf("a class without a remedy: %q", got)
	}
	if got := tx.Remedy(&api.Error{Class: "quota"}, ""); got != "" {
		t.Errorf("no remedy: %q", got)
	}
}

// TestProblemsAreSaidInTheirLanguage: if the wrong fields are known, no Chinese
// sentence contains an English message.
func TestProblemsAreSaidInTheirLanguage(t *testing.T) {
	var set core.Settings
	for key, value := range map[string]string{
		"language": "x", "theme": "x", "copy-format": "x", "log-level": "x", "text-size": "x", "clear-after": "x", "notify-person": "x", "color": "x",
	} {
		e := api.FromError(set.Set(key, value))
		for _, lang := range []Lang{English, Chinese} {
			if len(e.Problems) != 1 || !New(lang).Has(Key("problem."+e.Problems[0].Key)) {
				t.Errorf("%s: no sentence for %+v", key, e.Problems)
			}
			if said := New(lang).Cause(e, ""); strings.Contains(said, e.Message) {
				t.Errorf("%s: %q", key, said)
			}
		}
	}
	e := &api.Error{Class: core.Invalid, Remedy: core.RemedyInput, Message: "as it came"}
	if said := New(Chinese).Cause(e, ""); !strings.HasSuffix(said, "as it came") {
		t.Errorf("without a problem: %q", said)
	}
}

// TestTheRequestIDStandsOnce: the upstream ends its message with the rid, and the rid
// has a line of its own for copying.
func TestTheRequestIDStandsOnce(t *testing.T) {
	const rid = "62416571-5cbc3445-3e6cab76"
	for said, want := range map[string]string{
		"invalid appid rid: " + rid:                            "upstream says: invalid appid",
		"invalid appsecret, rid: " + rid:                       "upstream says: invalid appsecret",
		"invalid ip 203.0.113.7, not in whitelist rid: " + rid: "upstream says: invalid ip 203.0.113.7, not in whitelist",
	} {
		got := strings.Join(New(English).Details(&api.Error{UpstreamCode: 40013, RID: rid, Upstream: said}), "\n")
		if strings.Count(got, rid) != 1 || !strings.HasSuffix(got, want) {
			t.Errorf("%s", got)
		}
	}
}

// TestChineseTakesNoBlankBetweenItsOwn characters, whatever a value contains.
func TestChineseTakesNoBlankBetweenItsOwn(t *testing.T) {
	for _, tt := range []struct{ ip, want string }{
		{"本机 IP", "需要账号管理员确认来自本机 IP 的调用。"},
		{"203.0.113.7", "需要账号管理员确认来自 203.0.113.7 的调用。"},
		{"本机", "需要账号管理员确认来自本机的调用。"},
	} {
		if got := New(Chinese).Say("cause.confirm", "ip", tt.ip); got != tt.want {
			t.Errorf("%s, want %s", got, tt.want)
		}
	}
}

// TestFieldsHaveTheKindsNames: a sentence about AppID or AppSecret uses the names of
// the account's kind. For an unknown kind it uses the common names.
func TestFieldsHaveTheKindsNames(t *testing.T) {
	for _, c := range []struct {
		kind   core.Kind
		en, zh string
	}{
		{"wechat", "The vault holds no AppSecret for this account.", "保险库中没有此账号的 AppSecret。"},
		{"oauth2", "The vault holds no Client secret for this account.", "保险库中没有此账号的 Client secret。"},
		{"wecom", "The vault holds no Secret for this account.", "保险库中没有此账号的 Secret。"},
		{"nobody", "The vault holds no AppSecret for this account.", "保险库中没有此账号的 AppSecret。"},
		{"", "The vault holds no AppSecret for this account.", "保险库中没有此账号的 AppSecret。"},
	} {
		e := &api.Error{Class: core.VaultClosed, Remedy: core.RemedyReenter, Kind: c.kind}
		if got := New(English).Cause(e, "shop"); got != c.en {
			t.Errorf("%s: %q", c.kind, got)
		}
		if got := New(Chinese).Cause(e, "shop"); got != c.zh {
			t.Errorf("%s: %q", c.kind, got)
		}
	}
	own := kinds.Spec{Kind: "mine", Fields: []kinds.Field{{Key: kinds.AppID, Label: kinds.Label{"en": "App key"}}, {Key: kinds.Secret, Label: kinds.Label{"en": "App code"}}}}
	if names := New(English).namesOf(own); names[1] != "App key" || names[3] != "App code" {
		t.Errorf("a user's own kind: %v", names)
	}
}

// TestAGapIsNamed: if a part is missing from an answer, the part and its path are
// named in each language, in a sentence and in a few words. Nothing of the answer is
// quoted.
func TestAGapIsNamed(t *testing.T) {
	for _, c := range []struct {
		lang               Lang
		e                  api.Error
		cause, short, help string
	}{
		{English, api.Error{Remedy: core.RemedyPath, Part: core.PartToken, Path: "data.access_token"}, "The answer has nothing at data.access_token, where the token should be.", "no token at data.access_token", "preset try"},
		{English, api.Error{Remedy: core.RemedyPart, Part: core.PartLife, Path: "data.end", Kind: kinds.Central}, "What the answer has at data.end cannot be the token's life.", "odd token's life at data.end", "tokentray edit crm/live --answer json"},
		{Chinese, api.Error{Remedy: core.RemedyPath, Part: core.PartCode, Path: "err_no"}, "应答中的 err_no 处没有“成功代码”。", "err_no 处没有“成功代码”", "preset try"},
		{Chinese, api.Error{Remedy: core.RemedyPart, Part: core.PartToken, Path: "token", Kind: kinds.Central}, "应答中 token 处的内容不能用作“token”。", "token 处的“token”无效", "tokentray edit crm/live --answer json"},
	} {
		c.e.Class, c.e.Message = core.Temporary, "MESSAGE"
		tx := New(c.lang)
		if got := tx.Cause(&c.e, "crm/live"); got != c.cause {
			t.Errorf("it says %q, want %q", got, c.cause)
		}
		if got := tx.ShortOf(&c.e); got != c.short {
			t.Errorf("in short %q, want %q", got, c.short)
		}
		if got := tx.Remedy(&c.e, "crm/live"); !strings.Contains(got, c.help) {
			t.Errorf("the remedy is %q, want %q", got, c.help)
		}
	}
	if got := New(English).ShortOf(&api.Error{Class: core.Temporary, Remedy: core.RemedyNetwork}); got != "temporary failure" {
		t.Errorf("another failure: %q", got)
	}
}

// TestABannedCorpIsNoDisabledApplication: 301007 is told by itself, and its advice names
// nothing that the application's owner could switch.
func TestABannedCorpIsNoDisabledApplication(t *testing.T) {
	for lang, want := range map[Lang]string{English: "dissolved or banned", Chinese: "解散或被企业微信封禁"} {
		tx := New(lang)
		banned := &api.Error{Class: core.Frozen, Remedy: core.RemedyFrozen, Kind: kinds.WeCom, UpstreamCode: 301007}
		disabled := &api.Error{Class: core.Frozen, Remedy: core.RemedyFrozen, Kind: kinds.WeCom, UpstreamCode: 50003}
		if got := tx.Cause(banned, "crm"); !strings.Contains(got, want) || got == tx.Cause(disabled, "crm") {
			t.Errorf("it says %q", got)
		}
		if got := tx.Remedy(banned, "crm"); got == tx.Remedy(disabled, "crm") || strings.Contains(got, "Enable") || strings.Contains(got, "启用应用") {
			t.Errorf("it advises %q", got)
		}
	}
}

// What the system answers is English wherever the program runs; a Chinese message says it
// in Chinese, and leaves what a program wrote.
func TestTheSystemsWords(t *testing.T) {
	zh := New(Chinese)
	for said, want := range map[string]string{
		"no such file or directory":          "文件或目录不存在",
		"/srv/token.env: permission denied":  "/srv/token.env: 权限不足",
		"it says permission denied; give up": "it says permission denied; give up",
	} {
		if got := zh.System(said); got != want {
			t.Errorf("%q: %q, want %q", said, got, want)
		}
		if got := New(English).System(said); got != said {
			t.Errorf("in English %q is %q", said, got)
		}
	}
	e := &api.Error{Class: core.PushFailed, Remedy: core.RemedyPushFile, Message: "/srv/token.env: permission denied"}
	if got := zh.Cause(e, "shop/sandbox"); got != "无法写入推送文件：/srv/token.env: 权限不足" {
		t.Error(got)
	}
}

// The code of a failure has the name that its upstream gives it.
func TestACodeHasItsUpstreamsName(t *testing.T) {
	words := New(English).Knowing(preset.With(kinds.Builtin()))
	for kind, want := range map[core.Kind]string{kinds.WeChat: "errcode", "feishu": "code", "douyin": "error_code", "douyin-mini": "err_no", "nobody knows": "errcode"} {
		e := &api.Error{Kind: kind, UpstreamCode: 7}
		if got := words.Details(e); !slices.Equal(got, []string{want + " 7"}) {
			t.Errorf("%s: details %q", kind, got)
		}
		if got := words.Codes(e); !slices.Equal(got, []Code{{want, "7"}}) {
			t.Errorf("%s: codes %q", kind, got)
		}
	}
}
