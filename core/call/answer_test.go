package call

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestCompressedAnswersAreSearched(t *testing.T) {
	encoding := ""
	b := newBench(t, func(w http.ResponseWriter, r *http.Request) {
		var out bytes.Buffer
		var c io.WriteCloser
		switch encoding {
		case "gzip":
			c = gzip.NewWriter(&out)
		case "deflate":
			c = zlib.NewWriter(&out)
		}
		if c != nil {
			fmt.Fprintf(c, `{"errmsg":"%s"}`, token)
			_ = c.Close()
		}
		w.Header().Set("Content-Encoding", encoding)
		_, _ = w.Write(out.Bytes())
	})
	for _, encoding = range []string{"gzip", "deflate"} {
		got, body, err := b.do(t, get("/x"))
		if err != nil || body != `{"errmsg":"`+strings.Repeat("*", len(token))+`"}` || got.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s: %q %v %v", encoding, body, got, err)
		}
	}
	for _, encoding = range []string{"br", "gzip, gzip"} {
		if _, body, err := b.do(t, get("/x")); err == nil && body != "" {
			t.Errorf("%s: %q", encoding, body)
		}
	}
	encoding = "gzip"
	if _, body, err := b.do(t, Request{Method: "HEAD", Target: "/x"}); err != nil || body != "" {
		t.Errorf("HEAD: %q, %v", body, err)
	}
}

// FuzzDecoded: a compressed answer may be anything.
func FuzzDecoded(f *testing.F) {
	for _, encoding := range []string{"gzip", "deflate", "br", ""} {
		f.Add(encoding, []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"))
		f.Add(encoding, []byte("\x78\x9c\x03\x00"))
	}
	f.Fuzz(func(t *testing.T, encoding string, raw []byte) {
		body, _, err := decoded(&http.Response{
			Header: http.Header{"Content-Encoding": {encoding}}, Body: io.NopCloser(bytes.NewReader(raw)), ContentLength: -1,
		})
		if (body == nil) == (err == nil) {
			t.Fatalf("%s: %v and %v", encoding, body, err)
		}
		if err == nil {
			_, _ = io.CopyN(io.Discard, body, 1<<20)
		}
	})
}
