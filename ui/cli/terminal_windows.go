package cli

import (
	"errors"
	"io"
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

// endsWithReader ends the process in silence when nobody reads a file any more, as in
// tokentray help | more and q. Elsewhere the system does so.
func endsWithReader(f *os.File) io.Writer { return untilNobodyReads{f} }

type untilNobodyReads struct{ file *os.File }

func (w untilNobodyReads) Write(b []byte) (int, error) {
	n, err := w.file.Write(b)
	if errors.Is(err, windows.ERROR_NO_DATA) || errors.Is(err, windows.ERROR_BROKEN_PIPE) {
		os.Exit(exitFailure)
	}
	return n, err
}
