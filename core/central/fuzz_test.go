package central

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"tokentray/core/kinds"
	"tokentray/core/upstream"
)

// Whatever a server answers, it is a token that lives and that a call can carry, or a
// reason why there is none, which quotes nothing of it.
func FuzzAnswer(f *testing.F) {
	for _, body := range []string{
		`{"access_token":"84_abcdefgh","expires_in":7200}`, `{"errcode":40013,"errmsg":"invalid appid"}`,
		`{"data":{"token":"84_abcdefgh","end":"2026-03-04T05:00:00Z"}}`, `{"error":{"class":"quota","message":"slower"}}`,
		"84_abcdefgh\n", "<html>", "", `{"access_token":"a","expires_at":1772596800}`, `{"access_token":"a","expires_in":-1}`,
	} {
		f.Add(200, body, "2026-03-04T04:00:00Z")
		f.Add(503, body, "")
	}
	now := time.Unix(1772596800, 0)
	f.Fuzz(func(t *testing.T, status int, body, header string) {
		if status < 100 || status > 599 {
			return
		}
		reply := upstream.Reply{Status: status, Body: []byte(body), Header: http.Header{"Last-Modified": {header}, "Date": {header}, "Accept-Ranges": {"bytes"}, "Retry-After": {header}}}
		for _, c := range []call{
			{answer: kinds.AnswerWeChat, poll: Poll},
			{answer: kinds.AnswerText, poll: Poll},
			{answer: kinds.AnswerJSON, tokenPath: "data.token", lifePath: "data.end", poll: Poll},
		} {
			a := c.read(reply, now)
			g := a.grant
			switch {
			case a.rule != nil || a.odd != "" || a.gap.Fault != "":
				if len(body) > 12 && strings.Contains(a.odd+a.gap.Fault, body) {
					t.Errorf("%q is quoted in %q", body, a.odd+a.gap.Fault)
				}
			case upstream.TokenFault(g.Value) != "" || g.ExpiresIn < time.Second || g.ExpiresIn > upstream.MaxLife:
				t.Errorf("%q: a token of %d bytes that lives %v", body, len(g.Value), g.ExpiresIn)
			}
		}
	})
}
