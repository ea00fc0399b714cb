package wechat

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/upstream/upstreamtest"
)

// echo repeats everything it was sent, in every place of an answer where a
// careless upstream could.
func echo(form string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		plain, _ := url.QueryUnescape(r.URL.RawQuery)
		said := fmt.Sprintf("%s %s %s %v", r.URL.RequestURI(), plain, body, r.Header)
		switch form {
		case "page":
			w.WriteHeader(http.StatusBadGateway)
			_, _ = io.WriteString(w, "<html>"+said)
		case "text":
			_, _ = io.WriteString(w, said)
		case "redirect":
			w.Header().Set("Location", "/"+url.PathEscape(said))
			w.WriteHeader(http.StatusFound)
		case "status line", "proxy header":
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(http.ErrAbortHandler)
			}
			line := strings.NewReplacer("\r", " ", "\n", " ").Replace(said)
			if form == "status line" {
				_, _ = fmt.Fprintf(conn, "HTTP/1.1 9x9 %s\r\n\r\n", line)
			} else {
				_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\n%s\x00: x\r\n\r\n", line)
			}
			_ = conn.Close()
		case "broken JSON":
			_, _ = io.WriteString(w, `{"errmsg":"`+said)
		case "wrong types":
			_ = json.NewEncoder(w).Encode(map[string]any{"errcode": said, "errmsg": said, "access_token": said, "expires_in": said})
		case "bad token":
			_ = json.NewEncoder(w).Encode(map[string]any{"access_token": said, "expires_in": 7200})
		case "bad life":
			_ = json.NewEncoder(w).Encode(map[string]any{"access_token": token, "expires_in": said})
		default: // an errcode
			_ = json.NewEncoder(w).Encode(map[string]any{
				"errcode": json.Number(form), "access_token": token, "expires_in": 7200,
				"errmsg": "invalid ip 203.0.113.9 rid: 62416571-5cbc3445-3e6cab76 you sent " + said + " token " + token,
			})
		}
	}
}

// No failure shows the secret, a token or the proxy's password, in any of its
// texts, fields, causes, nor in a log of it; whatever the other side says.
func TestNoFailureShowsSecrets(t *testing.T) {
	forms := []string{
		"page", "text", "redirect", "status line", "proxy header", "broken JSON", "wrong types", "bad token", "bad life",
	}
	for _, code := range []int{
		-1, 40001, 40002, 40013, 40014, 40125, 40164, 40243, 41001, 41002, 41004, 42001, 43002, 44002,
		45009, 45011, 47001, 48001, 48006, 76003, 76021, 76022, 50002, 50004, 50007, 61004, 61024, 89501, 89503, 89506, 89507, 99999,
	} {
		forms = append(forms, fmt.Sprint(code))
	}
	ups := UpstreamsOf(Options{})
	values := []string{secret, "s3&= +%/\"\\<ü", "abcd", "0123456789abcdef0123456789abcdef"}
	for _, form := range forms {
		t.Run(form, func(t *testing.T) {
			srv := httptest.NewServer(echo(form))
			defer srv.Close()
			for i, value := range values {
				req := request(srv.URL)
				req.Credentials.Secret = core.NewSecret(value)
				req.Credentials.ProxyPassword = core.NewSecret(proxyPassword)
				reveals(t, ups, req, value)
				if i > 0 {
					continue
				}
				// The same server as a proxy, which sees the password too.
				req.Account.Proxy = "http://" + proxyUser + "@" + strings.TrimPrefix(srv.URL, "http://")
				reveals(t, ups, req, value)
				req.Account.BaseURL = "https://api.weixin.qq.com"
				reveals(t, ups, req, value)
			}
		})
	}
}

// A failure before any answer shows no secret either.
func TestNoNetworkFailureShowsSecrets(t *testing.T) {
	ups := UpstreamsOf(Options{CallTimeout: 20 * time.Millisecond})
	dead := upstreamtest.Talker(t, "")
	for _, base := range []string{
		"http://" + dead, "https://" + dead, "http://" + upstreamtest.Silent(t), "http://127.0.0.1:1", "http://127.0.0.1:0",
		"http://api.weixin.qq.com", "https://%zz", "https://bad host", untrusted(t).URL,
	} {
		for _, proxy := range []string{
			"", "http://clerk@127.0.0.1:1", "socks5://clerk@127.0.0.1:1", "http://clerk@" + dead,
			"https://clerk@" + dead, "socks5://clerk@" + dead, "socks5://clerk@" + upstreamtest.Talker(t, "\x05\x02\x01\x01"), "http://bad host",
		} {
			req := request(base)
			req.Account.Proxy = proxy
			req.Credentials.ProxyPassword = core.NewSecret(proxyPassword)
			reveals(t, ups, req, secret)
		}
	}
}

// reveals fetches, checks, asks for a quota and resets it with both sources, insists that all fail, and
// searches the failures.
func reveals(t *testing.T, ups map[core.Kind]core.Upstream, req core.Request, value string) {
	t.Helper()
	for _, kind := range Ours().Names() {
		_, fetched := ups[kind].Fetch(t.Context(), req)
		checked := ups[kind].Source.(core.Checker).Check(t.Context(), req, token)
		_, measured := ups[kind].Source.(core.Meter).Usage(t.Context(), req, token, "/cgi-bin/token")
		reset := ups[kind].Source.(core.Resetter).ResetQuota(t.Context(), req)
		for _, err := range []error{fetched, checked, measured, reset} {
			if err == nil {
				t.Fatalf("%s: %s was accepted", kind, req.Account.BaseURL)
			}
			all := everything(err)
			basic := base64.StdEncoding.EncodeToString([]byte(proxyUser + ":" + proxyPassword))
			for _, hidden := range []string{value, url.QueryEscape(value), proxyPassword, url.QueryEscape(proxyPassword), basic, token} {
				if strings.Contains(strings.ToLower(all), strings.ToLower(hidden)) {
					t.Fatalf("%s, proxy %q: the failure shows %q:\n%s", kind, req.Account.Proxy, hidden, all)
				}
			}
		}
	}
}
