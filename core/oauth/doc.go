// Package oauth asks OAuth 2.0 authorization servers for access tokens by client
// credentials (RFC 6749, section 4.4).
//
// golang.org/x/oauth2 writes the request: its parameters, and how the client proves
// itself. What carries it is the caller of core/upstream, as for every kind: the
// account's proxy, no redirect, at most 1 MiB of answer, failures that show no secret.
// The library's reading of answers is not used. It takes a token without a lifetime for
// one that lives for ever, refuses lifetimes with a fraction, lets grant_type be
// replaced, cuts long answers in silence, and its errors quote the answer. That is
// read here, in answer.go.
//
// A token's life is expires_in, which may be a number or a text; where it is missing,
// what is left until the exp of a token that is a JWT; else DefaultLife. A lifetime
// that is not above zero is no lifetime, and such an answer is refused.
package oauth
