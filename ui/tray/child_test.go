//go:build linux

package tray

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tokentray/core/api"
	"tokentray/ui/bustest"
)

// The tray runs in a child process, because systray can run only once in a process
// and has a data race (see races). The child's fake agent writes each call to
// standard output, one line per call, and reads commands from standard input.

const childVariable = "TOKENTRAY_TEST_TRAY"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		child()
		return
	}
	os.Exit(m.Run())
}

// command is what the test sends to the child.
type command struct {
	Snapshot *api.List
	Event    *api.Event
	Session  *api.Session
}

// asked is an agent that reports its calls.
type asked struct{ *fakeAgent }

func (a asked) tell(err error) error {
	fmt.Println("call", a.took())
	return err
}

func (a asked) Copy(ctx context.Context, ref api.Ref, r api.CopyRequest) (api.Clipboard, error) {
	c, err := a.fakeAgent.Copy(ctx, ref, r)
	return c, a.tell(err)
}

func (a asked) Open(ctx context.Context, what api.Showing) (int, error) {
	n, err := a.fakeAgent.Open(ctx, what)
	return n, a.tell(err)
}

func (a asked) ClearClipboard(ctx context.Context) error {
	return a.tell(a.fakeAgent.ClearClipboard(ctx))
}

func (a asked) Stop(ctx context.Context) error { return a.tell(a.fakeAgent.Stop(ctx)) }

// child runs the tray until it ends and reports how it ended.
func child() {
	var first command
	in := json.NewDecoder(os.Stdin)
	if err := in.Decode(&first); err != nil {
		fmt.Println("ended", err)
		return
	}
	agent := asked{newFakeAgent(*first.Snapshot)}
	sessions := make(chan api.Session)
	go func() {
		for {
			var c command
			if in.Decode(&c) != nil {
				os.Exit(1) // the test is gone
			}
			if c.Event != nil {
				agent.events <- *c.Event
			}
			if c.Session != nil {
				sessions <- *c.Session
			}
		}
	}()
	err := Run(context.Background(), Config{
		Agent: agent,
		State: func(s string) { fmt.Println("state", s) }, Sessions: sessions, Now: func() time.Time { return noon },
	})
	fmt.Println("ended", err)
}

// process is the test's side of the child.
type process struct {
	says  chan string
	in    *json.Encoder
	pid   int
	races string // prefix of the race detector's reports
}

func startChild(t *testing.T, b *bustest.Bus, l api.List) *process {
	t.Helper()
	p := &process{says: make(chan string, 100), races: filepath.Join(t.TempDir(), "race")}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"=1", busVariable+"="+b.Address, "GORACE=exitcode=0 log_path="+p.races)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.pid = cmd.Process.Pid
	read := make(chan struct{})
	go func() {
		defer close(read)
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			p.says <- lines.Text()
		}
	}()
	t.Cleanup(func() {
		stdin.Close()
		<-read
		cmd.Wait()
	})
	p.in = json.NewEncoder(stdin)
	p.tell(t, command{Snapshot: &l})
	return p
}

func (p *process) tell(t *testing.T, c command) {
	t.Helper()
	if err := p.in.Encode(c); err != nil {
		t.Fatal(err)
	}
}

// wantNoRaces fails for every report except that of systray's own race: its answer to
// the first GetLayout reads the menu's version number while another goroutine
// increments it.
func (p *process) wantNoRaces(t *testing.T) {
	t.Helper()
	files, _ := filepath.Glob(p.races + ".*")
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, report := range strings.Split(string(b), "WARNING: DATA RACE")[1:] {
			if !strings.Contains(report, "systray.(*tray).GetLayout.func1()") {
				t.Errorf("data race:%s", report)
			}
		}
	}
}
