package diagnose

import (
	"net/url"
	"slices"
	"strings"
	"unicode"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/upstream"
)

// hinted are the kinds that a text hints at: by a host, by a word that names them,
// by the form of the request's ID, or by the name of the code's field. None: there
// is no hint.
func (k Knowledge) hinted(text string, f found) []core.Kind {
	if f.bare {
		return nil
	}
	text = strings.ToLower(text)
	for _, by := range []func() []core.Kind{
		func() []core.Kind { return k.byHost(text) },
		func() []core.Kind { return k.byNameAnd(text, f) },
		func() []core.Kind {
			return k.where(func(s kinds.Spec) bool { return s.Diagnosis != "" && upstream.RID(text) != "" })
		},
		func() []core.Kind { return k.byField(f) },
	} {
		if out := by(); len(out) > 0 {
			return out
		}
	}
	return nil
}

// byField are the kinds in whose answers a field of the code's name holds a code.
func (k Knowledge) byField(f found) []core.Kind {
	return k.where(func(s kinds.Spec) bool {
		return slices.ContainsFunc(slices.Concat(s.Dead, s.Works), func(a kinds.Answer) bool { return f.field != "" && lastPart(a.Field) == f.field })
	})
}

// byNameAnd are the kinds of byName, except where the word is not a name: Huawei speaks of
// OAuth. In that case the named kinds have no field of the code's name and do not know
// the code, and other kinds do.
func (k Knowledge) byNameAnd(text string, f found) []core.Kind {
	named := k.byName(text)
	known := func(kind core.Kind) bool { return len(k.meanings(kind, f)) > 0 }
	others := k.byField(f)
	either := func(kind core.Kind) bool { return slices.Contains(others, kind) || known(kind) }
	if len(named) == 0 || slices.ContainsFunc(named, either) || !slices.ContainsFunc(others, known) {
		return named
	}
	return others
}

func (k Knowledge) where(is func(kinds.Spec) bool) []core.Kind {
	var out []core.Kind
	for _, s := range k.Kinds.All() {
		if is(s) {
			out = append(out, s.Kind)
		}
	}
	return out
}

// hostsIn are the host names in a text, and similar strings, in lower case.
func hostsIn(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool {
		return r != '.' && r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
	})
}

// byHost are the kinds with the longest host that the text names, or a host below it.
func (k Knowledge) byHost(text string) []core.Kind {
	var out []core.Kind
	longest := 0
	named := hostsIn(text)
	for _, s := range k.Kinds.All() {
		for _, host := range hostsOf(s) {
			below := func(h string) bool { return h == host || strings.HasSuffix(h, "."+host) }
			if len(host) < longest || !slices.ContainsFunc(named, below) {
				continue
			}
			if len(host) > longest {
				out, longest = nil, len(host)
			}
			if !slices.Contains(out, s.Kind) {
				out = append(out, s.Kind)
			}
		}
	}
	return out
}

func hostsOf(s kinds.Spec) []string {
	out := slices.Clone(s.Hosts)
	for _, raw := range []string{s.BaseURL, s.APIBase, s.BaseURLs[core.Sandbox], s.BaseURLs[core.Live]} {
		if u, err := url.Parse(raw); err == nil && u.Hostname() != "" {
			out = append(out, strings.ToLower(u.Hostname()))
		}
	}
	return out
}

// byName are the kinds one of whose names is in the text as a word or begins one:
// WxErrorException, wechatpy, go-workwx. The longest name counts.
func (k Knowledge) byName(text string) []core.Kind {
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	var out []core.Kind
	longest := 0
	for _, s := range k.Kinds.All() {
		for _, name := range append([]string{string(s.Kind)}, s.Names...) {
			stands := func(w string) bool {
				return w == name || len(name) > 1 && strings.HasPrefix(w, name) && (len(name) > 3 || strings.HasPrefix(w, name+"error"))
			}
			if len(name) < longest || !slices.ContainsFunc(words, stands) {
				continue
			}
			if len(name) > longest {
				out, longest = nil, len(name)
			}
			if !slices.Contains(out, s.Kind) {
				out = append(out, s.Kind)
			}
		}
	}
	return out
}

func lastPart(path string) string { return strings.ToLower(path[strings.LastIndexByte(path, '.')+1:]) }
