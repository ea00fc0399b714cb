//go:build unix

package cli

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"tokentray/core"
	"tokentray/core/collection"
)

// TestWhereNothingCanBeWritten: a folder that is not there, and a named pipe in the place
// of a file, which holds nobody up. The remedy is another place, and no log.
func TestWhereNothingCanBeWritten(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "token.http")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"no folder":        writeOut(filepath.Join(dir, "none", "team.json"), nil, false),
		"no folder, force": writeOut(filepath.Join(dir, "none", "team.json"), nil, true),
		"a pipe":           checkTargets(dir, []collection.File{{Path: "token.http"}}, true),
		"a file above":     checkOut(filepath.Join(pipe, "team.json"), false),
	} {
		if e := core.AsError(err); e == nil || e.Remedy != core.RemedyOutput || !strings.HasSuffix(e.Message, "; choose another --out") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("left: %v, %v", left, err)
	}
}
