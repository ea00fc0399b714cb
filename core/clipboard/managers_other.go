//go:build windows || darwin

package clipboard

import "context"

// Find finds nothing on this system: the clipboard histories of Windows and macOS
// respect the formats that ask them to leave a text out, and put nothing back.
func Find(context.Context, Session) (Program, bool) { return Program{}, false }

func managerName(Session) string { return "" }

// Read does not work on this system, where the window's toolkit reads without
// waiting for another program.
func Read(context.Context, Session) (string, error) {
	return "", noClipboard("it is read by the window", nil)
}
