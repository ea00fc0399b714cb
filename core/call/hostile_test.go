package call

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// byHand is an upstream that answers every call with the same bytes and hangs up.
func byHand(t *testing.T, answer string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				if r, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
					_, _ = io.Copy(io.Discard, r.Body)
					_, _ = io.WriteString(c, answer)
				}
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

// TestWhatAHostileUpstreamAnswers: whatever it repeats, and wherever, the caller sees no
// secret, and an answer that is none is an error.
func TestWhatAHostileUpstreamAnswers(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\n"
	var bytewise strings.Builder
	for i := range len(token) {
		fmt.Fprintf(&bytewise, "1\r\n%c\r\n", token[i])
	}
	hidden := strings.Repeat("*", len(token))
	page := url.QueryEscape(token)
	for _, tt := range []struct {
		name, method, answer string
		status               int // 0: there is no answer
		body                 string
	}{
		{"a token in chunks of a byte", "GET", ok + "Transfer-Encoding: chunked\r\n\r\n" + bytewise.String() + "0\r\n\r\n", 200, hidden},
		{"a token in a trailer", "GET", ok + "Transfer-Encoding: chunked\r\nTrailer: Rid, X-Request-Id\r\n\r\n2\r\nok\r\n0\r\nRid: " + token + "\r\nX-Request-Id: " + token + "\r\n\r\n", 200, "ok"},
		{"a token in an extension of a chunk", "GET", ok + "Transfer-Encoding: chunked\r\n\r\n2;x=" + token + "\r\nok\r\n0\r\n\r\n", 200, "ok"},
		{"a token in headers that pass", "GET", ok + "Rid: " + token + "\r\nX-Trace-Id: a " + token + " b\r\nContent-Type: text/x; x=" + token + "\r\nContent-Disposition: attachment; filename*=UTF-8''" + page + "\r\nContent-Length: 2\r\n\r\nok", 200, "ok"},
		{"a token in a folded header", "GET", ok + "Rid: x\r\n " + token + "\r\nContent-Length: 2\r\n\r\nok", 200, "ok"},
		{"a token in the words of the status", "GET", "HTTP/1.1 200 " + token + "\r\nContent-Length: 2\r\n\r\nok", 200, "ok"},
		{"hints before the answer", "GET", "HTTP/1.1 103 Early Hints\r\nLink: <" + token + ">\r\n\r\n" + ok + "Content-Length: 2\r\n\r\nok", 200, "ok"},
		{"hints without an end", "GET", strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: <"+token+">\r\n\r\n", 5000), 0, ""},
		{"a body after no content", "GET", "HTTP/1.1 204 No Content\r\nContent-Length: 50\r\n\r\n" + token, 204, ""},
		{"a body of an answer to HEAD", "HEAD", ok + "Content-Length: 50\r\n\r\n" + token, 200, ""},
		{"a redirect that repeats the call", "GET", "HTTP/1.1 307 Temporary Redirect\r\nLocation: /x?access_token=" + page + "\r\nRefresh: 0; url=/x?access_token=" + page + "\r\nContent-Length: 0\r\n\r\n", 307, ""},
		{"a page that repeats the call", "GET", "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\nno /x?access_token=" + page, 404, "no /x?access_token=" + strings.Repeat("*", len(page))},
		{"a change of protocols", "GET", "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n" + token, 0, ""},
		{"two lengths", "GET", ok + "Content-Length: 2\r\nContent-Length: 60\r\n\r\n" + token, 0, ""},
		{"a length and chunks", "GET", ok + "Content-Length: 60\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n" + token, 200, "ok"},
		{"no HTTP", "GET", token + "\r\n\r\n", 0, ""},
		{"a header without a colon", "GET", ok + token + "\r\n\r\n", 0, ""},
		{"headers without an end", "GET", ok + strings.Repeat("X-A: "+token+"\r\n", 5000), 0, ""},
		{"zstd", "GET", ok + "Content-Encoding: zstd\r\nContent-Length: 50\r\n\r\n" + token, 0, ""},
		{"no gzip", "GET", ok + "Content-Encoding: gzip\r\nContent-Length: 50\r\n\r\n" + token, 0, ""},
	} {
		b := newBench(t, nil)
		b.account.BaseURL = byHand(t, tt.answer)
		got, body, err := b.do(t, Request{Method: tt.method, Target: "/x"})
		said := body
		if got != nil {
			said += fmt.Sprint(got.Header, got)
		}
		if err != nil {
			said += err.Error()
		}
		for _, form := range []string{token, page} {
			if strings.Contains(said, form) {
				t.Errorf("%s: the caller sees the token: %.300s", tt.name, said)
			}
		}
		switch {
		case tt.status == 0 && err == nil:
			t.Errorf("%s: answered by %s %.100q", tt.name, got, body)
		case tt.status != 0 && (err != nil || got.Status != tt.status || body != tt.body):
			t.Errorf("%s: %v %.100q, %v", tt.name, got, body, err)
		}
	}
}
