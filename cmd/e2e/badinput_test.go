//go:build linux

package e2e

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tokentray/core/api"
)

// rude is an upstream that answers calls badly, and counts them.
type rude struct {
	calls atomic.Int64
	ended chan error   // how an answer without end, or one that waits, ended
	taken atomic.Int64 // bytes of bodies without end
}

const rudeToken = "88_TOKENtokenTOKENtoken0123456789"

func (u *rude) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/cgi-bin/stable_token" {
		_, _ = io.WriteString(w, `{"access_token":"`+rudeToken+`","expires_in":7200}`)
		return
	}
	u.calls.Add(1)
	switch r.URL.Path {
	case "/cgi-bin/endless":
		line := bytes.Repeat([]byte("0123456789abcde\n"), 1<<10)
		for {
			if _, err := w.Write(line); err != nil {
				u.ended <- err
				return
			}
		}
	case "/cgi-bin/both": // takes what comes while it answers
		rc := http.NewResponseController(w)
		if err := rc.EnableFullDuplex(); err != nil {
			u.ended <- err
			return
		}
		taken := make(chan struct{})
		go func() {
			defer close(taken)
			n, _ := io.Copy(io.Discard, r.Body)
			u.taken.Add(n)
		}()
		line := bytes.Repeat([]byte("0123456789abcde\n"), 1<<10)
		for {
			if _, err := w.Write(line); err != nil {
				<-taken
				u.ended <- err
				return
			}
		}
	case "/cgi-bin/waits":
		<-r.Context().Done()
		u.ended <- r.Context().Err()
	case "/cgi-bin/breaks":
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `{"begin":"`+rudeToken+`"`)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case "/cgi-bin/early":
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		_, _ = io.WriteString(w, `{"errcode":40006,"errmsg":"invalid media size"}`)
	case "/cgi-bin/moved":
		w.Header().Set("Location", "http://127.0.0.1:1/?"+r.URL.RawQuery)
		w.WriteHeader(http.StatusFound)
	default:
		_, _ = fmt.Fprintf(w, "%s %v", r.URL, r.Header)
	}
}

// badly is a door whose account barker has a rude upstream, and a key for all its calls.
func badly(t *testing.T) (*doors, *rude, string) {
	t.Helper()
	d := openDoors(t)
	u := &rude{ended: make(chan error, 10)}
	upstream := httptest.NewServer(u)
	t.Cleanup(upstream.Close)
	d.leaks.alsoSecret("the token", rudeToken)
	d.run("abcdef0123456789abcdef0123456789\n", "add", "barker", "--appid", "wx00000000000000bb", "--secret-stdin", "--base-url", upstream.URL)
	key := strings.TrimSpace(d.run("", "api", "key", "add", "barker", "--calls", "* /*", "--no-token"))
	u.calls.Store(0) // the check after the first fetch is none of ours
	return d, u, key
}

// byHand sends a request as it is written, and returns the answer.
func (d *doors) byHand(request string) (status int, answer string) {
	d.t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(d.base, "http://"))
	if err != nil {
		d.t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	if _, err := io.WriteString(c, request); err != nil {
		d.t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		d.t.Fatalf("%q: %v", request, err)
	}
	var all bytes.Buffer
	_ = resp.Header.Write(&all)
	_, _ = io.Copy(&all, io.LimitReader(resp.Body, 1<<20))
	_ = resp.Body.Close()
	return resp.StatusCode, all.String()
}

// TestBadCallsGoNowhere: what no client writes by mistake is refused with a clear error,
// by the door and by the command, and nothing of it reaches the upstream or another host.
func TestBadCallsGoNowhere(t *testing.T) {
	t.Parallel()
	d, u, key := badly(t)
	host := strings.TrimPrefix(d.base, "http://")
	const folder = "/call/barker/sandbox"
	ask := func(target, more string) string {
		return "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\nAuthorization: Bearer " + key + "\r\n" + more + "Connection: close\r\n\r\n"
	}
	if status, got := d.byHand(ask(folder+"/cgi-bin/x", "")); status != 200 || !strings.Contains(got, "/cgi-bin/x?access_token=***") || u.calls.Load() != 1 {
		t.Fatalf("as it should be: %d, %s", status, got)
	}
	for name, tt := range map[string]struct {
		request string
		status  int
	}{
		"two slashes":                  {ask(folder+"//cgi-bin/x", ""), 400},
		"two slashes in front":         {ask("/"+folder+"/cgi-bin/x", ""), 404},
		"a host after two slashes":     {ask(folder+"//evil.example/x", ""), 400},
		"dots":                         {ask(folder+"/cgi-bin/../cgi-bin/x", ""), 400},
		"dots, encoded":                {ask(folder+"/cgi-bin/%2e%2e/x", ""), 400},
		"dots, encoded twice":          {ask(folder+"/cgi-bin/%252e%252e/x", ""), 400},
		"a slash, encoded":             {ask(folder+"/cgi-bin%2f%2fx", ""), 400},
		"a backslash":                  {ask(folder+"/cgi-bin/..%5cx", ""), 400},
		"NUL, encoded":                 {ask(folder+"/cgi-bin/x%00", ""), 400},
		"NUL":                          {ask(folder+"/cgi-bin/x\x00", ""), 400},
		"a line end, encoded":          {ask(folder+"/cgi-bin/x%0d%0aX-Own:%201", ""), 400},
		"a parameter":                  {ask(folder+"/cgi-bin/x;y", ""), 400},
		"an absolute form of another":  {ask("http://evil.example"+folder+"/cgi-bin/x", ""), 403},
		"an absolute form in the path": {ask(folder+"/https://evil.example/x", ""), 400},
		"a stranger's host":            {strings.Replace(ask(folder+"/cgi-bin/x", ""), "Host: "+host, "Host: evil.example", 1), 403},
		"a user in the path":           {ask(folder+"@evil.example/x", ""), 400},
		"a token of its own":           {ask(folder+"/cgi-bin/x?access_token=88_x", ""), 400},
		"a token path, encoded":        {ask(folder+"/cgi-bin/%74icket/getticket?type=jsapi", ""), 403},
		"a header with a control sign": {ask(folder+"/cgi-bin/x", "X-Own: a\x01b\r\n"), 400},
		"a bare line end in a header":  {ask(folder+"/cgi-bin/x", "X-Own: a\rX-More: b\r\n"), 400},
		"two lengths":                  {ask(folder+"/cgi-bin/x", "Content-Length: 1\r\nContent-Length: 2\r\n"), 400},
		"a length and chunks":          {ask(folder+"/cgi-bin/x", "Content-Length: 5\r\nTransfer-Encoding: gzip\r\n"), 501},
	} {
		status, got := d.byHand(tt.request)
		if status != tt.status {
			t.Errorf("%s: %d, want %d: %s", name, status, tt.status, got)
		}
		if word := d.leaks.in([]byte(got)); word != "" || strings.Contains(got, key) {
			t.Errorf("%s: %s or the key is in the answer: %s", name, word, got)
		}
	}
	// Headers by which a server would take the call for another one do not go out.
	if _, got := d.byHand(ask(folder+"/cgi-bin/x", "X-Original-URL: /cgi-bin/token\r\nX-HTTP-Method-Override: DELETE\r\nForwarded: host=evil.example\r\nCookie: a=b\r\nX-Kept: yes\r\n")); !strings.Contains(got, "X-Kept:[yes]") ||
		strings.Contains(got, "X-Original-Url") || strings.Contains(got, "Override") || strings.Contains(got, "Forwarded") || strings.Contains(got, "Cookie") || strings.Contains(got, "Authorization") {
		t.Errorf("headers at the upstream: %s", got)
	}
	if status, got := d.byHand(ask(folder+"/cgi-bin/moved", "")); status != http.StatusFound || strings.Contains(got, "Location") {
		t.Errorf("a redirect: %d, %s", status, got)
	}
	u.calls.Store(0)

	for _, args := range [][]string{
		{"//evil.example/x"},
		{"/cgi-bin//x"},
		{"/cgi-bin/%2e%2e/x"},
		{"/cgi-bin/%252e%252e/x"},
		{"/cgi-bin/x%00"},
		{"/cgi-bin/x%0d%0ay"},
		{"https://evil.example/x"},
		{"https://api.weixin.qq.com/x"},
		{"/cgi-bin/x?access_token=88_x"},
		{"/cgi-bin/%74oken"},
		{"/cgi-bin/x", "-H", "X-Own: a\r\nX-More: b"},
		{"/cgi-bin/x", "-H", "no header"},
		{"/cgi-bin/x", "--input", "/nowhere/at/all"},
		{"G T", "/cgi-bin/x"},
	} {
		code, out, errOut := d.try(append([]string{"call", "barker"}, args...)...)
		if code == 0 || code > 5 || out != "" || !strings.HasPrefix(errOut, "tokentray: ") {
			t.Errorf("call %q: exit %d, %q, %q", args, code, out, errOut)
		}
		if word := d.leaks.in([]byte(out + errOut)); word != "" {
			t.Errorf("call %q shows %s", args, word)
		}
	}
	if n := u.calls.Load(); n != 0 {
		t.Errorf("%d of the bad calls reached the upstream", n)
	}
}

// TestBadUpstreams: an answer without end ends with its reader, as does one that never
// begins; one that breaks off is told from a whole one; an upload that nobody wants ends.
func TestBadUpstreams(t *testing.T) {
	t.Parallel()
	d, u, key := badly(t)
	const folder = "/call/barker/sandbox/cgi-bin/"
	ends := func(what string) {
		t.Helper()
		select {
		case <-u.ended:
		case <-time.After(30 * time.Second):
			t.Errorf("%s: the upstream still answers", what)
		}
	}
	get := func(path string, read int64) (int64, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.base+folder+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+key)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return 0, err
		}
		defer resp.Body.Close()
		return io.Copy(io.Discard, io.LimitReader(resp.Body, read))
	}

	if n, err := get("endless", 4<<20); n != 4<<20 || err != nil {
		t.Errorf("an answer without end: %d bytes, %v", n, err)
	}
	ends("an answer without end")
	code, _, errOut := d.try("call", "barker", "/cgi-bin/endless", "-q", ".x")
	if code != 5 || !strings.Contains(errOut, "not JSON") {
		t.Errorf("an answer without end in an expression: exit %d, %s", code, errOut)
	}
	ends("an answer without end in an expression")

	// The reader gives up before the answer began.
	cmd := exec.Command("curl", "-sS", "--config", "-", d.base+folder+"waits")
	cmd.Stdin = strings.NewReader("header = \"Authorization: Bearer " + key + "\"\nmax-time = 5\n")
	if err := cmd.Run(); err == nil {
		t.Error("an answer that never begins began")
	}
	ends("an answer that never begins")

	if n, err := get("breaks", 2000); err == nil || n >= 1000 {
		t.Errorf("an answer that breaks off: %d bytes, %v", n, err)
	}
	code, out, errOut := d.try("call", "barker", "/cgi-bin/breaks")
	if code != 5 || !strings.HasPrefix(out, `{"begin":"`) || strings.Contains(out, rudeToken) || errOut == "" {
		t.Errorf("an answer that breaks off: exit %d, %q, %q", code, out, errOut)
	}
	file := filepath.Join(t.TempDir(), "out")
	code, _, _ = d.try("call", "barker", "/cgi-bin/breaks", "--output", file)
	if _, err := os.Stat(file); code != 5 || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("half an answer is in a file: exit %d, %v", code, err)
	}

	// The upstream answers and takes nothing more of a body that has no end.
	for range 5 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		up := exec.CommandContext(ctx, d.exe, "call", "barker", "POST", "/cgi-bin/early", "--input", "-")
		var said bytes.Buffer
		up.Env, up.Stdin, up.Stderr, up.WaitDelay = d.env, endless{}, &said, time.Second
		_ = up.Run()
		if code := up.ProcessState.ExitCode(); code != 4 || !strings.Contains(said.String(), "errcode 40006") || d.leaks.in(said.Bytes()) != "" {
			t.Errorf("an upload without end: exit %d, %s", code, said.String())
		}
		curl := exec.CommandContext(ctx, "curl", "-sS", "--config", "-", "-X", "POST", "-T", "/dev/zero", d.base+folder+"early")
		curl.Stdin = strings.NewReader("header = \"Authorization: Bearer " + key + "\"\n")
		if out, err := curl.CombinedOutput(); !strings.Contains(string(out), `"errcode":40006`) {
			t.Errorf("an upload without end by curl: %v, %s", err, out)
		}
		cancel()
	}

	// Both directions have no end, by the door and by the command. Either ends with its
	// caller, and the agent keeps nothing of it.
	status, err := d.client.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	before := highest(t, status.PID)
	for what, args := range map[string][]string{
		"by the door":    {"curl", "-sS", "--config", file + ".conf", "-X", "POST", "-T", "/dev/zero", d.base + folder + "both"},
		"by the command": {d.exe, "call", "barker", "POST", "/cgi-bin/both", "--input", "/dev/zero"},
	} {
		if err := os.WriteFile(file+".conf", []byte("header = \"Authorization: Bearer "+key+"\"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
		cmd.Env = d.env
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if n, err := io.CopyN(io.Discard, out, 64<<20); err != nil {
			t.Errorf("both without end, %s: %d bytes, %v", what, n, err)
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		ends("both without end, " + what)
	}
	if u.taken.Load() < 1<<20 {
		t.Errorf("of bodies without end the upstream has %d bytes", u.taken.Load())
	}
	if more := highest(t, status.PID) - before; more > 16<<10 {
		t.Errorf("bodies and answers without end took %d kB more of the agent", more)
	}
	if _, err := d.client.Account(t.Context(), api.Ref{Name: "barker"}); err != nil {
		t.Errorf("the agent afterwards: %v", err)
	}
}

// endless is a body that does not end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// highest is the most memory that a process had in it so far, in kB.
func highest(t *testing.T, pid int) int {
	t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(raw), "VmHWM:")
	var kB int
	if _, err := fmt.Sscan(rest, &kB); err != nil {
		t.Fatal(err)
	}
	return kB
}
