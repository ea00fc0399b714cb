package core

import "context"

// Vault gives the Keeper the credentials of an account.
type Vault interface {
	// Credentials returns what the account needs to ask for a token, and nothing
	// that was entered for another Destination. When the vault is locked,
	// unreachable or has no entry, the error is an *Error of class VaultClosed; for
	// an AppSecret of another host it is Destination.SecretElsewhere.
	Credentials(ctx context.Context, a Account) (Credentials, error)
}

type attendedKey struct{}

// Attended marks a call that a person at this machine just asked for and waits for:
// a locked vault may show its own prompt and wait for the answer. No other call ever
// raises a prompt.
func Attended(ctx context.Context) context.Context {
	return context.WithValue(ctx, attendedKey{}, true)
}

// IsAttended reports whether ctx comes from Attended.
func IsAttended(ctx context.Context) bool {
	marked, _ := ctx.Value(attendedKey{}).(bool)
	return marked
}
