// Package rediscache reads the tokens that a backend keeps in its Redis, in the
// forms that package layout knows. It is a source that never owns a token: the
// backend's SDK renews it.
//
// It sends only commands that change nothing: PTTL, GETRANGE, HSTRLEN, HMGET, and
// SCAN if the name of a key holds a secret that nobody entered. It reads at most
// layout.MaxValue bytes of a value. The name of such a key is kept only in memory,
// and neither logged nor shown.
//
// The URL and the password are read again for each fetch, and no connection is kept
// between two.
package rediscache
