//go:build unix

package vault

import (
	"path/filepath"
	"testing"
	"time"
)

// TestTheNextAgentWaitsForAChild that an agent which was killed left behind.
func TestTheNextAgentWaitsForAChild(t *testing.T) {
	path := filepath.Join(t.TempDir(), "busy")
	waitBusy(t.Context(), path, time.Hour) // nobody was ever there
	one, err := markBusy(path)
	if err != nil {
		t.Fatal(err)
	}
	two, err := markBusy(path) // the agent's next call waits for none of its own
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		waitBusy(t.Context(), path, time.Hour)
		close(done)
	}()
	if err := one.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-done:
		t.Error("it did not wait for the second child")
	case <-time.After(50 * time.Millisecond):
	}
	if err := two.Close(); err != nil {
		t.Fatal(err)
	}
	<-done
	hung, err := markBusy(path)
	if err != nil {
		t.Fatal(err)
	}
	defer hung.Close()
	waitBusy(t.Context(), path, time.Millisecond) // a child that hangs keeps nobody out
	if f, err := markBusy(""); f != nil || err != nil {
		t.Errorf("without a path: %v, %v", f, err)
	}
}
