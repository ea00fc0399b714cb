package recognise

import (
	"slices"
	"strings"

	"tokentray/core"
	"tokentray/core/kinds"
)

// Variable is a name and a value, as configuration files have them.
type Variable struct {
	Name, Value string
	Line        int
}

// Account is an account that was found. Empty fields were not told.
type Account struct {
	Line          int    // where its ID stands
	Name          string // made from the names of its values
	Spare         string // a longer one, for when Name is taken
	Env           core.Env
	Kind          core.Kind // empty: the first of the recogniser's
	Product       core.Product
	AppID         string
	Params        map[string]string // by the keys of the kind's spec
	BaseURL       string
	Proxy         string
	Secret        core.Secret
	ProxyPassword core.Secret
}

// Found is the result of a search in names and values.
type Found struct {
	Accounts []Account
	Remarks  []Remark
	Twice    []Twice  // a file with any cannot be read without guessing
	Env      core.Env // of all accounts that do not say it themselves
}

// Twice is a repeated value.
type Twice struct {
	Line, First int
	Key         string // if it may be shown
}

// Named are the variables that the user named for one account. Empty: they are
// recognised by their names.
type Named struct {
	ID, Secret string
}

// Accounts finds the accounts among variables: an ID and, with the same rest of the
// name, its secret and its other fields. If names do not tell, the form of values
// does. known is false when a variable that the user named does not exist.
func (r *Recogniser) Accounts(vars []Variable, named Named) (found Found, known bool) {
	g := groups{r: r, byRest: map[string]*Candidate{}}
	if named.ID != "" || named.Secret != "" {
		if !g.named(vars, named) {
			return Found{}, false
		}
		g.part()
	} else {
		for _, v := range vars {
			if m := r.Meaning(v.Name); m.Field == ID || m.Field == Secret {
				g.put(m, v)
			}
		}
		g.part()
		g.share(vars)
		g.byForm(vars)
	}
	out := Found{Twice: g.twice, Env: g.further(vars), Remarks: g.remarks}
	for _, c := range g.order {
		c.Alone, c.vars = len(g.order) == 1, vars
		c.Name, c.Spare = r.NameOf(c.Words)
		if strings.Trim(c.Name, "0123456789") == "" {
			c.Name = c.Spare
		}
		c.Env = AnyEnv(c.Env, EnvOf(c.Words))
		out.add(r.Judge(*c))
	}
	return out, true
}

func (f *Found) add(a *Account, remarks []Remark) {
	if a != nil {
		f.Accounts = append(f.Accounts, *a)
	}
	f.Remarks = append(f.Remarks, remarks...)
}

// groups collects the variables of each account.
type groups struct {
	r       *Recogniser
	order   []*Candidate
	byRest  map[string]*Candidate
	twice   []Twice
	remarks []Remark
}

// named takes the variables that the user named; false: one does not exist. Case and
// separators are ignored if no name matches exactly.
func (g *groups) named(vars []Variable, n Named) bool {
	id, secret := find(vars, n.ID), find(vars, n.Secret)
	if len(id) == 0 || len(secret) == 0 && n.Secret != "" {
		return false
	}
	rest := Meaning{Rest: g.r.Meaning(id[0].Name).Rest}
	for _, v := range id {
		g.put(Meaning{Field: ID, Rest: rest.Rest}, v)
	}
	for _, v := range secret {
		g.put(Meaning{Field: Secret, Rest: rest.Rest}, v)
	}
	c := g.order[0]
	c.Named, c.Env = true, EnvOf(Split(id[0].Name))
	return true
}

// find are the variables of a name: those written in the same way, else those with
// the same letters, else those whose names end in it.
func find(vars []Variable, name string) []Variable {
	if name == "" {
		return nil
	}
	var found [3][]Variable
	for _, v := range vars {
		switch own := folded(v.Name[strings.LastIndexByte(v.Name, '.')+1:]); {
		case v.Name == name:
			found[0] = append(found[0], v)
		case folded(v.Name) == folded(name):
			found[1] = append(found[1], v)
		case own == folded(name):
			found[2] = append(found[2], v)
		}
	}
	for _, f := range found {
		if len(f) > 0 {
			return f
		}
	}
	return nil
}

// folded is a name without case and separators.
func folded(name string) string { return strings.Join(Split(strings.ToLower(name)), "") }

func (g *groups) put(m Meaning, v Variable) {
	rest := strings.Join(m.Rest, "_")
	c := g.byRest[rest]
	if c == nil {
		c = &Candidate{Words: m.Rest, seen: map[string]int{}}
		g.byRest[rest] = c
		g.order = append(g.order, c)
	}
	what := m.Name
	if m.Field != ID {
		what = string(g.r.Sole(Secret, m.Name))
	}
	value := Value{Text: v.Value, Name: m.Name, Shown: g.r.Shown(v.Name), Line: v.Line}
	slot := string(rune('0'+m.Field)) + what
	if first, twice := c.seen[slot]; twice {
		g.twice = append(g.twice, Twice{v.Line, first, value.Shown})
		return
	}
	c.seen[slot] = v.Line
	if m.Field == ID {
		c.IDs = append(c.IDs, value)
	} else {
		c.secrets = append(c.secrets, value)
	}
}

// part gives each group one secret. A group with the secrets of two kinds becomes two, if
// it has the IDs of both: WEIXIN_APPID and WEIXIN_CORPID beside their secrets.
func (g *groups) part() {
	var parts []*Candidate
	for _, c := range g.order {
		parts = append(parts, c)
		for i := 0; i < len(c.secrets) && len(c.secrets) > 1; i++ {
			k := g.r.Sole(Secret, c.secrets[i].Name)
			own := slices.DeleteFunc(slices.Clone(c.IDs), func(v Value) bool { return k == "" || g.r.Sole(ID, v.Name) != k })
			if len(own) == 0 || len(own) == len(c.IDs) {
				continue
			}
			c.IDs = slices.DeleteFunc(c.IDs, func(v Value) bool { return g.r.Sole(ID, v.Name) == k })
			parts = append(parts, &Candidate{Words: append(slices.Clone(c.Words), string(k)), IDs: own, Secret: &c.secrets[i], Env: c.Env, Named: c.Named})
			c.secrets = slices.Concat(c.secrets[:i], c.secrets[i+1:])
			break
		}
		for _, v := range c.secrets {
			if c.Secret == nil {
				c.Secret = &v
			} else {
				g.twice = append(g.twice, Twice{v.Line, c.Secret.Line, v.Shown})
			}
		}
	}
	g.order = parts
}

// further adds the other fields to the accounts, and returns the environment of all
// that do not say it themselves.
func (g *groups) further(vars []Variable) core.Env {
	var everywhere core.Env
	for _, v := range vars {
		m := g.r.Meaning(v.Name)
		switch m.Field {
		case Param, Proxy:
			value := Value{Text: v.Value, Name: m.Name, Shown: g.r.Shown(v.Name), Line: v.Line, Field: m.Field, Near: len(m.Rest)}
			for _, c := range g.order {
				if len(m.Rest) <= len(c.Words) && slices.Equal(m.Rest, c.Words[:len(m.Rest)]) {
					c.Further = append(c.Further, value)
				}
			}
		default:
			said := EnvSaid(v.Name, v.Value)
			if c := g.byRest[strings.Join(m.Rest, "_")]; m.Field == Env && c != nil && len(c.IDs) > 0 && len(m.Rest) > 0 {
				c.Env = AnyEnv(c.Env, said)
				continue
			}
			everywhere = AnyEnv(everywhere, said)
		}
	}
	return everywhere
}

// Value is a value with what is known of it.
type Value struct {
	Text  string
	Name  string // the known name that its own contains
	Shown string // its own name, if that may be shown
	Line  int
	Field Field // of a further one: Param or Proxy
	Near  int   // of a further one: how many words its name and the account's share at the start
}

// Candidate is a group of values that may be an account.
type Candidate struct {
	Words  []string // of the names that all have, in lower case
	IDs    []Value
	Secret *Value
	// Further are values of its proxy and other fields; of those with one name the
	// nearest to the account counts.
	Further []Value
	Named   bool // the user named the variables
	Alone   bool // there is no other

	Name, Spare string // the account's, made of the words
	Env         core.Env
	Shares      bool // its ID is that of others too, see Share

	shared bool   // its ID is another's
	label  string // instead of what tells accounts of the ID apart

	seen    map[string]int
	secrets []Value    // until each group has one
	vars    []Variable // of the whole file
}

// Judge makes an account from a candidate, or says why it is none. It makes a remark
// only if a person could take it for one.
func (r *Recogniser) Judge(c Candidate) (*Account, []Remark) {
	id, k := r.idOf(c)
	if id == nil {
		if c.Secret != nil && (c.Named || len(c.Words) == 0 || r.Speaks(c.Words)) && (len(c.Words) > 0 || c.Alone) {
			return nil, []Remark{{RemarkLonely, c.Secret.Line, c.Secret.Shown}}
		}
		return nil, nil
	}
	remark := func(code string, v Value) Remark { return Remark{code, v.Line, v.Shown} }
	empty := StandsFor(id.Text) && (k == nil || !k.URL || !isAddress(id.Text)) && (k == nil || !k.Anywhere || !chosen(id.Text))
	switch {
	case k == nil && empty && len(c.Words) == 0: // a bare name tells no kind
	case k == nil && everyones(id.Name) && !slices.Contains(r.kinds[0].IDs, id.Name): // APP_KEY of something else
		return nil, nil
	case k == nil:
		return nil, []Remark{remark(RemarkOther, *id)}
	}
	if strings.Contains(id.Shown, "WxOpenApp") { // Senparc's word for Mini Programs
		c.Words = append(slices.DeleteFunc(slices.Clone(c.Words), func(w string) bool { return w == "open" }), "weapp")
	}
	if code := k.otherApp(c); code != "" && !c.Named {
		return nil, []Remark{remark(code, *id)}
	}
	var remarks []Remark
	if empty {
		remarks = append(remarks, remark(RemarkPlaceholder, *id))
	}
	secret := ""
	if c.Secret != nil {
		if secret = c.Secret.Text; StandsForSecret(secret) {
			remarks = append(remarks, remark(RemarkPlaceholder, *c.Secret))
			secret = ""
		}
	}
	if empty {
		return nil, remarks
	}
	a := &Account{
		Line: id.Line, Name: c.Name, Spare: c.Spare, Env: c.Env, Product: k.productOf(c.Words),
		AppID: strings.TrimSpace(id.Text), Secret: core.NewSecret(secret),
	}
	if k.URL {
		a.AppID, a.BaseURL = "", a.AppID
	}
	if k.Kind != r.kinds[0].Kind {
		a.Kind = k.Kind
		if len(c.Words) == 0 && c.Name == string(r.kinds[0].Kind) {
			a.Name, a.Spare = string(k.Kind), string(k.Kind)
		}
	}
	remarks = append(remarks, a.takeFurther(k, c)...)
	if k.Anywhere && a.BaseURL == "" && a.Product == "" && !c.Named && !k.speaks(c.Words) {
		return nil, nil // the ID of any service: nothing says where its token comes from
	}
	return a, remarks
}

// idOf is the candidate's ID and its kind, nil if nothing tells one. If there are
// several, it is the first from which an account can be made.
func (r *Recogniser) idOf(c Candidate) (*Value, *kind) {
	var id *Value
	var of *kind
	for _, v := range c.IDs {
		k := r.kindOf(v, c)
		if id == nil || of == nil && k != nil {
			id, of = &v, k
		}
	}
	return id, of
}

// kindOf finds a kind by the form of the value, else by the words beside it, else by
// how the value begins.
func (r *Recogniser) kindOf(v Value, c Candidate) *kind {
	var said, begun *kind
	spoken := false // of said, by the words beside the name
	for i := range r.kinds {
		k := &r.kinds[i]
		if k.id != nil && k.id.MatchString(strings.TrimSpace(v.Text)) && !r.anothers(k, v.Name) {
			return k
		}
		called := slices.Contains(k.IDs, v.Name)
		// A name that the first kind shares, or that everybody uses, tells no kind
		// by itself.
		own := !slices.Contains(r.kinds[0].IDs, v.Name) && !everyones(v.Name)
		// Other platforms have mini programs too: with a word for one, only the form of
		// the value tells this kind.
		speaks := called && (k.branded(c.Words) || k.speaks(c.Words) && (k.id == nil || StandsFor(v.Text)))
		if said == nil && (c.Named && v.Name == "" || called && (own || k.placed(c))) || speaks && !spoken {
			said, spoken = k, speaks
		}
		if called && k.begins(v.Text) && (begun == nil || k.around(c.vars)) {
			begun = k
		}
	}
	if said == nil {
		return begun
	}
	return said
}

// anothers reports whether a name is that of another kind's IDs and of no other: older
// CorpIDs have the form of an AppID.
func (r *Recogniser) anothers(k *kind, name string) bool {
	return name != "" && !everyones(name) && !slices.Contains(k.IDs, name) && slices.ContainsFunc(r.kinds, func(o kind) bool { return slices.Contains(o.IDs, name) })
}

// around reports whether a file speaks of the kind anywhere: open.larksuite.com.
func (k *kind) around(vars []Variable) bool {
	return slices.ContainsFunc(vars, func(v Variable) bool {
		said := strings.ToLower(v.Name + " " + v.Value)
		return slices.ContainsFunc(k.Brands, func(brand string) bool { return strings.Contains(said, brand) })
	})
}

// begins reports whether an ID begins as all of the kind do, and goes on.
func (k *kind) begins(id string) bool {
	rest, ok := strings.CutPrefix(strings.TrimSpace(id), k.IDBegins)
	return ok && k.IDBegins != "" && len(rest) >= 8
}

// placed reports whether a token URL stands beside the candidate, of a kind whose
// accounts all name their own: with one, a client ID is not just any ID.
func (k *kind) placed(c Candidate) bool {
	return k.Anywhere && slices.ContainsFunc(c.Further, func(v Value) bool {
		return v.Field == Param && k.Fields[v.Name] == kinds.BaseURL && strings.Contains(v.Name, "token")
	})
}

// everyones reports whether many unrelated programs use a name.
func everyones(name string) bool {
	switch name {
	case "appid", "appkey", "apikey", "clientid", "clientkey":
		return true
	}
	return false
}

// otherApp is the remark for something of the same brand without such a token, empty
// if there is no sign of that. Words for the kind itself are none; k may be nil.
func (k *kind) otherApp(c Candidate) string {
	for _, w := range c.Words {
		if k != nil && slices.Contains(k.Brands, w) {
			continue
		}
		if code := otherWord(w); code != "" {
			return code
		}
		if k != nil {
			if code := otherWord(k.grown(w)); code != "" {
				return code
			}
		}
	}
	return ""
}

func otherWord(word string) string {
	switch word {
	case "open", "component", "openplatform", "openapp", "third", "thirdparty", "3rd", "componentapp", "kaifang", "website", "qrconnect", "开放平台", "第三方平台":
		return RemarkComponent
	case "pay", "payment", "wxpay", "wepay", "mch", "merchant", "cp":
		return RemarkOther
	}
	return ""
}
