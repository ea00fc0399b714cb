package api

import (
	"context"
	"errors"
	"os"
	"runtime"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/local"
)

// An agent that was stopped takes connections, because the kernel does that, and
// never answers.
func TestAnAgentThatHangsIsNotWaitedFor(t *testing.T) {
	socket := local.Address(t.TempDir())
	l, err := local.Listen(socket) // and accepts nothing
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client := Dial(socket)
	defer client.Close()
	_, err = client.Answers(t.Context(), 50*time.Millisecond)
	var hung *HungError
	if !errors.As(err, &hung) || core.AsError(err).Remedy != core.RemedyHungAgent {
		t.Fatalf("got %v, want that the agent hangs", err)
	}
	if want := os.Getpid(); hung.PID != want && (runtime.GOOS == "linux" || runtime.GOOS == "darwin") {
		t.Errorf("process %d, want %d", hung.PID, want)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err = client.Answers(ctx, time.Minute); err == nil || errors.As(err, &hung) {
		t.Errorf("the caller's own limit: %v", err)
	}
	if _, err = Dial(socket+"x").Answers(t.Context(), time.Minute); !errors.Is(err, ErrNoAgent) {
		t.Errorf("without an agent: %v", err)
	}
}
