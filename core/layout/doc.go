// Package layout knows how the SDKs that backends use store an access token in
// Redis: under which key, in which form, and for how long. It is data and pure
// functions; it opens no connection.
//
// A Layout is one way of one SDK for one family of apps. Key makes the key of an
// app, Pattern one that finds the key when its name holds a secret that nobody
// entered, Match recognises a key. Read takes the token and its life out of a value,
// Write makes a value that the SDK reads as its own.
//
// # How long a token lives
//
// Most SDKs let an entry expire some time before the token does. Read adds that
// margin to the time to live, but never more than Write leaves in the same layout:
// whoever wrote the entry, a token is not called alive when it may be dead. If a
// layout stores the time of expiry, the earlier of the two counts. Tokens of these
// platforms live at most two hours, so Read never returns a longer life.
//
// # Secrets
//
// Keys of some SDKs hold the AppSecret, and Senparc's values do. Errors of this
// package quote neither keys nor values; Shown is a key for people, without them.
package layout
