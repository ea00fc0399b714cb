package agent

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
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

// BenchmarkCallAtTheDoor is what a call costs, beyond the HTTP server of the door and
// with a connection to an upstream that answers at once.
func BenchmarkCallAtTheDoor(b *testing.B) {
	answer := []byte(`{"menu":{"button":[` + strings.Repeat(`{"type":"click","name":"today","key":"V1001_TODAY","sub_button":[]},`, 6) + `{}]}}`)
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer)
	}))
	defer upstream.Close()
	w := newWorld(b)
	r := w.start()
	r.addAt(b, upstream.URL, core.Sandbox)
	handler := r.loopback.server.Handler(core.DefaultLoopbackPort)
	var calls []*http.Request // by many keys, for each has a limit
	for i := range 40 {
		key := r.key(api.ClientKeyInput{Name: fmt.Sprint("bench", i), CallRights: core.CallRights{Calls: []string{core.CallReads}, Rate: 1000, Burst: 1000}})
		req, err := http.NewRequest("GET", "http://127.0.0.1:17278/call/shop/sandbox/cgi-bin/menu/get", nil)
		if err != nil {
			b.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+key)
		calls = append(calls, req)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		out := nowhere{http.Header{}}
		handler.ServeHTTP(out, calls[i%len(calls)])
		if out.header.Get("Content-Length") != strconv.Itoa(len(answer)) {
			b.Fatal("no answer of the upstream's: ", out.header)
		}
	}
}
