package collection

import (
	"regexp"
	"slices"
	"strings"

	"tokentray/core/kinds"
)

// group is a folder of sample calls.
type group struct {
	folder string // of files: letters, digits, dashes and underscores
	title  string
	calls  []call
}

// call is a sample call with the place of its token.
type call struct {
	kinds.Call
	title string
	place kinds.Place
}

// groups are the sample calls of the accounts, kind by kind. A kind without samples
// has the one call that every account of it may make.
func (w *writer) groups(of []Of) []group {
	var out []group
	for i, one := range of {
		spec := one.Spec
		if slices.ContainsFunc(of[:i], func(b Of) bool { return b.Spec.Kind == spec.Kind }) {
			continue
		}
		samples := spec.Samples
		if len(samples) == 0 && spec.TryPath != "" {
			samples = []kinds.Folder{w.tryFolder(spec)}
		}
		for _, f := range samples {
			for _, p := range of {
				if p.Spec.Kind == spec.Kind && (len(f.Products) == 0 || slices.Contains(f.Products, p.Product)) {
					out = w.withFolder(out, spec, f)
					break
				}
			}
		}
	}
	return out
}

// tryFolder is the folder of a kind without samples.
func (w *writer) tryFolder(spec kinds.Spec) kinds.Folder {
	path, _, _ := strings.Cut(spec.TryPath, "?")
	return kinds.Folder{
		Key: string(spec.Kind), Label: spec.Label,
		Calls: []kinds.Call{{Key: "try", Label: kinds.Label{"en": "GET " + path}, Method: "GET", Path: spec.TryPath}},
	}
}

// withFolder adds a folder of a kind, unless another kind has the same one.
func (w *writer) withFolder(all []group, spec kinds.Spec, f kinds.Folder) []group {
	g := group{folder: f.Key, title: w.titled("group."+f.Key, f.Label, f.Key)}
	for _, c := range f.Calls {
		g.calls = append(g.calls, call{c, w.titled("call."+c.Key, c.Label, c.Key), spec.Token})
	}
	for _, b := range all {
		switch {
		case b.folder != g.folder:
		case sameCalls(b.calls, g.calls):
			return all
		default:
			g.folder = string(spec.Kind) + "_" + f.Key
		}
	}
	return append(all, g)
}

func sameCalls(a, b []call) bool {
	return slices.EqualFunc(a, b, func(a, b call) bool {
		return a.place == b.place && a.Key == b.Key && a.Method == b.Method && a.Path == b.Path && a.Body == b.Body && slices.Equal(a.Query, b.Query)
	})
}

// open matches a variable of a sample call: {{openid}}.
var open = regexp.MustCompile(`\{\{([a-z][a-z0-9_]*)\}\}`)

// variables are the variables of the sample calls, each once.
func variables(groups []group) []string {
	var out []string
	for _, g := range groups {
		for _, c := range g.calls {
			all := c.Path + c.Body
			for _, q := range c.Query {
				all += q.Value
			}
			for _, m := range open.FindAllStringSubmatch(all, -1) {
				if !slices.Contains(out, m[1]) {
					out = append(out, m[1])
				}
			}
		}
	}
	return out
}

// isPlainValue reports whether a text may stand in a file of any client as the value of
// a variable.
func isPlainValue(s string) bool {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"
	return s != "" && len(s) <= 100 && !strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune(letters, r) })
}

// value is what the account has for a variable of the sample calls: the number of its
// application for agentid, its AppID. Empty: nothing, or not the same for all that its
// name means.
func (a Account) value(variable string) string {
	out := ""
	for i, one := range a.Of {
		own := ""
		for _, f := range one.Spec.Fields {
			if f.Input == kinds.SecretText || f.Key != variable && !slices.Contains(f.Names, variable) {
				continue
			}
			if own = one.Params.Get(f.Key); f.Key == kinds.AppID {
				own = one.AppID
			}
		}
		if i > 0 && own != out || !isPlainValue(own) {
			return ""
		}
		out = own
	}
	return out
}

// url is the URL of the call, with base and token in the client's syntax.
func (c call) url(base, token string) string {
	var pairs []string
	if c.place.Query != "" {
		pairs = append(pairs, c.place.Query+"="+token)
	}
	for _, q := range c.Query {
		pairs = append(pairs, q.Name+"="+q.Value)
	}
	if len(pairs) == 0 {
		return base + c.Path
	}
	sign := "?"
	if strings.Contains(c.Path, "?") {
		sign = "&"
	}
	return base + c.Path + sign + strings.Join(pairs, "&")
}

// headers are the headers of the call, with the token in the client's syntax.
func (c call) headers(token string) []kinds.Pair {
	var out []kinds.Pair
	if c.place.Header != "" {
		out = append(out, kinds.Pair{Name: c.place.Header, Value: c.place.Prefix + token})
	}
	if c.Body != "" {
		out = append(out, kinds.Pair{Name: "Content-Type", Value: "application/json"})
	}
	return out
}

// http is the call as a request of a .http file.
func (c call) http(group, base, token string) string {
	var b strings.Builder
	b.WriteString("\n### " + group + " / " + c.title + "\n" + c.Method + " " + c.url(base, token) + "\n")
	for _, h := range c.headers(token) {
		b.WriteString(h.Name + ": " + h.Value + "\n")
	}
	if c.Body != "" {
		b.WriteString("\n" + c.Body + "\n")
	}
	return b.String()
}

// dead are the answers with which one of the kinds reports a dead token.
func dead(of []Of) []kinds.Answer {
	var out []kinds.Answer
	for _, one := range of {
		for _, a := range one.Spec.Dead {
			if !slices.ContainsFunc(out, func(b kinds.Answer) bool {
				return a.Status == b.Status && a.Field == b.Field && slices.Equal(a.Values, b.Values)
			}) {
				out = append(out, a)
			}
		}
	}
	return out
}

// codeFields are the fields of an answer that hold the code of a failed call. Nested
// ones are left out.
func codeFields(of []Of) []string {
	var out []string
	answers := dead(of)
	for _, one := range of {
		answers = append(answers, one.Spec.Works...)
	}
	for _, a := range answers {
		if a.Field != "" && !strings.Contains(a.Field, ".") && !slices.Contains(out, a.Field) {
			out = append(out, a.Field)
		}
	}
	return out
}

// fine are the codes by which a call worked, by the field that holds them.
func fine(of []Of) map[string][]string {
	out := map[string][]string{}
	for _, field := range codeFields(of) {
		out[field] = []string{"0"}
		for _, one := range of {
			for _, a := range one.Spec.Works {
				if a.Field == field {
					out[field] = append(out[field], a.Values...)
				}
			}
		}
	}
	return out
}

// onlyValue is the value of a variable where the files are for one account.
func (w *writer) onlyValue(variable string) string {
	if len(w.accounts) != 1 {
		return ""
	}
	return w.accounts[0].value(variable)
}
