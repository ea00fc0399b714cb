// Package agent is the agent: the one process of a home that owns the database, keeps
// the tokens alive and answers every other process.
//
// A Service connects the Keeper with what it needs (store, vault, clipboard) and
// implements api.Agent. Run serves it on the home's socket until Stop is called. The
// process with the store's lock is the agent. The socket is only where clients find
// it; the holder of the lock removes one that an earlier agent left.
//
// A Service is made of parts with their own state, each in a file of its name:
// directory (accounts by ID and name), hub (event streams), copier (clipboard),
// pushes, clientKeys, uses, listener (socket), upkeep (the work of every minute). The
// other files have the calls of the API.
package agent
