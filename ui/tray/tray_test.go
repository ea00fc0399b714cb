package tray

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// fakeAgent records its calls.
type fakeAgent struct {
	mu     sync.Mutex
	asked  []string
	list   api.List
	events chan api.Event
	fail   error
	slow   chan struct{} // if set, Copy waits for it
}

func newFakeAgent(l api.List) *fakeAgent {
	return &fakeAgent{list: l, events: make(chan api.Event, 100)}
}

func (f *fakeAgent) note(format string, args ...any) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, fmt.Sprintf(format, args...))
	return f.fail
}

func (f *fakeAgent) took() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := strings.Join(f.asked, "; ")
	f.asked = nil
	return s
}

func (f *fakeAgent) Copy(ctx context.Context, ref api.Ref, req api.CopyRequest) (api.Clipboard, error) {
	if f.slow != nil {
		select {
		case <-f.slow:
		case <-ctx.Done():
			return api.Clipboard{}, ctx.Err()
		}
	}
	if req.Format != "" {
		return api.Clipboard{}, f.note("copy %s as %s", ref, req.Format)
	}
	return api.Clipboard{}, f.note("copy %s", ref)
}
func (f *fakeAgent) ClearClipboard(context.Context) error      { return f.note("clear") }
func (f *fakeAgent) Use(_ context.Context, e core.Env) error   { return f.note("use %s", e) }
func (f *fakeAgent) PauseAll(_ context.Context, on bool) error { return f.note("pause %v", on) }
func (f *fakeAgent) Open(_ context.Context, what api.Showing) (int, error) {
	switch {
	case what.Account != nil:
		return 1, f.note("show %s, or start one: %v", what.Account, what.Start)
	case what.Page != "":
		return 1, f.note("open page %s, or start one: %v", what.Page, what.Start)
	}
	return 1, f.note("open, or start one: %v", what.Start)
}
func (f *fakeAgent) Stop(context.Context) error { return f.note("stop") }
func (f *fakeAgent) change(a api.Account)       { f.events <- api.Event{Type: api.EventAccount, Account: &a} }

func (f *fakeAgent) Events(context.Context, bool) (<-chan api.Event, error) {
	f.events <- api.Event{Type: api.EventSnapshot, Snapshot: &f.list}
	return f.events, nil
}

// fakeDisplay keeps the menus that it was given.
type fakeDisplay struct {
	mu    sync.Mutex
	menus []menu
	click chan action
	open  chan struct{}
}

func (d *fakeDisplay) clicks() <-chan action   { return d.click }
func (d *fakeDisplay) opened() <-chan struct{} { return d.open }

func (d *fakeDisplay) show(m menu) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.menus = append(d.menus, m)
}

func (d *fakeDisplay) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.menus)
}

func (d *fakeDisplay) last() menu {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.menus[len(d.menus)-1]
}

// rig is the loop between a fake agent and a fake display, in a synctest bubble whose
// clock starts at noon.
type rig struct {
	*fakeAgent
	*fakeDisplay
	clockReads atomic.Int64 // how often the clock was read
	log        bytes.Buffer
	err        error
	ended      chan struct{}
	stop       context.CancelFunc
}

func loopTest(t *testing.T, l api.List, test func(*rig)) {
	synctest.Test(t, func(t *testing.T) {
		r := &rig{
			fakeAgent: newFakeAgent(l), fakeDisplay: &fakeDisplay{click: make(chan action), open: make(chan struct{})},
			ended: make(chan struct{}),
		}
		began := time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		r.stop = cancel
		tr := newTray(Config{
			Agent: r.fakeAgent,
			Now:   func() time.Time { r.clockReads.Add(1); return noon.Add(time.Since(began)) },
			Log:   slog.New(slog.NewTextHandler(&r.log, nil)),
		}, r.fakeDisplay)
		go func() {
			defer close(r.ended)
			r.err = tr.loop(ctx, cancel)
		}()
		synctest.Wait()
		test(r)
		cancel()
		<-r.ended
	})
}

// pass lets time pass.
func (r *rig) pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func (r *rig) wantMenus(t *testing.T, n int) {
	t.Helper()
	if got := r.count(); got != n {
		t.Errorf("%d menus were shown, want %d", got, n)
	}
}

func TestMenuIsBuiltOnlyOnRealChange(t *testing.T) {
	shop := acc("shop", core.Sandbox, core.StateEmpty, 0, 0)
	loopTest(t, listOf(core.Sandbox, shop), func(r *rig) {
		r.wantMenus(t, 1)
		for i := range 50 { // a burst
			r.change(acc("shop", core.Sandbox, core.StateBlocked, 0, i))
		}
		r.pass(time.Second)
		r.wantMenus(t, 2)
		r.change(acc("shop", core.Sandbox, core.StateBlocked, 0, 100)) // a use is not shown
		r.pass(time.Second)
		r.wantMenus(t, 2)
		r.change(acc("shop", core.Live, core.StateFresh, time.Hour, 100)) // it stands in the submenu of live accounts
		r.pass(time.Second)
		r.wantMenus(t, 3)
		r.change(acc("shop", core.Live, core.StateFresh, time.Hour, 200))
		r.pass(time.Second)
		r.wantMenus(t, 3)
	})
}

func TestTimesAreRenewedOnceAMinuteAtMost(t *testing.T) {
	soonAndLate := listOf(core.Sandbox, acc("shop", core.Sandbox, core.StateFresh, 10*time.Minute, 0), acc("mall", core.Sandbox, core.StateFresh, 90*time.Minute, 0))
	loopTest(t, soonAndLate, func(r *rig) {
		r.pass(5*time.Minute + time.Second)
		r.wantMenus(t, 6)
		if got := r.last().accounts[1].label; got != "shop · 5 min" {
			t.Errorf("the line is %q", got)
		}
		r.pass(30 * time.Minute)
		if got := r.count(); got > 36 {
			t.Errorf("%d menus in 35 minutes", got)
		}
	})
}

func TestNoTimerWithoutATokenThatLives(t *testing.T) {
	loopTest(t, listOf(core.Sandbox, acc("shop", core.Sandbox, core.StateBlocked, -time.Hour, 0), acc("shop", core.Live, core.StateFresh, 24*time.Hour, 0)), func(r *rig) {
		before := r.clockReads.Load()
		r.pass(48 * time.Hour)
		if n := r.clockReads.Load() - before; n != 0 {
			t.Errorf("the loop looked at the clock %d times", n)
		}
		r.wantMenus(t, 1)
	})
}

func TestOpeningTheMenuRenewsItsTimes(t *testing.T) {
	loopTest(t, listOf(core.Sandbox, acc("shop", core.Sandbox, core.StateFresh, 90*time.Minute, 0)), func(r *rig) {
		r.pass(2 * time.Minute)
		r.wantMenus(t, 1)
		r.open <- struct{}{}
		synctest.Wait()
		r.wantMenus(t, 2)
		if got := r.last().accounts[0].label; got != "shop · 1 h 28 min" {
			t.Errorf("the line is %q", got)
		}
	})
}

func TestLanguageChangesAtRunTime(t *testing.T) {
	l := listOf(core.Sandbox)
	l.Settings.Language = "en"
	loopTest(t, l, func(r *rig) {
		s := l.Settings
		s.Language = "zh"
		r.events <- api.Event{Type: api.EventSettings, Settings: &s}
		r.pass(time.Second)
		if got := r.last().quit; got != "退出" {
			t.Errorf("Quit is %q", got)
		}
	})
}

func TestClicks(t *testing.T) {
	shop := api.Ref{Name: "shop", Env: core.Live}
	for _, tt := range []struct {
		action action
		want   string
	}{
		{action{verb: doCopy, ref: shop}, "copy shop/live"},
		{action{verb: doCopy, ref: shop, format: "header"}, "copy shop/live as header"},
		{action{verb: doOpen}, "open, or start one: true"},
		{action{verb: doShow, ref: shop}, "show shop/live, or start one: true"},
		{action{verb: doAdd}, "open page add, or start one: true"},
		{action{verb: doToday}, "open page today, or start one: true"},
		{action{verb: doSettings}, "open page settings, or start one: true"},
		{action{verb: doAgain}, ""},
		{action{verb: doSandbox}, "use sandbox"},
		{action{verb: doLive}, "use live"},
		{action{verb: doPause}, "pause true"},
		{action{verb: doResume}, "pause false"},
		{action{verb: doClear}, "clear"},
		{action{verb: doQuit}, "stop"},
	} {
		t.Run(tt.want, func(t *testing.T) {
			loopTest(t, listOf(core.Sandbox), func(r *rig) {
				r.click <- tt.action
				synctest.Wait()
				if got := r.took(); got != tt.want {
					t.Errorf("the agent was asked %q, want %q", got, tt.want)
				}
				select {
				case <-r.ended:
					if tt.action.verb != doQuit || r.err != nil {
						t.Errorf("the tray ended: %v", r.err)
					}
				default:
					if tt.action.verb == doQuit {
						t.Error("the tray goes on")
					}
				}
			})
		})
	}
}

func TestFailureIsShownUntilItIsOver(t *testing.T) {
	blocked := acc("shop", core.Sandbox, core.StateBlocked, 0, 0)
	l := listOf(core.Sandbox, blocked)
	l.Settings.Language = "en"
	loopTest(t, l, func(r *rig) {
		r.fail = &core.Error{Class: core.Misuse, Remedy: core.RemedyClipboard, Message: "no clipboard"}
		r.click <- action{verb: doCopy, ref: blocked.Ref()}
		r.pass(time.Second)
		m := r.last()
		if !strings.HasPrefix(m.message, "shop: ") || m.tooltip != m.message {
			t.Errorf("message %q, tooltip %q", m.message, m.tooltip)
		}
		r.change(blocked) // no change
		r.pass(time.Second)
		if r.last().message == "" {
			t.Error("the message is gone too early")
		}
		r.change(acc("shop", core.Sandbox, core.StateFresh, time.Hour, 0))
		r.pass(time.Second)
		if got := r.last().message; got != "" {
			t.Errorf("the message %q stays although the account is fresh", got)
		}
		r.fail = &core.Error{Class: core.Temporary, Remedy: core.RemedyPath, Part: core.PartToken, Path: "data.access_token", Message: "no token"}
		r.click <- action{verb: doCopy, ref: blocked.Ref()}
		r.pass(time.Second)
		if got := r.last().message; !strings.Contains(got, "nothing at data.access_token, where the token should be") {
			t.Errorf("an answer without the token: %q", got)
		}
		r.fail = errors.New("cannot start the window")
		r.click <- action{verb: doOpen}
		r.pass(time.Second)
		if got := r.last().message; got == "" {
			t.Error("the failure to open is not told")
		}
		r.fail = nil
		r.click <- action{verb: doOpen}
		r.pass(time.Second)
		if got := r.last().message; got != "" {
			t.Errorf("the message %q outlives a click that worked", got)
		}
	})
}

func TestSlowCopyBlocksNothing(t *testing.T) {
	shop := acc("shop", core.Sandbox, core.StateEmpty, 0, 0)
	loopTest(t, listOf(core.Sandbox, shop), func(r *rig) {
		r.slow = make(chan struct{})
		r.click <- action{verb: doCopy, ref: shop.Ref()}
		r.click <- action{verb: doCopy, ref: shop.Ref()} // one is enough
		r.click <- action{verb: doPause}
		synctest.Wait()
		if got := r.took(); got != "pause true" {
			t.Errorf("the agent was asked %q", got)
		}
		close(r.slow)
		synctest.Wait()
		if got := r.took(); got != "copy shop/sandbox" {
			t.Errorf("the agent was asked %q", got)
		}
	})
}

func TestLoopEndsWithTheAgent(t *testing.T) {
	loopTest(t, listOf(core.Sandbox), func(r *rig) {
		r.slow = make(chan struct{}) // blocks until quit cancels it
		r.click <- action{verb: doCopy, ref: api.Ref{Name: "shop"}}
		r.events <- api.Event{Type: api.EventBye}
		<-r.ended
		if r.err != nil {
			t.Errorf("error %v", r.err)
		}
	})
}
