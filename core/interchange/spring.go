package interchange

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"tokentray/core"
)

// readSpring reads what a Spring application tells WxJava: wx.mp.app-id and
// wx.mp.secret, lists such as wx.mp.configs[0].appId, and tenants such as
// wx.mp.apps.<tenant>.app-id; miniapp and ma alike. A profile's document adds to
// those without one, as it does when the application runs.
func readSpring(text []byte, o Options) (File, error) {
	var all []property
	var err error
	if name := path.Base(strings.ReplaceAll(o.FileName, `\`, "/")); isYAML(text, strings.ToLower(name)) {
		all, err = readYAML(text)
	} else {
		all, err = readProperties(string(text))
	}
	if err != nil {
		return File{}, err
	}
	s := &spring{base: map[string]*bean{}}
	if m := springFile.FindStringSubmatch(path.Base(strings.ReplaceAll(o.FileName, `\`, "/"))); m != nil {
		s.profile = m[1]
	}
	s.read(all)
	return File{Accounts: s.accounts, Remarks: s.remarks}, s.bad.err()
}

// isYAML tells the two syntaxes apart: by the name, else by the first line that
// has a key.
func isYAML(text []byte, name string) bool {
	switch path.Ext(name) {
	case ".yaml", ".yml":
		return true
	case ".properties":
		return false
	}
	for line := range strings.Lines(string(text)) {
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "", trimmed[0] == '#', trimmed[0] == '!':
		case propertyLine.MatchString(trimmed):
			return false
		default:
			return yamlLine.MatchString(trimmed)
		}
	}
	return false
}

// spring gathers the accounts of a configuration.
type spring struct {
	profile  string           // of the whole file, by its name
	base     map[string]*bean // of the documents without a profile
	accounts []Account
	remarks  []Remark
	bad      faults
}

// bean is what one prefix, such as wx.mp, is told.
type bean struct {
	prefix    []string // as the file writes it
	profile   string
	line      int
	values    map[field]property
	alongside bool // it has values in the document at hand
}

// profileKeys are where a document names its profile.
var profileKeys = []string{"spring.config.activate.onprofile", "spring.profiles"}

func (s *spring) read(all []property) {
	docs := map[int][]property{}
	profiles := map[int]string{}
	var order []int
	for _, p := range all {
		if _, known := docs[p.doc]; !known {
			order = append(order, p.doc)
		}
		docs[p.doc] = append(docs[p.doc], p)
		name := canonicalPath(p.path)
		if slices.Contains(profileKeys, name) || slices.Contains(profileKeys, strings.TrimSuffix(name, ".0")) {
			profiles[p.doc] = p.value
		}
	}
	for _, doc := range order { // what holds in every profile first
		if profiles[doc] == "" {
			s.document(docs[doc], s.base, s.profile)
		}
	}
	s.finish(s.base)
	byProfile := map[string]map[string]*bean{}
	var names []string
	for _, doc := range order {
		profile := profiles[doc]
		if profile == "" {
			continue
		}
		if byProfile[profile] == nil {
			byProfile[profile] = s.copied(profile)
			names = append(names, profile)
		}
		s.document(docs[doc], byProfile[profile], profile)
	}
	for _, name := range names {
		s.finish(byProfile[name])
	}
}

// copied are the beans that a profile begins with.
func (s *spring) copied(profile string) map[string]*bean {
	out := map[string]*bean{}
	for key, b := range s.base {
		c := &bean{prefix: b.prefix, profile: profile, line: b.line, values: map[field]property{}}
		for f, p := range b.values {
			c.values[f] = p
		}
		out[key] = c
	}
	return out
}

// document puts one document's values into the beans.
func (s *spring) document(props []property, beans map[string]*bean, profile string) {
	seen := map[string]int{}
	for _, p := range props {
		last := len(p.path) - 1
		is := springField(p.path[last])
		if is == noField {
			continue
		}
		prefix := p.path[:last]
		key := canonicalPath(prefix)
		full := key + "." + strconv.Itoa(int(is))
		if first, twice := seen[full]; twice {
			s.bad.add(FaultTwice, p.line, shownPath(p.path), first)
			continue
		}
		seen[full] = p.line
		b := beans[key]
		if b == nil {
			b = &bean{prefix: prefix, profile: profile, line: p.line, values: map[field]property{}}
			beans[key] = b
		}
		b.values[is] = p
		b.alongside = true
		if is == appIDField {
			b.line = p.line
		}
	}
}

func springField(name string) field {
	switch canonical(name) {
	case "appid":
		return appIDField
	case "secret", "appsecret":
		return secretField
	case "corpid":
		return corpField
	}
	return noField
}

// finish makes accounts of the beans, in the order of their lines.
func (s *spring) finish(beans map[string]*bean) {
	list := make([]*bean, 0, len(beans))
	for _, b := range beans {
		if b.alongside {
			list = append(list, b)
		}
	}
	slices.SortFunc(list, func(a, b *bean) int { return a.line - b.line })
	for _, b := range list {
		s.account(b)
	}
}

func (s *spring) account(b *bean) {
	words := make([]string, len(b.prefix))
	for i, part := range b.prefix {
		words[i] = canonical(part)
	}
	id, hasID := b.values[appIDField]
	secret, hasSecret := b.values[secretField]
	note := func(code string, p property) {
		s.remarks = append(s.remarks, Remark{code, p.line, shownPath(p.path)})
	}
	switch corp, hasCorp := b.values[corpField]; {
	case hasCorp && !hasID:
		note(RemarkWeCom, corp)
		return
	case !hasID && hasSecret && isWeChat(words):
		note(RemarkLonely, secret)
		return
	case !hasID:
		return
	case slices.Contains(words, "open") && isWeChat(words):
		note(RemarkComponent, id)
		return
	case !isWeChat(words) && !wechatID.MatchString(id.value), slices.Contains(words, "pay"), slices.Contains(words, "cp"):
		note(RemarkOther, id)
		return
	case reference.MatchString(id.value):
		note(RemarkPlaceholder, id)
		return
	case reference.MatchString(secret.value):
		note(RemarkPlaceholder, secret)
		secret.value = ""
	}
	name, spare := springName(b.prefix, words)
	profile := split(b.profile)
	a := Account{
		Line: b.line, Name: name, spare: spare, Made: true, AppID: strings.TrimSpace(id.value),
		Product: productOf(words), Secret: core.NewSecret(secret.value),
	}
	if !strings.Contains(b.profile, "!") { // "not prod" names everything else
		a.Env = envOf(profile)
	}
	if len(profile) > 0 {
		a.spare = spare + "-" + strings.Join(profile, "-")
		if a.Env == "" { // a profile of its own kind: its name tells the account apart
			a.Name = name + "-" + strings.Join(profile, "-")
		}
	}
	s.accounts = append(s.accounts, a)
}

// springName makes a name of a prefix: the tenant's if there is one, in its own
// spelling, else wx-mp, and wx-mp-1 for the first of a list.
func springName(prefix, words []string) (name, spare string) {
	var own, all []string
	for i, w := range words {
		n, err := strconv.Atoi(w)
		switch {
		case w == "apps" || w == "configs" || w == "app" || w == "config" || w == "spring":
			continue
		case err == nil:
			all = append(all, strconv.Itoa(n+1))
		default:
			all = append(all, prefix[i])
			if !isBrand(w) && products[w] == "" {
				own = append(own, prefix[i])
			}
		}
	}
	spare = strings.Join(all, "-")
	if len(own) > 0 {
		name = strings.Join(own, "-")
	} else {
		name = spare
	}
	if name == "" {
		name, spare = "wechat", "wechat"
	}
	return name, spare
}

// shownPath is a path if its last part is one that we know and the rest looks
// like names, else that part alone.
func shownPath(p []string) string {
	last := p[len(p)-1]
	if springField(last) == noField || !plainKey.MatchString(last) {
		return ""
	}
	if whole := strings.Join(p, "."); plainKey.MatchString(whole) && isWeChat([]string{canonical(p[0])}) {
		return whole
	}
	return last
}
