// Package cli is the command line: one file for each command, each a client of
// the agent.
//
// What a command was asked for goes to standard output, everything else (words,
// questions, errors) to standard error; a token is never written to standard
// error. Secrets and tokens never come in as arguments, which every process of
// the machine can read: they are typed at a hidden prompt or read from standard
// input.
//
// The commands that are no clients (agent, demo, sim, doctor) are handed in as
// functions, so that this package reaches neither database nor network.
package cli
