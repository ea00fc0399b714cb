package cli

import (
	"os"

	"golang.org/x/sys/windows"
)

// prepareConsole makes a Windows console obey the escape sequences that watch
// and colours use.
func prepareConsole(f *os.File) {
	var mode uint32
	h := windows.Handle(f.Fd())
	if windows.GetConsoleMode(h, &mode) == nil {
		_ = windows.SetConsoleMode(h, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING)
	}
}
