package interchange

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"tokentray/core"
)

// variable is a name and a value, as in dotenv files and Postman environments.
type variable struct {
	key, value string
	line       int
}

// field is what a variable's name says it holds.
type field int

const (
	noField field = iota
	appIDField
	secretField
	corpField
	envField
)

// wechatID is the shape of every AppID seen so far.
var wechatID = regexp.MustCompile(`^wx[0-9a-f]{16}$`)

// reference is a value that another program would replace: ${NAME}, ${NAME:default},
// $NAME, {{name}}.
var reference = regexp.MustCompile(`\$\{|^\$[A-Za-z_]\w*$|\{\{`)

// split takes a name apart: SHOP_WX_APPID, shop.wxAppId and shop-wx-appid are
// shop, wx, appid.
func split(key string) []string {
	var words []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			words = append(words, strings.ToLower(string(word)))
			word = nil
		}
	}
	last := ' '
	for _, r := range key {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			end()
		case unicode.IsUpper(r) && (unicode.IsLower(last) || unicode.IsDigit(last)):
			end()
			fallthrough
		default:
			word = append(word, r)
		}
		last = r
	}
	end()
	return words
}

// meaning tells what a name says its value is, and what is left of the name: all
// variables of an account have the same rest.
func meaning(key string) (field, []string) {
	words := split(key)
	for i, w := range words {
		next := ""
		if i+1 < len(words) {
			next = words[i+1]
		}
		for _, m := range []struct {
			first, second string
			is            field
		}{
			{"app", "id", appIDField},
			{"app", "secret", secretField},
			{"corp", "id", corpField},
			{"corp", "secret", corpField},
		} {
			switch head, ok := strings.CutSuffix(w, m.first+m.second); {
			case w == m.first && next == m.second:
				return m.is, slices.Concat(words[:i], words[i+2:])
			case ok && head == "":
				return m.is, slices.Concat(words[:i], words[i+1:])
			case ok && len(head) <= 10:
				return m.is, slices.Concat(words[:i], []string{head}, words[i+1:])
			}
		}
	}
	if i := slices.Index(words, "secret"); i >= 0 {
		return secretField, slices.Concat(words[:i], words[i+1:])
	}
	if n := len(words); n > 1 && (words[n-1] == "env" || words[n-1] == "environment") {
		return envField, words[:n-1]
	}
	return noField, nil
}

// environments are the words by which people name one. What is neither is the
// sandbox: that is what an account begins as.
var environments = map[string]core.Env{
	"live": core.Live, "prod": core.Live, "prd": core.Live, "production": core.Live, "online": core.Live, "release": core.Live,
	"sandbox": core.Sandbox, "dev": core.Sandbox, "development": core.Sandbox, "test": core.Sandbox, "testing": core.Sandbox,
	"staging": core.Sandbox, "stage": core.Sandbox, "uat": core.Sandbox, "local": core.Sandbox, "debug": core.Sandbox,
}

// envOf is the environment that words name, empty if none or both are named.
func envOf(words []string) core.Env {
	var out core.Env
	for _, w := range words {
		env, known := environments[w]
		switch {
		case known && out != "" && out != env:
			return ""
		case known:
			out = env
		}
	}
	return out
}

// products are the words that tell what an AppID belongs to.
var products = map[string]core.Product{
	"mini": core.ProductMini, "miniapp": core.ProductMini, "miniprogram": core.ProductMini, "ma": core.ProductMini, "xcx": core.ProductMini, "weapp": core.ProductMini,
	"mp": core.ProductOfficial, "gzh": core.ProductOfficial, "official": core.ProductOfficial,
}

func productOf(words []string) core.Product {
	for _, w := range words {
		if p, ok := products[w]; ok {
			return p
		}
	}
	return ""
}

// isWeChat reports whether words speak of WeChat.
func isWeChat(words []string) bool {
	return productOf(words) != "" || slices.ContainsFunc(words, isBrand)
}

func isBrand(w string) bool { return w == "wx" || w == "wechat" || w == "weixin" }

// nameOf makes an account's name of what is left of its variables' names: without
// the environment and, where something remains, without the brand. spare has all
// of it.
func nameOf(words []string) (name, spare string) {
	spare = strings.Join(words, "-")
	short := slices.DeleteFunc(slices.Clone(words), func(w string) bool { _, env := environments[w]; return env })
	if own := slices.DeleteFunc(slices.Clone(short), isBrand); len(own) > 0 && (productOf(own) == "" || len(own) > 1) {
		short = own
	}
	if name = strings.Join(short, "-"); name == "" {
		name = "wechat"
	}
	if spare == "" {
		spare = name
	}
	return name, spare
}

// group are the variables of one account.
type group struct {
	words                  []string
	line                   int
	appIDKey, secretKey    string
	appID, secret, envWord string
	seen                   map[field]int // lines
	lonely                 int           // line of a secret
	placeholder            []Remark
}

// pairs finds the accounts among variables: an AppID and, with the same rest of
// the name, its AppSecret.
type pairs struct {
	order  []*group
	byRest map[string]*group
	bad    faults
	notes  []Remark
}

func newPairs() *pairs { return &pairs{byRest: map[string]*group{}} }

// readPairs makes accounts of the variables of a file.
func readPairs(vars []variable, o Options) ([]Account, []Remark, error) {
	p := newPairs()
	if o.AppIDKey != "" || o.SecretKey != "" {
		if err := p.named(vars, o); err != nil {
			return nil, nil, err
		}
	} else {
		for _, v := range vars {
			is, rest := meaning(v.key)
			if is == corpField {
				p.notes = append(p.notes, Remark{RemarkWeCom, v.line, shownKey(v.key)})
			} else if is != noField {
				p.put(is, rest, v)
			}
		}
	}
	accounts := p.accounts(o.AppIDKey != "")
	return accounts, p.notes, p.bad.err()
}

// named takes the two variables that somebody named.
func (p *pairs) named(vars []variable, o Options) error {
	var found [2]bool
	for _, v := range vars {
		switch v.key {
		case o.AppIDKey:
			found[0] = true
			_, rest := meaning(v.key)
			p.put(appIDField, nil, v)
			p.order[0].words = rest
		case o.SecretKey:
			found[1] = true
			p.put(secretField, nil, v)
		}
	}
	if !found[0] || o.SecretKey != "" && !found[1] {
		return one(FaultNoKey, 0)
	}
	return nil
}

func (p *pairs) put(is field, rest []string, v variable) {
	key := strings.Join(rest, "_")
	g := p.byRest[key]
	if g == nil {
		g = &group{words: rest, line: v.line, seen: map[field]int{}}
		p.byRest[key] = g
		p.order = append(p.order, g)
	}
	if first, twice := g.seen[is]; twice {
		p.bad.add(FaultTwice, v.line, shownKey(v.key), first)
		return
	}
	g.seen[is] = v.line
	if reference.MatchString(v.value) {
		g.placeholder = append(g.placeholder, Remark{RemarkPlaceholder, v.line, shownKey(v.key)})
		v.value = ""
	}
	switch is {
	case appIDField:
		g.appID, g.appIDKey, g.line = v.value, v.key, v.line
	case secretField:
		g.secret, g.secretKey, g.lonely = v.value, v.key, v.line
	case envField:
		g.envWord = v.value
	}
}

// accounts makes an account of each group that has an AppID of WeChat.
func (p *pairs) accounts(named bool) []Account {
	var out []Account
	for _, g := range p.order {
		wechat := named || len(g.words) == 0 || isWeChat(g.words) || wechatID.MatchString(g.appID)
		_, hasID := g.seen[appIDField]
		switch {
		case !hasID && g.lonely > 0 && wechat && (len(g.words) > 0 || len(p.order) == 1):
			p.notes = append(p.notes, Remark{RemarkLonely, g.lonely, shownKey(g.secretKey)})
			continue
		case !hasID:
			continue
		case !wechat:
			p.notes = append(p.notes, Remark{RemarkOther, g.line, shownKey(g.appIDKey)})
			continue
		}
		p.notes = append(p.notes, g.placeholder...)
		if g.appID == "" && len(g.placeholder) > 0 {
			continue
		}
		name, spare := nameOf(g.words)
		a := Account{
			Line: g.line, Name: name, Made: true, spare: spare, AppID: g.appID, Product: productOf(g.words),
			Env: envOf(append(split(g.envWord), g.words...)), Secret: core.NewSecret(g.secret),
		}
		out = append(out, a)
	}
	return out
}

// plainKey is the shape of a name that may be shown: no secret that was put in
// the place of a name gets through, for its words must tell a field.
var plainKey = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.\-\[\]]{0,79}$`)

// shownKey is key if it is one that we know, else empty.
func shownKey(key string) string {
	if is, _ := meaning(key); is == noField || !plainKey.MatchString(key) {
		return ""
	}
	return key
}
