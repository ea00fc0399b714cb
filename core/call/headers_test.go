package call

import (
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/http/httpguts"

	"tokentray/core/kinds"
)

// FuzzOutgoing: the headers of a call are refused without a word of their values, or go out
// as they are but for those of one connection, of a browser and of a login.
func FuzzOutgoing(f *testing.F) {
	for _, h := range [][3]string{{"X-A", "b", "X-Other"}, {"connection", "x-a, close", "X-A"}, {"Authorization", "Bearer x", ""}, {"X-Forwarded-For", "1.2.3.4", ""}, {"X-A", "a\r\nHost: b", ""}, {"x y", "z", ""}, {"Content-Type", "a/b", "\x00"}, {"x-tt-access-token", "t", "TE"}} {
		f.Add(h[0], h[1], h[2])
	}
	specs := kinds.Builtin().All()
	f.Fuzz(func(t *testing.T, name, value, other string) {
		for _, spec := range specs {
			given := http.Header{name: {value}, other: {"kept"}}
			out, err := outgoing(spec, given)
			if err != nil {
				if len(value) > 12 && strings.Contains(err.Error(), value) {
					t.Fatalf("%v repeats it", err)
				}
				continue
			}
			for has, values := range out {
				if withheld(has) && has != "Accept-Encoding" || has != http.CanonicalHeaderKey(has) || !httpguts.ValidHeaderFieldName(has) || spec.Token.Header != "" && strings.EqualFold(has, spec.Token.Header) {
					t.Fatalf("%s of %v goes to %s", has, given, spec.Kind)
				}
				for _, v := range values {
					if !httpguts.ValidHeaderFieldValue(v) || v != value && v != "kept" && v != "TokenTray" && v != "identity" {
						t.Fatalf("%s: %q goes out of %v", has, v, given)
					}
				}
			}
			if out.Get("Accept-Encoding") != "identity" || out.Get("User-Agent") == "" {
				t.Fatalf("%v goes out of %v", out, given)
			}
		}
	})
}
