// Package rediscache reads the tokens that a backend keeps in its Redis, in the
// forms that package layout knows, and writes tokens there for the backend's SDK to
// read.
//
// The source never owns a token: the backend's SDK renews it. It and Scan send only
// commands that change nothing: PTTL, GETRANGE, HSTRLEN, HMGET, and if the name of a key
// or of a hash's field holds a secret that nobody entered, SCAN, or HLEN and HKEYS. They
// read at most layout.MaxValue bytes of a value. The name of such a key is kept only in memory, and neither
// logged nor shown. The URL and the password are read again for each fetch, and no
// connection is kept between two; only Follow keeps connections, if the Redis tells
// of changes.
//
// Writer is for the pushes of other accounts, whose tokens TokenTray renews itself.
// It looks at an entry, and sets it by one command with its time to live.
package rediscache
