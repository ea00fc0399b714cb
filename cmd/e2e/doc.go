// Package e2e tests the product from outside: the rules about imports, the command
// line as a person types it, and the tray and the window on a real desktop without a
// screen.
package e2e
