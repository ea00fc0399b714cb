package vault

import (
	"fmt"
	"os"
	"testing"
)

// TestMain lets the test binary be the keyring's child, as tokentray is.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == ChildCommand {
		if err := ServeKeyringChild(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}
