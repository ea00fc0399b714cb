//go:build unix

package cli

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// childRun is a shell script under RunChild that tells a test what it does.
type childRun struct {
	t       *testing.T
	say     string        // the value of $SAY
	says    *bufio.Reader // lines that the script writes there
	renewed chan []string
	env     []string
	code    chan int
}

// runScript runs a script that has a token in $T and is signalled at renewals.
func runScript(t *testing.T, script string, with Child) *childRun {
	t.Helper()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal(err)
	}
	fifo := filepath.Join(t.TempDir(), "say")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(fifo, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	// A test run in the background may ignore some, and the child would too.
	handled := make(chan os.Signal, 16)
	signal.Notify(handled, passedOn()...)
	t.Cleanup(func() { signal.Stop(handled) })
	r := &childRun{t: t, say: fifo, says: bufio.NewReader(f), renewed: make(chan []string, 1), code: make(chan int, 1)}
	r.env = append(os.Environ(), "SAY="+fifo)
	with.Path, with.Args, with.Renewed = shell, []string{"sh", "-c", script}, r.renewed
	with.Env = append(r.env, "T=one")
	with.Beside = func(ctx context.Context) { <-ctx.Done() }
	go func() {
		code, err := RunChild(with)
		if err != nil {
			code = -1
		}
		r.code <- code
	}()
	return r
}

// line is the next line of the script.
func (r *childRun) line() string {
	r.t.Helper()
	s, err := r.says.ReadString('\n')
	if err != nil {
		r.t.Fatal(err)
	}
	return strings.TrimSpace(s)
}

func (r *childRun) wants(line string) {
	r.t.Helper()
	if got := r.line(); got != line {
		r.t.Fatalf("it says %q, want %q", got, line)
	}
}

func (r *childRun) renew(token string) {
	r.renewed <- append(r.env[:len(r.env):len(r.env)], "T="+token)
}

func (r *childRun) ends(code int) {
	r.t.Helper()
	if got := <-r.code; got != code {
		r.t.Errorf("it ends with %d, want %d", got, code)
	}
}

// TestARenewalStartsAChildAgain with the new token; what it started has ended, and its
// own end is the last.
func TestARenewalStartsAChildAgain(t *testing.T) {
	r := runScript(t, `[ $T = one ] && mkfifo $SAY.held; sleep 1000 >$SAY.held & echo $T >$SAY; [ $T = two ] && { kill $!; exit 7; }; wait`, Child{Grace: time.Minute})
	r.wants("one")
	held, err := os.Open(r.say + ".held") // waits for what the first one started
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	r.renew("two")
	r.wants("two")
	r.ends(7)
	if _, err := io.ReadAll(held); err != nil { // until nothing holds it
		t.Error(err)
	}
}

// TestAChildThatDoesNotEndIsKilled after its time, and started again.
func TestAChildThatDoesNotEndIsKilled(t *testing.T) {
	r := runScript(t, `trap "" TERM; echo $T >$SAY; [ $T = two ] && exit 3; while :; do sleep 0.05; done`, Child{})
	r.wants("one")
	r.renew("two")
	r.wants("two")
	r.ends(3)
}

// TestCtrlCEndsAChildThatIsStartedAgain: it reaches the child in its own group, and no
// renewal starts it again, neither later nor where it was just ending for one.
func TestCtrlCEndsAChildThatIsStartedAgain(t *testing.T) {
	r := runScript(t, `trap 'echo interrupted >$SAY; read x <$SAY.go; exit 5' INT; mkfifo $SAY.go; echo $T >$SAY; while :; do sleep 0.05; done`, Child{Grace: time.Minute})
	r.wants("one")
	interrupt(t)
	r.wants("interrupted")
	r.renew("two")
	if err := os.WriteFile(r.say+".go", []byte("\n"), 0); err != nil {
		t.Fatal(err)
	}
	r.ends(5)

	r = runScript(t, `trap 'echo ending >$SAY' TERM; trap 'echo interrupted >$SAY; exit 5' INT; echo $T >$SAY; while :; do sleep 0.05; done`, Child{Grace: time.Minute})
	r.wants("one")
	r.renew("two")
	r.wants("ending")
	interrupt(t)
	r.wants("interrupted")
	r.ends(128 + int(syscall.SIGINT))
}

// interrupt sends this process, which RunChild listens for, what Ctrl-C sends.
func interrupt(t *testing.T) {
	t.Helper()
	if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
}

// TestARenewalSignalsAChild, which goes on, and ends by itself.
func TestARenewalSignalsAChild(t *testing.T) {
	for _, name := range renewSignals {
		r := runScript(t, `trap 'echo got >$SAY; n=$((n+1)); [ $n = 2 ] && exit 4' `+name+`; n=0; echo $T >$SAY; while :; do sleep 0.05; done`, Child{Signal: signalNamed(name)})
		r.wants("one")
		r.renew("two")
		r.wants("got")
		r.renew("three")
		r.wants("got")
		r.ends(4)
	}
}
