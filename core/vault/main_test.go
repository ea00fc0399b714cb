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
		// Under the race detector an exit takes a second, which a child has not.
		if self, err := os.FindProcess(os.Getpid()); err == nil {
			_ = self.Kill()
		}
		select {}
	}
	os.Exit(m.Run())
}
