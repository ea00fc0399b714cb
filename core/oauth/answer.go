package oauth

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/upstream"
)

// DefaultLife is the assumed life of a token when the server says none.
const DefaultLife = time.Hour

// crowded is how long to wait when a server says that it is asked too often.
const crowded = time.Minute

// answer is the server's answer.
type answer struct {
	grant   core.Grant
	refused bool
	code    string // error
	text    string // error_description, to be cleaned before it is shown
	kind    string // token_type, if it is not Bearer
	secrets []string
}

// read reads the answer that came at now. A reason that is not empty says why it is
// unusable; it quotes nothing.
func read(body []byte, now time.Time) (answer, string) {
	d, reason := upstream.ReadDocument(body)
	if reason != "" {
		return answer{}, reason
	}
	var a answer
	for _, path := range []upstream.Path{"access_token", "refresh_token", "id_token"} {
		if text, ok := d.At(path).Text(); ok && text != "" {
			a.secrets = append(a.secrets, text)
		}
	}
	if failed := d.At("error"); failed != nil {
		a.refused = true
		a.code, _ = failed.Text()
		a.text, _ = d.At("error_description").Text()
		return a, ""
	}
	token, fault := d.At("access_token").Token()
	switch fault {
	case "":
	case upstream.TokenMissing:
		return answer{}, "neither an access_token nor an error"
	default:
		return answer{}, "an access_token that " + fault
	}
	if kind, _ := d.At("token_type").Text(); kind != "" && !strings.EqualFold(kind, "bearer") {
		a.kind = kind
		return a, ""
	}
	life, reason := lifetime(d.At("expires_in"), token, now)
	if reason != "" {
		return answer{}, reason
	}
	a.grant = core.Grant{Value: token, ExpiresIn: life}
	return a, ""
}

// lifetime is how long a token lives that came at now. A JWT lives no longer than from
// its iat to its exp, whatever the server says: those who get it go by its exp. This
// computer's clock, which may be wrong, counts only where the server says nothing.
func lifetime(said upstream.Value, token string, now time.Time) (time.Duration, string) {
	life, fault := said.Life()
	if fault != "" && fault != upstream.LifeMissing {
		return 0, "an expires_in that " + fault
	}
	claims, _ := core.ReadClaims(token)
	if fault == "" {
		whole := claims.Expires.Sub(claims.IssuedAt).Truncate(time.Second)
		if claims.Expires.IsZero() || claims.IssuedAt.IsZero() || whole < time.Second {
			return life, ""
		}
		return min(life, whole), ""
	}
	if claims.Expires.IsZero() {
		return DefaultLife, ""
	}
	left := claims.Expires.Sub(now).Truncate(time.Second)
	if left < time.Second {
		return 0, "a token that has ended by its own exp, while this computer's clock may be wrong"
	}
	return min(left, upstream.MaxLife), ""
}

var codeForm = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

// isCode reports whether a text has the form of an error code (RFC 6749, section
// 5.2). Other texts are not quoted as codes.
func isCode(text string) bool { return len(text) <= 64 && codeForm.MatchString(text) }

// ruleFor is the meaning of an error with its status. Servers send errors with
// status 200, and codes of their own.
func ruleFor(code string, status int) upstream.Rule {
	said := "an error"
	if isCode(code) {
		said = code
	}
	switch code {
	case "invalid_client":
		return upstream.Rule{Class: core.BadSecret, Remedy: core.RemedySecret, Message: "the server does not know the client, or refuses its secret (invalid_client); correct client ID, secret and the way to send them"}
	case "unauthorized_client", "unsupported_grant_type", "invalid_scope", "invalid_target", "invalid_request", "invalid_grant", "access_denied":
		return upstream.Rule{Class: core.Misuse, Remedy: core.RemedyGrant, Message: "the server does not grant this request (" + code + "); correct scope, audience and parameters, and see what the client may do"}
	case "temporarily_unavailable", "server_error":
		return upstream.Rule{Class: core.Temporary, Remedy: core.RemedyTryAgain, Message: "the server is out of order for now (" + code + "); try again in a moment"}
	case "slow_down", "too_many_requests":
		status = http.StatusTooManyRequests
	}
	switch {
	case status == http.StatusTooManyRequests:
		return upstream.Rule{Class: core.Quota, Remedy: core.RemedyQuotaMinute, Wait: crowded, Message: "the server is asked too often; try again in a minute"}
	case status == http.StatusUnauthorized:
		return upstream.Rule{Class: core.BadSecret, Remedy: core.RemedySecret, Message: fmt.Sprintf("the server refuses the client (%s, HTTP 401); correct client ID, secret and the way to send them", said)}
	case status >= 400 && status < 500:
		return upstream.Rule{Class: core.Misuse, Remedy: core.RemedyGrant, Message: fmt.Sprintf("the server does not grant this request (%s, HTTP %d); correct token URL, scope, audience and parameters", said, status)}
	}
	return upstream.Rule{Class: core.Temporary, Remedy: core.RemedyTryAgain, Message: "the server answered " + said + "; try again in a moment"}
}
