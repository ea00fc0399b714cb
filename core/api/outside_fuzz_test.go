package api

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
)

// called keeps the call that came.
type called struct {
	*fakeAgent
	head *CallHead
}

func (c *called) Call(_ context.Context, _ Ref, req CallRequest) (CallAnswer, error) {
	if len(req.Header) == 0 {
		req.Header = nil // a client of ours leaves it out
	}
	c.head = &req.CallHead
	return CallAnswer{CallResult: CallResult{Status: 200}, Body: io.NopCloser(strings.NewReader("")), Length: 0}, nil
}

// FuzzCallHead: what is to be called is refused without a word of it, or reaches the agent
// as a client of ours says it.
func FuzzCallHead(f *testing.F) {
	for _, raw := range []string{`{"method":"GET","target":"/cgi-bin/x?a=%zz","header":{"X-A":["b"]},"live_write":true,"agent":"x","dry":true}`, `{"method":1}`, `{"header":{"a":null}}`, `{"target":"\u0000\ud800"}`, "null", "[]", "{", ""} {
		f.Add(raw)
	}
	agent := &called{fakeAgent: &fakeAgent{}}
	handler := NewHandler(agent, slog.New(slog.DiscardHandler))
	send := func(t *testing.T, raw string) (*CallHead, *httptest.ResponseRecorder) {
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/v1/call/shop/live", http.NoBody)
		r.Header.Set(headerCall, raw)
		w := httptest.NewRecorder()
		agent.head = nil
		handler.ServeHTTP(w, r)
		return agent.head, w
	}
	f.Fuzz(func(t *testing.T, raw string) {
		head, w := send(t, raw)
		if head == nil {
			if w.Code != http.StatusBadRequest || len(raw) > 8 && strings.Contains(w.Body.String(), raw) {
				t.Fatalf("%q: HTTP %d %s", raw, w.Code, w.Body)
			}
			return
		}
		written, err := json.Marshal(head)
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := send(t, string(written)); again == nil || !reflect.DeepEqual(again, head) {
			t.Fatalf("%q is %+v, and that %+v", raw, head, again)
		}
	})
}

// FuzzWanted: what a query asks for is refused without a word of it, or lies in its bounds.
func FuzzWanted(f *testing.F) {
	for _, s := range []string{"300", "5m", "-1", "9223372036854775807ns", "1e3", "2026-01-31T08:00:00Z", "2026-01-31T08:00:00.5+25:00", "99999999999999999999", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, said string) {
		refused := func(err error) bool {
			if err != nil && (core.AsError(err).Class != core.Invalid || len(said) > 20 && strings.Contains(err.Error(), said)) {
				t.Fatalf("%q: %v", said, err)
			}
			return err != nil
		}
		if d, err := MinTTL(said); !refused(err) && (d < 0 || d > maxTTL) {
			t.Fatalf("%q is %s", said, d)
		}
		q := url.Values{"limit": {said}, "since": {said}}
		r := &http.Request{URL: &url.URL{RawQuery: q.Encode()}}
		if n, err := limitOf(r); !refused(err) && (n < 0 || n > maxPast) {
			t.Fatalf("%q is %d lines", said, n)
		}
		if at, err := sinceOf(r); !refused(err) && said != "" {
			r.URL.RawQuery = url.Values{"since": {at.Format(time.RFC3339Nano)}}.Encode()
			if again, err := sinceOf(r); err != nil || !again.Equal(at) {
				t.Fatalf("%q is %s, and that %s (%v)", said, at, again, err)
			}
		}
	})
}

// FuzzTried: whatever answers at the port of the door, what is told of it holds neither the
// key nor a token, and a life that a token can have.
func FuzzTried(f *testing.F) {
	const key, token = "ttk_aKeyThatNobodyMaySee", "83_aTokenThatNobodyMaySee"
	for _, body := range []string{
		`{"access_token":"` + token + `","expires_in":5400}`, `{"access_token":"x","expires_in":9223372036854775807}`, `{"access_token":"x","expires_in":-9223372036}`, `{"errcode":40001}`,
		`{"error":{"class":"misuse","message":"` + key + `"}}`, `{"access_token":"` + token + `","error":{"class":"x","upstream":"a ` + token + `"}}`, `{"error":{"class":"misuse","message":"ttk\u005faKeyThatNobodyMaySee"}}`, `{"expires_in":"x"}`, "\x89PNG\x00", "null", "",
	} {
		f.Add([]byte(body), 200)
	}
	wechat, _ := kinds.Builtin().Of(kinds.WeChat)
	f.Fuzz(func(t *testing.T, raw []byte, status int) {
		var out DoorAnswer
		out.read(raw, core.NewSecret(key), wechat)
		told, err := json.Marshal(out)
		if err != nil || out.ExpiresIn < 0 || out.ExpiresIn%time.Second != 0 {
			t.Fatalf("%q: %s, %v", raw, told, err)
		}
		if said := string(told); strings.Contains(said, key) || strings.Contains(said, token) && strings.Contains(string(raw), `"access_token":"`+token+`"`) {
			t.Fatalf("%q is told as %s", raw, said)
		}
	})
}
