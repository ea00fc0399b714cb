package agent

import (
	"runtime"
	"testing"
)

// TestUnusedMemoryIsHandedBack: after much work, and once more after some that follows.
// Nothing is done after little, and an agent that waits collects nothing.
func TestUnusedMemoryIsHandedBack(t *testing.T) {
	collections := func() uint32 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.NumForcedGC
	}
	h := heap{allocated: allocated()}
	for i, step := range []struct {
		garbage int
		more    uint32
	}{{2 * muchGarbage, 3}, {0, 0}, {2 * someGarbage, 1}, {2 * someGarbage, 0}, {0, 0}} {
		garbage := make([]byte, step.garbage)
		before := collections()
		h.handBack()
		if got := collections() - before; got != step.more {
			t.Errorf("time %d: it was collected %d times, want %d", i+1, got, step.more)
		}
		runtime.KeepAlive(garbage)
	}
}
