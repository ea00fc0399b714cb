package wechat

import (
	"net"
	"net/http"
	"testing"

	"tokentray/core"
	"tokentray/core/upstream/upstreamtest"
)

// TestACallThatReachedNobodySaysSo: upstream counts what it got, so a call that ended
// before it was sent is told from one that was.
func TestACallThatReachedNobodySaysSo(t *testing.T) {
	cut := upstreamtest.Listener(t, func(c net.Conn) {
		_, _ = c.Read(make([]byte, 1))
	})
	refuses := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"errcode":40013,"errmsg":"invalid appid"}`))
	})
	for name, tt := range map[string]struct {
		base   string
		unsent bool
	}{
		"nobody listens":         {"http://127.0.0.1:1", true},
		"a certificate is wrong": {untrusted(t).URL, true},
		"no address":             {"http://api.example.com", true}, // refused before it is looked up
		"cut off":                {"http://" + cut, false},
		"refused by upstream":    {refuses.URL, false},
	} {
		t.Run(name, func(t *testing.T) {
			both(t, UpstreamsOf(Options{}), func(t *testing.T, s core.Source) {
				_, err := s.Fetch(t.Context(), request(tt.base))
				if e := core.AsError(err); e == nil || e.Unsent != tt.unsent {
					t.Errorf("%v: unsent %v, want %v", err, e != nil && e.Unsent, tt.unsent)
				}
			})
		})
	}
}
