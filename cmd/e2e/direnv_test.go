//go:build linux

package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestDirenv: the real direnv sets the variables of a folder's .env with use
// tokentray, and stores no token.
func TestDirenv(t *testing.T) {
	t.Parallel()
	direnv, err := exec.LookPath("direnv")
	if err != nil {
		t.Fatalf("install direnv (make deps): %v", err)
	}
	d := openDoors(t)
	home, folder := t.TempDir(), t.TempDir()
	write := func(path, content string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(home, "direnv", "direnvrc"), d.run("", "env", "--direnv"))
	write(filepath.Join(folder, ".env"), "WX_TOKEN=tokentray://shop/sandbox\nPLAIN=1\n")
	write(filepath.Join(folder, ".envrc"), "use tokentray\n")
	in := func(args ...string) (string, string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), direnv, args...)
		cmd.Dir = folder
		cmd.Env = append(slices.Clone(d.env), "XDG_CONFIG_HOME="+home, "XDG_DATA_HOME="+filepath.Join(home, "data"), "XDG_CACHE_HOME="+filepath.Join(home, "cache"))
		var out, errOut bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errOut
		if err := cmd.Run(); err != nil {
			t.Errorf("direnv %q: %v, %s", args, err, d.leaks.hide(errOut.String()))
		}
		return out.String(), errOut.String()
	}
	in("allow", ".")
	out, errOut := in("exec", ".", "sh", "-c", `echo "[$WX_TOKEN] [$PLAIN]"`)
	token := strings.TrimSpace(d.run("", "get", "shop"))
	if out != "["+token+"] [1]\n" {
		t.Errorf("the variables: %s", d.leaks.hide(out))
	}
	if strings.Contains(errOut, token) {
		t.Error("direnv prints the token")
	}
	for _, dir := range []string{home, folder} {
		err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			if bytes.Contains(data, []byte(token)) {
				t.Errorf("%s holds the token", e.Name())
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}
