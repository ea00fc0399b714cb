package push

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"tokentray/core"
)

// TestAFileThatIsMountedByItself: neither the file nor the place where it is
// mounted is replaced; in place both are written.
func TestAFileThatIsMountedByItself(t *testing.T) {
	dir := t.TempDir()
	out, in := filepath.Join(dir, "a file.env"), filepath.Join(dir, "in.env")
	write(t, out, "A=1\n", 0o600)
	write(t, in, "", 0o600)
	info, err := os.Stat(out)
	if err != nil {
		t.Fatal(err)
	}
	if mountedAlone(out, info) {
		t.Fatal("it is mounted before it is")
	}
	if err := syscall.Mount(out, in, "", syscall.MS_BIND, ""); err != nil {
		t.Skip("mounting is not allowed here: ", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(in, syscall.MNT_DETACH) })
	for _, path := range []string{out, in} {
		job := fileJob(path, core.PushDotenv, "T")
		err := Deliver(t.Context(), job)
		if e := core.AsError(err); e == nil || e.Remedy != core.RemedyPushInPlace || !strings.Contains(e.Message, "mounted by itself") {
			t.Errorf("%s: %v", path, err)
		}
		holds(t, in, "A=1\n", 0o600)
	}
	job := fileJob(out, core.PushDotenv, "T")
	job.Push.InPlace = true
	if err := Deliver(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	holds(t, in, "A=1\nT="+newToken+"\n", 0o600)
}

// TestAFileThatAnotherNamespaceMounts: as a container does with a file of the machine.
func TestAFileThatAnotherNamespaceMounts(t *testing.T) {
	dir := t.TempDir()
	out, in := filepath.Join(dir, "a.env"), filepath.Join(dir, "in.env")
	write(t, out, "A=1\n", 0o600)
	write(t, in, "", 0o600)
	c := exec.CommandContext(t.Context(), "unshare", "--mount", "sh", "-c", `mount --bind "$0" "$1" && echo ready && read x`, out, in)
	stdin, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Skip("another namespace cannot be made here: ", err)
	}
	defer func() {
		_ = stdin.Close()
		_ = c.Wait()
	}()
	if line, _ := bufio.NewReader(stdout).ReadString('\n'); line != "ready\n" {
		t.Skip("mounting is not allowed here")
	}
	if e := core.AsError(Deliver(t.Context(), fileJob(out, core.PushDotenv, "T"))); e == nil || e.Remedy != core.RemedyPushInPlace {
		t.Errorf("%v", e)
	}
	holds(t, out, "A=1\n", 0o600)
}

// FuzzMounts: whatever the name of a folder, the kernel's list gives it back, between
// lines that are none.
func FuzzMounts(f *testing.F) {
	for _, name := range []string{"/a file.env", "/项目\u3000一", `/a\040b`, "/a\u00a0b\r", "/a\nb\tc\\", "/", "//deleted", "/\xff\v"} {
		f.Add(name, "/", "")
		f.Add("/", name, "36 35")
	}
	written := strings.NewReplacer(" ", `\040`, "\t", `\011`, "\n", `\012`, `\`, `\134`) // as the kernel does
	f.Fuzz(func(t *testing.T, root, point, line string) {
		if strings.ContainsRune(root+point, 0) {
			return
		}
		before, err := readMounts(strings.NewReader(line + "\n"))
		if err != nil {
			return
		}
		text := line + "\n36 35 98:0 " + written.Replace(root) + " " + written.Replace(point) + " rw,noatime master:1 - ext3 /dev/root rw\n"
		got, err := readMounts(strings.NewReader(text))
		if err != nil && len(text) < 60_000 || err == nil && !slices.Equal(got, append(before, mount{"98:0", root, point})) {
			t.Fatalf("%q is read as %q, %v", text, got, err)
		}
	})
}
