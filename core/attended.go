package core

import "context"

type attendedKey struct{}

// Attended marks a call that a person has just asked for and waits for at this
// machine, so that a locked vault may show its own prompt and wait for it. All
// other calls never raise a prompt.
func Attended(ctx context.Context) context.Context {
	return context.WithValue(ctx, attendedKey{}, true)
}

// IsAttended reports whether ctx comes from Attended.
func IsAttended(ctx context.Context) bool {
	marked, _ := ctx.Value(attendedKey{}).(bool)
	return marked
}
