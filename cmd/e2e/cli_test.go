//go:build linux

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.etcd.io/bbolt"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/home"
	"tokentray/core/sim"
	"tokentray/core/vault"
)

// alone is the command-line program, built once and without the window. The server
// for AI agents is next to it.
var alone = sync.OnceValues(func() (string, error) {
	if dir := os.Getenv("TOKENTRAY_E2E_BIN"); dir != "" {
		return filepath.Abs(filepath.Join(dir, "tokentray"))
	}
	dir, err := os.MkdirTemp("", "tokentray-e2e-")
	if err != nil {
		return "", err
	}
	exe := filepath.Join(dir, "tokentray")
	cmd := exec.Command("go", "build", "-buildvcs=false", "-o", dir+"/", "tokentray/cmd/tokentray", "tokentray/cmd/tokentray-mcp")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return exe, nil
})

// TestCommandLine runs the scripts in testdata/script, each with a home and a
// simulator of its own. They have these commands in addition to testscript's:
//
//	tokentray ARGS…       run the program; it must succeed
//	code N ARGS…          run the program; its exit code must be N
//	control PATH JSON     control the simulator
//	calls N               the simulator was asked for a token N times
//	hold FILE             open a database and keep it open
//	newer FILE            mark a database as written by a later program
//	foreign               the server at $FOREIGN was sent nothing
//	foreign WORD NOT…     it was sent WORD, and none of the others
//	await GLOB            wait for a file
//	gone FILE             wait until a file does not exist
//	crash                 kill the agent
//	passfile              make the home's passphrase file, under the passphrase in pass.in
//
// After each run of the program, its standard error is searched for every token that
// the simulator gave out and every secret that it received. At the end of a script
// the files below its folder and the arguments of all processes are searched too.
func TestCommandLine(t *testing.T) {
	exe, err := alone()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Condition: func(name string) (bool, error) {
			if name == "wine" {
				return underWine(), nil
			}
			return false, fmt.Errorf("the condition %s is not known", name)
		},
		Setup: func(env *testscript.Env) error {
			s := newScript(env.WorkDir)
			s.exe = exe
			env.Values[scriptKey{}] = s
			env.Defer(func() { s.close(env.T()) })
			env.Vars = append(
				env.Vars,
				"PATH="+filepath.Dir(exe)+":"+os.Getenv("PATH"), "HOME="+env.WorkDir, "TMPDIR="+env.WorkDir+"/tmp",
				"XDG_RUNTIME_DIR="+env.WorkDir+"/run", "TOKENTRAY_HOME="+env.WorkDir+"/h", "TOKENTRAY_LANG=en",
				"SIM="+s.url, "FOREIGN="+s.foreign.URL, "APPID=wx0123456789abcdef", "TZ=UTC",
			)
			return errors.Join(os.Mkdir(env.WorkDir+"/tmp", 0o700), os.Mkdir(env.WorkDir+"/run", 0o700))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"tokentray": func(ts *testscript.TestScript, neg bool, args []string) {
				if neg {
					ts.Fatalf("say which code: code N %s", strings.Join(args, " "))
				}
				of(ts).run(ts, exe, 0, args)
			},
			"code": func(ts *testscript.TestScript, _ bool, args []string) {
				want, err := strconv.Atoi(args[0])
				ts.Check(err)
				of(ts).run(ts, exe, want, args[1:])
			},
			"control": func(ts *testscript.TestScript, _ bool, args []string) { of(ts).control(ts, args[0], args[1]) },
			"calls": func(ts *testscript.TestScript, _ bool, args []string) {
				if got := of(ts).leaks.fetches(); strconv.Itoa(got) != args[0] {
					ts.Fatalf("the simulator was asked for a token %d times", got)
				}
			},
			"hold": func(ts *testscript.TestScript, _ bool, args []string) {
				db, err := bbolt.Open(ts.MkAbs(args[0]), 0o600, &bbolt.Options{Timeout: 30 * time.Second})
				ts.Check(err)
				ts.Defer(func() { _ = db.Close() })
			},
			"newer": func(ts *testscript.TestScript, _ bool, args []string) {
				db, err := bbolt.Open(ts.MkAbs(args[0]), 0o600, &bbolt.Options{Timeout: 30 * time.Second})
				ts.Check(err)
				ts.Check(errors.Join(db.Update(func(tx *bbolt.Tx) error {
					return tx.Bucket([]byte("meta")).Put([]byte("schema"), []byte("999"))
				}), db.Close()))
			},
			"foreign": func(ts *testscript.TestScript, _ bool, args []string) { of(ts).foreign.want(ts, args) },
			"await":   func(ts *testscript.TestScript, _ bool, args []string) { of(ts).await(ts, ts.MkAbs(args[0]), true) },
			"gone":    func(ts *testscript.TestScript, _ bool, args []string) { of(ts).await(ts, ts.MkAbs(args[0]), false) },
			"crash":   func(ts *testscript.TestScript, _ bool, _ []string) { of(ts).crash(ts) },
			"passfile": func(ts *testscript.TestScript, _ bool, _ []string) {
				ts.Check(passfile(ts.Getenv("TOKENTRAY_HOME"), ts.ReadFile("pass.in")))
			},
		},
	})
}

// passfile makes a passphrase file, as vault init does where there never was a keyring, but
// with hardly any work for scrypt: the program keeps that, and each of its writes is quick.
func passfile(dir, passphrase string) error {
	if dir == "" {
		return errors.New("no home is named")
	}
	h, err := home.Find(dir)
	if err != nil {
		return err
	}
	return vault.NewFile(h.PassphraseFile(), 2).Create(context.Background(), core.NewSecret(strings.TrimRight(passphrase, "\n")), nil)
}

type scriptKey struct{}

// script is a running script.
type script struct {
	dir   string
	exe   string
	sim   *httptest.Server
	url   string
	leaks *leaks
	// foreign is a server for which no account has a secret.
	foreign *foreign
}

func of(ts *testscript.TestScript) *script { return ts.Value(scriptKey{}).(*script) }

func newScript(dir string) *script {
	s := &script{dir: dir, leaks: &leaks{}}
	s.sim = httptest.NewServer(s.leaks.listen(sim.New(sim.Config{OpenRegistration: true})))
	s.url = s.sim.URL
	s.foreign = newForeign()
	return s
}

// foreign is a server that records all requests and gives out tokens.
type foreign struct {
	*httptest.Server
	mu   sync.Mutex
	seen bytes.Buffer
}

func newForeign() *foreign {
	f := &foreign{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := httputil.DumpRequest(r, true)
		f.mu.Lock()
		f.seen.Write(raw)
		f.mu.Unlock()
		_, _ = io.WriteString(w, `{"access_token":"99_FOREIGNforeignFOREIGNforeign","expires_in":7200}`)
	}))
	return f
}

// want fails unless the first word was sent and the others were not. Without words it
// fails unless nothing was sent.
func (f *foreign) want(ts *testscript.TestScript, words []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	seen := f.seen.String()
	if len(words) == 0 {
		if seen != "" {
			ts.Fatalf("the foreign server was sent\n%s", seen)
		}
		return
	}
	if !strings.Contains(seen, words[0]) {
		ts.Fatalf("the foreign server was not sent %s but\n%s", words[0], seen)
	}
	for _, word := range words[1:] {
		if strings.Contains(seen, word) {
			ts.Fatalf("the foreign server was sent %s:\n%s", word, seen)
		}
	}
}

// run runs the program and checks its exit code and that it leaks nothing.
func (s *script) run(ts *testscript.TestScript, exe string, want int, args []string) {
	err := ts.Exec(exe, args...)
	got := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
	if word := s.leaks.in([]byte(ts.ReadFile("stderr"))); word != "" {
		ts.Fatalf("%s is on standard error", word)
	}
}

func (s *script) control(ts *testscript.TestScript, path, body string) {
	resp, err := http.Post(s.url+path, "application/json", strings.NewReader(body))
	ts.Check(err)
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(resp.Body)
		ts.Fatalf("the simulator refuses: %s", text)
	}
}

// await waits until a file exists or does not exist.
func (s *script) await(ts *testscript.TestScript, glob string, there bool) {
	deadline := time.Now().Add(60 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		found, err := filepath.Glob(glob)
		ts.Check(err)
		if (len(found) > 0) == there {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("waited in vain: %s, there: %v", glob, !there)
		}
		<-tick.C
	}
}

// crash kills the agent of the script's home.
func (s *script) crash(ts *testscript.TestScript) {
	if underWine() {
		ts.Check(killUnderWine(s.exe, filepath.Join(s.dir, "h")))
		return
	}
	client := api.Dial(filepath.Join(s.dir, "h", "agent.sock"))
	defer client.Close()
	ctx, cancel := contextOf(30 * time.Second)
	defer cancel()
	status, err := client.Status(ctx)
	ts.Check(err)
	ts.Check(syscall.Kill(status.PID, syscall.SIGKILL))
	ts.Check(gone(status.PID))
}

// close stops every agent that the script left running, whatever its home is, and
// then searches for leaks.
func (s *script) close(t testscript.T) {
	mark, stop := "agent.sock", stop
	if underWine() { // there an agent listens on no file
		mark, stop = "tokentray.db", func(db string) error { return stopUnderWine(s.exe, filepath.Dir(db)) }
	}
	var left []string
	_ = filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == mark {
			left = append(left, path)
		}
		return nil
	})
	var errs []error
	for _, found := range left {
		errs = append(errs, stop(found))
	}
	s.sim.Close()
	s.foreign.Close()
	errs = append(errs, s.leaks.search(s.dir), s.leaks.searchArguments())
	if err := errors.Join(errs...); err != nil {
		t.Log(err)
		t.FailNow()
	}
}

// stop stops the agent behind a socket, if there is one, and kills it if it does not
// stop.
func stop(socket string) error {
	client := api.Dial(socket)
	defer client.Close()
	ctx, cancel := contextOf(30 * time.Second)
	defer cancel()
	status, err := client.Status(ctx)
	if errors.Is(err, api.ErrNoAgent) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := client.Stop(ctx); err == nil {
		if err = gone(status.PID); err == nil {
			return nil
		}
	}
	_ = syscall.Kill(status.PID, syscall.SIGKILL)
	return fmt.Errorf("the agent %d did not stop and was killed", status.PID)
}

// gone waits until a process that is not our child has ended.
func gone(pid int) error {
	deadline := time.Now().Add(60 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || bytes.Contains(stat, []byte(") Z ")) {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("process %d does not end", pid)
		}
		<-tick.C
	}
}

// leaks remembers every token, ticket and secret that passed through the simulator.
type leaks struct {
	mu      sync.Mutex
	words   map[string]string // the word -> what it is
	fetched int
	used    []string // the tokens of calls, in order
}

var secretInQuery = regexp.MustCompile(`[?&]secret=([^&]+)`)

// listen wraps the simulator and records what passes.
func (l *leaks) listen(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, r)
		if strings.HasPrefix(r.URL.Path, "/cgi-bin/") {
			l.note(r, body, rec.Body.Bytes())
		}
		for k, v := range rec.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
	})
}

func (l *leaks) note(r *http.Request, question, answer []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.words == nil {
		l.words = map[string]string{}
	}
	var asked struct{ Secret string }
	var got struct {
		Token  string `json:"access_token"`
		Ticket string `json:"ticket"`
	}
	_ = json.Unmarshal(question, &asked)
	if m := secretInQuery.FindStringSubmatch(r.URL.RawQuery); m != nil {
		asked.Secret = m[1]
	}
	if r.URL.Query().Has("access_token") {
		l.used = append(l.used, r.URL.Query().Get("access_token"))
	}
	if asked.Secret != "" {
		l.words[asked.Secret] = "an AppSecret"
		l.fetched++
	}
	if json.Unmarshal(answer, &got) != nil {
		return
	}
	if got.Token != "" {
		l.words[got.Token] = "a token"
	}
	if got.Ticket != "" {
		l.words[got.Ticket] = "a ticket"
	}
}

// alsoSecret adds a word that does not pass through the simulator.
func (l *leaks) alsoSecret(what, word string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.words == nil {
		l.words = map[string]string{}
	}
	l.words[word] = what
}

func (l *leaks) fetches() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fetched
}

// in returns which of these words is in a text, or "".
func (l *leaks) in(text []byte) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	for word, what := range l.words {
		if bytes.Contains(text, []byte(word)) {
			return what
		}
	}
	return ""
}

// search reads every file below dir except those that the script itself wrote there,
// which end in .in.
func (l *leaks) search(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || strings.HasSuffix(path, ".in") {
			return nil // it was removed meanwhile, or we may not read it
		}
		text, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if word := l.in(text); word != "" {
			return fmt.Errorf("%s is in the file %s", word, path)
		}
		return nil
	})
}

// searchArguments reads the arguments of every process.
func (l *leaks) searchArguments() error {
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		return err
	}
	for _, path := range lines {
		if text, err := os.ReadFile(path); err == nil && l.in(text) != "" {
			return fmt.Errorf("%s is in %s", l.in(text), path)
		}
	}
	return nil
}

func contextOf(d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), d)
}
