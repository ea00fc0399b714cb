package main

import (
	"context"
	"runtime"

	"tokentray/core/clipboard"
	"tokentray/ui/window"
)

// clipboardReader reads the clipboard for the window. On Windows and macOS, where the
// system holds the clipboard's content, Fyne reads it.
func clipboardReader() func(context.Context) (string, error) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return nil
	}
	session := clipboard.EnvSession()
	return func(ctx context.Context) (string, error) { return clipboard.Read(ctx, session) }
}

func findManager(ctx context.Context) (window.Manager, bool) {
	p, ok := clipboard.Find(ctx, clipboard.EnvSession())
	return window.Manager{ID: p.ID, Name: p.Name, Hint: string(p.Hint), Since: p.Since}, ok
}
