//go:build linux

package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// echoing is an upstream in front of the simulator. It answers calls below
// /cgi-bin/echo with everything that it was sent and more: the token, and the
// AppSecret of the account stdin. Below /cache it answers without them.
type echoing struct {
	http.Handler

	mu     sync.Mutex
	secret string
}

func (e *echoing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	var asked struct{ AppID, Secret string }
	if json.Unmarshal(body, &asked) == nil && asked.AppID == "wx0000000000000001" {
		e.mu.Lock()
		e.secret = asked.Secret
		e.mu.Unlock()
	}
	path, cached := strings.CutPrefix(r.URL.Path, "/cache")
	r.URL.Path = path
	if !strings.HasPrefix(path, "/cgi-bin/echo") {
		e.Handler.ServeHTTP(w, r)
		return
	}
	if cached {
		echo(w, r, string(body), "-")
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	echo(w, r, string(body), e.secret)
}

// echo repeats words in headers and body, in several forms. The body is compressed if
// the path says so.
func echo(w http.ResponseWriter, r *http.Request, body, secret string) {
	token := r.URL.Query().Get("access_token")
	h := w.Header()
	for _, name := range []string{"X-Request-Id", "Location", "Set-Cookie", "X-Echo", "Content-Disposition"} {
		h.Set(name, token+" "+secret)
	}
	text := fmt.Sprintf("%s %s %v %s", r.Method, r.URL, r.Header, body)
	for _, word := range []string{token, secret} {
		quoted, _ := json.Marshal(word)
		text += fmt.Sprintf(" %s %s %s %x %s", word, quoted, url.QueryEscape(word), word, base64.StdEncoding.EncodeToString([]byte(word)))
	}
	var out io.Writer = w
	if strings.HasSuffix(r.URL.Path, "/gzip") {
		h.Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		defer func() { _ = z.Close() }()
		out = z
	}
	_ = json.NewEncoder(out).Encode(map[string]any{"errcode": 47001, "errmsg": text})
}

// callsGoOut has the agent make calls to an upstream that repeats secrets.
func (l *leakage) callsGoOut() {
	l.t.Helper()
	for _, args := range [][]string{
		{"/cgi-bin/echo"},
		{"/cgi-bin/echo/gzip", "-i"},
		{"/cgi-bin/echo", "-q", ".errmsg"},
		{"/cgi-bin/echo", "-f", "a=b", "-H", "X-Own: 1", "-i"},
		{"/cgi-bin/echo", "--json"},
		{"/cgi-bin/echo", "--dry-run"},
		{"/cgi-bin/token?grant_type=client_credential"},
		{"/cgi-bin/%2574oken"},
		{"/cgi-bin/echo/../token"},
	} {
		if out, _ := l.try("", append([]string{"call", "stdin"}, args...)...); args[0] == "/cgi-bin/echo" && len(args) == 1 && strings.Count(out, "***") < 4 {
			l.t.Errorf("the upstream of a call repeats too little: %s", out)
		}
	}
	key := l.mark(aClientKey, strings.TrimSpace(l.do("", "api", "key", "add", "calls", "--calls", "* /cgi-bin/*", "--no-token")))
	folder := "/call/stdin/sandbox"
	l.call("POST", folder+"/cgi-bin/echo?a=b", key, "body")
	l.call("GET", folder+"/cgi-bin/echo/gzip", key, "")
	l.call("GET", folder+"/cgi-bin/ticket/getticket", key, "")
	l.call("GET", folder+"/cgi-bin/echo?access_token=88_x", key, "")
	l.call("GET", "/v1/token/stdin", key, "")
	l.call("GET", folder+"/cgi-bin/token?grant_type=client_credential&appid=wx0000000000000001&secret="+key, "", "") // a stand-in
	l.do("", "api", "log")
}
