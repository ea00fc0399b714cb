// Package call makes calls to an account's upstream with the account's token in
// them, so that the caller gets the answer and never the token.
//
// A call comes with a method, a path, a query, headers and a body, and is judged
// before anything is sent: its path is decoded until nothing is encoded any more,
// and the calls that the kind closes are refused (those that answer with a token, a
// ticket or a session's key, that take a secret, or that spend something
// irreplaceable). A call that the kind does not list as reading counts as writing,
// whatever its method.
//
// The token is put where the kind says. The call goes to the account's API host by
// the account's proxy, and nowhere else: redirects are not followed. If the answer
// means that the token is dead, the Keeper gets one report, which many callers
// share, and the call is tried once more.
//
// The answer is stripped: few headers pass, and the body is searched while it
// streams, so that token, AppSecret and client key are masked wherever they occur.
// Bodies are never kept as a whole, except the start of a request, to send a small
// one again.
package call
