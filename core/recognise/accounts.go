package recognise

import (
	"slices"
	"strings"

	"tokentray/core"
)

// Variable is a name and a value, as configuration files have them.
type Variable struct {
	Name, Value string
	Line        int
}

// Account is what was found. What is empty is not told.
type Account struct {
	Line    int    // where its ID stands
	Name    string // made of the names of its values
	Spare   string // a longer one, for when Name is taken
	Env     core.Env
	Kind    core.Kind // empty: the first of the recogniser's
	Product core.Product
	AppID   string
	Secret  core.Secret
}

// Found is what names and values tell.
type Found struct {
	Accounts []Account
	Remarks  []Remark
	Twice    []Twice // a file with any cannot be read without guessing
}

// Twice is a value that stands there already.
type Twice struct {
	Line, First int
	Key         string // if it may be told
}

// Named are the variables of the one account that somebody named. Empty: they
// are told by what they are called.
type Named struct {
	ID, Secret string
}

// Accounts finds the accounts among variables: an ID and, with the same rest of
// the name, its secret. known is false when a variable that was named is not
// there.
func (r *Recogniser) Accounts(vars []Variable, named Named) (found Found, known bool) {
	g := groups{r: r, byRest: map[string]*Candidate{}}
	if named.ID != "" || named.Secret != "" {
		if !g.named(vars, named) {
			return Found{}, false
		}
	} else {
		for _, v := range vars {
			if m := r.Meaning(v.Name); m.Field != None {
				g.put(m, v)
			}
		}
	}
	out := Found{Twice: g.twice}
	for _, c := range g.order {
		c.Alone = len(g.order) == 1
		c.Name, c.Spare = r.NameOf(c.Words)
		c.Env = EnvOf(append(Split(c.env), c.Words...))
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

// groups gathers the variables of each account.
type groups struct {
	r      *Recogniser
	order  []*Candidate
	byRest map[string]*Candidate
	twice  []Twice
}

// named takes the variables that somebody named; false: one is not there.
func (g *groups) named(vars []Variable, n Named) bool {
	hasID, hasSecret := false, n.Secret == ""
	for _, v := range vars {
		switch v.Name {
		case n.ID:
			hasID = true
			g.put(Meaning{Field: ID}, v)
			g.order[0].Words = g.r.Meaning(v.Name).Rest
		case n.Secret:
			hasSecret = true
			g.put(Meaning{Field: Secret}, v)
		}
	}
	for _, c := range g.order {
		c.Named = true
	}
	return hasID && hasSecret
}

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
		what = ""
	}
	value := Value{Text: v.Value, Name: m.Name, Shown: g.r.Shown(v.Name), Line: v.Line}
	slot := string(rune('0'+m.Field)) + what
	if first, twice := c.seen[slot]; twice {
		g.twice = append(g.twice, Twice{v.Line, first, value.Shown})
		return
	}
	c.seen[slot] = v.Line
	switch m.Field {
	case ID:
		c.IDs = append(c.IDs, value)
	case Secret:
		c.Secret = &value
	case Env:
		c.env = v.Value
	}
}

// Value is a value with what is known of it.
type Value struct {
	Text  string
	Name  string // the known name that its own contains
	Shown string // its own name, if that may be told
	Line  int
}

// Candidate is what stands together in a file and may be an account.
type Candidate struct {
	Words  []string // of the names that all have, in lower case
	IDs    []Value
	Secret *Value
	Named  bool // somebody named the variables
	Alone  bool // there is no other

	Name, Spare string // the account's, made of the words
	Env         core.Env

	env  string // the value of a variable for it
	seen map[string]int
}

// Judge makes an account of a candidate, or tells why it is none. A remark is
// made only where a person could take it for one.
func (r *Recogniser) Judge(c Candidate) (*Account, []Remark) {
	id, k := r.idOf(c)
	if id == nil {
		if c.Secret != nil && (c.Named || len(c.Words) == 0 || r.Speaks(c.Words)) && (len(c.Words) > 0 || c.Alone) {
			return nil, []Remark{{RemarkLonely, c.Secret.Line, c.Secret.Shown}}
		}
		return nil, nil
	}
	remark := func(code string, v Value) Remark { return Remark{code, v.Line, v.Shown} }
	empty := StandsFor(id.Text)
	switch {
	case k == nil && empty && len(c.Words) == 0: // a bare name tells no kind
	case k == nil:
		return nil, []Remark{remark(RemarkOther, *id)}
	case k.Remark != "":
		return nil, []Remark{remark(k.Remark, *id)}
	}
	if code := otherApp(c); code != "" && !c.Named {
		return nil, []Remark{remark(code, *id)}
	}
	var remarks []Remark
	if empty {
		remarks = append(remarks, remark(RemarkPlaceholder, *id))
	}
	secret := ""
	if c.Secret != nil {
		if secret = c.Secret.Text; StandsFor(secret) {
			remarks = append(remarks, remark(RemarkPlaceholder, *c.Secret))
			secret = ""
		}
	}
	if empty {
		return nil, remarks
	}
	a := &Account{
		Line: id.Line, Name: c.Name, Spare: c.Spare, Env: c.Env, Product: r.ProductOf(c.Words),
		AppID: strings.TrimSpace(id.Text), Secret: core.NewSecret(secret),
	}
	if k.Kind != r.kinds[0].Kind {
		a.Kind = k.Kind
	}
	return a, remarks
}

// idOf is the candidate's ID and the kind it is of, nil where nothing tells one.
// Of several the first one counts that an account can be made of.
func (r *Recogniser) idOf(c Candidate) (*Value, *kind) {
	var id *Value
	var of *kind
	for _, v := range c.IDs {
		k := r.kindOf(v, c)
		if id == nil || of == nil && k != nil || of != nil && of.Remark != "" && k != nil && k.Remark == "" {
			id, of = &v, k
		}
	}
	return id, of
}

// kindOf tells a kind by the form of the value, else by the words beside it.
func (r *Recogniser) kindOf(v Value, c Candidate) *kind {
	var said *kind
	for i := range r.kinds {
		k := &r.kinds[i]
		if k.id != nil && k.id.MatchString(strings.TrimSpace(v.Text)) {
			return k
		}
		called := slices.Contains(k.IDs, v.Name)
		own := !slices.Contains(r.kinds[0].IDs, v.Name) // a name that the first kind shares tells no kind by itself
		if said == nil && (c.Named && v.Name == "" || called && (own || k.speaks(c.Words))) {
			said = k
		}
	}
	return said
}

// otherApp is the remark for what belongs to the same brand and has no token of
// this sort, empty if nothing says so.
func otherApp(c Candidate) string {
	for _, w := range c.Words {
		switch w {
		case "open", "component":
			return RemarkComponent
		case "pay", "cp":
			return RemarkOther
		}
	}
	return ""
}
