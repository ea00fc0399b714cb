// Package oauth asks OAuth 2.0 authorization servers for access tokens by client
// credentials (RFC 6749, section 4.4).
//
// golang.org/x/oauth2 writes the request: its parameters, and the client's
// authentication. core/upstream sends it, as for every kind: the account's proxy, no
// redirect, at most 1 MiB of answer, failures that show no secret. The library's
// reading of answers is not used. It treats a token without a lifetime as one that
// never ends, refuses lifetimes with a fraction, lets grant_type be replaced, cuts
// long answers silently, and its errors quote the answer. Answers are read here, in
// answer.go.
//
// A token's life is expires_in, which may be a number or a text; if it is missing,
// the time until the exp of a JWT; else DefaultLife. A lifetime of zero or less is
// invalid, and such an answer is refused.
package oauth
