package tray

import (
	"context"
	"testing"
	"time"

	"tokentray/core/api"
)

// The tray ends with the agent even if its icon was not made, as under wine without a
// screen.
func TestATrayWithoutAnIconEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, Config{Agent: newFakeAgent(api.List{})}) }()
	cancel()
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Fatal("it goes on")
	}
}
