package wechat

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"

	"tokentray/core/kinds"
	"tokentray/core/upstream/upstreamtest"
)

// A kept connection that turns out dead is replaced in silence for calls that
// do no harm twice; a forced call is never sent again.
func TestDeadConnection(t *testing.T) {
	var calls atomic.Int32
	addr := upstreamtest.Listener(t, func(c net.Conn) {
		// One answer, then the end at the next request.
		in := bufio.NewReader(c)
		for answers := 1; ; answers-- {
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, r.Body)
			calls.Add(1)
			if answers == 0 {
				return
			}
			_, _ = fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(goodBody), goodBody)
		}
	})
	up := UpstreamsOf(Options{})[kinds.WeChat]
	req := request("http://" + addr)
	fetched := int32(0)
	for ; calls.Load() == fetched && fetched < 20; fetched++ { // a busy machine may not keep a connection
		if _, err := up.Fetch(t.Context(), req); err != nil {
			t.Fatal(err)
		}
	}
	if n := calls.Load(); n != fetched+1 {
		t.Errorf("upstream saw %d calls for %d answers, want one more, on a dead connection", n, fetched)
	}
	req.Force = true
	for range 3 {
		before := calls.Load()
		_, err := up.Fetch(t.Context(), req)
		if n := calls.Load() - before; n > 1 {
			t.Fatalf("a forced call was sent %d times: %v", n, err)
		}
	}
}
