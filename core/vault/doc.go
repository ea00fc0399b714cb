// Package vault keeps secrets: AppSecrets, proxy passwords and the key under which
// the store seals tokens. A vault is a small map from keys to secrets.
//
// Keyring is the operating system's: people see, revoke and unlock its entries with
// the tools they know. File is an age file under a passphrase, for machines without
// a keyring. Memory is for the demo. None is ever chosen silently because another
// failed.
//
// Four failures are told apart, because each needs something else from a person: not
// found, locked, unavailable, too big. Locked is never taken for not found, or a new
// secret would overwrite the one that waits behind the lock.
package vault
