//go:build !linux

package agent

import "context"

// watchSocket has nothing that tells it here; the upkeep looks once a minute.
func watchSocket(context.Context, string) bool { return false }
