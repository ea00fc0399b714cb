package agent

import (
	"runtime"
	"testing"
)

// TestUnusedMemoryIsHandedBack: after much work, and once more the next time.
// Nothing is done after little.
func TestUnusedMemoryIsHandedBack(t *testing.T) {
	collections := func() uint32 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.NumForcedGC
	}
	h := heap{allocated: allocated()}
	garbage := make([]byte, 2*muchGarbage)
	for i, more := range []uint32{2, 1, 0} {
		before := collections()
		h.handBack()
		if got := collections() - before; got != more {
			t.Errorf("time %d: it was collected %d times, want %d", i+1, got, more)
		}
	}
	runtime.KeepAlive(garbage)
}
