//go:build !windows

package window

import (
	"path/filepath"
	"syscall"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"
)

// TestAPipeIsNoFileToImport: nobody writes to the pipe that is dropped on the window. It
// is refused at once instead of waited for.
func TestAPipeIsNoFileToImport(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "shop.env")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	s := newStage(t, healthy("shop")).open()
	s.transfers.drop([]fyne.URI{storage.NewFileURI(pipe)})
	s.untilSays("a pipe, a device or a folder")
	if asked := read(s.agent, &s.agent.imports); len(asked) > 0 {
		t.Errorf("the agent was asked about %+v", asked)
	}
}
