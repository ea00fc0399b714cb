package cli

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestNoFileOfOursIsWrittenOver: --force replaces files of other programs, and never the
// vault or the database.
func TestNoFileOfOursIsWrittenOver(t *testing.T) {
	dir := t.TempDir()
	vault := filepath.Join(dir, "secrets.age")
	if err := os.WriteFile(vault, []byte("all secrets"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"export", "accounts", "--force", "--out"},
		{"export", "backup", "--passphrase-stdin", "--force", "--out"},
		{"export", "curl", "--force", "--out"},
		{"team", "invite", "--passphrase-stdin", "--force", "--out"},
		{"team", "rotate-key", "--passphrase-stdin", "--force", "--out"},
		{"call", "shop", "/x", "--force", "--output"},
		{"doctor", "--yes", "--bundle"},
		{"exec", "shop", "--overwrite", "--renew-file"},
	} {
		r := withToken(newRun())
		r.term.in = strings.NewReader("a long pass phrase\n")
		r.parts = func(p *Parts) {
			p.Ours = func(_, path string) bool { return path == vault }
			p.Environ = func() []string { return nil }
			p.Doctor = func(context.Context, DoctorOptions) ([]Finding, error) { return nil, nil }
		}
		args = append(slices.Clone(args), vault)
		if args[0] == "exec" {
			args = append(args, "--", "true")
		}
		if _, errOut := r.try(t, exitUsage, args...); !strings.Contains(errOut, "own folder") {
			t.Errorf("%v: %q", args, errOut)
		}
		if got, err := os.ReadFile(vault); err != nil || string(got) != "all secrets" {
			t.Fatalf("%v: the vault is %q, %v", args, got, err)
		}
	}
}
