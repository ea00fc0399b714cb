//go:build !linux

package agent

import (
	"context"
	"log/slog"
)

// watchSleep has nothing to listen to here; the Keeper looks at the wall clock
// anyway.
func watchSleep(context.Context, *slog.Logger, func()) {}
