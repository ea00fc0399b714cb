package agent

import (
	"cmp"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"
)

const (
	// How much the heap grows before it is collected, in percent. Memory is what an
	// agent costs all day: 50 % took 0.1 MB more than 25 %, and 100 % took 0.8 MB more
	// with a thousand accounts, over the bound of 8. With the loopback door open a
	// client may read as fast as it can, and a small heap is collected over and over: a
	// read then costs 34 µs of CPU at 50 % and 24 µs at 100 %, and at 50 % the door
	// serves half of what a bare handler does, under the bound of 0.7.
	heapLean    = 25
	heapServing = 100
	// muchGarbage is how much an agent allocates, in bytes, before it gives memory
	// back.
	muchGarbage = 512 << 10
	// someGarbage is how much it allocates, in bytes, while it works. Alone, a minute of
	// waiting costs 15 kB.
	someGarbage = 64 << 10
	// calmTime lies between two checks of work that goes on. After mostChecks of them
	// memory is given back, even if the work has not ended.
	calmTime   = 10 * time.Second
	mostChecks = 6
)

// Lean sets the runtime for an agent that mostly waits: the garbage collector, and one
// processor, because each keeps pages of its own for every size of things. A minute after
// a thousand accounts were added an agent has 7.6 MB of its own with one processor and
// 8.1 MB with two, over the bound of 8. What a person set as GOMAXPROCS stays.
func Lean() {
	debug.SetGCPercent(heapLean)
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(1)
	}
}

// pace sets it for such an agent with an open or a shut loopback door.
func (s *Service) pace(serving bool) {
	switch {
	case !s.parts.Lean:
	case !serving:
		Lean()
		s.collector.pace(heapLean)
	default:
		s.collector.pace(heapServing)
		if os.Getenv("GOMAXPROCS") == "" {
			runtime.SetDefaultGOMAXPROCS()
		}
	}
}

// collector is how the runtime collects garbage. The zero value has the pace of Lean.
type collector struct {
	mu      sync.Mutex
	percent int   // how much the heap grows; 0: heapLean
	resting bool  // until the next collection
	limit   int64 // of the memory, in bytes, when it does not rest
}

// pace sets how much the heap grows before it is collected, in percent.
func (c *collector) pace(percent int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.percent = percent
	c.wake()
}

// restRoom is how much memory grows at rest, in bytes, before garbage is collected. The
// runtime keeps 1 MB of it free.
const restRoom = 2 << 20

// rest keeps the runtime from collecting garbage because of the time alone, two minutes
// after the last time: with a thousand accounts that cost 12 ms of CPU, over the bound of
// 10 ms in 20 s, and found nothing. It ends with the first collection, which another piece
// of work makes necessary.
func (c *collector) rest() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.resting {
		return
	}
	c.resting = true
	debug.SetGCPercent(-1)
	c.limit = debug.SetMemoryLimit(inUse() + restRoom)
	// It is garbage at once, so the next collection finds it.
	runtime.AddCleanup(new([8]uintptr), func(c *collector) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.wake()
	}, c)
}

// wake ends a rest. The lock is held.
func (c *collector) wake() {
	if c.resting {
		c.resting = false
		debug.SetMemoryLimit(c.limit)
	}
	debug.SetGCPercent(cmp.Or(c.percent, heapLean))
}

// inUse is how much memory the runtime has of the system, in bytes.
func inUse() int64 {
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(s)
	return int64(s[0].Value.Uint64()) - int64(s[1].Value.Uint64())
}

// heap gives memory back to the system after a piece of work. The collector alone
// would keep it until the next work. A minute after a thousand accounts of every kind
// were added an agent has 7.6 MB of its own; with two processors it has 8.1 MB, and had
// 9.7 MB without this, and 12.4 MB without the pace above, too. After a restart it has 6.7 MB.
type heap struct {
	given  uint64 // what was allocated when memory was last given back
	seen   uint64 // … at the last check
	checks int    // since then, at work that goes on; 0 at rest
}

// handBack collects garbage and gives unused memory back when there may be much, and
// again when the work that made it is over. Until then it reports that it wants to be
// called again after calmTime. At rest it collects nothing: a collection costs 10 to
// 30 ms of CPU.
func (h *heap) handBack() (again bool) {
	now := allocated()
	recent := now - h.seen
	h.seen = now
	switch {
	case h.checks == 0 && now-h.given < muchGarbage:
		return false
	case h.checks > 0 && recent < someGarbage: // the work is over
		h.checks = 0
		if now-h.given >= someGarbage {
			h.give(now)
		}
		return false
	case h.checks > 0 && h.checks < mostChecks:
		h.checks++
		return true
	}
	h.checks = 1
	h.give(now)
	return true
}

// give collects three times: pools keep their contents for one collection (the text of
// a list of a thousand accounts is 0.8 MB), files that were closed and stacks that were
// deep take one more.
func (h *heap) give(now uint64) {
	h.given = now // before the collection, because others go on meanwhile
	runtime.GC()
	runtime.GC()
	debug.FreeOSMemory()
}

// allocated is how many bytes the process has allocated since its start.
func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
