// Package core is the domain of TokenTray: accounts, their secrets and tokens,
// the sources that hand tokens out, and the Keeper that keeps one living token
// for each account.
//
// A token's way through the packages is
//
//	upstream -> a source (decode, classify) -> Keeper (state, timing) -> store (sealed) -> api (snapshot, event) -> ui
//
// Package core knows no file, no network, no screen and no vendor. A source
// declares its traits (what asking again does, how early a new token can be
// had) and the Keeper plans from them alone.
//
// Time is the wall clock with the monotonic reading stripped, because an upstream
// counts by the wall clock and a laptop sleeps.
package core
