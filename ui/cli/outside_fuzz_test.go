package cli

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/http/httpproxy"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

func fuzzedApp(r *run) *app {
	return &app{Parts: Parts{Term: r.term, Getenv: func(k string) string { return r.env[k] }, Now: start}}
}

// FuzzChosen: the line of an account in a menu, or NAME/ENV, chooses that account, whatever
// the accounts are called; other words choose one that they find, or none.
func FuzzChosen(f *testing.F) {
	for _, names := range [][2]string{{"shop", "shop  sandbox"}, {"a", "b"}, {"公众号", "live"}, {"x  LIVE", "x"}, {"-", "*"}, {"e\u0301", "\u202ea"}} {
		f.Add(names[0], names[1], names[0], true)
		f.Add(names[0], names[1], names[1]+"/live", false)
	}
	f.Fuzz(func(t *testing.T, one, two, typed string, masked bool) {
		a := fuzzedApp(newRun())
		var offered []api.Account
		var lines []string
		for _, name := range []string{one, two} {
			clean, err := core.CleanName(name)
			if err != nil || len(offered) > 0 && clean == offered[0].Name {
				return
			}
			for _, env := range []core.Env{core.Sandbox, core.Live} {
				acc := api.Account{Account: core.Account{ID: core.ID(clean + string(env)), Name: clean, Env: env, Kind: kinds.WeChat}, State: core.StateFresh, ExpiresAt: start().Add(5000e9)}
				if masked {
					acc.Mask = "84_ab••••wxyz"
				}
				offered, lines = append(offered, acc), append(lines, a.pickLine(acc))
			}
		}
		for i, acc := range offered {
			if strings.ContainsAny(lines[i], "\r\n\x1b") {
				t.Fatalf("the line of %q is %q", acc.Name, lines[i])
			}
			for _, line := range []string{lines[i], acc.Ref().String()} {
				if got, err := a.chosenOf(line, lines, offered); err != nil || got.ID != acc.ID {
					t.Fatalf("%q chooses %q (%v), want %q", line, got.ID, err, acc.ID)
				}
			}
		}
		if got, err := a.chosenOf(typed, lines, offered); err == nil && !slices.ContainsFunc(offered, func(acc api.Account) bool { return acc.ID == got.ID }) {
			t.Fatalf("%q chooses %q", typed, got.ID)
		} else if err != nil && len(typed) > 12 && strings.Contains(err.Error(), typed) {
			t.Fatalf("%v repeats it", err)
		}
	})
}

// FuzzMCPConfig: each AI client reads the home in its entry as it is.
func FuzzMCPConfig(f *testing.F) {
	for _, home := range []string{"/home/u/.local/share/tokentray", `C:\Users\u`, "/a b/\"c\"", "/bell\a\v\x00\x7f\x1b", "/中/🇨🇳/\u00a0\u202e", "/<&>", "-", ""} {
		f.Add(home)
	}
	toml := regexp.MustCompile(`^"(?:[^\x00-\x1f\x7f"\\]|\\[btnfr"\\]|\\u[0-9a-fA-F]{4})*"$`) // a basic string, see TOML 1.0
	f.Fuzz(func(t *testing.T, home string) {
		if !utf8.ValidString(home) {
			return
		}
		for _, client := range mcpClients() {
			r := newRun()
			a := fuzzedApp(r)
			a.home = home
			if err := a.mcpConfig(client); err != nil {
				t.Fatal(err)
			}
			want := []string{"mcp", "--as", client}
			if home != "" {
				want = append(want, "--home", home)
			}
			written := r.term.out.String()
			var got []string
			if client == "codex" {
				_, list, _ := strings.Cut(written, "args = ")
				list = strings.TrimSpace(list)
				if home != "" {
					_, last, _ := strings.Cut(list, `"--home", `)
					if last = strings.TrimSuffix(last, "]"); !toml.MatchString(last) {
						t.Fatalf("%q is no text of TOML", last)
					}
				}
				if err := json.Unmarshal([]byte(list), &got); err != nil {
					t.Fatalf("%q: %v", list, err)
				}
			} else {
				var file map[string]map[string]struct{ Args []string }
				if err := json.Unmarshal([]byte(written), &file); err != nil {
					t.Fatalf("%q: %v", written, err)
				}
				for _, servers := range file {
					got = servers["tokentray"].Args
				}
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%s reads %q, want %q", client, got, want)
			}
		}
	})
}

// FuzzDirect: whatever hosts were to be reached without a proxy, those of the account are
// reached by it, and the machine itself is not.
func FuzzDirect(f *testing.F) {
	for _, list := range []string{"*", ".qq.com,example.com", "*.weixin.qq.com", "API.weixin.qq.com:80", "a\tqq.com", "qq.com\n", "10.0.0.0/8", "10.1.2.3:80", "fd00::/8", "fd00::1", "[fd00::1]:80", "::ffff:10.1.2.3", "0.0.0.0/0", "ｑｑ.com", ",,", ""} {
		f.Add(list)
	}
	hosts := []string{"api.weixin.qq.com", "10.1.2.3", "fd00::1"}
	f.Fuzz(func(t *testing.T, list string) {
		direct := withoutProxied(list, hosts)
		by := (&httpproxy.Config{HTTPProxy: "http://127.0.0.1:1", NoProxy: direct}).ProxyFunc()
		for _, host := range hosts {
			if strings.Contains(host, ":") {
				host = "[" + host + "]"
			}
			if proxy, err := by(&url.URL{Scheme: "http", Host: host}); err != nil || proxy == nil {
				t.Fatalf("%q becomes %q, and %s is reached without the proxy (%v)", list, direct, host, err)
			}
		}
		for _, entry := range []string{"localhost", "127.0.0.1", "::1"} {
			if !slices.Contains(strings.Split(direct, ","), entry) {
				t.Fatalf("%q becomes %q, without %s", list, direct, entry)
			}
		}
		if again := withoutProxied(direct, hosts); again != direct {
			t.Fatalf("%q becomes %q, and that %q", list, direct, again)
		}
	})
}

// FuzzHeaders: a header of a call goes on as it was written, the agent's own ones never
// do, and a refusal repeats no value, which may be a secret.
func FuzzHeaders(f *testing.F) {
	for _, line := range []string{"X-Trace: 7", "accept:text/plain", "authorization: Bearer x", "COOKIE :a=b", ": x", "no colon", "Range\u00a0: bytes=0-", "X: a\r\nHost: b", "Host:"} {
		f.Add(line, "X-Trace: 8")
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		got, err := headersOf([]string{one, two})
		if err != nil {
			for _, line := range []string{one, two} {
				if _, value, _ := strings.Cut(line, ":"); len(value) > 12 && strings.Contains(err.Error(), value) {
					t.Fatalf("%v repeats %q", err, value)
				}
			}
			return
		}
		for _, own := range []string{"Authorization", "Cookie", "Host", "Content-Length", "Range", "Accept-Encoding"} {
			for name := range got {
				if strings.EqualFold(name, own) {
					t.Fatalf("%q and %q give a %s of their own", one, two, own)
				}
			}
		}
		var values int
		for name, all := range got {
			values += len(all)
			if name == "" || name != strings.TrimSpace(name) {
				t.Fatalf("%q gives the name %q", one, name)
			}
		}
		if values != 2 {
			t.Fatalf("%q and %q give %v", one, two, got)
		}
	})
}

// FuzzQuery: the fields stand in the query beside what was there before them.
func FuzzQuery(f *testing.F) {
	for _, target := range []string{"/cgi-bin/menu/get", "/a?b=c", "/a?", "/a#b", "a?b#c", "/a%3Fb"} {
		f.Add(target, "type", "a b&c=d")
	}
	f.Fuzz(func(t *testing.T, target, key, value string) {
		before, bad := url.Parse(target)
		if bad != nil {
			return
		}
		got, err := withQuery(target, url.Values{key: {value}})
		if err != nil {
			if !strings.Contains(target, "#") {
				t.Fatalf("%q: %v", target, err)
			}
			return
		}
		after, err := url.Parse(got)
		if err != nil || after.Path != before.Path || after.Host != before.Host {
			t.Fatalf("%q became %q: %v", target, got, err)
		}
		if _, bad := url.ParseQuery(before.RawQuery); bad == nil && !slices.Contains(after.Query()[key], value) {
			t.Fatalf("%q=%q is not in %q", key, value, got)
		}
	})
}
