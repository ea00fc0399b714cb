package central_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
	"tokentray/core/central"
	"tokentray/core/keepertest"
	"tokentray/core/kinds"
)

const (
	key   = "ttk_5ecre7key0f7he7eam"
	token = "84_tokentokentokentokentokentoken-0001"
	other = "84_tokentokentokentokentokentoken-0002"
)

var noon = time.Date(2026, 3, 4, 4, 0, 0, 0, time.UTC)

// server answers as a handler does.
func server(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv.URL
}

// says answers every call with a status and a body, and no clock of its own.
func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Date"] = nil
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func source() core.Source {
	return central.Sources(central.Options{Now: func() time.Time { return noon }, CallTimeout: 5 * time.Second})[kinds.Central]
}

func request(url string, params map[string]string) core.Request {
	a := core.Account{ID: "1", Name: "shop", Env: core.Live, Kind: kinds.Central, Product: kinds.ProductCentralWeChat, BaseURL: url + "/token", Params: core.ParamsOf(params)}
	return core.Request{Account: a, Credentials: core.Credentials{Secret: core.NewSecret(key)}}
}

func refusal(t *testing.T, err error) *core.Error {
	t.Helper()
	var e *core.Error
	if !errors.As(err, &e) {
		t.Fatalf("the error is %v", err)
	}
	return e
}

// What goes over the wire, to the letter: the key where the account says, and never in
// a URL unless it says so.
func TestRequests(t *testing.T) {
	var got struct{ method, uri, auth, custom, body, kind string }
	url := server(t, func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		got.method, got.uri, got.auth, got.custom = r.Method, r.URL.RequestURI(), r.Header.Get("Authorization"), r.Header.Get("X-Api-Key")
		got.body, got.kind = string(raw), r.Header.Get("Content-Type")
		says(200, `{"access_token":"`+token+`","expires_in":60}`)(w, r)
	})
	for name, c := range map[string]struct {
		params                       map[string]string
		key                          string
		method, uri, auth, own, body string
	}{
		"the default":            {nil, key, "GET", "/token", "Bearer " + key, "", ""},
		"parameters":             {map[string]string{"query": "appid=wx1&a=b%26c"}, key, "GET", "/token?a=b%26c&appid=wx1", "Bearer " + key, "", ""},
		"a header":               {map[string]string{"key_name": "X-Api-Key"}, key, "GET", "/token", "", key, ""},
		"another scheme":         {nil, "Basic dTpw", "GET", "/token", "Basic dTpw", "", ""},
		"in the query":           {map[string]string{"key_place": "query"}, key, "GET", "/token?key=" + key, "", "", ""},
		"WeChat's own path":      {map[string]string{"key_place": "query", "key_name": "secret", "query": "grant_type=client_credential&appid=wx1"}, key, "GET", "/token?appid=wx1&grant_type=client_credential&secret=" + key, "", "", ""},
		"POST":                   {map[string]string{"method": "POST", "query": "appid=wx1"}, key, "POST", "/token", "Bearer " + key, "", `{"appid":"wx1"}`},
		"POST, key in the JSON":  {map[string]string{"method": "POST", "key_place": "json", "key_name": "secret", "query": "appid=wx1&force_refresh=false"}, key, "POST", "/token", "", "", `{"appid":"wx1","force_refresh":false,"secret":"` + key + `"}`},
		"POST, key in the query": {map[string]string{"method": "POST", "key_place": "query"}, key, "POST", "/token?key=" + key, "", "", `{}`},
		"no key":                 {nil, kinds.NoKey, "GET", "/token", "", "", ""},
	} {
		req := request(url, c.params)
		req.Credentials.Secret = core.NewSecret(c.key)
		if _, err := source().Fetch(t.Context(), req); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.method != c.method || got.uri != c.uri || got.auth != c.auth || got.custom != c.own || got.body != c.body || c.body != "" && got.kind != "application/json" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	e := refusal(t, second(source().Fetch(t.Context(), request(url, map[string]string{"key_place": "json"}))))
	if e.Class != core.Misuse || !e.Unsent {
		t.Errorf("a GET with JSON: %+v", e)
	}
}

func second(_ core.Grant, err error) error { return err }

// What answers mean, whatever form they have.
func TestAnswers(t *testing.T) {
	at := func(d time.Duration) string { return noon.Add(d).Format(time.RFC3339) }
	const polled = central.Poll + kinds.CentralWindow
	long := strings.Repeat("a", 8<<10)
	text, paths := map[string]string{"answer": "text"}, map[string]string{"answer": "json", "token_path": "data.token", "life_path": "data.end"}
	for name, c := range map[string]struct {
		params map[string]string
		body   string
		value  string
		life   time.Duration
	}{
		"WeChat's":               {nil, `{"access_token":"` + token + `","expires_in":7200}`, token, 2 * time.Hour},
		"errcode 0":              {nil, `{"errcode":0,"errmsg":"ok","access_token":"` + token + `","expires_in":"345"}`, token, 345 * time.Second},
		"a token of 8 KB":        {nil, `{"access_token":"` + long + `","expires_in":60}`, long, time.Minute},
		"no life":                {nil, `{"access_token":"` + token + `"}`, token, polled},
		"life null":              {nil, `{"access_token":"` + token + `","expires_in":null}`, token, polled},
		"its end":                {nil, `{"access_token":"` + token + `","expires_at":"` + at(time.Hour) + `"}`, token, time.Hour},
		"the earlier one":        {nil, `{"access_token":"` + token + `","expires_in":7200,"expires_at":"` + at(time.Hour) + `"}`, token, time.Hour},
		"the earlier, in":        {nil, `{"access_token":"` + token + `","expires_in":60,"expires_at":"` + at(time.Hour) + `"}`, token, time.Minute},
		"seconds since 1970":     {nil, fmt.Sprintf(`{"access_token":"%s","expires_at":%d}`, token, noon.Add(90*time.Minute).Unix()), token, 90 * time.Minute},
		"thousandths":            {nil, fmt.Sprintf(`{"access_token":"%s","expires_at":"%d"}`, token, noon.Add(90*time.Minute).UnixMilli()), token, 90 * time.Minute},
		"by paths":               {paths, `{"data":{"token":"` + token + `","end":1800}}`, token, 30 * time.Minute},
		"by paths, a moment":     {paths, `{"data":{"token":"` + token + `","end":"` + at(time.Minute) + `"}}`, token, time.Minute},
		"by paths, no life":      {paths, `{"data":{"token":"` + token + `"}}`, token, polled},
		"an errcode of its own":  {paths, `{"errcode":7,"data":{"token":"` + token + `","end":60}}`, token, time.Minute},
		"text":                   {text, token, token, polled},
		"text with a line end":   {text, "\ufeff" + token + "\r\n", token, polled},
		"text, every 30 seconds": {map[string]string{"answer": "text", "poll": "30"}, token, token, 90 * time.Second},
		"text, every hour":       {map[string]string{"answer": "text", "poll": "3600"}, token, token, time.Hour + time.Minute},
	} {
		g, err := source().Fetch(t.Context(), request(server(t, says(200, c.body)), c.params))
		if err != nil || g.Value != c.value || g.ExpiresIn != c.life {
			t.Errorf("%s: %s for %v, %v; want %v", name, core.Mask(g.Value), g.ExpiresIn, err, c.life)
		}
	}
}

// A moment is compared with the server's clock, and the life of a file counts from when
// it was written.
func TestTheServersClock(t *testing.T) {
	with := func(body string, header map[string]string) (core.Grant, error) {
		return source().Fetch(t.Context(), request(server(t, func(w http.ResponseWriter, _ *http.Request) {
			for name, value := range header {
				w.Header().Set(name, value)
			}
			_, _ = io.WriteString(w, body)
		}), nil))
	}
	ahead := noon.Add(24 * time.Hour)
	date := ahead.Format(http.TimeFormat)
	g, err := with(`{"access_token":"`+token+`","expires_at":"`+ahead.Add(time.Hour).Format(time.RFC3339)+`"}`, map[string]string{"Date": date})
	if err != nil || g.ExpiresIn != time.Hour {
		t.Errorf("a server whose clock is a day ahead: %v, %v", g.ExpiresIn, err)
	}
	file := map[string]string{"Date": date, "Last-Modified": ahead.Add(-time.Hour).Format(http.TimeFormat), "Accept-Ranges": "bytes"}
	if g, err = with(`{"access_token":"`+token+`","expires_in":7200}`, file); err != nil || g.ExpiresIn != time.Hour {
		t.Errorf("a file of an hour ago: %v, %v", g.ExpiresIn, err)
	}
	if _, err = with(`{"access_token":"`+token+`","expires_in":3600}`, file); refusal(t, err).Remedy != core.RemedyServerStale {
		t.Errorf("a file whose token has ended: %v", err)
	}
	delete(file, "Accept-Ranges")
	if g, err = with(`{"access_token":"`+token+`","expires_in":7200}`, file); err != nil || g.ExpiresIn != 2*time.Hour {
		t.Errorf("an answer that is no file: %v, %v", g.ExpiresIn, err)
	}
}

// Whatever goes wrong is told for what it is, quotes neither key nor token, and is no
// token.
func TestRefusals(t *testing.T) {
	text, paths := map[string]string{"answer": "text"}, map[string]string{"answer": "json", "token_path": "data.token", "life_path": "data.end"}
	body := func(rest string) string { return `{"access_token":"` + token + `",` + rest + `}` }
	for name, c := range map[string]struct {
		params map[string]string
		status int
		body   string
		class  core.Class
		remedy string
		says   string
	}{
		"a wrong key":            {nil, 401, `{"error":{"class":"credentials","message":"no such key ` + key + `"}}`, core.BadSecret, core.RemedySecret, "does not accept the key"},
		"a wrong key, WeChat's":  {nil, 200, `{"errcode":40125,"errmsg":"invalid appsecret"}`, core.BadSecret, core.RemedySecret, "key"},
		"no such account":        {nil, 200, `{"errcode":40013,"errmsg":"invalid appid"}`, core.Misuse, core.RemedyServerURL, "URL"},
		"no such path":           {nil, 404, "404 page not found", core.Misuse, core.RemedyServerURL, "URL"},
		"too often":              {nil, 429, "", core.Quota, core.RemedyQuotaMinute, "too often"},
		"too often, WeChat's":    {nil, 200, `{"errcode":45011,"errmsg":"slower"}`, core.Quota, core.RemedyQuotaMinute, "too often"},
		"upstream refuses it":    {nil, 200, `{"errcode":40164,"errmsg":"invalid ip 203.0.113.7, not in whitelist"}`, core.Temporary, core.RemedyServerEmpty, "no token to give"},
		"it is broken":           {nil, 502, "<html>bad gateway</html>", core.Temporary, core.RemedyServerEmpty, "no token to give"},
		"a token beside a 500":   {nil, 500, body(`"expires_in":7200`), core.Temporary, core.RemedyServerEmpty, "no token to give"},
		"an errcode and a token": {nil, 200, body(`"expires_in":7200,"errcode":-1`), core.Temporary, core.RemedyServerEmpty, "no token to give"},
		"expired":                {nil, 200, body(`"expires_in":0`), core.Temporary, core.RemedyServerStale, "has expired"},
		"expired long ago":       {nil, 200, body(`"expires_in":-7200`), core.Temporary, core.RemedyServerStale, "has expired"},
		"expired, by its end":    {nil, 200, body(`"expires_in":7200,"expires_at":"` + noon.Add(-time.Second).Format(time.RFC3339) + `"`), core.Temporary, core.RemedyServerStale, "has expired"},
		"expired, by paths":      {paths, 200, `{"data":{"token":"` + token + `","end":"2020-01-01T00:00:00Z"}}`, core.Temporary, core.RemedyServerStale, "has expired"},
		"no token":               {nil, 200, `{"expires_in":7200}`, core.Temporary, core.RemedyPath, "nothing at access_token"},
		"no token, by paths":     {paths, 200, `{"data":{"end":7200}}`, core.Temporary, core.RemedyPath, "nothing at data.token"},
		"an odd life":            {paths, 200, `{"data":{"token":"` + token + `","end":"soon"}}`, core.Temporary, core.RemedyPart, "data.end"},
		"a life of an object":    {nil, 200, body(`"expires_in":{}`), core.Temporary, core.RemedyPart, "expires_in"},
		"a token with lines":     {nil, 200, `{"access_token":"84_a\nb","expires_in":7200}`, core.Temporary, core.RemedyPart, "characters"},
		"a token of 9 KB":        {nil, 200, `{"access_token":"` + strings.Repeat("a", 9<<10) + `","expires_in":7200}`, core.Temporary, core.RemedyPart, "8 KiB"},
		"an odd errcode":         {nil, 200, `{"errcode":"many"}`, core.Temporary, core.RemedyAnswer, "errcode"},
		"a web page":             {nil, 200, "<html>sign in</html>", core.Temporary, core.RemedyAnswer, "web page"},
		"nothing":                {nil, 200, "", core.Temporary, core.RemedyAnswer, "empty"},
		"a list":                 {nil, 200, "[]", core.Temporary, core.RemedyAnswer, "JSON"},
		"text: a web page":       {text, 200, "<html>sign in</html>", core.Temporary, core.RemedyAnswer, "web page"},
		"text: JSON":             {text, 200, body(`"expires_in":7200`), core.Temporary, core.RemedyAnswer, "JSON"},
		"text: several lines":    {text, 200, token + "\n" + other, core.Temporary, core.RemedyAnswer, "characters"},
		"text: a wrong key":      {text, 403, "no", core.BadSecret, core.RemedySecret, "key"},
		"a redirect":             {nil, 302, "", core.Temporary, core.RemedyAnswer, "redirect"},
		"10 MB":                  {nil, 200, strings.Repeat(" ", 10<<20), core.Temporary, core.RemedyAnswer, "1 MiB"},
	} {
		e := refusal(t, second(source().Fetch(t.Context(), request(server(t, says(c.status, c.body)), c.params))))
		if e.Class != c.class || e.Remedy != c.remedy || !strings.Contains(e.Message, c.says) {
			t.Errorf("%s: %s %s: %q", name, e.Class, e.Remedy, e.Message)
		}
		if all := fmt.Sprintf("%v %+v", e, *e); strings.Contains(all, key) || strings.Contains(all, token) {
			t.Errorf("%s quotes a secret: %s", name, all)
		}
	}
	for _, params := range []map[string]string{nil, text} { // a bomb stays what came over the wire
		e := refusal(t, second(source().Fetch(t.Context(), request(server(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"))
		}), params))))
		if e.Remedy != core.RemedyAnswer {
			t.Errorf("a bomb: %v", e)
		}
	}
	e := refusal(t, second(source().Fetch(t.Context(), request(server(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "120")
		says(429, "")(w, r)
	}), nil))))
	if !e.RetryAt.Equal(noon.Add(2 * time.Minute)) {
		t.Errorf("the next try is at %v", e.RetryAt)
	}
}

// A token that fails is reported where the server takes reports, and only then: asking
// never makes it renew.
func TestReports(t *testing.T) {
	var (
		mu    sync.Mutex
		calls []string
		knows = token
		taken = func(http.ResponseWriter) {}
	)
	url := server(t, func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		calls = append(calls, r.Method+" "+r.URL.RequestURI()+" "+string(raw))
		if r.URL.Path == "/refresh" {
			if r.Header.Get("Authorization") != "Bearer "+key {
				t.Error("the report has no key")
			}
			taken(w)
			return
		}
		_, _ = io.WriteString(w, `{"access_token":"`+knows+`","expires_in":7200}`)
	})
	fetch := func(stale string, params map[string]string, want ...string) (core.Grant, error) {
		t.Helper()
		req := request(url, params)
		req.Stale = stale
		mu.Lock()
		calls = nil
		mu.Unlock()
		g, err := source().Fetch(t.Context(), req)
		if fmt.Sprint(calls) != fmt.Sprint(want) {
			t.Errorf("the calls are %q, want %q", calls, want)
		}
		return g, err
	}
	set := func(now string, answer func(http.ResponseWriter)) {
		mu.Lock()
		defer mu.Unlock()
		knows, taken = now, answer
	}
	refresh := map[string]string{"stale_url": url + "/refresh"}
	report := `POST /refresh {"stale":"` + token + `"}`

	if g, err := fetch("", refresh, "GET /token "); err != nil || g.Value != token {
		t.Errorf("no report: %v", err)
	}
	if g, err := fetch(token, nil, "GET /token "); err != nil || g.Value != token {
		t.Errorf("a server that takes none: %v", err)
	}
	set(token, func(w http.ResponseWriter) {
		_, _ = io.WriteString(w, `{"access_token":"`+other+`","expires_in":7200}`)
	})
	if g, err := fetch(token, refresh, report); err != nil || g.Value != other {
		t.Errorf("the report is answered by the next token: %v", err)
	}
	set(other, func(w http.ResponseWriter) { w.WriteHeader(204) })
	if g, err := fetch(token, refresh, report, "GET /token "); err != nil || g.Value != other {
		t.Errorf("the report is taken without a word: %v", err)
	}
	set(token, func(w http.ResponseWriter) { _, _ = io.WriteString(w, `{"ok":true}`) })
	if g, err := fetch(token, refresh, report, "GET /token "); err != nil || g.Value != token {
		t.Errorf("the report is taken, and the same token stays: %v", err)
	}
	set(token, func(w http.ResponseWriter) { w.WriteHeader(503) })
	if _, err := fetch(token, refresh, report, "GET /token "); refusal(t, err).Remedy != core.RemedyServerEmpty {
		t.Errorf("the report is refused, and the same token stays: %v", err)
	}
	set(other, func(w http.ResponseWriter) { w.WriteHeader(503) })
	if g, err := fetch(token, refresh, report, "GET /token "); err != nil || g.Value != other {
		t.Errorf("the report is refused, and another token is there: %v", err)
	}
	if _, err := fetch(token, map[string]string{"stale_name": "old"}, "GET /token?old="+token+" "); err != nil {
		t.Errorf("a parameter of the call: %v", err)
	}
	if _, err := fetch(token, map[string]string{"stale_name": "force_refresh=true", "method": "POST"}, `POST /token {"force_refresh":true}`); err != nil {
		t.Errorf("a parameter with a value: %v", err)
	}
}

// Plain http leaves this machine by its owner's leave alone, and then for a private
// network alone.
func TestPlainHTTP(t *testing.T) {
	set := kinds.Builtin()
	for url, allowed := range map[string]bool{
		"http://10.1.2.3/token": true, "http://192.168.1.9:8080/t": true, "http://172.16.0.1": true, "http://[fd00::1]/t": true,
		"http://100.64.0.1/t": true, "http://tokens.office.example/t": true, // where its name leads is seen when it is called
		"http://203.0.113.7/t": false, "http://8.8.8.8": false, "http://172.32.0.1": false,
	} {
		for _, flag := range []string{"", "true"} {
			a := request("", nil).Account
			a.BaseURL, a.Params = url, core.ParamsOf(map[string]string{"stale_url": url + "/refresh"})
			if flag != "" {
				a.Params = a.Params.With("private_http", flag)
			}
			found := set.Check(set.Clean(a)).Fatal()
			if fine := len(found) == 0; fine != (allowed && flag == "true") {
				t.Errorf("%s with private_http %q: %v", url, flag, found)
			}
		}
	}
	send := func(url string, params map[string]string) *core.Error {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		return refusal(t, second(source().Fetch(ctx, request(url, params))))
	}
	private := map[string]string{"private_http": "true"}
	if e := send("http://10.1.2.3", nil); e.Class != core.Misuse || !e.Unsent {
		t.Errorf("without leave: %+v", e)
	}
	if e := send("http://203.0.113.7", private); e.Class != core.Misuse || !e.Unsent {
		t.Errorf("to a public address: %+v", e)
	}
	req := request("http://10.1.2.3", private)
	req.Account.Proxy = "http://127.0.0.1:1"
	if e := refusal(t, second(source().Fetch(t.Context(), req))); e.Class != core.Misuse || !e.Unsent {
		t.Errorf("through a proxy: %+v", e)
	}
	if g, err := source().Fetch(t.Context(), request(server(t, says(200, `{"access_token":"`+token+`","expires_in":60}`)), private)); err != nil || g.Value != token {
		t.Errorf("this machine: %v", err)
	}
}

// A server that hands out an expired token takes away none that lives, and is asked no
// more than once in 30 s. A thousand callers of a cold account cause one call.
func TestUnderTheKeeper(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		var life atomic.Int64
		life.Store(7200)
		ups := upstreams(t, answers(func() string {
			calls.Add(1)
			return fmt.Sprintf(`{"access_token":"%s","expires_in":%d}`, token, life.Load())
		}))
		a := request("http://127.0.0.1", nil).Account
		k := keepertest.Run(t, core.Config{Upstreams: ups, Vault: keepertest.OneSecret(key)}, a)

		var all sync.WaitGroup
		for range 1000 {
			all.Go(func() {
				if got, err := k.Get(t.Context(), a.ID, 0); err != nil || got.Value != token {
					t.Errorf("%v", err)
				}
			})
		}
		all.Wait()
		if n := calls.Load(); n != 1 {
			t.Errorf("1000 callers of a cold account cause %d calls", n)
		}
		time.Sleep(time.Hour)
		if n := calls.Load(); n != 1 {
			t.Errorf("within an hour of a token of two hours the server was asked %d times", n)
		}
		life.Store(0)
		if _, err := k.Refresh(t.Context(), a.ID, core.Report{Stale: token}); refusal(t, err).Remedy != core.RemedyServerStale {
			t.Errorf("an expired token is told as %v", err)
		}
		before := calls.Load()
		if got, err := k.Get(t.Context(), a.ID, time.Minute); err != nil || got.Value != token {
			t.Errorf("the living token is gone: %v", err)
		}
		time.Sleep(10 * time.Minute)
		if n := calls.Load() - before; n > 20 {
			t.Errorf("the server was asked %d times in ten minutes", n)
		}
		if got, err := k.Get(t.Context(), a.ID, time.Minute); err != nil || got.Value != token {
			t.Errorf("the living token is gone: %v", err)
		}
	})
}

// Where no life is told the server is asked once in each of the account's times, and
// what somebody was refused with reaches it.
func TestPollsNoMoreThanNeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		ups := upstreams(t, answers(func() string { calls.Add(1); return token }))
		a := request("http://127.0.0.1", map[string]string{"answer": "text"}).Account
		a.Auto = true
		keepertest.Run(t, core.Config{Upstreams: ups, Vault: keepertest.OneSecret(key)}, a)
		time.Sleep(2 * time.Hour)
		if n := calls.Load(); n < 22 || n > 25 {
			t.Errorf("in two hours the server was asked %d times, want once in five minutes", n)
		}
	})
}

// upstreams returns this kind with a source that uses rt.
func upstreams(t *testing.T, rt http.RoundTripper) map[core.Kind]core.Upstream {
	t.Helper()
	return keepertest.Upstreams(t, keepertest.Only(t, kinds.Central), central.Sources(central.Options{Transport: rt}))
}

type answers func() string

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	body := a()
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}
