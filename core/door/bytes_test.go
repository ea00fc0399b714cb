package door

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
)

// guards are the headers that WeChat does not send and the door always does, at
// WeChat's paths too: they keep browsers from storing and embedding a token, and no SDK
// looks at them.
var guards = []string{"Cache-Control: no-store", "Cross-Origin-Resource-Policy: same-origin", "X-Content-Type-Options: nosniff"}

// weChatAnswer is an answer of WeChat's with that body, byte for byte, with the
// guards among its headers and at the end of its connection.
func weChatAnswer(body string) string {
	headers := append([]string{
		fmt.Sprint("Content-Length: ", len(body)), "Content-Type: application/json; encoding=utf-8", "Connection: close", "Date: (now)",
	}, guards...)
	slices.Sort(headers) // their order means nothing in HTTP
	return "HTTP/1.1 200 OK\r\n" + strings.Join(headers, "\r\n") + "\r\n\r\n" + body
}

var date = regexp.MustCompile(`^Date: [A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$`)

// spoken is the whole answer to a request that closes its connection, with its
// headers sorted.
func spoken(t *testing.T, address, method, path, body string, headers ...string) string {
	t.Helper()
	if !slices.ContainsFunc(headers, func(h string) bool { return strings.HasPrefix(h, "Host: ") }) {
		headers = append(headers, "Host: "+address)
	}
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := fmt.Fprintf(c, "%s %s HTTP/1.1\r\n%s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", method, path, strings.Join(headers, "\r\n"), len(body), body); err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, _ := strings.Cut(string(raw), "\r\n\r\n")
	status, head, _ := strings.Cut(head, "\r\n")
	headers = strings.Split(head, "\r\n")
	for i, h := range headers {
		headers[i] = date.ReplaceAllString(h, "Date: (now)")
	}
	slices.Sort(headers)
	return status + "\r\n" + strings.Join(headers, "\r\n") + "\r\n\r\n" + rest
}

// TestWeChatsAnswersByteForByte: status line, headers and body of every answer at
// WeChat's own paths are of WeChat's form, and nothing follows the body.
func TestWeChatsAnswersByteForByte(t *testing.T) {
	g := newGate(t)
	address, _ := opened(t, g)
	get := func(appID, secret string) string {
		return "/cgi-bin/token?grant_type=client_credential&appid=" + appID + "&secret=" + secret
	}
	const stable = "/cgi-bin/stable_token"
	token := func(value string) string {
		return `{"access_token":"` + value + `","expires_in":3600}`
	}
	refused := func(code int, text string) string { return fmt.Sprintf(`{"errcode":%d,"errmsg":"%s"}`, code, text) }
	none := refused(40013, "invalid appid: 0 accounts that this client key allows have it, and it must be one")
	for _, tt := range []struct{ name, method, path, body, want string }{
		{"token", "GET", get("wxsandbox", g.all), "", token("88_sandboxtokensandboxtoken")},
		{"stable_token", "POST", stable, cgiBody("wxsandbox", g.all, false), token("88_sandboxtokensandboxtoken")},
		{"a base URL that ends in a slash", "GET", "/" + get("wxsandbox", g.all), "", token("88_sandboxtokensandboxtoken")},
		{"a base URL that ends in cgi-bin and a slash", "GET", strings.Replace(get("wxsandbox", g.all), "bin/", "bin//", 1), "", token("88_sandboxtokensandboxtoken")},
		{"stable_token after two slashes", "POST", "//" + stable, cgiBody("wxsandbox", g.all, false), token("88_sandboxtokensandboxtoken")},
		{"no grant type", "GET", "/cgi-bin/token?appid=wxsandbox&secret=" + g.all, "", refused(40002, "invalid grant_type")},
		{"no grant type, stable_token", "POST", stable, "{}", refused(40002, "invalid grant_type")},
		{"no AppID", "GET", get("", g.all), "", refused(41002, "appid missing")},
		{"no secret", "GET", get("wxsandbox", ""), "", refused(41004, "appsecret missing: send a client key of TokenTray as the secret")},
		{"a wrong secret", "GET", get("wxsandbox", "x"), "", refused(40125, "invalid appsecret: it is no client key of TokenTray, or was revoked")},
		{"a wrong secret, stable_token", "POST", stable, cgiBody("wxsandbox", "x", false), refused(40125, "invalid appsecret: it is no client key of TokenTray, or was revoked")},
		{"a key that takes no token", "GET", get("wxsandbox", callers(g)["reader"]), "", refused(40125, "invalid appsecret: this client key makes calls and takes no token")},
		{"nobody's AppID", "GET", get("wxnobody", g.all), "", none},
		{"an AppID of two accounts", "GET", get("wxboth", g.all), "", refused(40013, "invalid appid: 2 accounts that this client key allows have it, and it must be one")},
		{"nobody's AppID, stable_token", "POST", stable, cgiBody("wxnobody", g.all, false), none},
		{"POST of token", "POST", get("wxsandbox", g.all), "", refused(43001, "require GET method")},
		{"GET of stable_token", "GET", stable, "", refused(43002, "require POST method")},
		{"no JSON", "POST", stable, "x", refused(47001, "data format error")},
		{"another path", "GET", "/cgi-bin/menu/get?access_token=88_x", "", refused(40066, "invalid url: TokenTray serves /cgi-bin/token and /cgi-bin/stable_token")},
	} {
		if got, want := spoken(t, address, tt.method, tt.path, tt.body), weChatAnswer(tt.want); got != want {
			t.Errorf("%s:\n%q, want\n%q", tt.name, got, want)
		}
	}
}

// TestOneConnectionByteForByte: on a connection that stays open the answers are the same,
// and nothing stands between one and the next, whether the requests come one after the
// other or at once.
func TestOneConnectionByteForByte(t *testing.T) {
	g := newGate(t)
	address, _ := opened(t, g)
	type call struct{ request, body string }
	with := func(method, path, body string, headers ...string) string {
		lines := append([]string{method + " " + path + " HTTP/1.1", "Host: " + address, fmt.Sprint("Content-Length: ", len(body))}, headers...)
		return strings.Join(lines, "\r\n") + "\r\n\r\n" + body
	}
	get := "/cgi-bin/token?grant_type=client_credential&secret=" + g.all + "&appid="
	calls := []call{
		{with("GET", get+"wxsandbox", ""), `{"access_token":"88_sandboxtokensandboxtoken","expires_in":3600}`},
		{with("GET", get, ""), `{"errcode":41002,"errmsg":"appid missing"}`},
		{with("POST", "/cgi-bin/stable_token", cgiBody("wxsandbox", g.all, false)), `{"access_token":"88_sandboxtokensandboxtoken","expires_in":3600}`},
		{with("GET", get+"wxnobody", ""), `{"errcode":40013,"errmsg":"invalid appid: 0 accounts that this client key allows have it, and it must be one"}`},
		{with("POST", get+"wxsandbox", ""), `{"errcode":43001,"errmsg":"require GET method"}`},
		{with("GET", get+"wxsandbox", "", "Connection: close"), `{"access_token":"88_sandboxtokensandboxtoken","expires_in":3600}`},
	}
	for _, atOnce := range []bool{false, true} {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		send := func(text string) {
			if _, err := io.WriteString(c, text); err != nil {
				t.Fatal(err)
			}
		}
		if atOnce {
			for _, one := range calls {
				send(one.request)
			}
		}
		in := bufio.NewReader(c)
		for i, one := range calls {
			if !atOnce {
				send(one.request)
			}
			want := weChatAnswer(one.body)
			if i < len(calls)-1 {
				want = strings.Replace(want, "Connection: close\r\n", "", 1)
			}
			if got := nextAnswer(t, in, len(one.body)); got != want {
				t.Errorf("at once %v, %d:\n%q, want\n%q", atOnce, i+1, got, want)
			}
		}
		if rest, err := io.ReadAll(in); err != nil || len(rest) > 0 {
			t.Errorf("at once %v: %q follows the last answer, %v", atOnce, rest, err)
		}
	}
}

// nextAnswer reads an answer whose body has a length, with its headers sorted.
func nextAnswer(t *testing.T, in *bufio.Reader, length int) string {
	t.Helper()
	var head []string
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			t.Fatalf("%q: %v", head, err)
		}
		line = strings.TrimSuffix(line, "\r\n")
		if line == "" {
			break
		}
		head = append(head, date.ReplaceAllString(line, "Date: (now)"))
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(in, body); err != nil {
		t.Fatal(err)
	}
	slices.Sort(head[1:])
	return strings.Join(head, "\r\n") + "\r\n\r\n" + string(body)
}

// TestRefusedCallersByteForByte: a page and a call by another host, which are 403, are
// answered in the upstream's form too.
func TestRefusedCallersByteForByte(t *testing.T) {
	g := newGate(t)
	address, _ := opened(t, g)
	const page = "pages of this origin may not call; tokentray api key add --origin makes a key that allows one"
	_, port, _ := net.SplitHostPort(address)
	host := "the loopback API does not answer at Host evil.example:1; call it as http://127.0.0.1:" + port +
		", or make a key for that name: tokentray api key add NAME --host evil.example:1"
	for _, tt := range []struct{ name, method, path, header, want string }{
		{"a page", "GET", "/cgi-bin/token?grant_type=client_credential&appid=wxsandbox&secret=" + g.all, "Origin: https://evil.example", `{"errcode":40125,"errmsg":"invalid appsecret: ` + page + `"}`},
		{"a page, stable_token", "POST", "/cgi-bin/stable_token", "Origin: https://evil.example", `{"errcode":40125,"errmsg":"invalid appsecret: ` + page + `"}`},
		{"a page, WeCom", "GET", "/cgi-bin/gettoken", "Sec-Fetch-Site: cross-site", `{"errcode":40001,"errmsg":"invalid credential: ` + page + `"}`},
		{"another host", "GET", "/cgi-bin/token?grant_type=client_credential&appid=wxsandbox&secret=" + g.all, "Host: evil.example:1", `{"errcode":40066,"errmsg":"invalid url: ` + host + `"}`},
		{"another host, stable_token", "POST", "/cgi-bin/stable_token", "Host: evil.example:1", `{"errcode":40066,"errmsg":"invalid url: ` + host + `"}`},
	} {
		got := spoken(t, address, tt.method, tt.path, "", tt.header)
		status, _, _ := strings.Cut(got, "\r\n")
		if _, body, _ := strings.Cut(got, "\r\n\r\n"); status != "HTTP/1.1 403 Forbidden" || body != tt.want {
			t.Errorf("%s: %s %q, want\n%q", tt.name, status, body, tt.want)
		}
		if !strings.Contains(got, "\r\nContent-Type: application/json; ") || strings.Contains(got, g.all) {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}

// TestUpstreamsRefusalsByteForByte: what WeChat refused reaches its clients as
// WeChat said it, and a failure without an answer of WeChat's is its system error.
func TestUpstreamsRefusalsByteForByte(t *testing.T) {
	const rid = " rid: 62416571-5cbc3445-3e6cab76"
	for _, tt := range []struct {
		err  *core.Error
		code int
		text string
	}{
		{&core.Error{Class: core.Whitelist, Code: 40164, Message: "m", Upstream: "invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist" + rid}, 40164, "invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist" + rid},
		{&core.Error{Class: core.BadSecret, Code: 40125, Message: "m", Upstream: "invalid appsecret," + rid}, 40125, "invalid appsecret," + rid},
		{&core.Error{Class: core.BadSecret, Code: 40013, Message: "m", Upstream: "invalid appid" + rid}, 40013, "invalid appid" + rid},
		{&core.Error{Class: core.Quota, Code: 45009, Message: "m", Upstream: "reach max api daily quota limit" + rid}, 45009, "reach max api daily quota limit" + rid},
		{&core.Error{Class: core.Frozen, Code: 50002, Message: "m", Upstream: "user limited" + rid}, 50002, "user limited" + rid},
		{&core.Error{Class: core.Temporary, Code: -1, Message: "m", Upstream: "system error" + rid}, -1, "system error" + rid},
		{&core.Error{Class: core.Temporary, Code: 45011, Message: "m", Upstream: "<&> 请稍后"}, 45011, "<&> 请稍后"},
		{&core.Error{Class: core.Temporary, Code: 45011, Message: "m", Upstream: "api minute-quota reach limit, must slower, retry next minute" + rid}, 45011, "api minute-quota reach limit, must slower, retry next minute" + rid},
		{&core.Error{Class: core.Confirm, Code: 89503, Message: "m", Upstream: "the ip is not confirmed by admin" + rid}, 89503, "the ip is not confirmed by admin" + rid},
		{&core.Error{Class: core.Confirm, Message: "ask the administrator"}, 89503, "ask the administrator"},
		{&core.Error{Class: core.Temporary, Message: "no answer"}, -1, "no answer"},
		{&core.Error{Class: core.NotFound, Message: "gone"}, 40013, "gone"},
		{&core.Error{Class: core.Invalid, Message: "no such environment"}, 40013, "no such environment"},
		{&core.Error{Class: core.BadSecret, Message: "wrong secret"}, 40125, "wrong secret"},
		{&core.Error{Class: core.Whitelist, Message: "this machine's IP"}, 40164, "this machine's IP"},
		{&core.Error{Class: core.Quota, Message: "barred"}, 45009, "barred"},
		{&core.Error{Class: core.Frozen, Message: "disabled"}, 50002, "disabled"},
		{&core.Error{Class: core.Misuse, Message: "not granted"}, 48001, "not granted"},
		{&core.Error{Class: core.VaultClosed, Message: "locked"}, -1, "locked"},
		{&core.Error{Class: core.Internal, Message: "broken"}, -1, "broken"},
	} {
		g := newGate(t)
		address, _ := opened(t, g)
		g.set(shopSandbox, api.Token{}, tt.err)
		want := weChatAnswer(fmt.Sprintf(`{"errcode":%d,"errmsg":"%s"}`, tt.code, tt.text))
		if got := spoken(t, address, "POST", "/cgi-bin/stable_token", cgiBody("wxsandbox", g.all, false)); got != want {
			t.Errorf("%q, want\n%q", got, want)
		}
		if got := spoken(t, address, "GET", "/cgi-bin/token?grant_type=client_credential&appid=wxsandbox&secret="+g.all, ""); got != want {
			t.Errorf("by GET %q, want\n%q", got, want)
		}
	}
}

// TestTooManyFailuresByteForByte: a client that fails too often is told so as WeChat
// tells it, with the time to wait as one more header.
func TestTooManyFailuresByteForByte(t *testing.T) {
	g := newGate(t)
	address, _ := opened(t, g)
	g.set(shopSandbox, api.Token{}, &core.Error{Class: core.Temporary, Message: "no answer"})
	const text = "api minute-quota reach limit  mustslower  retry next minute: this client refreshes or fails too often"
	want := weChatAnswer(`{"errcode":45011,"errmsg":"` + text + `"}`)
	for range 1000 {
		got := spoken(t, address, "POST", "/cgi-bin/stable_token", cgiBody("wxsandbox", g.all, false))
		if got = regexp.MustCompile(`Retry-After: \d+\r\n`).ReplaceAllString(got, ""); got == want {
			return
		}
		if !strings.HasSuffix(got, `{"errcode":-1,"errmsg":"no answer"}`) {
			t.Fatalf("%q, want\n%q", got, want)
		}
	}
	t.Error("a client may fail for ever")
}
