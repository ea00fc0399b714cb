//go:build unix && !linux

package harden

// hide does nothing: macOS lets no process without the administrator's consent
// read another's memory, and the BSDs leave it to security.bsd.unprivileged_proc_debug.
func hide() error { return nil }
