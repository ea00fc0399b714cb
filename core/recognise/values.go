package recognise

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// reference is a value that another program replaces by the real one, in the forms
// that shells, templates, build tools, encrypters and vaults write. Both patterns
// take 0.3 MB: they are compiled when a text is first read.
var reference = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(strings.Join([]string{
		`[$#%@=&]!?\{`, `\{\{`, `\[\[`, `<%`, `\{%`, // ${NAME}, ${NAME:default}, #{name}, %{name}, {{name}}, [[name]], <%= name %>
		`^\$[$!]?[A-Za-z_][\w.:]*$`, `\$\(`, `^\$\[`, "^`", // $NAME, $env:NAME, $(NAME), $[name], `command`
		`^%[A-Za-z_][\w.]*%$`, `^%[a-z]\w*\(`, `%\(\w+\)s`, // %NAME%, Symfony's %env(NAME)%, Python's %(name)s
		`^@[A-Za-z_/@]`,                                                                            // Maven's @name@, @Microsoft.KeyVault(…), @file
		`^__[A-Za-z].*__$`, `^#_.*_#$`, `^#{1,2}[A-Za-z_][\w.-]*#{1,2}$`, `^\|\w+\|$`, `^~+\w+~+$`, // __NAME__, #NAME#, |NAME|
		`<[^<>]*>`, `^\[.*\]$`, `^\(.*\)$`, `^【.*】$`, `^（.*）$`, `^《.*》$`, `^「.*」$`, `^«.*»$`, // <your secret>, [secret]
		`^\{[^{}]*\}`, `^\[[A-Za-z_]+\]`, `^\$\$.+\$\$$`, // Spring Cloud's {cipher}…, {secret}, [ENCRYPTED]…, $$secret$$
		`^[A-Za-z][\w.]*[(\[]`, // ENC(…), SOPS' ENC[…], env("NAME"), process.env["NAME"]
		`^(?:process\.env|import\.meta|os\.environ|var|local|data|module|secrets|vault|params|parameters|config)\.[A-Za-z]`,
		`^[A-Za-z][\w.+-]*:.`,                                                                             // op://vault/item, ref+vault://…, vault:path#key, arn:aws:…, encrypted:…
		`^[!&*]\w`,                                                                                        // YAML's !vault, !secret, !Ref, &anchor, *alias
		`^cipher-[a-z0-9-]+-.`, `^\$2[aby]\$\d\d\$`, `^(?:FROM|USE|IN)_[A-Z_]+$`, `_(?:FROM|IN)_[A-Z_]+$`, // Nacos' encryption, a hash of bcrypt, SECRET_FROM_VAULT
		`^U2FsdGVkX1[89+/]`, `^eyJ[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+$`, // what openssl enc and CryptoJS write, JWE
		`^\$ANSIBLE_VAULT`, `^-----BEGIN `, `^(?:A[gQ][A-D]|gAAAAA|AQICAH|AQECAH)[0-9A-Za-z+/=_-]{60,}$`, // Fernet, KMS, sealed secrets
		`^(?:~|\.{1,2})?/(?:run|etc|var|secrets?|home|opt|mnt|usr|vault|app|srv|root|keys?)/`, `^[a-z][a-z_.-]*(?:/[a-z][a-z0-9_.-]*)+(?:[#:]\w+)?$`, `^projects/.+/secrets/`, // where it is kept
		`[…•*.]{3,}`, `^[…*•.xX?#_-]+$`, `^[wW][xX][xX*…]+$`, // ****, xxxx, wxxxxxxx, …
	}, "|"))
})

// filler is what people and templates write when nothing is filled in yet.
var filler = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(?:` + strings.Join([]string{
		`null|nil|none|nan|undefined|unset|empty|missing|blank|false|true|no|yes|todo.*|tbd.*|fixme.*|n/?a|~|["']+|(?:wechat|weixin|wx|ww|mp)|touristappid`,
		`(?:change|replace|fill|set|update)[-_ ]?(?:me|it|this|in|with)(?:[-_ !.].*)?|(?:insert|enter|put|paste|add|see|from|managed|generated)[-_ ].*`,
		`[^0-9a-z]*(?:redacted|removed|hidden|masked|filtered|censored)[^0-9a-z]*|placeholder.*|secret|password|default|dummy.*|fake.*|mock.*|example.*|sample.*|to[-_ ]?be[-_ ].*|not[-_ ]?set.*`,
		`(?:(?:wechat|weixin|wx|mp|mini(?:app|program)?|app|client|corp|developer)[-_ ]?){0,3}(?:id|secret|key|appid|appsecret|secretkey)(?:[-_ ]?(?:here|value|placeholder))?`,
		`(?:(?:wechat|weixin|wx|mp)[-_ ]?)?(?:your?|my|the|some)(?:[-_ ].*|(?:wechat|weixin|wx|mp|app|corp|client|secret|id).*)`,
		`.*[-_ ]here|.*[-_ .]example|.*_placeholder`,
		`(?:请|你的|您的|待|在此|这里|填|替换|改成|修改|输入|公众号|小程序|微信|企业|应用|开发者|密钥).*|.*(?:填写|替换|这里|此处)|无|空|暂无|未.*`,
	}, "|") + `)$`)
})

// StandsFor reports whether a value only stands for the real one: a reference that
// another program resolves, or a template's unfilled value. Such a value is never
// taken over or sent anywhere. If a real value looks like one, a person is told,
// and enters it.
func StandsFor(value string) bool {
	value = strings.TrimSpace(value)
	return reference().MatchString(value) || filler().MatchString(value)
}

// named is the name of something that has the secret, without a digit in it:
// env.WX_SECRET, ssm.wx.secret, SHOP_WX_KEY.
var named = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z_]+(?:\.[A-Za-z_]+)+$|^[A-Z]+(?:_[A-Z]+)+$`)
})

// StandsForSecret reports the same of a secret, which is never written in Chinese or in
// several words (the name of a place, a command, a note) and is not made of zeros or ones alone.
func StandsForSecret(value string) bool {
	value = strings.TrimSpace(value)
	return StandsFor(value) || named().MatchString(value) || strings.ContainsFunc(value, func(r rune) bool { return unicode.IsSpace(r) || isHan(r) }) ||
		len(value) > 1 && (strings.Trim(value, "0") == "" || strings.Trim(value, "1") == "")
}

// opened is a name that begins as fillers do: the-shop, my-app, 微信商城.
var opened = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(?:(?:(?:wechat|weixin|wx|mp)[-_ ]?)?(?:my|the|some|from|add)[-_ ]?|公众号|小程序|微信|企业|应用)(.+)$`)
})

// nameless is what stands for a name, and is none.
var nameless = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(?:(?:app|account|project|shop|service)?[-_ ]?(?:name|title|label)|(?:公众号|小程序|应用|账号|项目)?(?:名|名称|名字|标题))$`)
})

// StandsForName reports the same of a name. One that merely begins as a template's words
// do is a name.
func StandsForName(value string) bool {
	value = strings.TrimSpace(value)
	if reference().MatchString(value) {
		return true
	}
	for filler().MatchString(value) || nameless().MatchString(value) {
		begun := opened().FindStringSubmatch(value)
		if begun == nil {
			return true
		}
		value = begun[1]
	}
	return false
}

// chosen reports whether an ID that looks like a template's may have been chosen: clients
// of OAuth 2.0 are often called my-service.
func chosen(id string) bool {
	rest, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(id)), "my-")
	return ok && !StandsFor(rest)
}

// Clean is a value without the quotation marks and the invisible characters around it
// that word processors and messengers add. If it has the form of an ID or of a
// secret, a comment or a separator behind it goes too.
func (r *Recogniser) Clean(value string) string {
	invisible := func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }
	out := strings.TrimFunc(value, invisible)
	for _, marks := range []string{"“”", "‘’", "「」", "＂＂"} {
		open, closed := utf8.DecodeRuneInString(marks)
		if inner, ok := strings.CutPrefix(out, string(open)); ok && strings.HasSuffix(inner, marks[closed:]) {
			out = strings.TrimFunc(strings.TrimSuffix(inner, marks[closed:]), invisible)
		}
	}
	if end := strings.IndexAny(out, "#;,；，。"); end > 0 && !r.HasForm(out) && r.HasForm(out[:end]) {
		return out[:end]
	}
	if out == strings.TrimSpace(value) {
		return value // blanks are told where they are removed
	}
	return out
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }
