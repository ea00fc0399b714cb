// Package api is the one local API, version 1: its wire types, its server and
// its Go client.
//
// The agent serves it on a unix socket, where the file's permissions and the
// peer's user ID decide who may call, and everything is allowed. Every other
// program, the window and the command line among them, is a client.
//
// Snapshots and events carry masks. A token is in the answer of the token and
// refresh calls alone.
package api
