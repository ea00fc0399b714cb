package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// caller is a fake agent that makes calls: it notes what it was sent and answers what
// a test sets.
type caller struct {
	sent   []string
	answer api.CallResult
	body   string
	err    error
}

func (c *caller) call(ref api.Ref, req api.CallRequest) (api.CallAnswer, error) {
	if c.err != nil {
		return api.CallAnswer{}, c.err
	}
	path, _, _ := strings.Cut(req.Target, "?")
	spec, _ := kinds.Builtin().Of(kinds.WeChat)
	if req.Dry {
		h := req.Header.Clone()
		h.Set("User-Agent", "TokenTray")
		return api.CallAnswer{Body: http.NoBody, CallResult: api.CallResult{
			Path: path, Reading: spec.Reading(req.Method, path), Plan: &api.CallPlan{Method: req.Method, URL: "https://api.weixin.qq.com" + req.Target + "?access_token=***", Header: h},
		}}, nil
	}
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
	}
	c.sent = append(c.sent, fmt.Sprintf("%s %s %s %s %d %s", ref, req.Method, req.Target, req.Header.Get("Content-Type"), req.Length, body))
	return api.CallAnswer{CallResult: c.answer, Body: io.NopCloser(strings.NewReader(c.body)), Length: int64(len(c.body))}, nil
}

// calling is a run with an account of each environment, whose agent makes calls.
func calling() (*run, *caller) {
	r := newRun()
	c := &caller{answer: api.CallResult{Status: 200}, body: `{"errcode":0,"errmsg":"ok"}`}
	r.agent.list.Accounts = []api.Account{account("shop", core.Sandbox, 0), account("shop", core.Live, 0)}
	r.agent.call = c.call
	return r, c
}

// TestWhatACallSends: method, path, query and body follow the flags as in gh api.
func TestWhatACallSends(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "body.json")
	picture := filepath.Join(dir, `lo"go.png`)
	for path, content := range map[string]string{file: `{"from":"file"}`, picture: "PNG"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name string
		args []string
		in   string
		want string
	}{
		{"a path alone", []string{"/cgi-bin/menu/get"}, "", "shop/sandbox GET /cgi-bin/menu/get  0 "},
		{"without its slash", []string{"cgi-bin/menu/get"}, "", "shop/sandbox GET /cgi-bin/menu/get  0 "},
		{"a method in lower case", []string{"post", "/x"}, "", "shop/sandbox POST /x  0 "},
		{"fields", []string{"/x", "-f", "a=1", "-F", "b=2", "-F", "c=true", "-F", "d=null", "-f", "e=x=y", "-F", "f=@" + file, "-F", "g=1.5"}, "", `shop/sandbox POST /x application/json 79 {"a":"1","b":2,"c":true,"d":null,"e":"x=y","f":"{\"from\":\"file\"}","g":"1.5"}`},
		{"fields within others", []string{"/x", "-f", "text[content]=<好>", "-f", "list[]=a", "-f", "list[]=b", "-F", "rows[][n]=1", "-F", "rows[][m]=2", "-F", "rows[][n]=3"}, "", `shop/sandbox POST /x application/json 76 {"list":["a","b"],"rows":[{"m":2,"n":1},{"n":3}],"text":{"content":"<好>"}}`},
		{"fields of a GET", []string{"GET", "/x?a=b", "-f", "c=d e", "-F", "n=1"}, "", "shop/sandbox GET /x?a=b&c=d+e&n=1  0 "},
		{"a file", []string{"/x", "--input", file}, "", `shop/sandbox POST /x application/json 15 {"from":"file"}`},
		{"standard input", []string{"PUT", "/x", "--input", "-"}, "hello", "shop/sandbox PUT /x application/json -1 hello"},
		{"a content type of one's own", []string{"/x", "--input", file, "-H", "content-type: text/xml"}, "", `shop/sandbox POST /x text/xml 15 {"from":"file"}`},
	} {
		r, c := calling()
		r.term.in = strings.NewReader(tt.in)
		out, _ := r.try(t, 0, append([]string{"call", "shop"}, tt.args...)...)
		if len(c.sent) != 1 || c.sent[0] != tt.want || out != c.body {
			t.Errorf("%s: %q, want %q; out %q", tt.name, c.sent, tt.want, out)
		}
	}
	r, c := calling()
	r.try(t, 0, "call", "shop", "/x", "--form", "media=@"+picture, "--form", "title=a")
	head, rest, _ := strings.Cut(c.sent[0], "boundary=")
	boundary, rest, _ := strings.Cut(rest, " ")
	length, body, _ := strings.Cut(rest, " ")
	want := "--" + boundary + "\r\nContent-Disposition: form-data; name=\"media\"; filename=\"lo%22go.png\"\r\nContent-Type: image/png\r\n\r\nPNG\r\n--" + boundary +
		"\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\na\r\n--" + boundary + "--\r\n"
	if head != "shop/sandbox POST /x multipart/form-data; " || body != want || length != fmt.Sprint(len(want)) {
		t.Errorf("a form: %q %q %q, want %d %q", head, length, body, len(want), want)
	}
}

func TestACallThatCannotBeReadIsNotMade(t *testing.T) {
	there := filepath.Join(t.TempDir(), "there")
	if err := os.WriteFile(there, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{},
		{"/x", "-f", "a"},
		{"/x", "-f", "=b"},
		{"/x", "-f", "a[b=c"},
		{"/x", "-f", "a[b]c=d"},
		{"/x", "-f", "a=1", "-f", "a=2"},
		{"/x", "-f", "a=1", "-f", "a[b]=2"},
		{"/x", "-f", "a=b", "--input", "-"},
		{"/x", "--form", "a=b", "-f", "a=b"},
		{"/x", "--input", "/nowhere/x"},
		{"/x", "--input", t.TempDir()},
		{"/x", "--form", "a=@/nowhere/x"},
		{"/x", "-H", "no colon"},
		{"/x", "-H", "Authorization: Bearer x"},
		{"/x#y"},
		{"/x", "-q", ".["},
		{"/x", "-q", ".", "--output", "y"},
		{"/x", "--output", there},
		{"POST", "/x", "/y"},
	} {
		r, c := calling()
		r.try(t, 2, append([]string{"call", "shop"}, args...)...)
		if len(c.sent) > 0 {
			t.Errorf("%q: %q was sent", args, c.sent)
		}
	}
}

// TestACallOfALiveAccountAsksBeforeItWrites, and reads without a question.
func TestACallOfALiveAccountAsksBeforeItWrites(t *testing.T) {
	r, c := calling()
	r.try(t, 0, "call", "shop/live", "/cgi-bin/menu/get")
	r.try(t, 2, "call", "shop/live", "/cgi-bin/menu/delete") // nobody can answer
	if len(c.sent) != 1 {
		t.Fatalf("%q", c.sent)
	}
	r.try(t, 0, "call", "shop/live", "/cgi-bin/menu/delete", "--yes")
	for answer, sent := range map[string]int{"y": 1, "n": 0, "": 0} {
		r, c := calling()
		r.term.tty, r.term.answers = true, []string{answer}
		code, _, errOut := r.do(t.Context(), "call", "shop/live", "GET", "/cgi-bin/menu/delete")
		if (code == 0) != (sent == 1) || len(c.sent) != sent || !strings.Contains(errOut, "shop/live is live") || !strings.Contains(errOut, "GET /cgi-bin/menu/delete") {
			t.Errorf("%q: code %d, %q, %s", answer, code, c.sent, errOut)
		}
	}
}

func TestADryCallSendsNothing(t *testing.T) {
	r, c := calling()
	out, errOut := r.try(t, 0, "call", "shop/live", "/cgi-bin/message/custom/send", "-f", "a=b", "--dry-run")
	for _, want := range []string{"POST https://api.weixin.qq.com/cgi-bin/message/custom/send?access_token=***\n", "Content-Type: application/json\n", `{"a":"b"}`} {
		if !strings.Contains(out, want) {
			t.Errorf("%q lacks %q", out, want)
		}
	}
	if len(c.sent) > 0 || !strings.Contains(errOut, "may change") {
		t.Errorf("%q, %s", c.sent, errOut)
	}
}

// TestHowAnAnswerIsPrinted: byte for byte in a pipe, readable at a terminal, without
// what a terminal would obey.
func TestHowAnAnswerIsPrinted(t *testing.T) {
	const answer = `{"b":12345678901234567890,"a":["x\u0007",null,true],"c":{}}`
	for _, tt := range []struct {
		name, body string
		args       []string
		tty        bool
		code       int
		want       string
	}{
		{"a pipe", answer, nil, false, 0, answer},
		{"bytes", "\x00\xff\x1b[2J", nil, false, 0, "\x00\xff\x1b[2J"},
		{"a terminal", answer, nil, true, 0, "{\n  \"b\": 12345678901234567890,\n  \"a\": [\n    \"x\\u0007\",\n    null,\n    true\n  ],\n  \"c\": {}\n}\n"},
		{"text at a terminal", "a\x1b[2Jb\n\u009bc", nil, true, 0, "a[2Jb\nc\n"},
		{"bytes at a terminal", "\x89PNG\x00", nil, true, 1, ""},
		{"nothing", "", nil, true, 0, ""},
		{"an expression", answer, []string{"-q", ".a[0], .b, .c, .nothing"}, false, 0, "x\a\n12345678901234567890\n{}\nnull\n"},
		{"IDs in an expression", `{"id":1234567890123456789,"more":98765432109876543210987,"part":0.1,"list":[9007199254740993]}`, []string{"-q", ".id, .more, .part, (.id + 1), .list[0], (.list | tojson), ({id})"}, false, 0, "1234567890123456789\n98765432109876543210987\n0.1\n1234567890123456790\n9007199254740993\n[9007199254740993]\n{\"id\":1234567890123456789}\n"},
		{"no number in an expression", `{}`, []string{"-q", "nan, infinite"}, false, 0, "null\n1.7976931348623157e+308\n"},
		{"an expression that does not fit", answer, []string{"-q", ".a.b"}, false, 2, ""},
		{"an expression for text", "no", []string{"-q", "."}, false, 5, ""},
		{"headers", "x", []string{"-i"}, false, 0, "HTTP 200 OK\nX-Request-Id: 1\n\nx"},
	} {
		r, c := calling()
		r.term.outTTY = tt.tty
		r.env["NO_COLOR"] = "1"
		c.body, c.answer.Header = tt.body, http.Header{"X-Request-Id": {"1"}}
		out, _ := r.try(t, tt.code, append([]string{"call", "shop", "/x"}, tt.args...)...)
		if out != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, out, tt.want)
		}
	}
	r, c := calling()
	r.term.outTTY = true
	c.body = `{"a":"b","n":[1,null]}`
	out, _ := r.try(t, 0, "call", "shop", "/x")
	if want := "{\n  \x1b[34;1m\"a\"\x1b[0m: \x1b[32m\"b\"\x1b[0m,\n  \x1b[34;1m\"n\"\x1b[0m: [\n    \x1b[33m1\x1b[0m,\n    \x1b[2mnull\x1b[0m\n  ]\n}\n"; out != want {
		t.Errorf("in colour: %q, want %q", out, want)
	}
	file := filepath.Join(t.TempDir(), "code.png")
	r, c = calling()
	c.body = "\x89PNG"
	r.try(t, 0, "call", "shop", "/x", "--output", file)
	if raw, err := os.ReadFile(file); err != nil || string(raw) != c.body {
		t.Errorf("into a file: %q, %v", raw, err)
	}
	c.body, c.answer.Error = "no", &api.Error{Class: core.Misuse, Remedy: core.RemedyCallRefused}
	r.try(t, 4, "call", "shop", "/x", "--output", file, "--force")
	if raw, _ := os.ReadFile(file); string(raw) != "\x89PNG" {
		t.Errorf("a refusal took the file's place: %q", raw)
	}
}

// TestAnAnswersFileIsOneThatCanBeWritten: it is found out before the call is made.
func TestAnAnswersFileIsOneThatCanBeWritten(t *testing.T) {
	dir := t.TempDir()
	there, link, away := filepath.Join(dir, "there"), filepath.Join(dir, "link"), filepath.Join(dir, "away")
	if err := os.WriteFile(there, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(there, link); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(dir, "nowhere"), away); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{there}, {link, "--force"}, {away}, {away, "--force"}, {dir, "--force"}, {filepath.Join(dir, "no", "folder")}, {filepath.Join(there, "x")}} {
		r, c := calling()
		_, errOut := r.try(t, 2, append([]string{"call", "shop", "/x", "--output"}, args...)...)
		if len(c.sent) > 0 || !strings.Contains(errOut, "nothing was called") || strings.Contains(errOut, "--out ") {
			t.Errorf("%q: %q was sent; %s", args, c.sent, errOut)
		}
	}
	names, err := os.ReadDir(dir)
	if raw, _ := os.ReadFile(there); err != nil || string(raw) != "old" || len(names) != 3 {
		t.Errorf("%q, %v, %v", raw, names, err)
	}
}

// TestAFieldsFileIsText of a bounded length: JSON holds nothing else, and it is kept in
// memory.
func TestAFieldsFileIsText(t *testing.T) {
	dir := t.TempDir()
	long, bytes := filepath.Join(dir, "long"), filepath.Join(dir, "bytes")
	if err := errors.Join(os.WriteFile(long, nil, 0o600), os.Truncate(long, maxField+1), os.WriteFile(bytes, []byte("a\xff"), 0o600)); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{long: "too long", bytes: "not text"} {
		r, c := calling()
		if _, errOut := r.try(t, 2, "call", "shop", "/x", "-F", "x=@"+file); len(c.sent) > 0 || !strings.Contains(errOut, want) {
			t.Errorf("%s: %s", file, errOut)
		}
	}
}

// TestAnExpressionThatDoesNotEnd ends when the person ends the command.
func TestAnExpressionThatDoesNotEnd(t *testing.T) {
	for _, expression := range []string{"last(range(infinite))", "def f: f; f", "[limit(3; repeat(1))] | first(repeat(empty))"} {
		r, c := calling()
		ctx, interrupt := context.WithCancel(t.Context())
		c.answer.Status = 200
		r.agent.call = func(ref api.Ref, req api.CallRequest) (api.CallAnswer, error) {
			got, err := c.call(ref, req)
			interrupt()
			return got, err
		}
		if code, out, _ := r.do(ctx, "call", "shop", "/x", "-q", expression); code != 130 || out != "" {
			t.Errorf("%s: code %d, %q", expression, code, out)
		}
	}
}

// TestTheCodeOfACall follows from what the upstream said, with cause and remedy.
func TestTheCodeOfACall(t *testing.T) {
	for _, tt := range []struct {
		err  *api.Error
		code int
		says []string
	}{
		{&api.Error{Class: core.Misuse, Remedy: core.RemedyCallRefused, UpstreamCode: 47001, Upstream: "data format error"}, 4, []string{"refuses this call", "47001", "data format error", "--dry-run"}},
		{&api.Error{Class: core.Quota, Remedy: core.RemedyQuotaMinute, UpstreamCode: 45011}, 4, []string{"45011"}},
		{&api.Error{Class: core.Temporary, Remedy: core.RemedyTryAgain, UpstreamCode: -1}, 5, []string{"-1"}},
	} {
		r, c := calling()
		c.answer.Error, c.body = tt.err, "what it said"
		out, errOut := r.try(t, tt.code, "call", "shop", "/x")
		for _, want := range tt.says {
			if !strings.Contains(errOut, want) {
				t.Errorf("%s lacks %q", errOut, want)
			}
		}
		if out != c.body {
			t.Errorf("the answer is %q", out)
		}
	}
	r, c := calling()
	c.err = &core.Error{Class: core.VaultClosed, Remedy: core.RemedyVaultUnlock}
	r.try(t, 6, "call", "shop", "/x")
	r, c = calling()
	c.answer.Renewed, c.answer.NotAgain = true, true
	if _, errOut := r.try(t, 0, "call", "shop", "/x"); !strings.Contains(errOut, "made again with a new one") || !strings.Contains(errOut, "make the call again") {
		t.Errorf("%s", errOut)
	}
}

// TestCompletionOfACall knows the starter calls of the account's product.
func TestCompletionOfACall(t *testing.T) {
	r, _ := calling()
	mini := account("mini", core.Sandbox, 0)
	mini.Product = kinds.ProductMini
	r.agent.list.Accounts = append(r.agent.list.Accounts, mini)
	complete := func(args ...string) string {
		r.term.out.Reset()
		out, _ := r.try(t, 0, append([]string{"__complete", "call"}, args...)...)
		return out
	}
	if out := complete("shop", ""); !strings.Contains(out, "/cgi-bin/user/get\t") || !strings.Contains(out, "\nPOST\n") || strings.Contains(out, "/wxa/") || strings.Contains(out, "custom/send") {
		t.Errorf("of an official account: %s", out)
	}
	if out := complete("mini", "post", ""); !strings.Contains(out, "/wxa/getwxacodeunlimit\t") || strings.Contains(out, "/cgi-bin/user/get\t") {
		t.Errorf("of a Mini Program: %s", out)
	}
	if out := complete(""); !strings.Contains(out, "shop/live") {
		t.Errorf("accounts: %s", out)
	}
	if out := complete("nobody", ""); strings.Contains(out, "/cgi-bin") {
		t.Errorf("of nobody: %s", out)
	}
}
