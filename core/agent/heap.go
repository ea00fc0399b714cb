package agent

import (
	"runtime"
	"runtime/debug"
	"sync"
	"time"
)

// How much the heap grows before it is collected, as GOGC counts it. Memory is
// what an agent costs all day, so while it idles the collector comes early. A
// client that reads tokens as fast as it can would then spend a fifth of the
// time collecting a heap of a few hundred KB over and over: while that lasts
// the heap may take some MB more.
const (
	heapSmall = 50
	heapBusy  = 200
	heapRush  = 200 * time.Millisecond // collections closer than this are work for nothing
	heapOften = 32                     // of those in a row: no start and no long list makes so many
	heapCalm  = 3 * time.Second        // between two collections: the rush is over
)

// heap sets the collector's pace by how often it runs. It has no timer: it is
// told of each collection and of nothing else.
type heap struct {
	now func() time.Time
	set func(percent int) int

	mu    sync.Mutex
	over  bool
	busy  bool
	quick int       // collections in a row that came in a rush
	last  time.Time // of a collection
}

// PaceHeap sets the collector of this process to an agent's needs until stop.
func PaceHeap() (stop func()) {
	h := &heap{now: time.Now, set: debug.SetGCPercent}
	h.set(heapSmall)
	h.watch()
	return h.stop
}

// watch hears of the next collection: it drops something that nobody holds.
func (h *heap) watch() {
	dropped := new(*heap) // a pointer: what holds none may share its place, and stay with that
	runtime.AddCleanup(dropped, (*heap).collected, h)
}

// collected is told that the collector ran.
func (h *heap) collected() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over {
		return
	}
	now := h.now()
	gap := now.Sub(h.last)
	h.last = now
	if gap < heapRush {
		h.quick++
	} else {
		h.quick = 0
	}
	switch {
	case !h.busy && h.quick >= heapOften:
		h.busy = true
		h.set(heapBusy)
	case h.busy && gap > heapCalm:
		h.busy = false
		h.set(heapSmall)
	}
	h.watch()
}

func (h *heap) stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.over = true
}
