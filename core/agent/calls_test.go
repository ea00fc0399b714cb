package agent

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/call"
)

// callServer is an upstream's API that accepts every token but one. It tells what it
// was sent, which no caller may see.
type callServer struct {
	*httptest.Server

	mu    sync.Mutex
	dead  string
	calls []string
	await int            // calls with the dead token that are answered together
	met   sync.WaitGroup // for them
}

func newCallServer(t *testing.T) *callServer {
	s := &callServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		token := r.URL.Query().Get("access_token")
		if s.meet(token) {
			s.met.Wait()
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.calls = append(s.calls, r.Method+" "+r.URL.Path)
		if token == s.dead {
			fmt.Fprintf(w, `{"errcode":42001,"errmsg":"access_token expired, you sent %s and %s"}`, token, goodSecret)
			return
		}
		fmt.Fprintf(w, `%s{"said":"%s %s"}`, sent, token, goodSecret)
	}))
	t.Cleanup(s.Close)
	return s
}

// seen are the calls so far.
func (s *callServer) seen() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Sprint(s.calls)
}

// kill makes a token dead. The first so many calls with it are answered together.
func (s *callServer) kill(token string, together int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dead, s.await = token, together
	s.met.Add(together)
}

// meet reports whether a call is one of those that are answered together.
func (s *callServer) meet(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if token != s.dead || s.await == 0 {
		return false
	}
	s.await--
	s.met.Done()
	return true
}

// addAt adds an account whose calls go to a server.
func (r *running) addAt(t testing.TB, base string, env core.Env) api.Account {
	t.Helper()
	a := r.add("shop", env)
	saved, err := r.Edit(t.Context(), a.Ref(), api.AccountInput{Input: core.Input{BaseURL: &base}, Secret: ptr(goodSecret)})
	if err != nil {
		t.Fatal(err)
	}
	r.stored(a.ID, 4) // the addition, the edit, and a fetch after each
	return saved.Account
}

// call makes a call over the socket.
func (r *running) call(t *testing.T, ref api.Ref, head api.CallHead, body string) (api.CallResult, string, error) {
	t.Helper()
	got, err := r.client.Call(t.Context(), ref, api.CallRequest{CallHead: head, Body: strings.NewReader(body), Length: int64(len(body))})
	if err != nil {
		return api.CallResult{}, "", err
	}
	defer got.Body.Close()
	raw, err := io.ReadAll(got.Body)
	return got.CallResult, string(raw), err
}

// TestManyCallersWithADeadTokenCauseOneRound: each gets its answer, with the token
// that one round at the upstream brought, and none gets the token itself.
func TestManyCallersWithADeadTokenCauseOneRound(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	server := newCallServer(t)
	a := r.addAt(t, server.URL, core.Sandbox)
	issued := w.up.tokens()
	const callers = 200
	server.kill(issued[len(issued)-1], callers)
	before := w.up.count()
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			got, body, err := r.call(t, a.Ref(), api.CallHead{Method: "POST", Target: "/cgi-bin/message/custom/send"}, "hello")
			if err != nil || !got.Renewed || got.Code != 0 || !strings.HasPrefix(body, `hello{"said":"***`) || strings.Contains(body, goodSecret) {
				t.Errorf("renewed %v, code %d, %q, %v", got.Renewed, got.Code, body, err)
			}
		})
	}
	wg.Wait()
	if n := w.up.count() - before; n != 1 {
		t.Errorf("%d rounds at the upstream, want 1", n)
	}
}

// TestLiveIsWrittenWithConsentAlone, and a dry call asks the upstream for nothing.
func TestLiveIsWrittenWithConsentAlone(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	server := newCallServer(t)
	a := r.addAt(t, server.URL, core.Live)
	write := api.CallHead{Method: "GET", Target: "/cgi-bin/menu/delete"}
	if _, _, err := r.call(t, a.Ref(), write, ""); core.AsError(err).Remedy != core.RemedyLiveWrite {
		t.Errorf("without consent: %v", err)
	}
	if got, _, err := r.call(t, a.Ref(), api.CallHead{Method: "GET", Target: "/cgi-bin/menu/get"}, ""); err != nil || !got.Reading {
		t.Errorf("reading: %+v, %v", got, err)
	}
	write.LiveWrite, write.Dry = true, true
	got, body, err := r.call(t, a.Ref(), write, "")
	if err != nil || body != "" || got.Reading || got.Plan == nil || !strings.HasPrefix(got.Plan.URL, server.URL+"/cgi-bin/menu/delete?access_token=%2A") {
		t.Errorf("dry: %+v %q %v", got, body, err)
	}
	write.Dry = false
	if _, body, err := r.call(t, a.Ref(), write, "x"); err != nil || !strings.HasPrefix(body, `x{"said":"***`) {
		t.Errorf("with consent: %q, %v", body, err)
	}
	if got := server.seen(); got != "[GET /cgi-bin/menu/get GET /cgi-bin/menu/delete]" {
		t.Errorf("upstream saw %s", got)
	}
}

// TestACallNeedsAnOpenVault: without the secret nobody could search the answer for it.
// What was read is dropped when the vault is locked.
func TestACallNeedsAnOpenVault(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	server := newCallServer(t)
	a := r.addAt(t, server.URL, core.Sandbox)
	head := api.CallHead{Method: "GET", Target: "/cgi-bin/menu/get"}
	if _, _, err := r.call(t, a.Ref(), head, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := r.VaultLock(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, body, err := r.call(t, a.Ref(), head, ""); core.AsError(err).Class != core.VaultClosed {
		t.Errorf("%q, %v", body, err)
	}
}

// TestAKeyThatEndsWithItsProcess makes calls of its account while the process lives,
// takes no token, and is gone with it.
func TestAKeyThatEndsWithItsProcess(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("nothing tells here when a process ends")
	}
	w := newWorld(t)
	r := w.start()
	server := newCallServer(t)
	a := r.addAt(t, server.URL, core.Live)
	child := exec.Command("sleep", "1000")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = child.Process.Kill()
		_ = child.Wait()
	}()
	if _, err := r.client.AddChildKey(t.Context(), a.Ref(), child.Process.Pid); core.AsError(err).Remedy != core.RemedyDoorShut {
		t.Errorf("while the API is off: %v", err)
	}
	if err := r.loopback.server.Open(0); err != nil {
		t.Fatal(err)
	}
	k, err := r.client.AddChildKey(t.Context(), a.Ref(), child.Process.Pid)
	if err != nil || !strings.HasSuffix(k.URL, "/call/shop/live") {
		t.Fatalf("%q, %v", k.URL, err)
	}
	ask := func(url string) int {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+k.Key)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	door := strings.TrimSuffix(k.URL, "/call/shop/live")
	for url, want := range map[string]int{
		k.URL + "/cgi-bin/menu/delete": 200, k.URL + "/cgi-bin/token": 200, // the latter by the door itself, in WeChat's way
		door + "/call/shop/sandbox/cgi-bin/menu/get": 403, door + "/v1/token/shop/live": 403,
	} {
		if got := ask(url); got != want {
			t.Errorf("%s: %d, want %d", strings.TrimPrefix(url, door), got, want)
		}
	}
	if keys, err := r.client.ClientKeys(t.Context()); err != nil || len(keys) != 0 {
		t.Errorf("it is kept: %v, %v", keys, err)
	}
	at, other := len(k.Key)-8, "A" // the last character has bits that count for nothing
	if k.Key[at] == 'A' {
		other = "B"
	}
	forged := k.Key[:at] + other + k.Key[at+1:]
	if r.adoptChildKey(forged) || !r.adoptChildKey(k.Key) {
		t.Error("a key that nobody sealed is adopted, or one of ours is not")
	}
	_ = child.Process.Kill()
	r.children.wait.Wait()
	if got := ask(k.URL + "/cgi-bin/menu/get"); got != 401 || r.adoptChildKey(k.Key) {
		t.Errorf("after the process: %d", got)
	}
	if _, err := r.client.AddChildKey(t.Context(), a.Ref(), child.Process.Pid+1<<22); err == nil {
		t.Error("a process that is not there gets a key")
	}
}

// TestStandInsOutliveTheAgent: an SDK that took its token before the agent ended, and a
// command that exec runs since then, call the next agent with what they have.
func TestStandInsOutliveTheAgent(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("nothing tells here when a process ends")
	}
	w := newWorld(t)
	server := newCallServer(t)
	r := w.start()
	a := r.addAt(t, server.URL, core.Sandbox)
	base := r.openDoor() + "/call/" + a.Ref().String()
	key := r.key(api.ClientKeyInput{Name: "sdk", CallRights: core.CallRights{Calls: []string{core.CallReads}}})
	child := exec.Command("sleep", "1000")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = child.Process.Kill()
		_ = child.Wait()
	}()
	own, err := r.client.AddChildKey(t.Context(), a.Ref(), child.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	var taken struct {
		AccessToken string `json:"access_token"`
	}
	_, raw := request(t, "GET", base+"/cgi-bin/token?grant_type=client_credential&appid="+a.AppID+"&secret="+key, "", "")
	if err := json.Unmarshal([]byte(raw), &taken); err != nil || !strings.HasPrefix(taken.AccessToken, "tts_") {
		t.Fatalf("no stand-in: %s", raw)
	}
	try := func(want bool) {
		t.Helper()
		before := server.seen()
		status, said := request(t, "GET", base+"/cgi-bin/menu/get?access_token="+taken.AccessToken, "", "")
		if made := server.seen() != before; status != 200 || made != want || strings.Contains(said, "40001") == want {
			t.Errorf("with the stand-in: %d %s", status, said)
		}
		if status, said := request(t, "GET", base+"/cgi-bin/menu/get", own.Key, ""); (status == 200) != want {
			t.Errorf("with the key of a command: %d %s", status, said)
		}
	}
	try(true)
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{taken.AccessToken, own.Key} {
		if files := found(t, w.home.Dir(), word); len(files) > 0 || strings.Contains(w.log.String(), word) {
			t.Errorf("%.4s… is kept, in %v or in the log", word, files)
		}
		for _, id := range w.ring.keys() {
			if raw, err := w.ring.Memory.Get(t.Context(), id); err != nil || strings.Contains(string(raw), word) {
				t.Errorf("%.4s… is kept in the vault, or: %v", word, err)
			}
		}
	}
	r = w.start()
	try(true)
	if err := r.client.RevokeClientKey(t.Context(), "sdk"); err != nil {
		t.Fatal(err)
	}
	_ = child.Process.Kill()
	_ = child.Wait()
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	w.start()
	try(false)
}

// TestBothDirectionsAtOnce: an upstream that answers while the body is still on its way
// gets every byte of it, the caller has each part of the answer at once, and the call ends
// when the caller leaves. The body's length is known or not.
func TestBothDirectionsAtOnce(t *testing.T) {
	const first, step, steps = 300 << 10, 64 << 10, 5
	ended := make(chan struct{}, 1)
	upstream := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		defer func() { ended <- struct{}{} }()
		rc := http.NewResponseController(rw)
		if err := rc.EnableFullDuplex(); err != nil {
			t.Error(err)
		}
		_, _ = io.CopyN(io.Discard, req.Body, first)
		for got := int64(0); ; {
			_, _ = fmt.Fprintf(rw, "%d\n", got)
			if rc.Flush() != nil {
				return
			}
			n, err := io.CopyN(io.Discard, req.Body, step)
			got += n
			if err != nil {
				return
			}
		}
	}))
	t.Cleanup(upstream.Close)
	w := newWorld(t)
	r := w.start()
	a := r.addAt(t, upstream.URL, core.Sandbox)
	url := r.openDoor() + "/call/" + a.Ref().String() + "/cgi-bin/media/upload"
	key := r.key(api.ClientKeyInput{Name: "both", CallRights: core.CallRights{Calls: []string{"* /*"}}})
	for _, length := range []int64{-1, first + 100*step} {
		body, sends := io.Pipe()
		ctx, leave := context.WithCancel(t.Context())
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, body)
		if err != nil {
			t.Fatal(err)
		}
		req.ContentLength = length
		req.Header.Set("Authorization", "Bearer "+key)
		go func() { _, _ = sends.Write(make([]byte, first)) }()
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(resp.Body)
		for i := range steps {
			if !lines.Scan() || lines.Text() != fmt.Sprint(i*step) {
				t.Fatalf("length %d, after %d steps: %q, %v", length, i, lines.Text(), lines.Err())
			}
			if _, err := sends.Write(make([]byte, step)); err != nil {
				t.Fatal(err)
			}
		}
		leave()
		<-ended
		_ = resp.Body.Close()
		_ = sends.Close()
	}
}

// TestAConnectionIsKept after a call whose body was taken whole, and for the next call.
func TestAConnectionIsKept(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	server := newCallServer(t)
	a := r.addAt(t, server.URL, core.Sandbox)
	url := r.openDoor() + "/call/" + a.Ref().String() + "/cgi-bin/media/upload"
	key := r.key(api.ClientKeyInput{Name: "kept", CallRights: core.CallRights{Calls: []string{"* /*"}}})
	for _, size := range []int{0, 5, 300 << 10} {
		for _, told := range []bool{true, false} {
			var body io.Reader = strings.NewReader(strings.Repeat("x", size))
			if !told {
				body = io.MultiReader(body) // whose length a client does not know
			}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, body)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+key)
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if err != nil || resp.Close || resp.StatusCode != 200 || strings.Count(string(raw), "x") != size {
				t.Errorf("%d bytes, length told %v: status %d, closed %v, %d bytes, %v", size, told, resp.StatusCode, resp.Close, len(raw), err)
			}
		}
	}
}

// Who waits for a token while the account becomes another app's gets that app's, with its
// AppID. A call that began before the edit is not made with it.
func TestWhoWaitsWhileAnAccountIsEdited(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	server := newCallServer(t)
	in := input("shop", core.Sandbox, appID)
	in.BaseURL, in.Paused = &server.URL, true
	saved, err := r.client.Add(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	ref := saved.Account.Ref()
	was, spec, _ := r.Known(ref)
	events := r.events(t)
	hang := make(chan struct{})
	w.up.set(nil, hang)
	type result struct {
		token api.Token
		err   error
	}
	token, edited := make(chan result, 1), make(chan error, 1)
	go func() {
		got, err := r.client.Token(t.Context(), ref, 0)
		token <- result{got, err}
	}()
	until(t, events, "a fetch", func(a api.Account) bool { return a.State == core.StateRenewing })
	const other = "wx00000000000000e1"
	go func() {
		_, err := r.client.Edit(t.Context(), ref, api.AccountInput{Input: core.Input{AppID: ptr(other)}, Secret: ptr(goodSecret)})
		edited <- err
	}()
	until(t, events, "the edit", func(a api.Account) bool { return a.AppID == other })
	close(hang)
	if got := <-token; got.err != nil || got.token.AppID != other || !strings.Contains(got.token.AccessToken, other) {
		t.Errorf("%v: of %s, %s", got.err, got.token.AppID, core.Mask(got.token.AccessToken))
	}
	if err := <-edited; err != nil {
		t.Error(err)
	}
	_, err = r.calls.Do(t.Context(), spec, was, call.Request{Method: "GET", Target: "/cgi-bin/user/info"})
	if e := wantClass(t, err, core.Temporary); e.Remedy != core.RemedyTryAgain || server.seen() != "[]" {
		t.Errorf("a call for the account before the edit: %v, calls %s", e, server.seen())
	}
}
