// Package agent is the life of the agent: the one process of a home that owns
// the database, keeps the tokens alive and answers everyone else.
//
// A Service joins the Keeper with what it needs (store, vault, clipboard) and
// implements api.Agent. Run serves it on the home's socket until somebody says
// stop. The store's lock decides who is the agent; the socket is only where it
// can be met, and a stale one is removed by the owner of the lock alone.
//
// With nothing due the agent sleeps: it owns no ticker and no timer, and acts
// on calls, on the Keeper's events and on a hint that the machine woke.
package agent
