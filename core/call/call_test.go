package call

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
)

const fresh = "88_freshfreshfreshfreshfreshfreshfreshfresh"

// bench is an Engine before an upstream of the test's own.
type bench struct {
	*Engine
	account core.Account
	spec    kinds.Spec

	mu      sync.Mutex
	current string
	next    string // what a report brings
	reports []string
	asked   int // of the vault
	failing error
}

func newBench(t testing.TB, serve http.HandlerFunc) *bench {
	t.Helper()
	server := httptest.NewServer(serve)
	t.Cleanup(server.Close)
	b := &bench{current: token, next: fresh, spec: spec(t, kinds.WeChat)}
	b.account = core.Account{ID: "0123456789abcdef", Name: "shop", Env: core.Sandbox, Kind: kinds.WeChat, AppID: "wx0", BaseURL: server.URL}
	b.Engine = New(Config{
		Token: func(context.Context, kinds.Spec, core.Account) (core.Token, error) {
			b.mu.Lock()
			defer b.mu.Unlock()
			return core.Token{Value: b.current, Previous: core.Previous{Value: "88_previousprevious", Until: time.Now().Add(time.Minute)}}, nil
		},
		Stale: func(_ context.Context, _ kinds.Spec, _ core.Account, stale string) (core.Token, error) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.reports = append(b.reports, stale)
			if b.failing == nil {
				b.current = b.next
			}
			return core.Token{Value: b.current}, b.failing
		},
		Credentials: func(context.Context, core.Account) (core.Credentials, error) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.asked++
			return core.Credentials{Secret: core.NewSecret(secret)}, nil
		},
		Explain: func(_ core.Kind, code int, message string) *core.Error {
			if code == 45009 {
				return &core.Error{Class: core.Quota, Code: code, Upstream: message, Message: "used up"}
			}
			return nil
		},
	})
	return b
}

// do makes a call and reads its answer.
func (b *bench) do(t testing.TB, r Request) (*Response, string, error) {
	t.Helper()
	got, err := b.Do(t.Context(), b.spec, b.account, r)
	if err != nil {
		if e := new(core.Error); !errors.As(err, &e) {
			t.Errorf("no *core.Error: %v", err)
		}
		return nil, "", err
	}
	defer got.Body.Close()
	raw, err := io.ReadAll(got.Body)
	return got, string(raw), err
}

// String is short: a spec is long.
func (r *Response) String() string {
	return fmt.Sprintf("HTTP %d code %d renewed %v not again %v refusal %v", r.Status, r.Code, r.Renewed, r.NotAgain, r.Refusal)
}

func get(target string) Request { return Request{Method: "GET", Target: target} }

func post(target, body string) Request {
	return Request{Method: "POST", Target: target, Body: strings.NewReader(body), Length: int64(len(body))}
}

func TestTheTokenGoesWhereTheKindSays(t *testing.T) {
	var seen *http.Request
	var body []byte
	b := newBench(t, func(w http.ResponseWriter, r *http.Request) {
		seen = r
		body, _ = io.ReadAll(r.Body)
		fmt.Fprint(w, `{"errcode":0,"errmsg":"ok"}`)
	})
	r := post("/cgi-bin/message/custom/send?a=%7B&b", `{"touser":"x"}`)
	r.Header = http.Header{
		"Content-Type": {"application/json"}, "X-Custom": {"1"}, "Authorization": {"Bearer ttk_x"}, "Cookie": {"a=b"}, "Range": {"bytes=0-9"}, "X-Http-Method-Override": {"DELETE"},
		"Accept-Encoding": {"gzip"}, "X-Forwarded-For": {"1.2.3.4"}, "Sec-Fetch-Site": {"none"}, "Connection": {"X-Hop"}, "X-Hop": {"1"}, "Host": {"evil.example"}, "Te": {"trailers"},
	}
	got, answer, err := b.do(t, r)
	if err != nil || got.Status != 200 || answer != `{"errcode":0,"errmsg":"ok"}` || got.Refusal != nil || got.Judged.Reading {
		t.Fatalf("%v %q %v", got, answer, err)
	}
	if seen.URL.Path != "/cgi-bin/message/custom/send" || seen.URL.RawQuery != "a=%7B&b&access_token=88_kR7-abcDEF%2Fghi%2Bjkl%3Dmno_PQRstu.vwx~yz0123456789" || string(body) != `{"touser":"x"}` || seen.ContentLength != 14 {
		t.Errorf("%s %s, %q of %d", seen.URL.Path, seen.URL.RawQuery, body, seen.ContentLength)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/json", "X-Custom": "1", "Accept-Encoding": "identity", "User-Agent": "TokenTray",
		"Authorization": "", "Cookie": "", "Range": "", "X-Http-Method-Override": "", "X-Forwarded-For": "", "Sec-Fetch-Site": "", "X-Hop": "", "Te": "",
	} {
		if seen.Header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, seen.Header.Get(name), want)
		}
	}
	b.spec.Token = kinds.Place{Header: "Authorization", Prefix: "Bearer "}
	if _, _, err := b.do(t, get("/x?access_token=mine")); err != nil || seen.Header.Get("Authorization") != "Bearer "+token || seen.URL.RawQuery != "access_token=mine" {
		t.Errorf("in a header: %q, %q, %v", seen.Header.Get("Authorization"), seen.URL.RawQuery, err)
	}
	b.spec.Token = kinds.Place{Header: "X-Token"}
	r = get("/x")
	r.Header = http.Header{"X-Token": {"mine"}}
	if _, _, err := b.do(t, r); err == nil || core.AsError(err).Remedy != core.RemedyCallToken {
		t.Errorf("a token of the caller's own: %v", err)
	}
	b.spec.Token = kinds.Place{Query: "access_token"}
	for _, h := range []http.Header{{"X-A": {"b\r\nX-C: d"}}, {"X A": {"b"}}, {"X-A": {strings.Repeat("x", maxHeader)}}} {
		r.Header = h
		if _, _, err := b.do(t, r); err == nil || core.AsError(err).Remedy != core.RemedyCallHeader {
			t.Errorf("headers %.40q: %v", h, err)
		}
	}
}

// TestTheAnswerIsStripped: of the headers few pass, no redirect is followed, and
// neither headers nor body hold what must not be seen.
func TestTheAnswerIsStripped(t *testing.T) {
	key := "ttk_clientkeyclientkeyclientkey"
	calls := 0
	b := newBench(t, func(w http.ResponseWriter, r *http.Request) {
		calls++
		h := w.Header()
		h.Set("Location", "https://evil.example/?t="+token)
		h.Set("Set-Cookie", "a=b")
		h.Set("Strict-Transport-Security", "max-age=1")
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cache-Control", "public")
		h.Set("Content-Security-Policy", "default-src *")
		h.Set("Content-Disposition", `attachment; filename="`+token+`"`)
		h.Set("X-Request-Id", "r1")
		h.Set("Content-Type", "text/html")
		w.WriteHeader(302)
		for _, s := range []string{token, secret, key, "88_previousprevious"} {
			for _, form := range spellings(s) {
				fmt.Fprintln(w, form)
			}
		}
	})
	r := get("/cgi-bin/menu/get")
	r.Hide = []core.Secret{core.NewSecret(key)}
	got, body, err := b.do(t, r)
	if err != nil || got.Status != 302 || calls != 1 || got.Refusal == nil || got.Refusal.Class != core.Temporary {
		t.Fatalf("%v, %d calls, %v", got, calls, err)
	}
	want := http.Header{
		"Cache-Control": {"no-store"}, "Content-Security-Policy": {"sandbox"}, "X-Content-Type-Options": {"nosniff"},
		"Content-Disposition": {`attachment; filename="` + strings.Repeat("*", len(token)) + `"`}, "X-Request-Id": {"r1"}, "Content-Type": {"text/html"},
	}
	if fmt.Sprint(got.Header) != fmt.Sprint(want) {
		t.Errorf("headers %v, want %v", got.Header, want)
	}
	for _, s := range []string{token, secret, key, "88_previousprevious"} {
		for name, form := range spellings(s) {
			if strings.Contains(body, form) {
				t.Errorf("the answer holds %.6s… as %s", s, name)
			}
		}
	}
}

// TestACallGoesByTheAccountsProxy, to the host of the account's API.
func TestACallGoesByTheAccountsProxy(t *testing.T) {
	b := newBench(t, func(http.ResponseWriter, *http.Request) { t.Error("the call passed the proxy by") })
	asked := ""
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.Method + " " + r.URL.Scheme + "://" + r.URL.Host + r.URL.Path
		fmt.Fprint(w, `{"errcode":0}`)
	}))
	defer proxy.Close()
	b.account.Proxy = proxy.URL
	_, body, err := b.do(t, get("/cgi-bin/menu/get"))
	if want := "GET " + b.account.BaseURL + "/cgi-bin/menu/get"; err != nil || body != `{"errcode":0}` || asked != want {
		t.Errorf("%q, %v; the proxy was asked %q, want %q", body, err, asked, want)
	}
}

// TestADeadTokenIsReplacedOnce: the call is made again with the token that a report
// brought, if there is another and the body is at hand.
func TestADeadTokenIsReplacedOnce(t *testing.T) {
	var bodies []string
	good := fresh
	b := newBench(t, func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		bodies = append(bodies, string(raw))
		if r.URL.Query().Get("access_token") != good {
			fmt.Fprint(w, " {\"errcode\":\"40001\",\"errmsg\":\"invalid credential, access_token is invalid or not latest rid: 62416571-5cbc3445-3e6cab76\"}")
			return
		}
		fmt.Fprint(w, `{"total":1}`)
	})
	got, body, err := b.do(t, post("/cgi-bin/message/custom/send", "hello"))
	if err != nil || body != `{"total":1}` || !got.Renewed || fmt.Sprint(bodies) != "[hello hello]" || fmt.Sprint(b.reports) != "["+token+"]" {
		t.Fatalf("%v %q %v; bodies %q, reports %q", got, body, err, bodies, b.reports)
	}
	big := strings.Repeat("x", 2*maxKept)
	for _, tt := range []struct {
		name    string
		change  func(*Request)
		sent    int
		tries   int
		notSent bool
	}{
		{"a body of known length that is too long to keep", func(r *Request) { r.Body, r.Length = strings.NewReader(big), int64(len(big)) }, len(big), 1, true},
		{"one of unknown length", func(r *Request) { r.Body, r.Length = strings.NewReader(big), -1 }, len(big), 1, true},
		{"a short one of unknown length", func(r *Request) { r.Body, r.Length = strings.NewReader("hello"), -1 }, 5, 2, false},
		{"none", func(r *Request) { r.Body, r.Length = nil, 0 }, 0, 2, false},
	} {
		bodies, b.current = nil, token
		r := post("/cgi-bin/message/custom/send", "")
		tt.change(&r)
		got, body, err := b.do(t, r)
		if err != nil || got.NotAgain != tt.notSent || got.Renewed == tt.notSent || len(bodies) != tt.tries || len(bodies[0]) != tt.sent || (got.Code == 40001) != tt.notSent {
			t.Errorf("%s: %v %q %v; %d tries", tt.name, got, body, err, len(bodies))
		}
	}
	good = "another"
	bodies, b.current = nil, token
	if got, _, err := b.do(t, get("/x")); err != nil || len(bodies) != 2 || got.Code != 40001 || got.Refusal == nil || got.Refusal.Remedy != core.RemedyCallDead || got.Refusal.RID != "62416571-5cbc3445-3e6cab76" {
		t.Errorf("dead twice: %v %v, %d tries", got, err, len(bodies))
	}
	bodies, b.current, b.failing = nil, token, &core.Error{Class: core.Whitelist}
	if got, body, err := b.do(t, get("/x")); err != nil || len(bodies) != 1 || got.Code != 40001 || !strings.Contains(body, "40001") {
		t.Errorf("no other token: %v %q %v, %d tries", got, body, err, len(bodies))
	}
	bodies, b.failing, b.next = nil, nil, token
	if got, _, err := b.do(t, get("/x")); err != nil || len(bodies) != 1 || got.Renewed {
		t.Errorf("the same token again: %v %v, %d tries", got, err, len(bodies))
	}
}

func TestDeadByStatus(t *testing.T) {
	b := newBench(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("access_token") != fresh {
			w.WriteHeader(401)
		}
	})
	b.spec.Dead = []kinds.Answer{{Status: 401}}
	if got, _, err := b.do(t, get("/x")); err != nil || !got.Renewed || got.Status != 200 {
		t.Errorf("%v %v", got, err)
	}
}

func TestWhatAnAnswerSays(t *testing.T) {
	status, body := 0, ""
	b := newBench(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	})
	for _, tt := range []struct {
		status int
		body   string
		code   int
		class  core.Class
	}{
		{200, `{"errcode":0,"errmsg":"ok"}`, 0, ""},
		{200, `{"total":2}`, 0, ""},
		{200, "\xef\xbb\xbf{\"errcode\":47001,\"errmsg\":\"data format error\"}", 47001, core.Misuse},
		{200, `{"errcode":45009,"errmsg":"reach max api daily quota limit"}`, 45009, core.Quota},
		{200, `{"\u0065rrcode":45009}`, 45009, core.Quota},
		{500, `{"message":"broken"}`, 0, core.Temporary},
		{200, `[1,2]`, 0, ""},
		{200, `{"errcode":"x"}`, 0, ""},
		{200, `{"errcode":40003` + strings.Repeat(" ", maxLook) + `}`, 0, ""}, // no answer of a failure is so long
		{404, "no", 0, core.Misuse},
		{429, "slow down", 0, core.Quota},
		{503, "<html>", 0, core.Temporary},
	} {
		status, body = tt.status, tt.body
		got, out, err := b.do(t, get("/x"))
		if err != nil || out != tt.body || got.Code != tt.code || (got.Refusal == nil) != (tt.class == "") || got.Refusal != nil && got.Refusal.Class != tt.class {
			t.Errorf("%d %.40q: %d %+v %.40q %v", tt.status, tt.body, got.Code, got.Refusal, out, err)
		}
	}
	if b.asked != 1 {
		t.Errorf("the vault was asked %d times", b.asked)
	}
	b.Forget()
	if _, _, err := b.do(t, get("/x")); err != nil || b.asked != 2 {
		t.Errorf("after Forget the vault was asked %d times, %v", b.asked, err)
	}
}

// A kind's own codes of success are no refusals, those of others are.
func TestACodeCanMeanThatACallWorked(t *testing.T) {
	body := ""
	b := newBench(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, body) })
	b.spec.Door = nil
	b.spec.Dead = []kinds.Answer{{Field: "code", Values: []string{"80200001"}}}
	b.spec.Works = []kinds.Answer{{Field: "code", Values: []string{"80000000"}}, {Field: "data.result", Values: []string{"1"}}}
	for said, code := range map[string]int{
		`{"code":"80000000","msg":"Success"}`:               0,
		`{"code":80000000,"msg":"Success"}`:                 0,
		`{"code":"80100000","msg":"some tokens are wrong"}`: 80100000,
		`{"data":{"result":1}}`:                             0,
		`{"data":{"result":2}}`:                             2,
		`{"code":0}`:                                        0,
		`{"code":"80000000","data":{"result":7}}`:           7,
	} {
		body = said
		got, out, err := b.do(t, get("/x"))
		if err != nil || out != said || got.Code != code || (got.Refusal == nil) != (code == 0) {
			t.Errorf("%s: %d, %+v, %v", said, got.Code, got.Refusal, err)
		}
	}
}

func TestNothingLeavesThatIsRefused(t *testing.T) {
	b := newBench(t, func(http.ResponseWriter, *http.Request) { t.Error("a call left") })
	b.account.Env = core.Live
	for _, r := range []Request{
		get("/cgi-bin/token"), get("/cgi-bin/menu/delete"), get("//x"), get("/x?access_token=y"), post("/cgi-bin/clear_quota", "{}"), {Method: "TRACE", Target: "/x"},
	} {
		if _, _, err := b.do(t, r); err == nil {
			t.Errorf("%s %s was made", r.Method, r.Target)
		}
	}
	b.account.BaseURL = "http://api.example"
	if _, _, err := b.do(t, get("/cgi-bin/menu/get")); err == nil || core.AsError(err).Class != core.Misuse && core.AsError(err).Class != core.Invalid {
		t.Errorf("plain http to another machine: %v", err)
	}
}

// TestAnAccountsOwnTokenURLIsNotCalled, however it is written: it differs from account to
// account, and its server may answer without a secret.
func TestAnAccountsOwnTokenURLIsNotCalled(t *testing.T) {
	b := newBench(t, func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/users" {
			t.Errorf("%s was called", r.URL)
		}
	})
	b.spec = spec(t, kinds.OAuth2)
	b.account.Kind, b.account.BaseURL = kinds.OAuth2, b.account.BaseURL+"/as/token.php"
	for _, target := range []string{"/as/token.php", "/as/TOKEN.php/", "/as%2Ftoken.php?x=y", "/%61s/token.php"} {
		for _, method := range []string{"GET", "POST"} {
			if _, _, err := b.do(t, Request{Method: method, Target: target}); err == nil || core.AsError(err).Remedy != core.RemedyCallClosed {
				t.Errorf("%s %s: %v", method, target, err)
			}
		}
	}
	if _, _, err := b.do(t, get("/users")); err != nil {
		t.Error(err)
	}
}

// TestAStreamIsHandedOnAtOnce: where an answer says that it is a stream, its first piece
// does not wait for more, also if it begins like the answer of a failure.
func TestAStreamIsHandedOnAtOnce(t *testing.T) {
	for _, kind := range []string{"application/x-ndjson", "application/jsonl; charset=utf-8", "text/event-stream"} {
		seen := make(chan struct{})
		b := newBench(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", kind)
			fmt.Fprintf(w, "{\"n\":1,\"x\":%q}\n", token)
			_ = http.NewResponseController(w).Flush()
			select {
			case <-seen:
			case <-r.Context().Done():
			}
			fmt.Fprint(w, "{\"n\":2}\n")
		})
		got, err := b.Do(t.Context(), b.spec, b.account, get("/x"))
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(got.Body)
		if !lines.Scan() || lines.Text() != `{"n":1,"x":"`+strings.Repeat("*", len(token))+`"}` {
			t.Errorf("%s: %q, %v", kind, lines.Text(), lines.Err())
		}
		close(seen)
		if !lines.Scan() || lines.Text() != `{"n":2}` || lines.Scan() {
			t.Errorf("%s, then: %q, %v", kind, lines.Text(), lines.Err())
		}
		_ = got.Body.Close()
	}
}

// TestAnswersThatBreakOff: what came before is handed out, and the error says that it
// is not all; neither it nor that of a body that breaks off tells a secret.
func TestAnswersThatBreakOff(t *testing.T) {
	b := newBench(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, "begin")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	_, body, err := b.do(t, get("/x"))
	if e := core.AsError(err); err == nil || body != "begin" || e.Class != core.Temporary || strings.Contains(e.Error(), "88_") {
		t.Errorf("%q, %v", body, err)
	}
	r := Request{Method: "POST", Target: "/x", Body: io.MultiReader(strings.NewReader(strings.Repeat("x", maxKept+1)), brokenReader{}), Length: 2 * maxKept}
	if _, _, err := b.do(t, r); err == nil || core.AsError(err).Remedy != core.RemedyCallBody {
		t.Errorf("a body that breaks off: %v", err)
	}
	r = Request{Method: "POST", Target: "/x", Body: strings.NewReader("short"), Length: 10}
	if _, _, err := b.do(t, r); err == nil || core.AsError(err).Remedy != core.RemedyCallBody {
		t.Errorf("a body shorter than its length: %v", err)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("broken") }

// TestPlanShowsNoToken: what would be sent is told without asking for the token.
func TestPlanShowsNoToken(t *testing.T) {
	b := newBench(t, func(http.ResponseWriter, *http.Request) { t.Error("a call left") })
	p, err := b.Plan(b.spec, b.account, get("/cgi-bin/menu/get?a=b"))
	if err != nil || p.URL != b.account.BaseURL+"/cgi-bin/menu/get?a=b&access_token=%2A%2A%2A" || !p.Judged.Reading {
		t.Errorf("%+v, %v", p, err)
	}
	b.spec.Token = kinds.Place{Header: "Authorization", Prefix: "Bearer "}
	if p, err := b.Plan(b.spec, b.account, get("/x")); err != nil || p.Header.Get("Authorization") != "Bearer ***" {
		t.Errorf("%+v, %v", p, err)
	}
	if b.asked != 0 {
		t.Error("the vault was asked")
	}
}

// BenchmarkDo is a short call with its answer, the upstream's own work included.
func BenchmarkDo(b *testing.B) {
	bench := newBench(b, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"menu":{"button":[]}}`) })
	r := get("/cgi-bin/menu/get?a=b")
	for b.Loop() {
		got, err := bench.Do(b.Context(), bench.spec, bench.account, r)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, got.Body)
		_ = got.Body.Close()
	}
}
