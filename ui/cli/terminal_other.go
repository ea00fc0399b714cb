//go:build !windows

package cli

import "os"

// prepareConsole has nothing to do: terminals here obey escape sequences.
func prepareConsole(*os.File) {}
