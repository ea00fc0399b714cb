//go:build linux

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestMissingPackagesAreNamed simulates machines that lack everything: each system is
// told its own command, and for an old Go the message says what to do. Nothing is
// installed.
func TestMissingPackagesAreNamed(t *testing.T) {
	// Only what the script itself uses is there.
	tools := t.TempDir()
	for _, name := range []string{"bash", "sed", "sort", "head", "uname", "id", "xargs", "dirname", "grep", "env", "cat", "echo"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(tools, name)); err != nil {
			t.Fatal(err)
		}
	}
	goSays := func(version string) {
		script := fmt.Sprintf("#!%s/bash\necho %s\n", tools, version)
		if err := os.WriteFile(filepath.Join(tools, "go"), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	run := func(release string, args ...string) (string, error) {
		file := filepath.Join(t.TempDir(), "os-release")
		if err := os.WriteFile(file, []byte(release), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(filepath.Join(tools, "bash"), append([]string{"../../assets/scripts/install-deps.sh"}, args...)...)
		cmd.Env = []string{"PATH=" + tools, "OS_RELEASE=" + file}
		out, err := cmd.CombinedOutput()
		return string(out), err
	}

	goSays("go1.99.0")
	for _, c := range []struct {
		release string
		fails   bool
		want    []string
	}{
		{"ID=debian\n", false, []string{"installing: ", "gcc libc6-dev", "libx11-dev", "libxxf86vm-dev"}},
		{"ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", false, []string{"installing: "}},
		{"ID=fedora\n", true, []string{"sudo dnf install gcc glibc-devel", "libX11-devel"}},
		{"ID=arch\n", true, []string{"sudo pacman -S --needed gcc", "libxcursor"}},
		{"ID=alpine\n", true, []string{"by their names in Debian", "libx11-dev"}},
	} {
		out, err := run(c.release, "-n", "run")
		if (err != nil) != c.fails {
			t.Errorf("%s: %v\n%s", c.release, err, out)
		}
		for _, w := range c.want {
			if !strings.Contains(out, w) {
				t.Errorf("%s: there is no %q in\n%s", c.release, w, out)
			}
		}
	}

	goSays("go1.20.3")
	out, err := run("ID=debian\n", "-n", "run")
	if err == nil || !strings.Contains(out, "here is 1.20.3") || !strings.Contains(out, "https://go.dev/dl/") || !strings.Contains(out, "GOTOOLCHAIN=") {
		t.Errorf("an old Go: %v\n%s", err, out)
	}
	if err := os.Remove(filepath.Join(tools, "go")); err != nil {
		t.Fatal(err)
	}
	if out, err := run("ID=debian\n", "-n", "run"); err == nil || !strings.Contains(out, "there is no go command") {
		t.Errorf("no Go: %v\n%s", err, out)
	}
}
