// Package cli is the command line. Each command has a file and is a client of the
// agent.
//
// The answer of a command goes to standard output. Notes, questions and errors go to
// standard error, which never gets a token. Secrets and tokens are never arguments,
// which every process of the machine can read: they are typed at a hidden prompt or
// read from standard input.
//
// Four commands are no clients: agent, demo, sim and doctor. They are passed in as
// functions, so that this package uses neither database nor network.
package cli
