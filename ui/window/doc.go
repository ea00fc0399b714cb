// Package window is TokenTray's window, written with Fyne: the list of accounts
// with their tokens counting down, and what a person does with one account.
//
// The window is a client of the agent as the command line is. It holds no token
// unless somebody asked to see it, keeps nothing on disk, and may close or crash
// at any time without a renewal being missed.
//
// A change's way through the package: link.go reads the agent's events on a
// goroutine of its own and hands each to the user interface's goroutine, the one
// place where that is done; model.go applies it to the picture of accounts;
// rows.go says what a row shows, as pure functions of account and time;
// listview.go gives that to the few row widgets that are in sight. Once a second
// the same functions are asked again, and only what differs is touched.
//
// The package never imports fyne/app, so that its tests need no OpenGL.
package window
