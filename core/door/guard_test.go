package door

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"tokentray/core"
)

// TestKeysAreComparedInConstantTime reads the source: no measurement would hold
// on a busy machine. find compares every key by crypto/subtle and leaves its
// loop by its end alone.
func TestKeysAreComparedInConstantTime(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "clients.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, decl := range file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Name.Name != "find" {
			continue
		}
		ast.Inspect(fn, func(n ast.Node) bool {
			loop, ok := n.(*ast.RangeStmt)
			if !ok {
				return true
			}
			ast.Inspect(loop.Body, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.ReturnStmt, *ast.BranchStmt:
					t.Error("find leaves its loop before the last key")
				case *ast.SelectorExpr:
					if n.Sel.Name == "ConstantTimeCompare" {
						compared++
					}
				}
				return true
			})
			return false
		})
	}
	if compared != 1 {
		t.Errorf("find calls ConstantTimeCompare %d times", compared)
	}
	var keys clients
	var secrets []string
	for _, name := range []string{"first", "middle", "last"} {
		secret, hash := core.NewClientSecret()
		keys.add(core.ClientKey{Name: name, Hash: hash})
		secrets = append(secrets, secret.Reveal())
	}
	for i, name := range []string{"first", "middle", "last"} {
		if got := keys.find(secrets[i]); got == nil || got.Name != name {
			t.Errorf("the %s key finds %v", name, got)
		}
	}
}

// FuzzDoor: whatever is asked with a key for one account of the sandbox, no
// other token comes out, nothing panics and errors have their shape.
func FuzzDoor(f *testing.F) {
	g := newGate(f)
	for _, path := range []string{
		"/v1/token/shop", "/v1/token/shop/live", "/v1/token/%73hop/%6cive", "/v1/token/shop/sandbox/../live", "//v1/token/shop/live",
		"/v1/token/shop/live?min_ttl=1&newer_than=1&wait=0", "/v1/token/shop/live/refresh", "/v1/status", "/cgi-bin/../v1/token/shop/live",
		"/v1/sign/shop", "/v1/sign/shop/live", "/v1/sign/%73hop/live", "/v1/sign//live",
	} {
		f.Add(path, "GET", "", "")
		f.Add(path, "POST", `{"url":"https://shop.example.com/"}`, "")
		f.Add(path, "POST", `{"stale":"x","force":true}`, "https://evil.example")
	}
	f.Fuzz(func(t *testing.T, path, method, body, origin string) {
		r, err := http.NewRequest(method, "http://127.0.0.1:17278"+path, strings.NewReader(body))
		if err != nil || r.Host != "127.0.0.1:17278" || strings.Contains(path, "wait") {
			return
		}
		r.Header.Set("Authorization", "Bearer "+g.sandbox)
		if origin != "" {
			r.Header["Origin"] = []string{origin}
		}
		w := httptest.NewRecorder()
		g.handler.ServeHTTP(w, r)
		if s := w.Body.String(); strings.Contains(s, "88_live") || origin != "" && strings.Contains(s, "88_") {
			t.Errorf("%s %s: %s", method, path, s)
		}
		if strings.Contains(g.seen(), "live") {
			t.Errorf("%s %s reached the live account", method, path)
		}
	})
}

// FuzzStandIn: one stand-in is taken out of a call, from its query before its headers,
// and all the rest of the call stays as it was.
func FuzzStandIn(f *testing.F) {
	for _, target := range []string{"/a?access_token=tts_x", "/a?b=c&tts_=tts_&d=tts_y", "/a?b=%74ts_x&&c", "/a?tts_x", "/a?%zz=tts_x", "/a?", "/tts_a", "?=tts_", ""} {
		f.Add(target, "Authorization", "bearer  tts_z")
		f.Add(target, "X-Token", "no")
	}
	f.Fuzz(func(t *testing.T, target, name, value string) {
		if http.CanonicalHeaderKey(name) == "X-Other" {
			return
		}
		at, r := callTarget{target: target}, &http.Request{Header: http.Header{"X-Other": {"kept"}}}
		r.Header.Add(name, value)
		got, found := takeStandIn(r, &at)
		path, query, _ := strings.Cut(target, "?")
		left, rest, _ := strings.Cut(at.target, "?")
		if found != (got != "") || found && !strings.HasPrefix(got, standInPrefix) || left != path || r.Header.Get("X-Other") != "kept" {
			t.Fatalf("%q of %q leaves %q, %v", got, target, at.target, r.Header)
		}
		all := strings.Split(query, "&")
		if at.target == target { // a header had it, or nothing
			if strings.Contains(query, "="+standInPrefix) && !strings.Contains(query, "%") || found == (len(r.Header.Values(name)) > 0) {
				t.Fatalf("%q of %q and %s: %q", got, target, name, value)
			}
			return
		}
		for i := range all {
			if _, raw, _ := strings.Cut(all[i], "="); strings.Join(slices.Delete(slices.Clone(all), i, i+1), "&") == rest {
				if one, err := url.QueryUnescape(raw); err == nil && one == got {
					return
				}
			}
		}
		t.Fatalf("%q of %q leaves %q", got, target, at.target)
	})
}

// TestHostsOfAKey: a key that names a Host is good there too, at every path; another key
// is not, and nobody is at a name that no key has. What is refused says what it saw.
func TestHostsOfAKey(t *testing.T) {
	g := newGate(t)
	const host = "host.docker.internal:17278"
	made := func(name string, k core.ClientKey) string {
		secret, hash := core.NewClientSecret()
		k.Name, k.Hash, k.Envs = name, hash, core.Envs()
		g.door.AddKey(k)
		return secret.Reveal()
	}
	key := made("box", core.ClientKey{Hosts: []string{host}, CallRights: core.CallRights{Calls: []string{"* /*"}}})
	g.house.answer = `{"errcode":0}`
	standIn, _ := g.fetchStandIn("shop/sandbox", "wxsandbox", key, false)["access_token"].(string)
	other := g.fetchStandIn("shop/sandbox", "wxsandbox", made("other", core.ClientKey{CallRights: core.CallRights{Calls: []string{"* /*"}}}), false)["access_token"].(string)
	paths := map[string]string{
		"/v1/token/shop": "Authorization: Bearer KEY", "/call/shop/sandbox/cgi-bin/menu/get": "Authorization: Bearer KEY",
		"/cgi-bin/token?grant_type=client_credential&appid=wxsandbox&secret=KEY":                   "X-A: b",
		"/call/shop/sandbox/cgi-bin/token?grant_type=client_credential&appid=wxsandbox&secret=KEY": "X-A: b",
		"/call/shop/sandbox/cgi-bin/menu/get?access_token=STANDIN":                                 "X-A: b",
	}
	for path, header := range paths {
		for _, tt := range []struct {
			host, key, standIn string
			status             int
		}{
			{host, key, standIn, 200},
			{"Host.Docker.Internal:17278", key, standIn, 200},
			{"127.0.0.1:17278", key, standIn, 200},
			{host, g.all, other, 403},
			{"host.docker.internal:17279", key, standIn, 403},
			{"host.docker.internal", key, standIn, 403},
			{"evil.host.docker.internal:17278", key, standIn, 403},
			{"172.17.0.1:17278", key, standIn, 403},
		} {
			put := strings.NewReplacer("KEY", tt.key, "STANDIN", tt.standIn)
			w := g.ask("GET", put.Replace(path), "", put.Replace(header), "Host: "+tt.host)
			if w.Code != tt.status {
				t.Errorf("%s at %s: %d %s", path, tt.host, w.Code, w.Body)
			}
			if w.Code == 403 {
				if body := w.Body.String(); !strings.Contains(body, "Host "+strings.ToLower(tt.host)) && strings.Contains(tt.host, ":") || !strings.Contains(body, "--host") {
					t.Errorf("%s at %s does not say how to allow it: %s", path, tt.host, body)
				}
			}
		}
	}
	if w := g.ask("GET", "/v1/token/shop", "", with(key), "Host: "+host, "Origin: http://"+host, "Sec-Fetch-Site: same-origin"); w.Code != 403 {
		t.Errorf("a page at that host: %d", w.Code)
	}
	if w := g.ask("GET", "/v1/token/shop", "", with(key), "Host: a<b>\"c:17278"); w.Code != 403 || strings.Contains(w.Body.String(), "a<b>") || strings.Contains(w.Body.String(), `a\u003cb`) {
		t.Errorf("a Host that is none: %d %s", w.Code, w.Body)
	}
}

// FuzzFollowing: how long a client waits for the next token is refused without a word of it,
// or lies in its bounds, and no parameter of a query is taken twice.
func FuzzFollowing(f *testing.F) {
	for _, s := range [][2]string{{"1772355600", "30s"}, {"0", "30"}, {"-1", "1"}, {"1", "9223372036854775807ns"}, {"1", "2147483648"}, {"", "30s"}, {"1", ""}, {"1e3", "-1ns"}} {
		f.Add(s[0], s[1], "newer_than="+s[0]+"&wait="+s[1])
	}
	f.Add("", "", "wait=1&%77ait=2")
	f.Fuzz(func(t *testing.T, newer, wait, query string) {
		got, err := readFollowing(newer, wait)
		switch {
		case err != nil && (core.AsError(err).Class != core.Invalid || len(newer) > 20 && strings.Contains(err.Error(), newer) || len(wait) > 20 && strings.Contains(err.Error(), wait)):
			t.Fatalf("%q and %q: %v", newer, wait, err)
		case err == nil && (got == nil) != (newer+wait == ""), got != nil && (got.newer < 0 || got.wait < 0 || got.wait > maxWait || wait == "" && got.wait != 0):
			t.Fatalf("%q and %q are %+v", newer, wait, got)
		}
		if q, err := readQuery(query); err == nil && max(len(q["min_ttl"]), len(q["newer_than"]), len(q["wait"])) > 1 {
			t.Fatalf("%q is %v", query, q)
		} else if err != nil && len(query) > 20 && strings.Contains(err.Error(), query) {
			t.Fatalf("%v repeats it", err)
		}
	})
}
