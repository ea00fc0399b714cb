package interchange

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"tokentray/core"
	"tokentray/core/filefault"
	"tokentray/core/recognise"
)

// readSpring reads a Spring application's configuration of WxJava: wx.mp.app-id and
// wx.mp.secret, lists such as wx.mp.configs[0].appId, and tenants such as
// wx.mp.apps.<tenant>.app-id; miniapp and ma alike. The document of a profile adds
// to those without one, as when the application runs.
func readSpring(text []byte, o Options) (File, error) {
	var all []property
	var err error
	if isJSON(text) {
		all, err = readJSON(text, o.Recogniser)
	} else if isYAML(text, strings.ToLower(o.base())) {
		all, err = readYAML(text, o.Recogniser)
	} else {
		all, err = readProperties(string(text))
	}
	if err != nil {
		return File{}, err
	}
	if o.AppIDKey != "" || o.SecretKey != "" {
		return ofVariables(variables(all), o)
	}
	s := newSpring(o.Recogniser)
	if m := springFile().FindStringSubmatch(o.base()); m != nil {
		s.profile = m[1]
	}
	s.read(all)
	return File{Accounts: s.accounts, Remarks: s.remarks, env: s.env}, s.bad.err()
}

// variables are properties under their whole paths.
func variables(all []property) []recognise.Variable {
	out := make([]recognise.Variable, len(all))
	for i, p := range all {
		out[i] = recognise.Variable{Name: strings.Join(p.path, "."), Value: p.value, Line: p.line}
	}
	return out
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
		case propertyLine().MatchString(trimmed):
			return false
		default:
			return yamlLine().MatchString(trimmed)
		}
	}
	return false
}

// spring collects the accounts of a configuration.
type spring struct {
	r        *recognise.Recogniser
	profile  string              // of the whole file, by its name
	env      core.Env            // that the documents without a profile tell
	items    map[string]core.Env // that items of lists tell for themselves
	titles   map[string]string   // names that the file gives to its parts
	paid     map[string]bool     // prefixes beside which payments have their values
	loose    []property          // with values in the form of an AppID or a secret
	base     map[string]*bean    // of the documents without a profile
	accounts []Account
	remarks  []Remark
	bad      faults
}

func newSpring(r *recognise.Recogniser) *spring {
	return &spring{r: r, base: map[string]*bean{}, paid: map[string]bool{}, items: map[string]core.Env{}, titles: map[string]string{}}
}

// bean is the configuration of one prefix, such as wx.mp.
type bean struct {
	prefix    []string // as the file writes it
	profile   string
	line      int
	order     int      // among those of a file
	rest      []string // the part of the last name that belongs to the prefix, as in WECHAT_APPID
	values    map[place]property
	alongside bool // it has values in the current document
}

// place is the purpose of a value: an ID or a further field under one of its names,
// or the secret.
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
	for _, doc := range order { // documents without a profile first
		switch {
		case profiles[doc] != "":
		case isManifest(docs[doc]): // each stands for itself
			s.manifest(docs[doc])
		default:
			s.tellEnv(docs[doc])
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
	s.byForm()
}

// tellEnv reads what a document says about the environment of everything in it: an
// active profile, NODE_ENV.
func (s *spring) tellEnv(props []property) {
	for _, p := range props {
		if slices.Contains(p.path, "group") {
			continue // spring.profiles.group: what a profile consists of
		}
		from := len(p.path) - 1
		for from > 0 {
			part := canonical(p.path[from])
			if _, err := strconv.Atoi(part); err != nil && part != "active" && part != "name" && part != "include" && part != "default" {
				break
			}
			from--
		}
		said := recognise.EnvSaid(strings.Join(p.path[from:], "."), p.value)
		if item := itemOf(p.path[:len(p.path)-1]); item != "" { // another item may be another's
			s.items[item] = recognise.AnyEnv(s.items[item], said)
			if said == core.Sandbox {
				continue
			}
		}
		s.env = recognise.AnyEnv(s.env, said)
	}
}

// byForm finds accounts by the form of values if names tell none.
func (s *spring) byForm() {
	var vars []recognise.Variable
	for _, v := range variables(s.loose) {
		if !slices.ContainsFunc(s.accounts, func(a Account) bool {
			return a.AppID == strings.TrimSpace(v.Value) || a.Secret.Reveal() == strings.TrimSpace(v.Value)
		}) {
			vars = append(vars, v)
		}
	}
	found, _ := s.r.Accounts(vars, recognise.Named{})
	for _, a := range found.Accounts {
		s.accounts = append(s.accounts, recognised(a))
	}
	s.remarks = append(s.remarks, found.Remarks...)
}

// copied are the beans with which a profile begins.
func (s *spring) copied(profile string) map[string]*bean {
	out := map[string]*bean{}
	for key, b := range s.base {
		c := &bean{prefix: b.prefix, rest: b.rest, profile: profile, line: b.line, order: b.order, values: map[place]property{}}
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
	s.entitle(props)
	for _, p := range s.keyed(props) {
		if name := p.path[len(p.path)-1]; recognise.OfMerchant(name) {
			s.paid[canonicalPath(p.path[:len(p.path)-1])] = true
		}
		p.value = s.decoded(p)
		is, prefix, rest := s.placeOf(p)
		if is.field == recognise.None {
			if len(s.loose) < maxLoose && s.r.HasForm(p.value) {
				s.loose = append(s.loose, p)
			}
			continue
		}
		key := canonicalPath(slices.Concat(prefix, rest))
		full := fmt.Sprint(key, is)
		account := is.field == recognise.ID || is.field == recognise.Secret
		if first, twice := seen[full]; twice && account {
			s.bad.add(filefault.Twice, p.line, s.shown(p.path), first)
			continue
		}
		seen[full] = p.line
		b := beans[key]
		if b == nil {
			b = &bean{prefix: prefix, rest: rest, profile: profile, line: p.line, order: len(beans), values: map[place]property{}}
			beans[key] = b
		}
		b.values[is] = p
		b.alongside = true
		if is.field == recognise.ID {
			b.line = p.line
		}
	}
}

// maxLoose bounds the values that are recognised by their form alone.
const maxLoose = 1000

// containers are parts of a path that hold what belongs to the part before them.
var containers = []string{"hosts", "host", "configstorage", "storage", "http", "httpclient"}

// placeOf finds the purpose of a value in the last part of its path, and the prefix
// whose account it belongs to. rest are the words of the last part that belong to
// the prefix.
func (s *spring) placeOf(p property) (is place, prefix, rest []string) {
	last := len(p.path) - 1
	prefix = p.path[:last]
	m := s.r.Meaning(p.path[last])
	if m.Field == recognise.None && last > 0 {
		switch both := s.r.Meaning(p.path[last-1] + "." + p.path[last]); both.Field {
		case recognise.Proxy: // proxy.host
			m, prefix = both, p.path[:last-1]
		case recognise.ID: // app.id, beside app.secret
			m = recognise.Meaning{Field: both.Field, Name: both.Name}
		}
	}
	if name := canonical(p.path[last]); m.Field == recognise.None && last > 0 && (name == "id" || name == "key") && s.r.HasIDForm(p.value) {
		m = recognise.Meaning{Field: recognise.ID, Name: name} // wechat.id, beside wechat.secret
	}
	switch m.Field {
	case recognise.ID, recognise.Secret:
		if len(m.Rest) > 0 && !s.r.Speaks(m.Rest) && !s.r.HasForm(p.value) {
			return place{}, nil, nil
		}
		if is = (place{field: m.Field}); m.Field == recognise.ID {
			is.name = m.Name
		}
		return is, prefix, m.Rest
	case recognise.Param, recognise.Proxy:
		for len(prefix) > 0 && slices.Contains(containers, canonical(prefix[len(prefix)-1])) {
			prefix = prefix[:len(prefix)-1]
		}
		return place{m.Field, m.Name}, prefix, m.Rest
	}
	return place{}, nil, nil
}

// finish makes accounts from the beans, in the order of their lines.
func (s *spring) finish(beans map[string]*bean) {
	list := make([]*bean, 0, len(beans))
	for _, b := range beans {
		if b.alongside {
			list = append(list, b)
		}
	}
	slices.SortFunc(list, func(a, b *bean) int {
		return cmp.Or(a.line-b.line, a.order-b.order)
	})
	owners := map[*bean]bool{}
	for _, b := range list {
		c := s.candidate(b, beans)
		if o := s.share(&c, b, beans); o != nil {
			owners[o] = true
		}
	}
	for _, b := range list {
		if _, own := b.values[place{field: recognise.Secret}]; own || !owners[b] {
			s.account(b, beans)
		}
	}
}

// share gives a candidate without an ID that of the nearest bean around its own, and
// returns that bean: wx.cp around wx.cp.app-configs[0]. Nil: it is no account of it.
func (s *spring) share(c *recognise.Candidate, b *bean, beans map[string]*bean) *bean {
	path := slices.Concat(b.prefix, b.rest)
	for n := len(path) - 1; n > 0 && c.Secret != nil && len(c.IDs) == 0; n-- {
		o := beans[canonicalPath(path[:n])]
		if o == nil {
			continue
		}
		owner := s.candidate(o, beans)
		by := s.r.Apart(owner)
		own := false
		for is := range b.values {
			own = own || is.field == recognise.Param && slices.Contains(by.Names, is.name)
		}
		words := slices.DeleteFunc(canonicals(path[n:]), holdsSeveral)
		if len(words) == 0 && !own { // an item of a list that nothing tells
			return nil
		}
		if c.Share(&owner, by, own, words) {
			return o
		}
	}
	return nil
}

// holdsSeveral reports whether a part of a path, in canonical form, only says that there are
// several.
func holdsSeveral(part string) bool {
	if _, err := strconv.Atoi(part); err == nil {
		return true
	}
	switch part {
	case "apps", "app", "configs", "config", "appconfigs", "agents", "corps", "applications":
		return true
	}
	return false
}

// candidate are the values of a bean, without a name.
func (s *spring) candidate(b *bean, beans map[string]*bean) recognise.Candidate {
	path := slices.Concat(b.prefix, b.rest)
	c := recognise.Candidate{Words: wordsOf(path), Further: s.further(path, beans)}
	for is, p := range b.values {
		v := recognise.Value{Text: p.value, Name: is.name, Shown: s.shown(p.path), Line: p.line}
		switch is.field {
		case recognise.ID:
			c.IDs = append(c.IDs, v)
		case recognise.Secret:
			c.Secret = &v
		}
	}
	slices.SortFunc(c.IDs, func(a, b recognise.Value) int { return a.Line - b.Line })
	return c
}

// wordsOf are the words in the parts of a path.
func wordsOf(path []string) []string { return recognise.Split(strings.Join(path, ".")) }

func (s *spring) account(b *bean, beans map[string]*bean) {
	c := s.candidate(b, beans)
	if c.Secret == nil {
		c.Secret = s.sibling(b)
	}
	s.share(&c, b, beans)
	if c.Name, c.Spare = s.name(b.prefix); len(b.rest) > 0 {
		c.Name, _ = s.r.NameOf(b.rest)
	}
	profile := recognise.Split(b.profile)
	if !strings.Contains(b.profile, "!") { // "not prod" names everything else
		c.Env = recognise.EnvOf(profile)
	}
	c.Env = recognise.AnyEnv(c.Env, recognise.EnvOf(c.Words))
	path := slices.Concat(b.prefix, b.rest)
	if title := s.titleOf(path); title != "" {
		c.Name, c.Spare = title, c.Name
		c.Env = recognise.AnyEnv(c.Env, recognise.EnvOf(recognise.Split(title)))
	}
	if c.Env == "" {
		c.Env = s.saidOf(path)
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

// further are the proxy and the other fields of an account: those at its prefix, and
// at the prefixes around it.
func (s *spring) further(path []string, beans map[string]*bean) []recognise.Value {
	var out []recognise.Value
	for n := len(path); n >= 0; n-- {
		b := beans[canonicalPath(path[:n])]
		if b == nil {
			continue
		}
		near := len(wordsOf(path[:n]))
		for is, p := range b.values {
			if is.field == recognise.Param || is.field == recognise.Proxy {
				out = append(out, recognise.Value{Text: p.value, Name: is.name, Shown: s.shown(p.path), Line: p.line, Field: is.field, Near: near})
			}
		}
	}
	slices.SortFunc(out, func(a, b recognise.Value) int { return a.Line - b.Line })
	return out
}

// sibling is the one value beside an account's that has the form of a secret, nil if
// there is none or more than one.
func (s *spring) sibling(b *bean) *recognise.Value {
	var out *recognise.Value
	for _, p := range s.loose {
		last := len(p.path) - 1
		if s.paid[canonicalPath(b.prefix)] || canonicalPath(p.path[:last]) != canonicalPath(b.prefix) || !s.r.MayBeSecret(p.path[last], p.value) {
			continue
		}
		if out != nil {
			return nil
		}
		out = &recognise.Value{Text: p.value, Line: p.line}
	}
	return out
}

// name makes a name from a prefix: the tenant's if there is one, in its own
// spelling, else wx-mp, and wx-mp-1 for the first of a list.
func (s *spring) name(prefix []string) (name, spare string) {
	var own, all []string
	for i, w := range canonicals(prefix) {
		n, err := strconv.Atoi(w)
		switch {
		case err != nil && holdsSeveral(w) || w == "spring":
			continue
		case err == nil:
			all = append(all, strconv.Itoa(n+1))
		default:
			all = append(all, prefix[i])
			if !s.r.Speaks([]string{w}) && recognise.EnvOf([]string{w}) == "" {
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
	switch {
	case name == "":
		return s.r.NameOf(nil)
	case strings.Trim(name, "0123456789-") == "": // an item of a list that is the whole file
		kind, _ := s.r.NameOf(nil)
		return kind + "-" + name, kind + "-" + spare
	}
	return name, spare
}

// shown is a path if we know its last part and the rest looks like names, else that
// part alone.
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
