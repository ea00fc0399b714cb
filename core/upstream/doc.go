// Package upstream makes the calls that ask an upstream for a token, for the
// adapters of the kinds: one HTTP exchange, bounded in time and size, whose failures
// say what happened and show no secret.
//
// A call follows no redirect, always verifies certificates, reads at most 1 MiB of
// answer, and sends the secret over plain http only to this machine. Nothing is
// retried here; the Keeper of package core decides when to ask again.
//
// Call reads answers in the form of WeChat and its sisters: the body decides,
// because errors come with status 200. Ask returns any other answer unchanged; Shape
// reads one by the paths of its parts. Every failure becomes a *core.Error whose
// texts contain neither the secret, nor tokens, nor the proxy's password. The
// package writes no log.
package upstream
