// Package push delivers a renewed token to the places that an account's owner chose:
// into a file, or to a command on its standard input. Package rediscache writes
// those that go into a Redis; they wait in the same queue.
//
// Runner is the queue. It holds one job a push, the newest, so that the next job is
// right even if the queue lags behind; it retries with growing pauses and then waits
// for the next token. It never blocks the Keeper. Deliver does one job.
//
// A file is replaced completely or not at all, is its owner's alone, and in a .env
// file only the one variable changes. A command runs without a shell, in a process
// group of its own, for a limited time. The token is never among arguments, in the
// environment or in the text of a failure.
package push
