package call

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"tokentray/core"
	"tokentray/core/kinds"
)

// Limits of a query and of the headers, in bytes.
const (
	maxQuery  = 16 << 10
	maxHeader = 32 << 10
)

// Judged is a call that may be made.
type Judged struct {
	Method string
	Path   Path
	// Reading says that the kind lists the call as one that changes nothing.
	Reading bool

	query string // without the token
	spec  kinds.Spec
}

// Judge says whether a call may be made for accounts of a kind. target is its path
// and query as in a request. Errors: Invalid for a malformed call or one with its
// own token, Misuse for a call that the kind closes.
func Judge(spec kinds.Spec, method, target string) (Judged, error) {
	raw, query, _ := strings.Cut(target, "?")
	path, err := ParsePath(raw)
	if err != nil {
		return Judged{}, err
	}
	j := Judged{Method: method, Path: path, query: query, spec: spec}
	if !slices.Contains(methods(), method) {
		return j, &core.Error{Class: core.Invalid, Remedy: core.RemedyCallMethod, Message: "the method of the call must be one of " + strings.Join(methods(), ", ")}
	}
	if path.closedBy(spec, method) {
		return j, &core.Error{
			Class: core.Misuse, Remedy: core.RemedyCallClosed,
			Message: "this call answers with a token, a ticket or a session's key, takes a secret or resets a quota, and is made for nobody; TokenTray gets tokens itself",
		}
	}
	if err := checkQuery(spec, query); err != nil {
		return j, err
	}
	j.Reading = spec.Reading(method, path.plain)
	return j, nil
}

// methods are those that a call can have. TRACE would echo the token.
func methods() []string {
	return []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
}

// Allow refuses a call that changes a live account, unless the caller may write.
func (j Judged) Allow(env core.Env, liveWrite bool) error {
	if env != core.Live || j.Reading || liveWrite {
		return nil
	}
	return &core.Error{
		Class: core.Misuse, Remedy: core.RemedyLiveWrite,
		Message: "this call may change a live account, and nobody allowed that; allow it, or call the sandbox",
	}
}

// checkQuery refuses a query that cannot be sent unchanged, or that contains the
// token's name.
func checkQuery(spec kinds.Spec, query string) error {
	if len(query) > maxQuery || strings.ContainsFunc(query, func(r rune) bool { return r <= ' ' || r > '~' || r == '#' }) {
		return &core.Error{Class: core.Invalid, Remedy: core.RemedyCallPath, Message: "the query of the call is too long, or has characters that must be written as %XX; correct it"}
	}
	for name := range queryNames(query) {
		if tokenName(spec, name) {
			return errOwnToken()
		}
	}
	return nil
}

// tokenName reports whether some server could take a parameter for the token: names
// are compared without case, and with every encoding decoded.
func tokenName(spec kinds.Spec, name string) bool {
	if spec.Token.Query == "" {
		return false
	}
	for range maxDepth {
		if strings.EqualFold(strings.TrimSpace(name), spec.Token.Query) || strings.EqualFold(strings.TrimSuffix(name, "[]"), spec.Token.Query) {
			return true
		}
		next, err := url.QueryUnescape(name)
		if err != nil || next == name {
			break
		}
		name = next
	}
	return false
}

// queryNames are the names in a query, as written. Some servers separate parameters
// by semicolons too.
func queryNames(query string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for part := range strings.FieldsFuncSeq(query, func(r rune) bool { return r == '&' || r == ';' }) {
			if name, _, _ := strings.Cut(part, "="); !yield(name) {
				return
			}
		}
	}
}

func errOwnToken() *core.Error {
	return &core.Error{
		Class: core.Invalid, Remedy: core.RemedyCallToken,
		Message: "the call brings a token of its own; leave it out, TokenTray puts the account's token in",
	}
}
