// Package rediscache reads the tokens that a backend keeps in its Redis, in the ways
// that package layout knows. It is a source that never owns a token: the backend's SDK
// renews it.
//
// No command that it sends changes anything: PTTL, GETRANGE, HSTRLEN, HMGET, and SCAN
// where the name of a key holds a secret that nobody entered. A value is read up to
// layout.MaxValue bytes. Such a key's name is kept in memory alone, and neither logged
// nor shown.
//
// The URL and the password are read anew for each fetch, and no connection is kept
// between two.
package rediscache
