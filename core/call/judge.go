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
	if err := checkQuery(spec, method, query); err != nil {
		return j, err
	}
	j.Reading = path.all(func(path string) bool { return spec.Reading(method, path) })
	return j, nil
}

// Among reports whether the call is one of those that patterns name, however its upstream
// reads the path.
func (j Judged) Among(patterns []kinds.Pattern) bool {
	return j.Path.all(func(path string) bool {
		return slices.ContainsFunc(patterns, func(p kinds.Pattern) bool { return p.Fits(j.Method, path) })
	})
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
		Message: core.SaysMayChangeLive + "; allow it, or call the sandbox",
	}
}

// checkQuery refuses a query that cannot be sent unchanged, one that contains the
// token's name, and one by which some servers take the call for one of another method.
func checkQuery(spec kinds.Spec, method, query string) error {
	if len(query) > maxQuery || strings.ContainsFunc(query, func(r rune) bool { return r <= ' ' || r > '~' || r == '#' }) {
		return &core.Error{Class: core.Invalid, Remedy: core.RemedyCallPath, Message: "the query of the call is too long, or has characters that must be written as %XX; correct it"}
	}
	for name, value := range parameters(query) {
		if spec.Token.Query != "" && named(name, spec.Token.Query) {
			return errOwnToken()
		}
		if otherMethod(method, name, value) {
			return &core.Error{Class: core.Invalid, Remedy: core.RemedyCallPath, Message: "the query of the call names a method of its own; leave that out, and give the call its method"}
		}
	}
	return nil
}

// named reports whether some server could take a parameter for the one of a name: names
// are compared without case, and with every encoding decoded.
func named(parameter, name string) bool {
	for range maxDepth {
		if strings.EqualFold(strings.TrimSpace(parameter), name) || strings.EqualFold(strings.TrimSuffix(parameter, "[]"), name) {
			return true
		}
		next, err := url.QueryUnescape(parameter)
		if err != nil || next == parameter {
			break
		}
		parameter = next
	}
	return false
}

// otherMethod reports whether some server takes a call with such a parameter for one of
// another method. Where a parameter of that name means other things too, its value tells.
func otherMethod(method, name, value string) bool {
	for _, one := range [...]string{"_method", "x-http-method-override", "x-http-method", "x-method-override"} {
		if named(name, one) {
			return true
		}
	}
	if !named(name, "method") && !named(name, "http_method") {
		return false
	}
	return !named(value, method) && slices.ContainsFunc(append(methods(), http.MethodOptions, http.MethodTrace), func(one string) bool { return named(value, one) })
}

// parameters are those of a query, as written. Some servers separate them by semicolons
// too.
func parameters(query string) func(yield func(name, value string) bool) {
	return func(yield func(name, value string) bool) {
		for part := range strings.FieldsFuncSeq(query, func(r rune) bool { return r == '&' || r == ';' }) {
			if name, value, _ := strings.Cut(part, "="); !yield(name, value) {
				return
			}
		}
	}
}

func errOwnToken() *core.Error {
	return &core.Error{
		Class: core.Invalid, Remedy: core.RemedyCallToken,
		Message: core.SaysOwnToken + "; leave it out, TokenTray puts the account's token in",
	}
}
