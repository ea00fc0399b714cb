package agent

import (
	"net/http"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
)

// nowhere is a ResponseWriter that keeps nothing.
type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header         { return n.header }
func (n nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (n nowhere) WriteHeader(int)             {}

// BenchmarkTokenAtTheDoor is what a read of a living token costs beyond the
// HTTP server.
func BenchmarkTokenAtTheDoor(b *testing.B) {
	w := newWorld(b)
	r := w.start()
	r.add("shop", core.Sandbox)
	key := r.key(api.ClientKeyInput{Name: "bench"})
	handler := r.loopback.server.Handler(core.DefaultLoopbackPort)
	req, err := http.NewRequest("GET", "http://127.0.0.1:17278/v1/token/shop", nil)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	b.ReportAllocs()
	for b.Loop() {
		handler.ServeHTTP(nowhere{http.Header{}}, req)
	}
}
