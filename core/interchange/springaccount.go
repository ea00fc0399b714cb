package interchange

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tokentray/core/filefault"
	"tokentray/core/recognise"
)

// part gives each bean one secret. One with the secrets of two kinds becomes two, if it
// has the IDs of both: WeixinAppId and WeixinCorpId beside their secrets.
func (s *spring) part(beans map[string]*bean) {
	for _, b := range slices.Collect(maps.Values(beans)) {
		plain := place{field: recognise.Secret}
		for is, p := range b.values {
			if is.field != recognise.Secret || is.name == "" {
				continue
			}
			first, several := b.values[plain]
			delete(b.values, is)
			own := func(id place) bool {
				return id.field == recognise.ID && string(s.r.Sole(recognise.ID, id.name)) == is.name
			}
			switch {
			case !several:
				b.values[plain] = p
			case !s.partOf(beans, b, is.name, p, own):
				s.bad.add(filefault.Twice, max(p.line, first.line), s.shown(p.path), min(p.line, first.line))
			}
		}
	}
}

// partOf moves the IDs that are the kind's own, and their secret, into a bean beside the
// others'. It reports whether there are both.
func (s *spring) partOf(beans map[string]*bean, b *bean, kind string, secret property, own func(place) bool) bool {
	rest := append(slices.Clone(b.rest), kind)
	key := canonicalPath(slices.Concat(b.prefix, rest))
	c, begun := beans[key] // of the documents without a profile
	if !begun {
		c = &bean{prefix: b.prefix, rest: rest, profile: b.profile, line: secret.line, order: len(beans), values: map[place]property{}}
	}
	var ours, others []property
	for is, p := range b.values {
		switch {
		case own(is):
			ours = append(ours, p)
		case is.field == recognise.ID:
			others = append(others, p)
		}
	}
	if !begun && (len(ours) == 0 || len(others) == 0) {
		return false
	}
	maps.DeleteFunc(b.values, func(is place, p property) bool {
		if own(is) {
			c.values[is], c.line = p, p.line
		}
		return own(is)
	})
	for _, p := range others {
		b.line = p.line
	}
	c.values[place{field: recognise.Secret}] = secret
	c.alongside = c.alongside || b.alongside
	beans[key] = c
	return true
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
