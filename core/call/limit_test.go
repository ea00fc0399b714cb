package call

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestALimitHoldsForAllAtOnce: as many calls are made as one caller could make, however
// many connections they come by.
func TestALimitHoldsForAllAtOnce(t *testing.T) {
	l := Limit{Size: 50, Rate: 20}
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for second, want := range []int64{50, 20, 20} {
		var made atomic.Int64
		var wg sync.WaitGroup
		for range 64 {
			wg.Go(func() {
				for range 100 {
					if l.Take(now.Add(time.Duration(second)*time.Second)) == 0 {
						made.Add(1)
					}
				}
			})
		}
		wg.Wait()
		if made.Load() != want {
			t.Errorf("in second %d: %d calls, want %d", second, made.Load(), want)
		}
	}
}
