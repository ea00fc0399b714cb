//go:build !linux

package agent

import "context"

// watchFile has nothing that tells it here; the upkeep looks once a minute.
func watchFile(context.Context, string) bool { return false }
