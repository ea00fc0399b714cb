package push

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tokentray/core"
)

func ownerOf(fs.FileInfo) [2]int { return [2]int{} }

// A file that holds the token already is not written again: Windows says of each
// file that everybody may read it, whatever its list of rights is.
func TestWhatIsRightIsNotWrittenAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".env")
	job := fileJob(path, core.PushDotenv, "T")
	job.Push.Private = true
	if err := replaceFile(job); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour).Truncate(time.Second)
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
	if err := replaceFile(job); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || !info.ModTime().Equal(old) {
		t.Errorf("it was written at %v, %v", info.ModTime(), err)
	}
}
