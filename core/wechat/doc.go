// Package wechat asks WeChat for the access tokens of Official Accounts, test
// accounts and Mini Programs.
//
// There are two ways to ask, and they keep separate tokens:
//
//   - POST /cgi-bin/stable_token gives the same token to everybody who asks,
//     until its last five minutes. It harms nobody and is the default.
//   - GET /cgi-bin/token makes a new token each time and kills the one before
//     within five minutes. Whoever calls it for an account whose backend does
//     the same breaks that backend.
//
// A call is one HTTP exchange. It follows no redirect, never switches off the
// verification of certificates, reads at most 1 MiB of answer, and sends the
// secret over plain http to this machine alone. Nothing is retried here; the
// Keeper of package core decides when to ask again.
//
// What comes back is decided by the body: WeChat answers errors with status
// 200, and a success has no errcode. Every failure becomes a *core.Error whose
// texts were freed of the secret, of tokens and of the proxy's password. The
// package writes no log.
package wechat
