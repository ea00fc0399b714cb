//go:build !linux

package agent

import (
	"context"
	"log/slog"
)

// watchSleep does nothing here; the Keeper checks the wall clock anyway.
func watchSleep(context.Context, *slog.Logger, func(), func(string)) {}

// watchScreen does nothing here.
func watchScreen(context.Context, *slog.Logger, string, func(string)) {}
