// Package kinds says what each kind of token is: the fields that a person
// enters, how its upstream behaves, where its token goes in a call, what its
// console and its calls are. A kind is one Spec, which is data: it holds no
// function, and other processes read it as JSON from the agent.
//
// Everything that differs between kinds is read from a Spec. Forms, flags,
// files, the loopback's token paths and the sentences of a kind follow from it
// by rule, so that no other package compares with a kind's name.
//
// The kinds of a program are a Set, which is a value. Builtin has those that
// this version knows; With adds others, such as those that a user describes.
package kinds
