//go:build windows || darwin

package clipboard

import "context"

// Find finds nothing here: clipboard histories of Windows and macOS heed the formats
// by which they are asked to leave a text out, and put nothing back.
func Find(context.Context, Session) (Program, bool) { return Program{}, false }

func managerName(Session) string { return "" }

// Read is not for here, where the window's toolkit reads without waiting for
// another program.
func Read(context.Context, Session) (string, error) {
	return "", noClipboard("it is read by the window", nil)
}
