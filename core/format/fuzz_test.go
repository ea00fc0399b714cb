package format_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"tokentray/core/api"
	"tokentray/core/format"
)

// seeds are tokens that mean something to one destination or another.
func seeds(f *testing.F) {
	for _, s := range []string{
		"84_a-B", "a+b&c=d e\n", "", "'; rm -rf /; '", "$(id)`id`$HOME${HOME}", `a\b\\c\'d"e`, "#x", "~root", " lead", "a=b", "a\tb",
		"\x00\x7f\xff", "{{base_url}}", "</script>\u2028", "[1-3]{a,b}", "!!", "%41", "中文", "a\r\nX: y",
	} {
		f.Add(s)
	}
}

// FuzzURL: whatever the token, it comes back whole from a query and from the URL
// of a call, which goes where it should.
func FuzzURL(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, token string) {
		q, err := format.Token(format.Query, sample(token))
		if err != nil {
			t.Fatal(err)
		}
		if v, err := url.ParseQuery(q); err != nil || v.Get("access_token") != token || len(v) != 1 {
			t.Errorf("query %q does not give %q back: %v", q, token, err)
		}
		in := sample(token)
		in.Path = "/cgi-bin/user/get?next_openid=a"
		raw, err := format.Token(format.URL, in)
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(raw)
		if err != nil || u.Host != "api.weixin.qq.com" || u.Path != "/cgi-bin/user/get" || u.Fragment != "" ||
			u.Query().Get("access_token") != token || u.Query().Get("next_openid") != "a" || len(u.Query()) != 2 {
			t.Errorf("url %q does not give %q back: %v", raw, token, err)
		}
	})
}

// FuzzPath: a path that is taken stays on the account's host and keeps what it
// asks for.
func FuzzPath(f *testing.F) {
	for _, s := range []string{"/a", "/a?b=c", "//h/", `/\h`, "/@h", "/%2f%2fh", "/a?access_token=x", "/[1-3]", "/a?b={c,d}", "/?&&", "/a:b@c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		in := sample("84_x")
		in.Path = path
		raw, err := format.Token(format.URL, in)
		if err != nil {
			return
		}
		for _, c := range raw {
			if c <= ' ' || c > '~' || strings.ContainsRune(`'"[]{}<>\`, c) {
				t.Errorf("url %q holds %q", raw, c)
			}
		}
		u, err := url.Parse(raw)
		if err != nil || u.Host != "api.weixin.qq.com" || u.User != nil {
			t.Fatalf("%q became %q: %v", path, raw, err)
		}
		if path != "" {
			given, err := url.Parse(path)
			if err != nil || u.Path != given.Path {
				t.Errorf("%q became %q: %v", path, raw, err)
			}
			want := given.Query()
			want.Set("access_token", "84_x")
			if u.Query().Encode() != want.Encode() {
				t.Errorf("the query of %q became %q", path, raw)
			}
		}
	})
}

// FuzzHeader: a header is one line that net/http gives back.
func FuzzHeader(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, token string) {
		h, err := format.Token(format.Header, sample(token))
		if err != nil {
			return
		}
		name, value, _ := strings.Cut(h, ": ")
		if strings.ContainsAny(h, "\r\n\x00") || name != "Authorization" || value != "Bearer "+token {
			t.Errorf("header %q", h)
		}
		r := http.Header{}
		r.Set(name, value)
		var b strings.Builder
		if err := r.Write(&b); err != nil || strings.Count(b.String(), "\n") != 1 {
			t.Errorf("header %q is written as %q", h, b.String())
		}
	})
}

// FuzzJSON: whatever is taken comes back whole, from the API's shape and from
// Postman's.
func FuzzJSON(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, token string) {
		j, err := format.Token(format.JSON, sample(token))
		if (err == nil) != utf8.ValidString(token) {
			t.Fatalf("json of %q: %v", token, err)
		}
		p, perr := format.Token(format.Postman, sample(token))
		if err != nil || perr != nil {
			return
		}
		var back api.Token
		if err := json.Unmarshal([]byte(j), &back); err != nil || back.AccessToken != token {
			t.Errorf("json %q does not give %q back: %v", j, token, err)
		}
		var env struct {
			Values []struct{ Key, Value, Type string }
		}
		if err := json.Unmarshal([]byte(p), &env); err != nil || len(env.Values) != 2 || env.Values[0].Value != token || env.Values[0].Type != "secret" {
			t.Errorf("postman %q does not give %q back: %v", p, token, err)
		}
		if strings.ContainsAny(j+p, "\r\n") {
			t.Errorf("json of %q is more than a line", token)
		}
	})
}

// shell runs a script with a real sh.
func shell(t *testing.T, script string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "sh", "-c", script).CombinedOutput()
	if err != nil {
		t.Fatalf("sh -c %q: %v: %s", script, err, out)
	}
	return string(out)
}

// FuzzShell: a shell makes of the curl line curl and one word, the URL; and of a
// sourced .env line the token.
func FuzzShell(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, token string) {
		in := sample(token)
		in.Path = "/it's/a?b=$(id)`id`"
		want, err := format.Token(format.URL, in)
		if err != nil {
			t.Fatal(err)
		}
		line, err := format.Token(format.Curl, in)
		if err != nil {
			t.Fatal(err)
		}
		args, ok := strings.CutPrefix(line, "curl ")
		if got := shell(t, "printf '<%s>' "+args); !ok || got != "<"+want+">" {
			t.Errorf("a shell makes %q of %q", got, line)
		}
		env, err := format.Token(format.Dotenv, in)
		if err != nil {
			return
		}
		if got := shell(t, env+"\nprintf '<%s>' \"$ACCESS_TOKEN\""); got != "<"+token+">" {
			t.Errorf("a shell makes %q of %q", got, env)
		}
	})
}

// FuzzDotenv: whatever is taken is read alike by the ways of reading that there
// are: with quotes taken off, with backslashes undone, with variables filled in,
// and, where no quotes are needed, as it stands.
func FuzzDotenv(f *testing.F) {
	seeds(f)
	variable := regexp.MustCompile(`\$(\{[^}]*\}|\w+)`)
	undo := strings.NewReplacer(`\\`, `\`, `\'`, `'`, `\n`, "\n", `\$`, `$`)
	f.Fuzz(func(t *testing.T, token string) {
		line, err := format.Token(format.Dotenv, sample(token))
		if err != nil {
			return
		}
		value, ok := strings.CutPrefix(line, "ACCESS_TOKEN=")
		if !ok || strings.ContainsAny(line, "\r\n") {
			t.Fatalf("line %q", line)
		}
		if !strings.HasPrefix(value, "'") {
			if value != token || strings.ContainsAny(token, " \t#'\"$\\`") {
				t.Errorf("%q is written bare", token)
			}
			return
		}
		inner := strings.TrimSuffix(strings.TrimPrefix(value, "'"), "'")
		if inner != token || undo.Replace(inner) != token || variable.ReplaceAllString(inner, "") != token {
			t.Errorf("readers differ about %q", line)
		}
	})
}

// FuzzForShell: a shell sets the variable to the very token, or the token is refused
// without a word of it.
func FuzzForShell(f *testing.F) {
	seeds(f)
	f.Add("it’s ‘so‛ ‚")
	f.Fuzz(func(t *testing.T, token string) {
		for _, as := range append(format.Shells(), "") {
			line, err := format.ForShell(as, token)
			if err != nil {
				if len(token) > 8 && strings.Contains(err.Error(), token) || utf8.ValidString(token) && !strings.ContainsFunc(token, func(r rune) bool { return !unicode.IsPrint(r) }) {
					t.Fatalf("%s of %q: %v", as, token, err)
				}
				continue
			}
			got := ""
			switch quoted, ok := strings.CutPrefix(line, "$env:ACCESS_TOKEN = '"); {
			case ok: // every quote but the last is there twice
				for rest := []rune(strings.TrimSuffix(quoted, "'")); len(rest) > 0; rest = rest[1:] {
					if strings.ContainsRune("'‘’‚‛", rest[0]) {
						if rest = rest[1:]; len(rest) == 0 {
							t.Fatalf("PowerShell's text ends early: %s", line)
						}
					}
					got += string(rest[0])
				}
			default: // what fish writes instead of export is all that differs
				got = shell(t, strings.Replace(line, "set -gx ACCESS_TOKEN ", "export ACCESS_TOKEN=", 1)+"\nprintf %s \"$ACCESS_TOKEN\"")
			}
			if got != token {
				t.Fatalf("%s makes %q of %s", as, got, line)
			}
		}
	})
}

// FuzzCleanEnv: what exec put into an environment goes, in any number of layers, and
// nothing else does.
func FuzzCleanEnv(f *testing.F) {
	f.Add("PATH=/bin\nACCESS_TOKEN=1\nA=2", "ACCESS_TOKEN", "A")
	f.Add("TOKENTRAY_EXEC=,,A\nA_FILE=x\nTOKENTRAY_EXEC=B\n=\nB", "A", "")
	f.Fuzz(func(t *testing.T, text, one, two string) {
		if strings.ContainsAny(one+two, ",=") || one == "" || two == "" || one == format.ExecVariable || two == format.ExecVariable {
			return
		}
		env := strings.Split(text, "\n")
		marked := append(slices.Clone(env), one+"=1", one+format.EnvExpiresAt+"=2")
		marked = format.MarkEnv(append(format.MarkEnv(marked, one), two+"=3", two+format.EnvFile+"=4"), two)
		names := append(format.Tokens(marked), format.ExecVariable)
		for _, name := range []string{one, two, one + format.EnvExpiresAt, two + format.EnvFile} {
			if !slices.Contains(names, name) {
				t.Fatalf("%q is not among %q", name, names)
			}
		}
		want := slices.DeleteFunc(env, func(entry string) bool {
			name, _, _ := strings.Cut(entry, "=")
			return slices.Contains(names, name)
		})
		if got := format.CleanEnv(marked); !slices.Equal(got, want) || !slices.Equal(format.CleanEnv(got), got) {
			t.Fatalf("%q is cleaned to %q, want %q", marked, got, want)
		}
	})
}
