package agent

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"
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

// TestRest: nothing is collected because of the time, until so much came together that a
// collection is due. That one ends the rest, and so does another pace.
func TestRest(t *testing.T) {
	before := debug.SetGCPercent(heapLean)
	t.Cleanup(func() { debug.SetGCPercent(before) })
	percent := func() int {
		s := []metrics.Sample{{Name: "/gc/gogc:percent"}}
		metrics.Read(s)
		return int(int32(s[0].Value.Uint64()))
	}
	limit := func() int64 { return debug.SetMemoryLimit(-1) }
	usual := limit()
	c := &collector{}
	runtime.GC() // or one may be due at once
	c.rest()
	if percent() != -1 || limit() == usual {
		t.Fatalf("at rest the heap grows by %d %%, limit %d", percent(), limit())
	}
	var garbage []byte
	for end := time.Now().Add(time.Minute); percent() == -1 && time.Now().Before(end); {
		garbage = make([]byte, 64<<10)
	}
	runtime.KeepAlive(garbage)
	if percent() != heapLean || limit() != usual {
		t.Errorf("after a collection the heap grows by %d %%, limit %d", percent(), limit())
	}
	c.rest()
	c.pace(heapServing)
	if percent() != heapServing || limit() != usual {
		t.Errorf("with another pace the heap grows by %d %%, limit %d", percent(), limit())
	}
	c.rest()
	runtime.GC()
	for end := time.Now().Add(time.Minute); percent() == -1 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if percent() != heapServing || limit() != usual {
		t.Errorf("after a rest the heap grows by %d %%, limit %d", percent(), limit())
	}
}
