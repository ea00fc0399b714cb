package push

import (
	"os"
	"path/filepath"
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
