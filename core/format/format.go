// Package format writes a token as the text that the next program wants: bare,
// as a query parameter, as a header, as JSON. Its functions are pure; copying,
// printing and the menus all use them, so that a format looks the same wherever
// it was chosen.
package format

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"tokentray/core"
)

// The formats.
const (
	Raw    = "raw"    // the token and nothing else
	Query  = "query"  // access_token=…, escaped for a URL
	Header = "header" // Authorization: Bearer …
	JSON   = "json"   // an object with the token, its life and its account
)

// Names lists the formats in the order they are offered.
func Names() []string { return []string{Raw, Query, Header, JSON} }

// Valid reports whether there is a format of that name.
func Valid(name string) bool { return slices.Contains(Names(), name) }

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
	case Header:
		if strings.ContainsFunc(t.AccessToken, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return "", invalid("the token holds control characters and fits in no header; take it as json")
		}
		return "Authorization: Bearer " + t.AccessToken, nil
	case JSON:
		t.ExpiresAtUnix = t.ExpiresAt.Unix()
		b, err := json.Marshal(t)
		if err != nil { // a year beyond 9999
			return "", invalid("the token's times cannot be written as json; take it as raw")
		}
		return string(b), nil
	}
	return "", invalid(fmt.Sprintf("there is no format %q; the formats are %s", name, strings.Join(Names(), ", ")))
}

func invalid(message string) error {
	return &core.Error{Class: core.Invalid, Remedy: core.RemedyInput, Message: message}
}
