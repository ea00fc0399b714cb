// Package acl knows whose a folder is on Windows, and who may enter it. Windows has no
// mode bits: a folder has an owner and a list of rights, most of which it inherits
// from the folders above it. In a user's profile nobody else is on that list; in a
// folder on another drive usually everybody is.
//
// The system and the administrators are not counted as others: they can take what
// they are not given.
package acl
