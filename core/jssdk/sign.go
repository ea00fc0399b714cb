package jssdk

import (
	"crypto/rand"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"tokentray/core"
	"tokentray/core/kinds"
)

// Signing is what a signature is made from, without the ticket.
type Signing struct {
	Nonce     string
	Timestamp int64 // unix seconds
	URL       string
}

// Text is the string whose SHA-1 is the signature. It holds the ticket.
func (s Signing) Text(ticket string) string {
	return fmt.Sprintf("jsapi_ticket=%s&noncestr=%s&timestamp=%d&url=%s", ticket, s.Nonce, s.Timestamp, s.URL)
}

// Masked is Text in a form that may be shown.
func (s Signing) Masked(ticket string) string { return s.Text(core.Mask(ticket)) }

// Signature signs with a ticket.
func (s Signing) Signature(ticket string) string {
	sum := sha1.Sum([]byte(s.Text(ticket))) // upstream's own choice of algorithm
	return hex.EncodeToString(sum[:])
}

// nonces are those that need no escaping in the signed string.
var nonces = lazily(`^[0-9A-Za-z_-]+$`)

// longestNonce is the most bytes of one.
const longestNonce = 64

// ValidNonce reports whether a caller's own nonce can be signed.
func ValidNonce(nonce string) bool { return len(nonce) <= longestNonce && nonces().MatchString(nonce) }

// NewNonce is a random nonce.
func NewNonce() string { return rand.Text()[:16] }

// Config is the object that the function of the page takes.
func (s Signing) Config(t kinds.Ticket, spec kinds.Spec, a core.Account, signature string) map[string]any {
	out := map[string]any{}
	for _, m := range t.Config {
		out[m.Name] = s.value(m.Value, spec, a, signature)
	}
	return out
}

// Script is the call of the page, ready to be pasted.
func (s Signing) Script(t kinds.Ticket, spec kinds.Spec, a core.Account, signature string) string {
	var b strings.Builder
	b.WriteString(t.Call + "({\n")
	for i, m := range t.Config {
		raw, err := json.Marshal(s.value(m.Value, spec, a, signature)) // which escapes what ends a script
		if err != nil {                                                // strings, numbers and literals always marshal
			raw = []byte("null")
		}
		fmt.Fprintf(&b, "  %s: %s", m.Name, raw)
		if i < len(t.Config)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString("});\n")
	return b.String()
}

// value fills in a value of a config.
func (s Signing) value(v string, spec kinds.Spec, a core.Account, signature string) any {
	switch v {
	case kinds.ConfigNonce:
		return s.Nonce
	case kinds.ConfigTimestamp:
		return s.Timestamp
	case kinds.ConfigSignature:
		return signature
	}
	if key, ok := strings.CutPrefix(v, "{"); ok {
		f, _ := spec.Field(strings.TrimSuffix(key, "}"))
		return f.Value(a)
	}
	return json.RawMessage(v)
}
