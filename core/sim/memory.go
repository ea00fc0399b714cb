package sim

import (
	"bytes"
	"io"
	"net/http"
)

// Transport serves requests in this process, without a socket: for tests with
// simulated time, and for callers that want no port. Callers appear as on this
// machine.
func (s *Server) Transport() http.RoundTripper { return memory{s} }

type memory struct{ s *Server }

// RoundTrip answers as the server would over a connection; a call that the
// server cuts off ends with io.EOF.
func (m memory) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	in := r.Clone(r.Context())
	in.RemoteAddr = "127.0.0.1:1"
	in.Host = r.URL.Host
	switch {
	case in.Body == nil:
		in.Body = http.NoBody
	case in.Body != http.NoBody && in.ContentLength <= 0:
		in.TransferEncoding = []string{"chunked"} // like a body of unknown length
	}
	defer func() {
		_ = in.Body.Close()
		if p := recover(); p != nil {
			if p != http.ErrAbortHandler {
				panic(p)
			}
			if resp, err = nil, r.Context().Err(); err == nil {
				err = io.EOF
			}
		}
	}()
	w := &recorder{header: http.Header{}}
	m.s.ServeHTTP(w, in)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return &http.Response{
		Status: http.StatusText(w.code()), StatusCode: w.code(), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: r,
	}, nil
}

// recorder is an http.ResponseWriter that keeps the answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *recorder) Header() http.Header { return w.header }

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *recorder) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

func (w *recorder) code() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}
