//go:build unix && !linux && !darwin

package local

import "syscall"

// peerUID knows nothing: the platform has no way to tell.
func peerUID(syscall.Conn) (uid int, known bool, err error) { return 0, false, nil }

// peerPID cannot be asked for here.
func peerPID(syscall.Conn) int { return 0 }
