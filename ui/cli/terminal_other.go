//go:build !windows

package cli

import (
	"io"
	"os"
)

// prepareConsole has nothing to do: terminals here obey escape sequences.
func prepareConsole(*os.File) {}

// endsWithReader is the file: the system ends a process that writes to standard
// output when nobody reads there any more.
func endsWithReader(f *os.File) io.Writer { return f }
