package interchange

import (
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
	all = unwrapped(all, o.Recogniser)
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
// or the secret, whose name is the kind if its own tells one: see part.
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
	s.part(s.base)
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
		s.part(byProfile[name])
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
		p.value = s.r.Clean(s.decoded(p))
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
		if is = (place{m.Field, m.Name}); m.Field == recognise.Secret {
			is.name = string(s.r.Sole(recognise.Secret, m.Name))
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
