// Package upstream makes the calls that ask an upstream for a token, for the
// adapters of the kinds: one HTTP exchange, bounded in time and size, whose
// failures say what happened and show no secret.
//
// A call follows no redirect, never switches off the verification of certificates,
// reads at most 1 MiB of answer, and sends the secret over plain http to this
// machine alone. Nothing is retried here; the Keeper of package core decides when
// to ask again.
//
// Call reads answers that have the shape of WeChat's and of its sisters: what comes
// back is decided by the body, for errors come with status 200. Ask returns any other
// answer as it came; Shape reads one by the places of its parts. Every failure
// becomes a *core.Error whose texts were freed of the secret, of tokens and of the
// proxy's password. The package writes no log.
package upstream
