package door

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// TestWhatIsSentByHand: requests as no library would send them. None but those
// that are well formed and allowed get a token.
func TestWhatIsSentByHand(t *testing.T) {
	g := newGate(t)
	address, port := opened(t, g)
	key, host := with(g.sandbox)+"\r\n", "Host: "+address+"\r\n"
	line := func(path string) string { return "GET " + path + " HTTP/1.1\r\n" }
	const token, refresh = "/v1/token/shop", "POST /v1/token/shop/refresh HTTP/1.1\r\n"
	for _, tt := range []struct {
		name, send string
		status     int
	}{
		{"as it should be", line(token) + host + key, 200},
		{"HTTP/1.0", "GET " + token + " HTTP/1.0\r\n" + host + key, 200},
		{"HTTP/1.0 without a Host", "GET " + token + " HTTP/1.0\r\n" + key, 403},
		{"HTTP/0.9", "GET " + token + "\r\n" + host + key, 400},
		{"HTTP/2.0", "GET " + token + " HTTP/2.0\r\n" + host + key, 505},
		{"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n", 403},
		{"an upgrade to HTTP/2", line(token) + host + key + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n", 200},
		{"no Host", line(token) + key, 400},
		{"two Hosts", line(token) + host + host + key, 400},
		{"two Hosts, the second a stranger's", line(token) + host + "Host: evil.example\r\n" + key, 400},
		{"a Host with a user", line(token) + "Host: me@" + address + "\r\n" + key, 400},
		{"a Host with a path", line(token) + "Host: " + address + "/x\r\n" + key, 400},
		{"a Host in figures of another kind", line(token) + fmt.Sprintf("Host: 2130706433:%d\r\n", port) + key, 403},
		{"a Host that ends in a dot", line(token) + fmt.Sprintf("Host: localhost.:%d\r\n", port) + key, 403},
		{"an absolute address of a stranger", line("http://evil.example"+token) + host + key, 403},
		{"a stranger's Host, forwarded", line(token) + "Host: evil.example\r\nX-Forwarded-Host: " + address + "\r\nForwarded: host=" + address + "\r\n" + key, 403},
		{"a Host with a control character", line(token) + "Host: " + address + "\x01\r\n" + key, 400},
		{"two keys", line(token) + host + key + key, 401},
		{"two keys, one wrong", line(token) + host + "Authorization: Bearer x\r\n" + key, 401},
		{"two keys in one line", line(token) + host + strings.TrimSpace(key) + ", Bearer " + g.sandbox + "\r\n", 401},
		{"the key as a cookie", line(token) + host + "Cookie: Authorization=" + g.sandbox + "\r\n", 401},
		{"the key for a proxy", line(token) + host + "Proxy-" + key, 401},
		{"the key in a trailer", refresh + host + "Transfer-Encoding: chunked\r\nTrailer: Authorization\r\n\r\n0\r\n" + key, 401},
		{"a folded header", line(token) + host + "Authorization: Bearer\r\n " + g.sandbox + "\r\n", 200},
		{"a space before the colon", line(token) + host + "Authorization : Bearer " + g.sandbox + "\r\n", 400},
		{"a header without a name", line(token) + host + ": x\r\n" + key, 400},
		{"two sites in the metadata", line(token) + host + key + "Sec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site\r\n", 403},
		{"metadata in other letters", line(token) + host + key + "sec-fetch-site: cross-site\r\n", 403},
		{"another method in its name", line(token) + host + key + "X-HTTP-Method-Override: DELETE\r\n", 200},
		{"a method in small letters", "get " + token + " HTTP/1.1\r\n" + host + key, 405},
		{"TRACE", "TRACE " + token + " HTTP/1.1\r\n" + host + key, 405},
		{"CONNECT", "CONNECT " + address + " HTTP/1.1\r\n" + host + key, 404},
		{"OPTIONS of the server", "OPTIONS * HTTP/1.1\r\n" + host, 401},
		{"OPTIONS of the server for a stranger", "OPTIONS * HTTP/1.1\r\nHost: evil.example\r\n", 403},
		{"a method that is none", "G@T " + token + " HTTP/1.1\r\n" + host + key, 400},
		{"an expectation", line(token) + host + key + "Expect: the-moon\r\n", 417},
		{"two lengths", refresh + host + key + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400},
		{"a length below nothing", refresh + host + key + "Content-Length: -1\r\n\r\n{}", 400},
		{"a length that is none", refresh + host + key + "Content-Length: 2x\r\n\r\n{}", 400},
		{"a body of another coding", refresh + host + key + "Transfer-Encoding: gzip\r\n\r\n{}", 501},
		{"a body of two codings", refresh + host + key + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n", 501},
		{"chunked twice", refresh + host + key + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", 501},
		{"chunks that are none", refresh + host + key + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n", 400},
		{"a chunk without end", refresh + host + key + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}\r\n0\r\n", 400},
		{"a good body in chunks", refresh + host + key + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", 200},
		{"a path that climbs", line("/v1/../v1/token/shop") + host + key, 404},
		{"a path with two slashes in front", line("//v1/token/shop") + host + key, 200},
		{"a path with two slashes for a name", line("/v1/token//sandbox") + host + key, 404},
		{"a path with a null", line("/v1/token/shop%00") + host + key, 400},
		{"a path that is no UTF-8", line("/v1/token/%ff%fe") + host + key, 400},
		{"a name escaped twice", line("/v1/token/%2573hop") + host + key, 403},
		{"a name escaped once, in Latin", line("/v1/token/%73h%6Fp/s%61ndbox") + host + key, 200},
		{"an escape cut short", line("/v1/token/shop%2") + host + key, 400},
		{"a query that cannot be read", line(token+"?min_ttl=%zz") + host + key, 400},
		{"a query of another kind", line(token+"?min_ttl=7000;x=1") + host + key, 400},
		{"a life twice", line(token+"?min_ttl=1&min_ttl=7000") + host + key, 400},
		{"a life of nobody's size", line(token+"?min_ttl=99999999999999999999") + host + key, 400},
		{"parameters that nobody knows", line(token+"?force=true&stale=x&x&=&min-ttl=y") + host + key, 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			go func() { _, _ = io.WriteString(c, tt.send+"\r\n") }()
			resp, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(io.LimitReader(resp.Body, max(0, resp.ContentLength)))
			if resp.StatusCode != tt.status || strings.Contains(string(body), "88_") != (tt.status == 200) {
				t.Errorf("%s, want %d: %s", resp.Status, tt.status, body)
			}
			if strings.Contains(string(body), g.sandbox) {
				t.Errorf("the answer quotes the key: %s", body)
			}
		})
	}
}

// TestHeadersOfPagesThatAreAllowed: a page that a key allows can read why it is
// to wait, and nobody else's answer names an origin.
func TestHeadersOfPagesThatAreAllowed(t *testing.T) {
	g := newGate(t)
	g.stopClock()
	for range clientBurst {
		g.ask("POST", "/v1/token/shop/refresh", `{"stale":"88_old"}`, with(g.paged), "Origin: "+page)
	}
	w := g.ask("POST", "/v1/token/shop/refresh", `{"stale":"88_old"}`, with(g.paged), "Origin: "+page, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: cors")
	h := w.Header()
	if w.Code != 429 || h.Get("Access-Control-Allow-Origin") != page || h.Get("Access-Control-Expose-Headers") != "Retry-After" || h.Get("Vary") != "Origin" || h.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("%d %v", w.Code, h)
	}
	if w := g.ask("GET", "/v1/token/shop", "", with(g.sandbox)); w.Header().Get("Access-Control-Expose-Headers") != "" || w.Header().Get("Vary") != "" {
		t.Errorf("without an origin: %v", w.Header())
	}
}

// TestPagesAreNotSlowedAndSlowNobody: a page of a stranger is refused at once,
// whatever key it guesses, at both kinds of paths.
func TestPagesAreNotSlowedAndSlowNobody(t *testing.T) {
	g := newGate(t)
	for range 3 * stormBurst {
		for _, path := range []string{"/v1/token/shop", "/cgi-bin/token?grant_type=client_credential&appid=wxsandbox&secret=guess"} {
			if w := g.ask("GET", path, "", with("guess"), "Sec-Fetch-Site: cross-site"); w.Code != 403 {
				t.Fatalf("%s: %d", path, w.Code)
			}
		}
	}
	if g.log.Len() > 0 {
		t.Errorf("they count as wrong keys:\n%s", g.log)
	}
}

// TestRevocationOnAnOpenConnection: a connection that is kept alive is no way
// around it.
func TestRevocationOnAnOpenConnection(t *testing.T) {
	g := newGate(t)
	address, _ := opened(t, g)
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	in := bufio.NewReader(c)
	for _, want := range []int{200, 200, 401} {
		if want == 401 {
			g.door.RevokeKey("sandbox")
		}
		if _, err := fmt.Fprintf(c, "GET /v1/token/shop HTTP/1.1\r\nHost: %s\r\n%s\r\n\r\n", address, with(g.sandbox)); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != want || strings.Contains(string(body), "88_") != (want == 200) {
			t.Errorf("%d %s %v, want %d", resp.StatusCode, body, err, want)
		}
	}
}
