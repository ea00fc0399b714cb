//go:build !linux

package agent

import (
	"context"
	"log/slog"
)

// watchSleep does nothing here; the Keeper checks the wall clock anyway.
func watchSleep(context.Context, *slog.Logger, func()) {}
