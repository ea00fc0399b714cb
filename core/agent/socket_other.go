//go:build !linux

package agent

import "context"

// watchFile has nothing to report on this system; the upkeep checks once a minute.
func watchFile(context.Context, string) bool { return false }
