// Package team shares one account's token between many machines. The machine that holds
// the lease asks the upstream and publishes the token with its fence; the others take it.
//
// It runs on the Redis, Valkey or cloud service that the backends have already. For each
// account the Redis has these keys, with one hash tag and so in one slot of a Cluster:
//
//	{tt:TEAM:ACCT}:lease  who may ask now: holder#fence, for 10 s
//	{tt:TEAM:ACCT}:fence  counts the leases, for ever
//	{tt:TEAM:ACCT}:tok    the token, sealed, with fence and generation; the member that wants another
//	{tt:TEAM:ACCT}:next   how long the next round must wait; :rep the next report
//	{tt:TEAM:ACCT}:ev     the channel for changes
//
// ACCT is a keyed hash of the account's TokenID, so that the Redis reveals no name and no
// AppID. A token is sealed with the team's key. Neither that key nor an AppSecret is ever
// in the Redis: each machine that asks has its own AppSecret.
//
// The files follow the protocol: scripts.go has the atomic steps of the Redis, account.go
// what a machine does with them, turn.go how a round of the Keeper becomes the team's,
// seal.go how a token is sealed and what a reader accepts, keys.go the team's keys.
//
// Times are relative. A reader gets the Redis' time in the same answer as the token and
// counts on from there with its own monotonic clock; wall clocks are never compared. The
// life of a token is inside the sealed text, so that a program that can write to the
// Redis can neither lengthen a life nor bring back an older token.
package team
