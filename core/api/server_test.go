package api

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"tokentray/core"
	"tokentray/core/local"
)

func TestWhatTheServerMakesOfRequests(t *testing.T) {
	big := `{"name":"` + strings.Repeat("x", maxBody) + `"}`
	tests := []struct {
		name, method, path, body string
		status                   int
		seen                     string // by the agent
		says                     string // part of the answer
	}{
		{"a token in whole seconds", "GET", "/v1/token/shop?min_ttl=300", "", 200, "token shop 5m0s", fakeToken},
		{"a token with a duration", "GET", "/v1/token/shop/live?min_ttl=5m", "", 200, "token shop/live 5m0s", "expires_in"},
		{"a token with the default life", "GET", "/v1/token/shop", "", 200, "token shop 30s", ""},
		{"a name in Chinese", "GET", "/v1/token/%E5%95%86%E5%BA%97/sandbox", "", 200, "token 商店/sandbox 30s", ""},
		{"a decomposed name is composed", "GET", "/v1/token/cafe%CC%81", "", 200, "token café 30s", ""},
		{"a life that is none", "GET", "/v1/token/shop?min_ttl=soon", "", 400, "", "min_ttl"},
		{"a negative life", "GET", "/v1/token/shop?min_ttl=-1", "", 400, "", "min_ttl"},
		{"a life beyond a day", "GET", "/v1/token/shop?min_ttl=25h", "", 400, "", "min_ttl"},
		{"an unknown environment", "GET", "/v1/token/shop/moon", "", 400, "", "sandbox or live"},
		{"a name with a slash", "GET", "/v1/token/a%2Fb", "", 400, "", "slash"},
		{"a refresh without a body", "POST", "/v1/token/shop/refresh", "", 200, "refresh shop {Stale: Force:false Person:false Failing:false}", ""},
		{"a copy without a body", "POST", "/v1/accounts/shop/live/copy", "", 200, "copy shop/live {Format: Path: Previous:false Notify:false}", ""},
		{"history without a limit", "GET", "/v1/accounts/shop/history", "", 200, "history shop 100 0001-01-01T00:00:00Z", "renewed"},
		{"all history since a time", "GET", "/v1/accounts/shop/history?since=2026-11-24T12:00:00%2B08:00", "", 200, "history shop 0 2026-11-24T12:00:00+08:00", "renewed"},
		{"history since no time", "GET", "/v1/accounts/shop/history?since=yesterday", "", 400, "", "since"},
		{"failures", "GET", "/v1/failures", "", 200, "failures 0001-01-01T00:00:00Z", "40164"},
		{"failures since no time", "GET", "/v1/failures?since=yesterday", "", 400, "", "since"},
		{"history with a bad limit", "GET", "/v1/accounts/shop/history?limit=many", "", 400, "", "limit"},
		{"settings", "GET", "/v1/settings", "", 200, "settings", "copy_format"},
		{"vault", "GET", "/v1/vault", "", 200, "status", "open"},
		{"no such path", "GET", "/v1/nothing", "", 404, "", "no such path"},
		{"the root", "GET", "/", "", 404, "", "no such path"},
		{"an unclean path", "GET", "/v1/accounts/../status", "", 404, "", "no such path"},
		{"the wrong method", "POST", "/v1/status", "", 405, "", "does not take that method"},
		{"GET forces nothing", "GET", "/v1/token/shop/live/refresh", "", 405, "", "does not take that method"},
		{"no body where one is needed", "PUT", "/v1/env", "", 400, "", "empty"},
		{"a body of another type", "PUT", "/v1/env", `["x"]`, 400, "", "not the JSON"},
		{"a field of another type", "PUT", "/v1/pause", `{"paused":"yes"}`, 400, "", "field paused of the body must be a bool"},
		{"a pause that says nothing", "PUT", "/v1/pause", `{}`, 400, "", "paused must be true or false"},
		{"an end of the pause", "PUT", "/v1/pause", `{"paused":false}`, 200, "pause false", ""},
		{"a report that forces", "POST", "/v1/token/shop/refresh", `{"stale":"88_old","force":true}`, 400, "", "exclude each other"},
		{"a field that is not known", "PUT", "/v1/env", `{"active":"live","colour":"red"}`, 400, "", "colour"},
		{"two values", "PUT", "/v1/env", `{"active":"live"}{}`, 400, "", "one JSON value"},
		{"a body over the limit", "POST", "/v1/accounts", big, 413, "", "over 1048576 bytes"},
		{"an import of that size", "POST", "/v1/import", `{"accounts":[` + big + `]}`, 200, "import 1  map[] ", "digest"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			agent := &fakeAgent{}
			w := httptest.NewRecorder()
			NewHandler(agent, slog.New(slog.DiscardHandler)).ServeHTTP(w, httptest.NewRequest(tt.method, tt.path, strings.NewReader(tt.body)))
			if w.Code != tt.status {
				t.Errorf("status = %d, want %d", w.Code, tt.status)
			}
			if got := strings.Join(agent.calls, "; "); got != tt.seen {
				t.Errorf("the agent saw %q, want %q", got, tt.seen)
			}
			if !strings.Contains(w.Body.String(), tt.says) {
				t.Errorf("answer %s does not say %q", w.Body, tt.says)
			}
			if w.Header().Get(versionHeader) != "1" || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("headers = %v", w.Header())
			}
			var e errorBody
			if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil || (e.Error != nil) != (tt.status >= 400) {
				t.Errorf("answer %s has not the shape of a %d (%v)", w.Body, tt.status, err)
			}
		})
	}
}

func TestARefusalNeverQuotesTheBody(t *testing.T) {
	const secret = "0a1b2c3d4e5f"
	for _, body := range []string{
		`{"secret":` + secret + `}`, `{"secret":["` + secret + `"]}`, `{"secret":"` + secret, `"` + secret + `"`,
		`{"secret":"` + secret + `"} x`, `{"auto":"` + secret + `"}`, `{"secret":{"` + secret + `":1}}`,
	} {
		var log bytes.Buffer
		w := httptest.NewRecorder()
		handler := NewHandler(&fakeAgent{}, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
		handler.ServeHTTP(w, httptest.NewRequest("POST", "/v1/accounts", strings.NewReader(body)))
		if w.Code != http.StatusBadRequest {
			t.Errorf("%s: status %d", body, w.Code)
		}
		if strings.Contains(w.Body.String()+log.String(), secret) {
			t.Errorf("%s: answer or log quotes the secret: %s%s", body, w.Body, log.String())
		}
	}
}

func TestCallersOfAnotherUserAreRefused(t *testing.T) {
	agent := &fakeAgent{}
	client := serve(t, agent, func(net.Conn) error { return local.ErrPeer })
	_, err := client.Token(t.Context(), Ref{Name: "shop"}, 0)
	if e := core.AsError(err); e == nil || !strings.Contains(e.Message, "serves the user who started the agent") {
		t.Errorf("got %v, want a refusal", err)
	}
	if len(agent.calls) > 0 {
		t.Errorf("the agent was asked: %v", agent.calls)
	}
}

func TestAQuotaSaysWhenToComeBack(t *testing.T) {
	w := httptest.NewRecorder()
	agent := &fakeAgent{err: &core.Error{Class: core.Quota, Message: "too many", RetryAt: time.Now().Add(90 * time.Second)}}
	NewHandler(agent, slog.New(slog.DiscardHandler)).ServeHTTP(w, httptest.NewRequest("GET", "/v1/token/shop", nil))
	if got, err := strconv.Atoi(w.Header().Get("Retry-After")); err != nil || got > 90 || got < 60 {
		t.Errorf("Retry-After = %q, want 90 seconds", w.Header().Get("Retry-After"))
	}
}

// The server must not hang on a client that sends its body drop by drop, and
// must not cut a long answer short either: contexts rule.
func TestALongAnswerIsWaitedFor(t *testing.T) {
	released := make(chan struct{})
	agent := &waitingAgent{fakeAgent: &fakeAgent{}, release: released, entered: make(chan struct{})}
	client := serve(t, agent, anyone)
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, err := client.Token(ctx, Ref{Name: "shop"}, 0)
		failed <- err
	}()
	<-agent.entered
	cancel()
	if err := <-failed; core.AsError(err).Class != core.Temporary {
		t.Errorf("a cancelled call: %v", err)
	}
	<-released // the agent's context ended too
}

// waitingAgent hangs in Token until its caller is gone.
type waitingAgent struct {
	*fakeAgent
	entered chan struct{}
	release chan struct{}
}

func (a *waitingAgent) Token(ctx context.Context, _ Ref, _ time.Duration) (Token, error) {
	close(a.entered)
	<-ctx.Done()
	close(a.release)
	return Token{}, ctx.Err()
}

// FuzzDecodeBody: the body of every route is refused in few plain words, or reads the same
// when it is written again.
func FuzzDecodeBody(f *testing.F) {
	var bodies []reflect.Type
	for _, r := range Routes() {
		if r.In != nil && !slices.Contains(bodies, r.In) {
			bodies = append(bodies, r.In)
		}
	}
	f.Add([]byte(`{"name":"shop","env":"live","auto":true,"secret":"x"}`))
	f.Add([]byte(`{"ref":{"Name":"shop"},"input":{}}`))
	f.Add([]byte(`{"name":1e400}`))
	f.Add([]byte(` `))
	for _, raw := range []string{
		`{"team":"shop","redis":"rediss://r.example","password":"x","plain":true}`, `{"age":"YWdl","passphrase":"x","apply":true}`, `{"name":"k","accounts":["shop/live"],"calls":["GET /a"],"origins":["https://a.example"]}`,
		`{"kind":"command","command":["a","b"],"target":"x"}`, `{"kind":"wren","file":"kind: wren"}`, `{"url":"https://shop.example.com/","ticket":"jsapi","agent":"x"}`, `{"params":{"agent":"1"},"budget":-1}`, `{"\u001b[31m":1}`, `null`, `[]`,
	} {
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, body := range bodies {
			into := reflect.New(body).Interface()
			if err := Decode(bytes.NewReader(raw), true, into); err != nil {
				if core.AsError(err).Class != core.Invalid || len(err.Error()) > 300 || strings.ContainsFunc(err.Error(), unicode.IsControl) {
					t.Fatalf("%s of %q: %v", body, raw, err)
				}
				continue
			}
			written, err := json.Marshal(into)
			if err != nil {
				t.Fatalf("%s of %q: %v", body, raw, err)
			}
			into = reflect.New(body).Interface()
			if err := Decode(bytes.NewReader(written), false, into); err != nil {
				t.Fatalf("%s of %q is written as %q: %v", body, raw, written, err)
			}
			if again, err := json.Marshal(into); err != nil || !bytes.Equal(again, written) {
				t.Fatalf("%s of %q is %q, and that %q (%v)", body, raw, written, again, err)
			}
		}
	})
}

func FuzzDecodeError(f *testing.F) {
	f.Add(400, []byte(`{"error":{"class":"invalid","message":"no","problems":[{"field":"name","key":"name_empty"}]}}`))
	f.Add(500, []byte(`<html>`))
	f.Fuzz(func(t *testing.T, status int, raw []byte) {
		e := decodeError(status, raw)
		if e == nil || e.Class == "" {
			t.Errorf("a refusal without a class: %+v", e)
		}
	})
}

func FuzzReadEvents(f *testing.F) {
	var stream bytes.Buffer
	for _, e := range []Event{{Type: EventSnapshot, Snapshot: &List{}}, {Type: EventRemoved, Removed: "1"}, {Type: EventBye}} {
		if err := writeEvent(&stream, e); err != nil {
			f.Fatal(err)
		}
	}
	f.Add(stream.Bytes())
	f.Add([]byte("data: {\ndata: }\n\n: comment\nid: 7\n\n"))
	f.Add([]byte("data: {}"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		n := 0
		_ = readEvents(bytes.NewReader(raw), func(Event) bool { n++; return n < 100 })
		if n > bytes.Count(raw, []byte("data:")) {
			t.Errorf("%d events out of %q", n, raw)
		}
	})
}
