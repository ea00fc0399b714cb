package recognise

import (
	"net/url"
	"slices"
	"strings"

	"tokentray/core"
	"tokentray/core/kinds"
)

// Apart says by what the accounts of one ID are told apart, of kinds that can have
// several: the applications of a company by their numbers.
type Apart struct {
	Key   string   // the field that does; empty: an ID has one account
	Names []string // its names in files
	Label string   // the field that can stand in its place, for a few words
}

// apartOf is that of a kind, from its spec.
func apartOf(spec kinds.Spec) Apart {
	for _, f := range spec.Fields {
		if f.Identity && f.Required && !f.Own() {
			return Apart{f.Key, f.Names, f.Instead}
		}
	}
	return Apart{}
}

// Apart is how the accounts of a candidate's ID are told apart.
func (r *Recogniser) Apart(c Candidate) Apart {
	if _, k := r.idOf(c); k != nil {
		return k.Apart
	}
	return Apart{}
}

// Share gives a candidate that has a secret alone the ID of the one around it, which
// stands once for several. own says that what tells the accounts apart stands beside
// the secret; if not, words can take its place: those beyond the owner's. It reports
// whether the candidate is an account of that ID.
func (c *Candidate) Share(owner *Candidate, by Apart, own bool, words []string) bool {
	if c.Secret == nil || len(c.IDs) > 0 || by.Key == "" {
		return false
	}
	if !own {
		if by.Label == "" || len(words) == 0 || slices.ContainsFunc(words, otherSecret) || slices.ContainsFunc(words, func(w string) bool { return strings.Trim(w, "0123456789") == "" }) {
			return false
		}
		c.label = strings.Join(words, "-")
	}
	c.shared, owner.Shares = true, true
	for _, id := range owner.IDs {
		id.Line = c.Secret.Line
		c.IDs = append(c.IDs, id)
	}
	return true
}

// maxOwners bounds the IDs of one file that may have several accounts.
const maxOwners = 100

// owner is a group with an ID that can have several accounts.
type owner struct {
	*Candidate
	by     Apart
	speaks func(words []string) bool
}

// share completes the groups that have a secret and no ID. The one with the ID is no
// account unless it has a secret of its own.
func (g *groups) share(vars []Variable) {
	var owners []owner
	for _, c := range g.order {
		if _, k := g.r.idOf(*c); k != nil && k.Apart.Key != "" && len(owners) < maxOwners {
			owners = append(owners, owner{c, k.Apart, k.speaks})
		}
	}
	if len(owners) == 0 {
		return
	}
	tells := map[string]bool{} // names of what tells accounts apart, with the rest of their names
	for _, v := range vars {
		if m := g.r.Meaning(v.Name); m.Field == Param {
			tells[m.Name+" "+strings.Join(m.Rest, "_")] = true
		}
	}
	for _, c := range g.order {
		o, ok := ownerOf(c, owners)
		if !ok {
			continue
		}
		own := slices.ContainsFunc(o.by.Names, func(name string) bool { return tells[name+" "+strings.Join(c.Words, "_")] })
		var words []string // a word of the kind's must say that the secret is one of its
		if len(o.Words) > 0 && o.speaks(c.Words) {
			words = beyond(c.Words, o.Words)
		}
		c.Share(o.Candidate, o.by, own, words)
	}
	g.order = slices.DeleteFunc(g.order, func(c *Candidate) bool { return c.Shares && c.Secret == nil })
}

// ownerOf is the owner of the ID that a secret without one belongs to: all words of its
// names are in the names of the secret. The one with most words counts.
func ownerOf(c *Candidate, owners []owner) (out owner, ok bool) {
	if c.Secret == nil || len(c.IDs) > 0 {
		return owner{}, false
	}
	for _, o := range owners {
		if len(beyond(o.Words, c.Words)) == 0 && (!ok || len(o.Words) > len(out.Words)) {
			out, ok = o, true
		}
	}
	return out, ok
}

// beyond are the words that others lack.
func beyond(words, others []string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(w string) bool { return slices.Contains(others, w) })
}

// KindOfRow is the kind of an account in a table that does not name it: by the form of
// its ID and by what the columns are called, in the form of Words.IDs. column is that
// of the ID. Empty: nothing tells, or it is the first kind.
func (r *Recogniser) KindOfRow(id, column string, others []string) core.Kind {
	c := Candidate{}
	for _, name := range others {
		c.Further = append(c.Further, Value{Name: name, Field: Param})
	}
	k := r.kindOf(Value{Text: id, Name: column}, c)
	if k == nil { // a column that only one kind has
		for i := range r.kinds {
			if one := &r.kinds[i]; one.Apart.Key != "" && slices.ContainsFunc(others, func(name string) bool { return slices.Contains(one.Apart.Names, name) }) {
				k = one
			}
		}
	}
	if k == nil || k.Kind == r.kinds[0].Kind {
		return ""
	}
	return k.Kind
}

// KindOfURL is the kind whose accounts are told by their URL alone; empty: the URL is
// none that could be asked.
func (r *Recogniser) KindOfURL(address string) core.Kind {
	for _, k := range r.kinds {
		if k.URL && isAddress(strings.TrimSpace(address)) {
			return k.Kind
		}
	}
	return ""
}

// IsTold reports whether the accounts of a kind are told by their URL alone.
func (r *Recogniser) IsTold(by core.Kind) bool {
	return slices.ContainsFunc(r.kinds, func(k kind) bool { return k.URL && k.Kind == by })
}

// RowName is a name for an account of a table without names: what tells it from others
// of its ID, its ID, or the host of its URL.
func (r *Recogniser) RowName(of core.Kind, id, address string, params map[string]string) string {
	for _, k := range r.kinds {
		if own := params[k.Apart.Key]; k.Kind == of && own != "" {
			return string(of) + "-" + own
		}
	}
	if u, err := url.Parse(address); id == "" && err == nil {
		return u.Hostname()
	}
	return id
}
