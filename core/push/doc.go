// Package push carries a renewed token to where an account's owner wants it:
// into a file, or to a command on its standard input.
//
// Runner is the queue. It holds one job a push, the newest, so that however far
// it lags behind, what it does next is right; it tries again with growing pauses
// and then waits for the next token. Nothing that waits for it ever blocks the
// Keeper. Deliver does one job.
//
// A file is replaced whole or not at all, is its owner's alone, and of a .env
// file nothing changes but the one variable. A command runs without a shell, in
// a process group of its own, for a limited time. The token is never among
// arguments, in the environment or in what is said of a failure.
package push
