package interchange

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strings"

	"tokentray/core/recognise"
)

// isManifest reports whether a document is one of Kubernetes.
func isManifest(props []property) bool {
	var kind, version bool
	for _, p := range props {
		if len(p.path) == 1 {
			kind, version = kind || p.path[0] == "kind", version || p.path[0] == "apiVersion"
		}
	}
	return kind && version
}

// embedded reads a property that is a whole file, as a ConfigMap holds application.yml,
// and reports whether it is one with accounts.
func (s *spring) embedded(p property) bool {
	if holder := canonical(p.path[0]); len(p.path) < 2 || holder != "data" && holder != "stringdata" {
		return false
	}
	text := p.value
	if plain, err := base64.StdEncoding.DecodeString(text); err == nil {
		text = string(plain)
	}
	if !strings.Contains(strings.TrimSpace(text), "\n") {
		return false
	}
	o := Options{FileName: strings.Join(p.path[1:], "."), Recogniser: s.r}
	raw, _, err := prepare([]byte(text))
	if err != nil {
		return false
	}
	o.From = guess(raw, o)
	f, err := contents(raw, o)
	if err != nil || len(f.Accounts) == 0 {
		return false
	}
	for _, a := range f.Accounts {
		a.Line = p.line
		a.Env = cmp.Or(a.Env, f.env)
		s.accounts = append(s.accounts, a)
	}
	return true
}

// manifest reads a document of Kubernetes, whose own name and namespace tell the
// environment of its accounts.
func (s *spring) manifest(props []property) {
	own := newSpring(s.r)
	own.tellEnv(props)
	for _, p := range props {
		if at := canonicalPath(p.path); at == "metadata.name" || at == "metadata.namespace" {
			own.env = recognise.AnyEnv(own.env, recognise.EnvOf(recognise.Split(p.value)))
		}
		if canonicalPath(p.path) == "metadata.name" {
			own.titles["data"], own.titles["stringdata"] = p.value, p.value
		}
	}
	own.document(slices.DeleteFunc(slices.Clone(props), own.embedded), own.base, s.profile)
	own.finish(own.base)
	own.byForm()
	for _, a := range own.accounts {
		if a.Env == "" {
			a.Env = own.env
		}
		s.accounts = append(s.accounts, a)
	}
	s.remarks = append(s.remarks, own.remarks...)
	s.bad.join(own.bad)
}

// decoded is a property's value, decoded from the base64 of a Kubernetes Secret if
// that yields an AppID or a secret.
func (s *spring) decoded(p property) string {
	if n := len(p.path); n > 1 && p.path[n-2] == "data" {
		if plain, err := base64.StdEncoding.DecodeString(p.value); err == nil && s.r.HasForm(string(plain)) {
			return strings.TrimSpace(string(plain))
		}
	}
	return p.value
}
