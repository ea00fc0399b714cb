package agent

import (
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// BenchmarkTokenOverTheSocket is a living token asked for by another process:
// what a script waits for.
func BenchmarkTokenOverTheSocket(b *testing.B) {
	w := newWorld(b)
	r := w.start()
	a := r.add("shop", core.Sandbox)
	b.ResetTimer()
	for b.Loop() {
		if _, err := r.client.Token(b.Context(), a.Ref(), 30*time.Second); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTokenInProcess is the same without the socket.
func BenchmarkTokenInProcess(b *testing.B) {
	w := newWorld(b)
	r := w.start()
	a := r.add("shop", core.Sandbox)
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		if _, err := r.Token(b.Context(), api.Ref{Name: a.Name, Env: a.Env}, 30*time.Second); err != nil {
			b.Fatal(err)
		}
	}
}
