// Package call makes calls to an account's upstream with the account's token in
// them, so that whoever wants an answer never holds the token.
//
// A call comes with a method, a path, a query, headers and a body, and is judged
// before anything leaves: its path is decoded until nothing is encoded any more, and
// what the kind closes (calls that answer with a token, a ticket or a session's key,
// that take a secret, or that spend what cannot be had again) is refused. What the
// kind does not list as reading counts as writing, whatever its method.
//
// The token stands where the kind says. The call goes to the account's API host by
// the account's proxy, and nowhere else: redirects are not followed. An answer that
// means that the token is dead leads to one report to the Keeper, which many callers
// share, and to one more try.
//
// What comes back is stripped: few headers pass, and the body is searched while it
// streams, so that token, AppSecret and client key are masked wherever they stand.
// Bodies are never held as a whole; only the first part of one is kept, to send a
// small one again.
package call
