package upstream

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
)

// Path names a value in a JSON object by the names of members, from the outermost
// one in, with dots between: data.access_token. Case counts.
type Path string

// Value is a JSON value as it was written; nil if there is none, or null.
type Value []byte

// Document is an answer that is a JSON object. It caches the nested objects that
// were asked for, so it is for one goroutine at a time.
type Document struct {
	members map[string]json.RawMessage
	inner   map[string]Document
}

// ReadDocument reads an answer. A reason that is not empty says what it is instead
// of a JSON object; it quotes nothing of the answer.
func ReadDocument(body []byte) (Document, string) {
	body, reason := object(body)
	if reason != "" {
		return Document{}, reason
	}
	d, ok := newDocument(body)
	if !ok {
		return Document{}, brokenJSON
	}
	return d, ""
}

func newDocument(raw []byte) (Document, bool) {
	d := Document{inner: map[string]Document{}}
	err := json.Unmarshal(raw, &d.members)
	return d, err == nil
}

const brokenJSON = "broken or truncated JSON"

// object is a body without what may surround a JSON object, or the reason why it is
// none.
func object(body []byte) ([]byte, string) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	switch {
	case len(body) == 0:
		return nil, "an empty answer"
	case body[0] == '<':
		return nil, "a web page"
	case body[0] != '{':
		return nil, "no JSON object"
	}
	return body, ""
}

// At is the value at a path.
func (d Document) At(p Path) Value {
	name, rest, deeper := strings.Cut(string(p), ".")
	if !deeper {
		if raw := d.members[name]; present(raw) {
			return Value(raw)
		}
		return nil
	}
	inside, known := d.inner[name]
	if !known {
		inside, _ = newDocument(d.members[name]) // a value that is no object has no members
		if d.inner != nil {
			d.inner[name] = inside
		}
	}
	return inside.At(Path(rest))
}

// Text is a value that is a text, a number or a bool, as people write it; false for
// any other.
func (v Value) Text() (string, bool) {
	switch {
	case len(v) == 0 || v[0] == '{' || v[0] == '[' || v[0] == 'n':
		return "", false
	case v[0] == '"':
		var s string
		err := json.Unmarshal(v, &s)
		return s, err == nil
	}
	return string(v), true
}

// Reasons why a value holds no token.
const (
	TokenMissing = "is missing"
	TokenOdd     = "is no text"
	TokenLong    = "is longer than 8 KiB"
	TokenSigns   = "holds characters that no token has"
)

// Token is a token that a call can carry: a text of at most 8 KiB, without blanks,
// line ends and other characters that a header cannot have. The reason, if any, is
// one of the above.
func (v Value) Token() (token, reason string) {
	if v == nil {
		return "", TokenMissing
	}
	if v[0] != '"' || json.Unmarshal(v, &token) != nil {
		return "", TokenOdd
	}
	if reason := TokenFault(token); reason != "" {
		return "", reason
	}
	return token, ""
}

// TokenFault says why a text is no token, one of the reasons above; empty: it is
// one.
func TokenFault(token string) string {
	switch {
	case token == "":
		return TokenMissing
	case len(token) > maxToken:
		return TokenLong
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return TokenSigns
	}
	return ""
}

// Reasons why a value holds no lifetime.
const (
	LifeMissing = "is missing"
	LifeOdd     = "is no number"
	LifeSpent   = "is not above zero"
)

// MaxLife is the longest life of a token. One with a longer life is renewed when
// this has passed.
const MaxLife = 366 * 24 * time.Hour

// Life is a lifetime in seconds, as a number or as a text of one, rounded down to
// whole seconds and at most MaxLife. Less than a second is none. The reason, if any,
// is one of the above.
func (v Value) Life() (life time.Duration, reason string) {
	if v == nil {
		return 0, LifeMissing
	}
	text, ok := v.Text()
	if !ok {
		return 0, LifeOdd
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, LifeMissing
	}
	// ParseFloat accepts more than a number of seconds: hexadecimal, Inf,
	// underscores.
	if strings.Trim(text, "0123456789+-.eE") != "" {
		return 0, LifeOdd
	}
	seconds, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil && !math.IsInf(seconds, 0):
		return 0, LifeOdd
	case seconds < 1:
		return 0, LifeSpent
	case seconds >= MaxLife.Seconds():
		return MaxLife, ""
	}
	return time.Duration(seconds) * time.Second, ""
}
