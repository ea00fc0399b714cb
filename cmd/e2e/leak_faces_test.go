//go:build linux

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"tokentray/core/kinds"
	"tokentray/core/preset"
	"tokentray/core/redisconn/redistest"
)

// redisGoesOut reads tokens in a backend's Redis. Its password is a secret, and a
// key's name contains another one.
func (l *leakage) redisGoesOut() {
	l.t.Helper()
	s := redistest.StartPort(l.t)
	c := s.Client()
	defer func() { _ = c.Close() }()
	password, inKey, token, cut := l.odd(), l.secret(), l.backendToken(), l.mark(aToken, "88_"+word()+word()+word())
	ctx := l.t.Context()
	for _, err := range []error{
		c.Do(ctx, "acl", "setuser", "reader", "on", ">"+password, "~*", "+pttl", "+getrange", "+hstrlen", "+hmget", "+scan").Err(),
		c.Set(ctx, "shop:token", token, time.Hour).Err(),
		c.Set(ctx, "official_account.access_token.wx00000000000000b1."+inKey+".0", fmt.Sprintf(`s:%d:"%s";`, len(token), token), time.Hour).Err(),
		c.Set(ctx, l.secret()+":access_token:wx00000000000000b3", token, time.Hour).Err(), // the prefix is one
		c.Set(ctx, "gowechat_officialaccount__access_token_wx00000000000000b4", token, time.Hour).Err(),
		c.Set(ctx, "shop:cut", `{"access_token":"`+cut, time.Hour).Err(),
		c.Do(ctx, "config", "set", "requirepass", l.odd()).Err(), // of another user
	} {
		if err != nil {
			l.t.Fatal(err)
		}
	}
	at := strings.Replace(s.URL, "redis://", "redis://reader@", 1)
	add := func(name string, more ...string) []string {
		return append([]string{"add", name, "--env", "sandbox", "--kind", "redis", "--base-url", at, "--api-url", l.base + "/cache", "--product", "redis-official", "--secret-stdin"}, more...)
	}
	l.do(password+"\n", add("cache", "--layout", "plain", "--redis-key", "shop:token")...)
	l.do(password+"\n", add("cachekey", "--layout", "easywechat6", "--appid", "wx00000000000000b1")...)
	l.try(password+"\n", add("cachecut", "--layout", "json", "--redis-key", "shop:cut")...)
	l.try(l.odd()+"\n", add("cachewrong", "--layout", "plain", "--redis-key", "shop:other")...)
	l.fails(password+"\n", add("cachenamed", "--layout", "plain", "--redis-key", "official_account.access_token.wx00000000000000b1.x")...)
	for _, name := range []string{"cache", "cachekey", "cachecut", "cachewrong"} {
		out, code := l.try("", "get", name)
		if good := strings.TrimSpace(out) == token; good != (name == "cache" || name == "cachekey") {
			l.t.Errorf("get %s: exit code %d", name, code)
		}
		l.do("", "show", name, "--json")
		l.do("", "history", name)
		l.try("", "check", name)
		l.try("", "refresh", name)
	}
	if out, _ := l.try("", "call", "cache", "/cgi-bin/echo", "-i"); !strings.Contains(out, "***") {
		l.t.Errorf("a call with a token of the Redis: %s", out)
	}
	l.try(l.odd()+"\n", "edit", "cache", "--secret-stdin")
	l.do(password+"\n", "edit", "cache", "--secret-stdin")

	// A scan tells which tokens there are, and neither them nor what the keys hold.
	for _, form := range []string{"--json=false", "--json"} {
		out := l.do(password+"\n", "redis", "scan", at, "--redis-password-stdin", form)
		if !strings.Contains(out, "wx00000000000000b1") || !strings.Contains(out, "wx00000000000000b4") || strings.Contains(out, "wx00000000000000b3") {
			l.t.Errorf("a scan says\n%s", out)
		}
	}
	l.typed([]string{password}, "redis", "scan", at, "--redis-password")
	l.fails(l.odd()+"\n", "redis", "scan", at, "--redis-password-stdin")
	l.fails("", "redis", "scan", strings.Replace(s.URL, "redis://", "redis://reader:"+l.mistake()+"@", 1))
	l.fails("", "redis", "scan", s.URL+"?password="+l.mistake())
	l.fails(password+"\n", "redis", "scan", at, l.mistake(), "--redis-password-stdin")
	l.fails("", "redis", "scan", at, "--redis-password", l.mistake())

	// A password in the URL, which is not allowed.
	inURL := l.secret()
	wrong := strings.Replace(s.URL, "redis://", "redis://reader:"+inURL+"@", 1)
	l.socketCall("POST", "/v1/accounts", fmt.Sprintf(`{"name":"inurl","env":"sandbox","kind":"redis","base_url":%q,"params":{"layout":"plain","redis_key":"a"},"secret":""}`, wrong))
	l.socketCall("POST", "/v1/test", fmt.Sprintf(`{"input":{"name":"inurl","env":"sandbox","kind":"redis","base_url":%q,"params":{"layout":"plain","redis_key":"a"}}}`, wrong))
	l.try("", "import", l.write("redis.csv", "name,env,kind,base_url,layout,redis_key\ninurl,sandbox,redis,"+wrong+",plain,a\n"), "--yes")
	l.try("", "import", l.write("redis.env", "REDIS_URL="+wrong+"\nREDIS_PASSWORD="+l.secret()+"\nWECHAT_APPID=wx00000000000000b2\n"), "--dry-run")
}

// backendToken is a token that a backend got from the upstream itself.
func (l *leakage) backendToken() string {
	l.t.Helper()
	body := `{"grant_type":"client_credential","appid":"wx00000000000000b0","secret":"` + l.secret() + `"}`
	resp, err := http.Post(l.base+"/cgi-bin/stable_token", "application/json", strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var got struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil || got.Token == "" {
		l.t.Fatalf("the upstream gave no token: %v", err)
	}
	return l.mark(aToken, got.Token)
}

// commandsGoOut runs commands with tokens in their environment, with .env files that
// have references, and with a proxy of their own.
func (l *leakage) commandsGoOut() {
	l.t.Helper()
	run := func(file string, command ...string) []string {
		return append([]string{"run", "--env-file", file, "--"}, command...)
	}
	good := l.write("run.env", "SHOP=tokentray://stdin/sandbox\nHEADER=tokentray://stdin/sandbox?format=header\nCACHE=tokentray://cache/sandbox?format=url\n")
	l.do("", run(good, "sleep", "0.3")...)
	if out, code := l.try("", run(good, "sh", "-c", `echo "$SHOP $HEADER $CACHE"; exit 3`)...); code != 3 || !strings.Contains(out, "Bearer ") && !strings.Contains(out, "access_token=") {
		l.t.Errorf("run: exit code %d", code)
	}
	for name, text := range map[string]string{
		"nobody.env": "SECRET=" + l.secret() + "\nSHOP=tokentray://nobody/sandbox\n",
		"format.env": "SECRET=" + l.secret() + "\nSHOP=tokentray://stdin/sandbox?format=" + l.secret() + "\n",
		"line.env":   "SHOP=tokentray://stdin/sandbox\n" + l.secret() + " " + l.odd() + "\n",
		"refuse.env": "SECRET=" + l.secret() + "\nSHOP=tokentray://echo/sandbox\n",
	} {
		l.fails("", run(l.write(name, text), "true")...)
	}

	out := l.do("", "exec", "--open-api", "stdin/sandbox", "--", "sh", "-c",
		`echo "$http_proxy"; curl -sSi http://api.weixin.qq.com/cgi-bin/echo; curl -sSi http://api.weixin.qq.com/cgi-bin/token; sleep 0.3`)
	first, answer, _ := strings.Cut(out, "\n")
	proxy, err := url.Parse(first)
	if err != nil || proxy.User == nil || strings.Count(answer, "***") < 4 {
		l.t.Fatalf("exec --open-api: %v %s", err, answer)
	}
	key, _ := proxy.User.Password()
	l.mark(aClientKey, key)
	for _, key := range strings.Fields(l.do("", "exec", "stdin", "--", "sh", "-c", `echo "$TOKENTRAY_CALL_KEY"; printf 'Authorization: Bearer %s' "$TOKENTRAY_CALL_KEY" | curl -sSi -H @- "$TOKENTRAY_CALL_URL/cgi-bin/echo" >&2`)) {
		l.mark(aClientKey, key)
	}
	l.try("", "call", "stdin", "/cgi-bin/echo", "--output", filepath.Join(l.dir, "out", "answer"))
	l.try("body", "call", "stdin", "POST", "/cgi-bin/echo", "--input", "-")
}

// presetsGoOut tries a preset whose upstream repeats what it was sent, and adds an
// account of it.
func (l *leakage) presetsGoOut() {
	l.t.Helper()
	file := l.write("mine.json", `{"name":"mine","id":{},"secret":{},"method":"POST","url":"`+l.base+`/cgi-bin/echo/preset","fields":{"a":"{{appid}}","s":"{{secret}}"},`+
		`"token":"access_token","expires":"expires_in","code":"errcode","text":"errmsg","success":[0],"repeat":"same","use":{"query":"access_token"}}`)
	for _, more := range [][]string{nil, {"--json"}, {"--proxy", "http://me@" + l.proxy, "--proxy-password-stdin"}} {
		words := l.secret() + "\n"
		if len(more) > 1 {
			words += l.odd() + "\n"
		}
		if _, code := l.try(words, append([]string{"preset", "try", file, "--appid", "x", "--secret-stdin"}, more...)...); code == 2 {
			l.t.Errorf("preset try %v: the preset is refused", more)
		}
	}
	l.do("", "preset", "add", file, "--yes")
	l.try(l.secret()+"\n", "add", "mine", "--env", "sandbox", "--kind", "mine", "--appid", "x", "--secret-stdin")
	l.fails("", "get", "mine")
	l.do("", "preset", "show", "mine")
}

// kindsGoOut tries an account of every kind at an upstream that repeats all that it was
// sent, in every field in which one answers. Quotas are asked for at the other upstream.
func (l *leakage) kindsGoOut() {
	l.t.Helper()
	var mu sync.Mutex
	asked := map[string]bool{}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		at := append(strings.SplitN(r.URL.Path, "/", 4), "", "", "") // "", the kind, the status
		mu.Lock()
		asked[at[1]+" "+at[2]] = true
		mu.Unlock()
		said := fmt.Sprintf("%s %s %v %s", r.Method, r.URL, r.Header, body)
		status, _ := strconv.Atoi(at[2])
		w.WriteHeader(max(status, http.StatusOK))
		_ = json.NewEncoder(w).Encode(map[string]any{
			"errcode": 40001, "errmsg": said, "code": 10003, "msg": said, "message": said, "error": "invalid_client",
			"error_description": said, "requestid": said, "data": map[string]any{"error_code": 10003, "description": said},
		})
	}))
	defer web.Close()
	for _, spec := range preset.With(kinds.Builtin()).All() {
		if spec.Kind == kinds.Redis {
			continue // see redisGoesOut
		}
		for _, status := range []string{"200", "401"} {
			args := []string{
				"add", "tried", "--env", "sandbox", "--kind", string(spec.Kind), "--secret-stdin", "--test",
				"--base-url", web.URL + "/" + string(spec.Kind) + "/" + status,
			}
			if spec.Has(kinds.AppID) {
				args = append(args, "--appid", "wx0123456789abcdef")
			}
			if spec.Kind == kinds.WeCom {
				args = append(args, "--agent", "1000002")
			}
			out, _ := l.try(l.secret()+"\n", args...)
			mu.Lock()
			if !asked[string(spec.Kind)+" "+status] {
				l.t.Errorf("the upstream of %s was not asked: %s", spec.Kind, out)
			}
			mu.Unlock()
		}
	}
	l.try("", "quota", "stdin")
	l.try("", "quota", "echo", "--reset", "--yes")
}

// answersGoIn has failed answers explained that contain secrets, in the forms of
// logs, exceptions of SDKs and terminals.
func (l *leakage) answersGoIn() []string {
	l.t.Helper()
	token, secret := l.mark(aSecret, "88_"+word()+word()+word()), l.secret()
	answers := []string{
		`{"errcode":40001,"errmsg":"invalid credential, access_token is invalid or not latest rid: 0a1b2c3d-0a1b2c3d-0a1b2c3d"} https://api.weixin.qq.com/cgi-bin/user/get?access_token=` + token,
		`wechatpy.exceptions.WeChatClientException: Error code: 40125, message: invalid appsecret, appid=wx0123456789abcdef secret=` + secret,
		`{"errcode":40164,"errmsg":"invalid ip 203.0.113.9 ` + token + ` ` + secret + `"}`,
		`curl -H 'Authorization: Bearer ` + token + `' -d '{"corpid":"ww0123456789abcdef","corpsecret":"` + secret + `"}' => errcode=42001`,
		`{"errcode":40013,"access_token":"` + token + `","session_key":"` + secret + `","errmsg":"` + url.QueryEscape(secret) + `"}`,
		"errcode=-1 " + token,
		token + "\n" + secret,
	}
	for _, text := range answers {
		l.try(text, "explain")
		l.try(text, "explain", "--json")
		l.try(text, "explain", "--kind", "wecom")
	}
	l.typed(answers[:1], "explain")
	return answers
}

// agentReads records what an AI agent reads.
type agentReads struct{ *leakage }

func (r agentReads) Write(line []byte) (int, error) {
	if said, ok := bytes.CutPrefix(line, []byte("read: ")); ok {
		r.look("what an AI agent reads", said)
	}
	return len(line), nil
}

// agentsGoIn lets an AI agent try everything, allowed or not, before and after a
// person granted it calls to an upstream that repeats what it was sent.
func (l *leakage) agentsGoIn(answers []string) {
	l.t.Helper()
	cmd := l.command(l.exe, "mcp", "--as", "claude")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	client := mcp.NewClient(&mcp.Implementation{Name: "claude", Version: "1"}, nil)
	session, err := client.Connect(l.t.Context(), &mcp.LoggingTransport{Transport: &mcp.CommandTransport{Command: cmd}, Writer: agentReads{l}}, nil)
	if err != nil {
		l.t.Fatalf("%v\n%s", err, stderr.String())
	}
	if _, err := session.ListTools(l.t.Context(), nil); err != nil {
		l.t.Error(err)
	}
	tries := func() (stars int) {
		calls := []struct {
			tool string
			args map[string]any
		}{
			{"tokentray_accounts", nil},
			{"tokentray_status", map[string]any{"account": "stdin/sandbox"}},
			{"tokentray_status", map[string]any{"account": "cache/sandbox"}},
			{"tokentray_sign_jssdk", map[string]any{"account": "stdin/sandbox", "url": "https://shop.example.com/a"}},
		}
		for _, account := range []string{"stdin/sandbox", "cache/sandbox", "echo/sandbox"} {
			for _, path := range []string{"/cgi-bin/echo", "/cgi-bin/echo/gzip", "/cgi-bin/stable_token", "/cgi-bin/ticket/getticket?type=jsapi"} {
				calls = append(calls, []struct {
					tool string
					args map[string]any
				}{
					{"tokentray_read", map[string]any{"account": account, "path": path}},
					{"tokentray_write", map[string]any{"account": account, "path": path, "body": "{}"}},
				}...)
			}
		}
		for _, text := range answers {
			calls = append(calls, struct {
				tool string
				args map[string]any
			}{"tokentray_explain_error", map[string]any{"text": text}})
		}
		for _, c := range calls {
			out, _ := use(l.t, session, c.tool, c.args)
			stars += strings.Count(out, "***")
		}
		return stars
	}
	tries()
	for _, account := range []string{"stdin/sandbox", "cache/sandbox"} {
		l.typed([]string{"y"}, "mcp", "allow", account, "--as", "claude", "--calls", "* /cgi-bin/*", "--write")
	}
	if stars := tries(); stars < 4 {
		l.t.Errorf("what an AI agent was answered repeats too little: %d", stars)
	}
	l.do("", "mcp", "grants")
	l.do("", "mcp", "config", "cursor")
	l.do("", "mcp", "revoke", "claude")
	_ = session.Close() // by killing it, if it does not end by itself
	l.look("the standard error of mcp", stderr.Bytes())
}
