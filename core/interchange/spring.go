package interchange

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"tokentray/core/recognise"
)

// readSpring reads what a Spring application tells WxJava: wx.mp.app-id and
// wx.mp.secret, lists such as wx.mp.configs[0].appId, and tenants such as
// wx.mp.apps.<tenant>.app-id; miniapp and ma alike. A profile's document adds to
// those without one, as it does when the application runs.
func readSpring(text []byte, o Options) (File, error) {
	var all []property
	var err error
	if name := path.Base(strings.ReplaceAll(o.FileName, `\`, "/")); isYAML(text, strings.ToLower(name)) {
		all, err = readYAML(text, o.Recogniser)
	} else {
		all, err = readProperties(string(text))
	}
	if err != nil {
		return File{}, err
	}
	s := &spring{r: o.Recogniser, base: map[string]*bean{}}
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
	r        *recognise.Recogniser
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
	values    map[place]property
	alongside bool // it has values in the document at hand
}

// place is what a value is for: an ID by one of its names, or the secret.
type place struct {
	field recognise.Field
	name  string
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
		c := &bean{prefix: b.prefix, profile: profile, line: b.line, values: map[place]property{}}
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
		is, ok := s.placeOf(p.path[last])
		if !ok {
			continue
		}
		prefix := p.path[:last]
		key := canonicalPath(prefix)
		full := fmt.Sprint(key, is)
		if first, twice := seen[full]; twice {
			s.bad.add(FaultTwice, p.line, s.shown(p.path), first)
			continue
		}
		seen[full] = p.line
		b := beans[key]
		if b == nil {
			b = &bean{prefix: prefix, profile: profile, line: p.line, values: map[place]property{}}
			beans[key] = b
		}
		b.values[is] = p
		b.alongside = true
		if is.field == recognise.ID {
			b.line = p.line
		}
	}
}

// placeOf tells what the last part of a path says that its value is for.
func (s *spring) placeOf(name string) (place, bool) {
	switch m := s.r.Meaning(name); {
	case len(m.Rest) > 0:
		return place{}, false
	case m.Field == recognise.ID:
		return place{m.Field, m.Name}, true
	case m.Field == recognise.Secret:
		return place{field: m.Field}, true
	}
	return place{}, false
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
	c := recognise.Candidate{Words: make([]string, len(b.prefix))}
	for i, part := range b.prefix {
		c.Words[i] = canonical(part)
	}
	for is, p := range b.values {
		v := recognise.Value{Text: p.value, Name: is.name, Shown: s.shown(p.path), Line: p.line}
		if is.field == recognise.ID {
			c.IDs = append(c.IDs, v)
		} else {
			c.Secret = &v
		}
	}
	slices.SortFunc(c.IDs, func(a, b recognise.Value) int { return a.Line - b.Line })
	c.Name, c.Spare = s.name(b.prefix, c.Words)
	profile := recognise.Split(b.profile)
	if !strings.Contains(b.profile, "!") { // "not prod" names everything else
		c.Env = recognise.EnvOf(profile)
	}
	if len(profile) > 0 {
		own := strings.Join(profile, "-")
		c.Spare += "-" + own
		if c.Env == "" { // a profile of its own kind: its name tells the account apart
			c.Name += "-" + own
		}
	}
	a, remarks := s.r.Judge(c)
	s.remarks = append(s.remarks, remarks...)
	if a == nil {
		return
	}
	account := recognised(*a)
	account.Line = b.line
	s.accounts = append(s.accounts, account)
}

// name makes a name of a prefix: the tenant's if there is one, in its own
// spelling, else wx-mp, and wx-mp-1 for the first of a list.
func (s *spring) name(prefix, words []string) (name, spare string) {
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
			if !s.r.Speaks([]string{w}) {
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
		return s.r.NameOf(nil)
	}
	return name, spare
}

// shown is a path if its last part is one that we know and the rest looks
// like names, else that part alone.
func (s *spring) shown(p []string) string {
	last := p[len(p)-1]
	if s.r.Shown(last) == "" {
		return ""
	}
	if whole := strings.Join(p, "."); recognise.IsPlain(whole) && s.r.Speaks([]string{canonical(p[0])}) {
		return whole
	}
	return last
}
