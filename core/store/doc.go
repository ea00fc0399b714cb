// Package store keeps what outlives the process in one bbolt file: accounts, sealed
// tokens, history and settings.
//
// Its one owner locks the file, 0600 in a 0700 folder. Secrets never enter it.
// Tokens enter it sealed under a data key that is in the vault, so while the vault
// is locked accounts can be listed and tokens cannot be read.
//
// Disks fail now and then, and bbolt panics on a page that it cannot read. Open
// therefore checks every page before bbolt walks them, moves a damaged file aside
// and restores the newest good backup. It also does so when the file is gone and its
// backups are not, because a reset deletes both. Damage that shows later becomes an
// error; the next start repairs it.
//
// An account and its secret are in two places that cannot change at once. Secrets.go
// orders the steps so that a crash between any two leaves a written intent, which
// Clean finishes at the next start.
package store
