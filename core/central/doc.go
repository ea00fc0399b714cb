// Package central takes tokens from a team's own token server (中控服务器), which alone
// asks the upstream: another TokenTray's local API, a program of the team's, or a file
// behind a web server.
//
// One call, GET or POST, brings the token that the server has. It never makes the server
// renew by itself. Where the server takes reports, one that a caller was refused with is
// passed on, and the server decides.
//
// How long a token lives is told by the answer: a life in seconds or a moment in time,
// of which the earlier holds. A file's life counts from when it was written. A moment is
// compared with the server's own clock. An answer that tells no life is asked for again
// every few minutes, see Poll. One whose token has expired is no token. A check of a
// token asks the API that it is for.
package central
