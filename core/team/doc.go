// Package team keeps one account's token on many machines: whoever holds the lease
// asks upstream, publishes the token with its fence, and all others take it.
//
// It runs on the Redis, Valkey or cloud service that the backends have already. Of an
// account the Redis holds, all with one hash tag and so in one slot of a Cluster:
//
//	{tt:TEAM:ACCT}:lease  who may ask now: holder#fence, for 10 s
//	{tt:TEAM:ACCT}:fence  counts the leases, for ever
//	{tt:TEAM:ACCT}:tok    the token, sealed, with fence and generation; who wants another
//	{tt:TEAM:ACCT}:next   how long the next round must wait; :rep the next report
//	{tt:TEAM:ACCT}:ev     the channel on which changes are told
//
// ACCT is a keyed hash of the account's TokenID, so that the Redis tells no name and
// no AppID. A token is sealed under the team's key, which never enters the Redis, and
// neither does an AppSecret: each machine that asks has its own.
//
// The files follow the protocol: scripts.go has what the Redis does in one step,
// account.go what a machine does with them, turn.go how a round of the Keeper becomes
// the team's, seal.go how a token is sealed and what a reader believes, keys.go the
// team's keys.
//
// Times are relative. Whoever reads a token gets the Redis' time in the same answer
// and counts on from there by its own steady clock; wall clocks are never compared.
// What counts of a life is inside the sealed text, so that whoever can write to the
// Redis can neither lengthen a life nor bring back an older token.
package team
