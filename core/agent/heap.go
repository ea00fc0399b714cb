package agent

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// How much the heap grows before it is collected, in percent. Memory is what an
	// agent costs all day: a minute after a thousand accounts of every kind were added
	// it has 7.97 MB of its own at 25 %, just under the bound of 8; 50 % took 0.1 MB more. With
	// the loopback door open a client may read as fast as it can, and a small heap is
	// collected over and over: a read then costs 34 µs of CPU at 50 % and 24 µs at
	// 100 %, and at 50 % the door serves half of what a bare handler does, under the
	// bound of 0.7.
	heapLean    = 25
	heapServing = 100
	// muchGarbage is how much an agent allocates, in bytes, before it gives memory
	// back.
	muchGarbage = 512 << 10
	// someGarbage is how much it allocates, in bytes, until it does so again. Alone, a
	// minute of waiting costs 15 kB; a collection costs 10 to 30 ms of CPU.
	someGarbage = 64 << 10
)

// LeanHeap sets the garbage collector for an agent that mostly waits.
func LeanHeap() { debug.SetGCPercent(heapLean) }

// paceHeap sets it for an agent with an open or a shut loopback door.
func paceHeap(serving bool) {
	if serving {
		debug.SetGCPercent(heapServing)
		return
	}
	LeanHeap()
}

// heap gives memory back to the system after a piece of work. The collector alone
// would keep it until the next work: after a thousand accounts were added an agent
// has 9.6 MB of its own, over the bound of 8, and 7.97 MB after this.
type heap struct {
	allocated uint64 // bytes since the start, when memory was last given back
	again     bool   // given back after much: what others kept for a moment is free by now
}

// handBack collects garbage and gives unused memory back if there may be much, and
// once more when some work has followed. The first time it collects three times: pools
// keep their contents for one collection (the text of a list of a thousand accounts is
// 0.8 MB), files that were closed and stacks that were deep take one more.
func (h *heap) handBack() {
	now := allocated()
	made := now - h.allocated
	much := made >= muchGarbage
	if !much && (!h.again || made < someGarbage) {
		return
	}
	h.allocated, h.again = now, much // before the collection, because others go on meanwhile
	if much {
		runtime.GC()
		runtime.GC()
	}
	debug.FreeOSMemory()
}

// allocated is how many bytes the process has allocated since its start.
func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
