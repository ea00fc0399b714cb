package call

import (
	"io"
	"net/http"
	"runtime"
	"testing"
)

// zeros is a body without a secret and without an end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// TestLargeBodiesStream: what goes up and what comes down is never held as a whole, with
// its length told or not.
func TestLargeBodiesStream(t *testing.T) {
	const size, most = 64 << 20, 8 << 20
	b := newBench(t, func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		_, _ = io.CopyN(w, zeros{}, n)
	})
	for _, length := range []int64{size, -1} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got, err := b.Do(t.Context(), b.spec, b.account, Request{Method: "POST", Target: "/cgi-bin/media/upload", Body: io.LimitReader(zeros{}, size), Length: length})
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, got.Body)
		_ = got.Body.Close()
		runtime.ReadMemStats(&after)
		if more := after.TotalAlloc - before.TotalAlloc; err != nil || n != size || more > most {
			t.Errorf("length %d: %d bytes came back, %v; %d bytes were allocated, at most %d", length, n, err, more, most)
		}
	}
}
