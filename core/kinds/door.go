package kinds

import (
	"time"

	"tokentray/core"
)

// Door is how a kind's own clients, whose base URL can be set, ask the loopback for
// a token: on the upstream's paths, with a client key as the secret, with answers in
// the upstream's form.
type Door struct {
	Paths []TokenPath `json:"paths"`
	// ContentType is that of the upstream's answers.
	ContentType string `json:"content_type"`
	// Code and Text are the names of an answer's code and message.
	Code string `json:"code"`
	Text string `json:"text"`
	// OK precedes the token in a success; nil: nothing does.
	OK *Refusal `json:"ok,omitempty"`
	// Refusals are the answers to calls that the door itself refuses. Each reason
	// below has one.
	Refusals map[Reason]Refusal `json:"refusals"`
	// Codes are the codes for failures without an upstream's own.
	Codes map[core.Class]int `json:"codes"`
	// SDKs name the SDKs, of those that core/collection has lines for, that ask this
	// door.
	SDKs []string `json:"sdks,omitempty"`
	// Else is the code for every other failure: the client may try again.
	Else int `json:"else"`
}

// TokenPath is a path at which clients ask for a token.
type TokenPath struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	// WrongMethod answers calls with another method.
	WrongMethod Refusal `json:"wrong_method"`
	// Reads is where the parameters stand: in the query or in a JSON body.
	Reads Where `json:"reads"`
	// ID and Secret name the parameters with the AppID and the client key.
	ID     string `json:"id"`
	Secret string `json:"secret"`
	// Force names a parameter that is true when the client wants another token;
	// empty: there is none.
	Force string `json:"force,omitempty"`
	// ForceGap is the age below which Force reports nothing: the upstream makes no
	// second token so soon either.
	ForceGap time.Duration `json:"force_gap,omitempty"`
	// Fixed are parameters with only one valid value.
	Fixed []Pair `json:"fixed,omitempty"`
}

// Where parameters are.
type Where string

// The places of parameters.
const (
	InQuery Where = "query"
	InJSON  Where = "json"
)

// Refusal is a code and the upstream's message for it.
type Refusal struct {
	Code int    `json:"code"`
	Text string `json:"text"`
}

// Reason is why the door gives no token.
type Reason string

// The reasons of the door's own.
const (
	NoSuchPath Reason = "path"      // no kind has this path
	BadData    Reason = "data"      // the parameters cannot be read
	BadFixed   Reason = "fixed"     // a fixed parameter has another value
	NoID       Reason = "no_id"     // no AppID was sent
	NoSecret   Reason = "no_secret" // no client key was sent
	BadKey     Reason = "key"       // it is no client key, or was revoked
	BadID      Reason = "id"        // no account of this AppID is in the key's scope, or several are
	TooMany    Reason = "slower"    // this client refreshes or fails too often
)

// reasons lists them.
func reasons() []Reason {
	return []Reason{NoSuchPath, BadData, BadFixed, NoID, NoSecret, BadKey, BadID, TooMany}
}
