// Package format writes a token in the form that the next program needs: bare, as a
// query parameter, as the whole URL of a call, as a header, as a command line, as
// JSON, as a line of a .env file, as a Postman environment. Its functions are pure;
// copying, printing and the menus all use them, so that a format is the same
// everywhere.
//
// The kind's spec (kinds.Place) says where a call carries the token. The formats
// query and header exist for every kind: if the kind does not name the place, RFC
// 6750 does.
//
// Each destination has its own quoting. A token that a destination cannot hold, or
// that its readers would read differently, is refused with the format to take
// instead; it is never changed to fit.
package format

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tokentray/core"
	"tokentray/core/kinds"
)

// The formats; core has the list of them.
const (
	Raw     = core.FormatRaw
	Query   = core.FormatQuery
	URL     = core.FormatURL
	Header  = core.FormatHeader
	Curl    = core.FormatCurl
	JSON    = core.FormatJSON
	Dotenv  = core.FormatDotenv
	Postman = core.FormatPostman
)

// Names lists the formats in the order they are offered.
func Names() []string { return core.Formats() }

// For lists the formats for a kind: there is no URL with a token in it if a header
// carries the token.
func For(s kinds.Spec) []string {
	return slices.DeleteFunc(Names(), func(name string) bool { return Fit(s, name) != name })
}

// Fit is the format of that name or, if the kind does not have it, its replacement:
// the default of all accounts may be such a format.
func Fit(s kinds.Spec, name string) string {
	if name == URL && s.Token.Header != "" {
		return Curl
	}
	return name
}

// Valid reports whether there is a format of that name.
func Valid(name string) bool { return core.ValidFormat(name) }

// Input is a token with what a format may say about it. In JSON it has the local
// API's names.
type Input struct {
	AccessToken   string    `json:"access_token"`
	ExpiresIn     int64     `json:"expires_in"` // seconds left
	ExpiresAt     time.Time `json:"expires_at"`
	ExpiresAtUnix int64     `json:"expires_at_unix"` // filled in by Token
	ObtainedAt    time.Time `json:"obtained_at,omitzero"`
	Account       string    `json:"account"`
	Env           core.Env  `json:"env"`
	AppID         string    `json:"appid"`
	// BaseURL is where the token is used, Path the call that URL and Curl make
	// there, perhaps with a query; empty means the kind's TryPath.
	BaseURL string `json:"base_url,omitempty"`
	Path    string `json:"-"`
	// Spec is the kind of the account: it says where a call carries the token. Only
	// Placed formats need it.
	Spec kinds.Spec `json:"-"`
}

// Placed reports whether a format shows where a call carries the token, so that
// Token needs Input.Spec for it.
func Placed(name string) bool {
	return name == Query || name == Header || name == URL || name == Curl
}

// Token writes t in the format of that name, without a line end. The empty name
// means Raw. The error, a *core.Error of class Invalid, is for an unknown name or
// for a token that would break out of its place, such as a line end in a header; it
// never holds the token.
func Token(name string, t Input) (string, error) {
	switch name {
	case Raw, "":
		return t.AccessToken, nil
	case Query:
		return inQuery(t), nil
	case URL:
		if Fit(t.Spec, URL) != URL {
			return "", invalid("calls of this kind carry the token in a header and not in their URL; take it as curl or header")
		}
		return callURL(t)
	case Header:
		return inHeader(t)
	case Curl:
		return curl(t)
	case JSON:
		t.ExpiresAtUnix = t.ExpiresAt.Unix()
		return object(t.AccessToken, t)
	case Dotenv:
		return dotenv(t.AccessToken)
	case Postman:
		return postman(t)
	}
	return "", invalid(fmt.Sprintf("there is no format %q; the formats are %s", name, strings.Join(Names(), ", ")))
}

// object is v, which holds the token, as JSON.
func object(token string, v any) (string, error) {
	if !utf8.ValidString(token) { // it would be replaced silently
		return "", invalid("the token is no text that json can hold; take it as raw")
	}
	b, err := json.Marshal(v)
	if err != nil { // a year beyond 9999
		return "", invalid("the token's times cannot be written as json; take it as raw")
	}
	return string(b), nil
}

func invalid(message string) error {
	return &core.Error{Class: core.Invalid, Remedy: core.RemedyInput, Message: message}
}
