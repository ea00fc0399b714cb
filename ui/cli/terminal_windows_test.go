package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// Whoever reads the beginning of a long answer and goes away sees no error.
func TestNobodyReadsAnyMore(t *testing.T) {
	const act = "TOKENTRAY_TEST_ACT"
	if os.Getenv(act) == "print" {
		out := NewConsole(os.Stdin, os.Stdout, os.Stderr).Out()
		for range 1000 {
			if _, err := fmt.Fprintln(out, "a line"); err != nil {
				fmt.Fprintln(os.Stderr, "TokenTray itself failed:", err)
				os.Exit(99)
			}
		}
		fmt.Fprintln(os.Stderr, "all was read")
		os.Exit(99)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	var said bytes.Buffer
	cmd := exec.Command(exe, "-test.run=^TestNobodyReadsAnyMore$")
	cmd.Env = append(os.Environ(), act+"=print")
	cmd.Stdout, cmd.Stderr = w, &said
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != exitFailure || said.Len() > 0 {
		t.Errorf("it ended with %v and said %q", err, said.String())
	}
}
