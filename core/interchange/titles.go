package interchange

import (
	"slices"
	"strconv"
	"strings"

	"tokentray/core"
	"tokentray/core/recognise"
)

// itemOf is the innermost item of a list that contains a path, empty if there is none.
func itemOf(path []string) string {
	for n := len(path); n > 0; n-- {
		if _, err := strconv.Atoi(path[n-1]); err == nil {
			return canonicalPath(path[:n])
		}
	}
	return ""
}

// entitle notes the names that a document gives to its parts.
func (s *spring) entitle(props []property) {
	for _, p := range props {
		last := len(p.path) - 1
		switch canonical(p.path[last]) {
		case "name", "title", "label", "appname", "名称":
			title := strings.Trim(strings.ReplaceAll(p.value, "/", "-"), "- \t")
			if _, err := core.CleanName(title); err == nil && !core.HoldsSecret(title) && !s.r.HasForm(title) && !recognise.StandsForName(title) {
				s.titles[canonicalPath(p.path[:last])] = title
			}
		}
	}
}

// titleOf is the name that the file gives to the account at a path, or to the item of a
// list around it; empty if there is none.
func (s *spring) titleOf(path []string) string {
	for n := len(path); n >= 0; n-- {
		if title := s.titles[canonicalPath(path[:n])]; title != "" && (n == len(path) || itemOf(path[:n]) == canonicalPath(path[:n])) {
			return title
		}
	}
	return ""
}

// saidOf is the environment that the items of lists around a path say.
func (s *spring) saidOf(path []string) core.Env {
	for n := len(path); n > 0; n-- {
		if said := s.items[canonicalPath(path[:n])]; said != "" {
			return said
		}
	}
	return ""
}

// keyed are properties in which an AppID that is a key is a value beside those below it,
// as in {"wx…": {"secret": …}}, and a secret right below it is called that.
func (s *spring) keyed(props []property) []property {
	var out []property
	done := map[string]bool{} // the keys that need no further property
	for _, p := range props {
		if last := len(p.path) - 1; last > 0 && s.r.HasIDForm(p.path[last-1]) && s.r.Meaning(p.path[last]).Field == recognise.ID {
			done[canonicalPath(p.path[:last])] = true
		}
	}
	for _, p := range props {
		if i := slices.IndexFunc(p.path, s.r.HasIDForm); i >= 0 {
			at, key := slices.Clip(p.path[:i+1]), canonicalPath(p.path[:i+1])
			if !done[key] {
				done[key] = true
				out = append(out, property{append(at, "appid"), p.path[i], p.line, p.doc})
			}
			if i == len(p.path)-1 && s.r.MayBeSecret("", p.value) {
				p.path = append(at, "secret")
			}
		}
		out = append(out, p)
	}
	return out
}
