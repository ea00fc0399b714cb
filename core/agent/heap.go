package agent

import (
	"runtime/debug"
	"runtime/metrics"
)

const (
	// How much the heap grows before it is collected, in percent. Memory is what an
	// agent costs all day. With the loopback door open a client may read as fast as
	// it can, and a small heap is collected over and over: a read then costs 34 µs of
	// CPU at 50 % and 24 µs at 100 %, and at 50 % the door serves half of what a bare
	// handler does, under the bound of 0.7.
	heapLean    = 50
	heapServing = 100
	// muchGarbage is how much an agent allocates, in bytes, before it gives memory
	// back.
	muchGarbage = 512 << 10
)

// LeanHeap sets the collector of this process to the needs of an agent that waits.
func LeanHeap() { debug.SetGCPercent(heapLean) }

// paceHeap sets it to those of an agent whose loopback door is open, or is not.
func paceHeap(serving bool) {
	if serving {
		debug.SetGCPercent(heapServing)
		return
	}
	LeanHeap()
}

// heap gives memory back that a piece of work left behind: the collector alone
// would keep it until the next work. A minute after a thousand accounts were added
// an agent has 8.5 MB of its own with it and 15.4 MB without.
type heap struct {
	allocated uint64 // bytes since the start, when memory was last given back
}

// handBack collects and gives back what is not used, if that can be much.
func (h *heap) handBack() {
	now := allocated()
	if now-h.allocated < muchGarbage {
		return
	}
	h.allocated = now // before it is collected, for others go on meanwhile
	debug.FreeOSMemory()
}

// allocated is how many bytes the process has allocated since its start.
func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
