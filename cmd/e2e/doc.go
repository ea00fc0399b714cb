// Package e2e holds the tests that look at the product from outside: the rules
// of who may import whom, the command line as a person types it, and the tray
// and the window on a real desktop without a screen.
package e2e
