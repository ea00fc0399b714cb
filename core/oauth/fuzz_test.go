package oauth

import (
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/upstream"
)

// Whatever arrives, reading neither panics nor lets through what is no token.
func FuzzRead(f *testing.F) {
	for _, body := range []string{
		`{"access_token":"abc","token_type":"Bearer","expires_in":3600}`, `{"access_token":"a","expires_in":"60"}`, `{"access_token":"a","expires_in":-1}`, `{"access_token":"a","expires_in":1.5e3}`,
		`{"access_token":"eyJhbGciOiJub25lIn0.eyJleHAiOjE3NzI2MjU2MDB9."}`, `{"error":"invalid_client","error_description":7}`, `{"error":{"a":1}}`, `{"error":null,"access_token":"a"}`,
		`{"access_token":"a","token_type":"mac"}`, "<html>", "", "\xef\xbb\xbf{}", "{", "null", "[]",
	} {
		f.Add([]byte(body))
	}
	now := time.Unix(1772625000, 0)
	f.Fuzz(func(t *testing.T, body []byte) {
		a, reason := read(body, now)
		empty := a.grant == core.Grant{}
		switch {
		case reason != "" && (!empty || a.refused):
			t.Fatalf("unreadable (%s), and yet %+v", reason, a)
		case reason == "" && empty != (a.refused || a.kind != ""):
			t.Fatalf("neither a token nor an error: %+v", a)
		case empty:
			return
		}
		if upstream.TokenFault(a.grant.Value) != "" || a.grant.ExpiresIn < time.Second || a.grant.ExpiresIn > upstream.MaxLife {
			t.Fatalf("%+v", a.grant)
		}
	})
}
