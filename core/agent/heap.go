package agent

import (
	"runtime/debug"
	"runtime/metrics"
)

const (
	// heapGrowth is how much the heap grows before it is collected, in percent.
	// Memory is what an agent costs all day, and what it keeps is small.
	heapGrowth = 50
	// muchGarbage is how much an agent allocates, in bytes, before it gives memory
	// back. One that waits needs many minutes for so much.
	muchGarbage = 512 << 10
)

// LeanHeap sets the collector of this process to an agent's needs.
func LeanHeap() { debug.SetGCPercent(heapGrowth) }

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
