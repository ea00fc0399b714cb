// Package window is TokenTray's window, written with Fyne: the list of accounts with
// their tokens counting down, and what a person does with one account.
//
// The window is a client of the agent, like the command line. It holds no token
// unless somebody asked to see it, keeps nothing on disk, and may close or crash at
// any time without a missed renewal.
//
// A change's way through the package: link.go reads the agent's events on a
// goroutine of its own and passes each to the user interface's goroutine, which
// happens only there; model.go applies it to the picture of accounts; rows.go says
// what a row shows, as pure functions of account and time; listview.go gives that to
// the few row widgets in sight. Once a second the same functions are asked again,
// and only what differs is touched.
//
// The package never imports fyne/app, so that its tests need no OpenGL.
package window
