//go:build !windows || ci

package main

import (
	"fmt"
	"os"
)

// complain tells why the window does not open.
func complain(what string) { fmt.Fprintln(os.Stderr, "tokentray-window:", what) }

// complainForFyne does nothing: what Fyne prints is seen where complain is.
func complainForFyne() {}
