package agent

import (
	"runtime"
	"testing"
)

// TestUnusedMemoryIsHandedBack: after much work, and nothing is done after little.
func TestUnusedMemoryIsHandedBack(t *testing.T) {
	collections := func() uint32 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.NumForcedGC
	}
	h := heap{allocated: allocated()}
	garbage := make([]byte, 2*muchGarbage)
	before := collections()
	h.handBack()
	if collections() != before+1 {
		t.Error("much was allocated and nothing was given back")
	}
	h.handBack()
	if collections() != before+1 {
		t.Error("it was collected again for nothing")
	}
	runtime.KeepAlive(garbage)
}
