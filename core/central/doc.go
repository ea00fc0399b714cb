// Package central takes tokens from a team's own token server (中控服务器), the only one
// that asks the upstream: another TokenTray's local API, a program of the team's, or
// a file behind a web server.
//
// One call, GET or POST, brings the server's current token. It never makes the
// server renew by itself. If the server takes reports, a failed token is reported to
// it, and the server decides.
//
// The answer tells the token's life: a life in seconds or a moment in time; with
// both, the earlier end counts. A file's life counts from when it was written. A
// moment is compared with the server's own clock. If the answer tells no life, the
// server is asked again every few minutes, see Poll. An answer with an expired token
// counts as none. A check of a token asks the API that it is for.
package central
