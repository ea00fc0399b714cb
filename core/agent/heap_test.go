package agent

import (
	"runtime"
	"testing"
)

// TestUnusedMemoryIsHandedBack: after much work, when it has gone on for long, and when
// it is over. Nothing is done at rest, nor after little.
func TestUnusedMemoryIsHandedBack(t *testing.T) {
	collections := func() uint32 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.NumForcedGC
	}
	type step struct {
		garbage   int
		again     bool
		collected uint32
	}
	steps := []step{
		{0, false, 0},
		{2 * someGarbage, false, 0}, // little
		{2 * muchGarbage, true, 3},
		{0, false, 0}, // over, and nothing came after it
		{0, false, 0},
		{2 * muchGarbage, true, 3},
	}
	for range mostChecks - 1 {
		steps = append(steps, step{2 * someGarbage, true, 0})
	}
	steps = append(steps, step{2 * someGarbage, true, 3}, step{2 * someGarbage, true, 0}, step{0, false, 3}, step{0, false, 0})
	runtime.GC() // small things that were made before count from the next collection on
	h := heap{given: allocated(), seen: allocated()}
	for i, s := range steps {
		garbage := make([]byte, s.garbage)
		before := collections()
		again := h.handBack()
		if got := collections() - before; got != s.collected || again != s.again {
			t.Errorf("check %d: it was collected %d times, want %d; to be repeated: %v, want %v", i+1, got, s.collected, again, s.again)
		}
		runtime.KeepAlive(garbage)
	}
}
