package agent

import (
	"runtime"
	"slices"
	"testing"
	"time"
)

func TestTheHeapGrowsInARushAlone(t *testing.T) {
	at := time.Now()
	var set []int
	h := &heap{now: func() time.Time { return at }, set: func(p int) int { set = append(set, p); return 0 }}
	run := func(times int, gap time.Duration) {
		for range times {
			at = at.Add(gap)
			h.collected()
		}
	}
	for _, tt := range []struct {
		name  string
		times int
		gap   time.Duration
		want  []int
	}{
		{"an agent that starts", heapOften - 1, time.Millisecond, nil},
		{"and idles", 10, 2 * time.Minute, nil},
		{"a little work, all day", 1000, heapRush, nil},
		{"a rush", heapOften, heapRush - 1, []int{heapBusy}},
		{"which is seldomer collected then", 1000, heapCalm, nil},
		{"its end", 1, heapCalm + 1, []int{heapSmall}},
		{"another", 10 * heapOften, time.Millisecond, []int{heapBusy}},
		{"and its end", 10, 2 * time.Minute, []int{heapSmall}},
	} {
		set = nil
		run(tt.times, tt.gap)
		if !slices.Equal(set, tt.want) {
			t.Errorf("%s: set %v, want %v", tt.name, set, tt.want)
		}
	}
	h.stop()
	set = nil
	run(10*heapOften, time.Millisecond)
	if set != nil {
		t.Errorf("after the end: set %v", set)
	}
}

// TestTheCollectorTells: each real collection is heard of, the one after it too.
func TestTheCollectorTells(t *testing.T) {
	told := make(chan int, 1)
	at := time.Now()
	h := &heap{now: func() time.Time { return at }, set: func(p int) int { told <- p; return 0 }} // all in one moment
	h.watch()
	defer h.stop()
	for {
		runtime.GC()
		select {
		case p := <-told:
			if p != heapBusy {
				t.Errorf("set %d", p)
			}
			return
		default:
		}
	}
}
