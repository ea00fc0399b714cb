// Package format writes a token as the text that the next program wants: bare,
// as a query parameter, as the whole URL of a call, as a header, as a command
// line, as JSON, as a line of a .env file, as a Postman environment. Its
// functions are pure; copying, printing and the menus all use them, so that a
// format looks the same wherever it was chosen.
//
// Each destination has its own quoting. A token that a destination cannot hold,
// or that its readers would read differently from each other, is refused with
// the format to take instead; it is never bent to fit.
package format

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"tokentray/core"
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

// Valid reports whether there is a format of that name.
func Valid(name string) bool { return core.ValidFormat(name) }

// Input is a token with what a format may tell about it. As JSON it has the
// names that the local API uses, access_token and expires_in as WeChat's own.
type Input struct {
	AccessToken   string    `json:"access_token"`
	ExpiresIn     int64     `json:"expires_in"` // seconds left
	ExpiresAt     time.Time `json:"expires_at"`
	ExpiresAtUnix int64     `json:"expires_at_unix"` // filled in by Token
	ObtainedAt    time.Time `json:"obtained_at,omitzero"`
	Account       string    `json:"account"`
	Env           core.Env  `json:"env"`
	AppID         string    `json:"appid"`
	// BaseURL is where the token is of use, Path the call that URL and Curl
	// make there, which may have a query of its own; empty means DefaultPath.
	BaseURL string `json:"base_url,omitempty"`
	Path    string `json:"-"`
}

// Token writes t in the format of that name, without a line end. The empty name
// means Raw. The error, an *core.Error of class Invalid, is for an unknown name
// or for a token that would break out of its place, as a line end in a header
// does; it never holds the token.
func Token(name string, t Input) (string, error) {
	switch name {
	case Raw, "":
		return t.AccessToken, nil
	case Query:
		return "access_token=" + url.QueryEscape(t.AccessToken), nil
	case URL:
		return callURL(t)
	case Header:
		if strings.ContainsFunc(t.AccessToken, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return "", invalid("the token holds control characters and fits in no header; take it as json")
		}
		return "Authorization: Bearer " + t.AccessToken, nil
	case Curl:
		u, err := callURL(t)
		if err != nil {
			return "", err
		}
		return "curl " + quoteShell(u), nil
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
	if !utf8.ValidString(token) { // it would be replaced in silence
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
