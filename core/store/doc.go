// Package store keeps what outlives the process in one bbolt file: accounts,
// sealed tokens, history and settings.
//
// The file is locked by its one owner, 0600 in a 0700 folder. Secrets never
// enter it. Tokens enter it sealed under a data key that lives in the vault, so
// accounts can be listed while the vault is locked and tokens cannot be read.
//
// A disk fails now and then, and bbolt panics on a page that it cannot read.
// Open therefore checks every page before bbolt walks them, moves a damaged
// file aside and restores the newest good backup; so it does when the file is
// gone and its backups are not, as no reset leaves them. Damage that shows later
// becomes an error; the next start repairs it.
//
// An account and its secret live in two places that cannot change at once.
// Secrets.go orders the steps so that a crash between any two leaves a written
// intent, which Clean finishes at the next start.
package store
