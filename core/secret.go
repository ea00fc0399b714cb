package core

import (
	"fmt"
	"io"
	"log/slog"
	"unicode/utf8"
)

// Hidden stands in a text for a secret or a token.
const Hidden = "•••"

// Secret holds an AppSecret, a proxy password or a passphrase. Every way of
// printing it shows ••• instead, so that it cannot slip into a log, an error
// or a JSON answer. Only Reveal gives the value.
type Secret struct{ value string }

// NewSecret wraps a value.
func NewSecret(value string) Secret { return Secret{value} }

// Reveal returns the value. Call it only where the value leaves for the
// upstream or the vault.
func (s Secret) Reveal() string { return s.value }

// Empty reports whether there is no value.
func (s Secret) Empty() bool { return s.value == "" }

// WeakPassphrase reports whether somebody who has the protected file can guess the
// passphrase: with scrypt a guess costs a second, so only a short passphrase falls.
func WeakPassphrase(p Secret) bool {
	const few, short = 5, 12
	distinct := map[rune]bool{}
	for _, r := range p.value {
		distinct[r] = true
	}
	return len(distinct) < few || utf8.RuneCountInString(p.value) < short
}

func (s Secret) String() string               { return Hidden }
func (s Secret) GoString() string             { return Hidden }
func (s Secret) LogValue() slog.Value         { return slog.StringValue(Hidden) }
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + Hidden + `"`), nil }
func (s Secret) MarshalText() ([]byte, error) { return []byte(Hidden), nil }

// Format prints ••• for every verb and flag.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Hidden) }

// Credentials are what an account needs to ask for a token.
type Credentials struct {
	Secret        Secret // AppSecret
	ProxyPassword Secret // empty when the proxy needs none
}
