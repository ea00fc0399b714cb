package window

import (
	"context"
	"image/color"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/core/preset"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// noon is when the tests play.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// stage is a window with a fake agent. What the window's goroutines hand to the
// user interface waits in a queue, which the test drains on its own goroutine.
type stage struct {
	*Window
	t     *testing.T
	agent *fakeAgent
	queue chan func()
	time  time.Time

	line     sync.Mutex // of connect, once the window is connected
	connect  error      // what connecting answers, nil for the agent
	demos    int
	demoEnds func()
}

func newStage(t *testing.T, accounts ...api.Account) *stage {
	t.Helper()
	s := &stage{t: t, queue: make(chan func(), 1024), time: noon}
	s.agent = newFakeAgent(func() time.Time { return noon }, accounts...)
	s.agent.list.Settings.Language, s.agent.list.Settings.Theme = "en", "light"
	app := newStageApp()
	// Fyne keeps what it drew until a drawing finds that it is a minute old: without this
	// one, it would keep the windows of all tests. Its clock is set by drawings alone.
	software.NewTransparentCanvasWithPainter(nil).Capture()
	s.Window = New(app, Config{
		Kinds: preset.With(kinds.Builtin()),
		Connect: func(context.Context) (Agent, error) {
			s.line.Lock()
			defer s.line.Unlock()
			if s.connect != nil {
				return nil, s.connect
			}
			return s.agent, nil
		},
		Restart: func(context.Context) error { return nil },
		Demo:    func(ended func()) error { s.demos++; s.demoEnds = ended; return nil },
		Do:      func(f func()) { s.queue <- f },
		Now:     func() time.Time { return s.time },
	})
	win := s.win // a test may put another one in its place
	t.Cleanup(func() {
		s.cancel()
		for {
			select {
			case <-s.queue:
				continue
			default:
			}
			break
		}
		s.Stop()
		if slices.Contains(app.Driver().AllWindows(), win) {
			win.SetOnClosed(nil)
			win.Close()
		}
	})
	s.win.Resize(fyne.NewSize(460, 640))
	return s
}

// stageApp is the toolkit's app for one stage. Below it is one app for many stages: with
// each app and each theme Fyne reads all its fonts again, 16 MB, which took more than half
// of a stage's time under the race detector.
type stageApp struct {
	fyne.App
	settings *stageSettings
	clip     fyne.Clipboard
}

// common is the app below.
var common fyne.App

func newStageApp() *stageApp {
	if common == nil || fyne.CurrentApp() != common { // another test had an app of its own
		common = test.NewApp()
	}
	return &stageApp{common, &stageSettings{Settings: common.Settings()}, test.NewClipboard()}
}

func (a *stageApp) Settings() fyne.Settings   { return a.settings }
func (a *stageApp) Clipboard() fyne.Clipboard { return a.clip }

// stageSettings keeps the listeners of one stage.
type stageSettings struct {
	fyne.Settings
	listeners []func(fyne.Settings)
}

func (s *stageSettings) AddListener(f func(fyne.Settings)) { s.listeners = append(s.listeners, f) }

// SetTheme leaves a theme of the same colours as it is.
func (s *stageSettings) SetTheme(th fyne.Theme) {
	ground := func(th fyne.Theme) color.Color { return th.Color(theme.ColorNameBackground, theme.VariantLight) }
	if now, ours := s.Settings.Theme().(*kit.Theme); !ours || ground(now) != ground(th) {
		s.Settings.SetTheme(th)
	}
	for _, f := range s.listeners {
		f(s)
	}
}

// refuse sets what connecting answers from now on, nil for the agent.
func (s *stage) refuse(err error) {
	s.line.Lock()
	defer s.line.Unlock()
	s.connect = err
}

// opens collects what is opened in the browser.
func (s *stage) opens() *[]string {
	var opened []string
	s.cfg.OpenURL = func(u *url.URL) error { opened = append(opened, u.String()); return nil }
	return &opened
}

// open connects and waits for the list.
func (s *stage) open() *stage {
	s.t.Helper()
	s.work.Go(s.link.run)
	s.until("the list", func() bool { return s.model.Loaded })
	return s
}

// in changes language and width before the window is opened.
func (s *stage) in(lang string, width float32) *stage {
	s.agent.list.Settings.Language = lang
	s.win.Resize(fyne.NewSize(width, 640))
	return s
}

// until drains the queue until something holds.
func (s *stage) until(what string, holds func() bool) {
	s.t.Helper()
	limit := time.After(time.Minute)
	for !holds() {
		select {
		case f := <-s.queue:
			f()
		case <-limit:
			s.t.Fatalf("waited for %s; the screen says\n%s", what, strings.Join(s.words(), "\n"))
		}
	}
}

// untilSays waits for words on the screen.
func (s *stage) untilSays(words ...string) {
	s.t.Helper()
	for _, w := range words {
		s.until("“"+w+"”", func() bool { return s.says(w) })
	}
}

// says looks for words in one line, or broken anywhere.
func (s *stage) says(words string) bool {
	for _, between := range []string{"\n", "", " "} {
		if strings.Contains(strings.Join(s.words(), between), words) {
			return true
		}
	}
	return false
}

func (s *stage) mustSay(words ...string) {
	s.t.Helper()
	for _, w := range words {
		if !s.says(w) {
			s.t.Errorf("the screen does not say %q; it says\n%s", w, strings.Join(s.words(), "\n"))
		}
	}
}

func (s *stage) mustNotSay(words ...string) {
	s.t.Helper()
	for _, w := range words {
		if s.says(w) {
			s.t.Errorf("the screen says %q:\n%s", w, strings.Join(s.words(), "\n"))
		}
	}
}

func (s *stage) untilCalled(call string) {
	s.t.Helper()
	s.until("the call "+call, func() bool { return slices.Contains(s.agent.log(), call) })
}

// words are all texts that can be seen, in the order they are drawn.
func (s *stage) words() []string {
	var out []string
	top := []fyne.CanvasObject{s.win.Content()}
	top = append(top, s.win.Canvas().Overlays().List()...)
	for _, o := range top {
		walk(o, func(o fyne.CanvasObject) {
			if t, ok := o.(*canvas.Text); ok && t.Text != "" {
				out = append(out, t.Text)
			}
		})
	}
	return out
}

// walk visits what is visible.
func walk(o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	if !o.Visible() {
		return
	}
	visit(o)
	switch o := o.(type) {
	case *fyne.Container:
		for _, c := range o.Objects {
			walk(c, visit)
		}
	case fyne.Widget:
		for _, c := range test.WidgetRenderer(o).Objects() {
			walk(c, visit)
		}
	}
}

// press presses the button with those words.
func (s *stage) press(label string) {
	s.t.Helper()
	var found *kit.Button
	top := []fyne.CanvasObject{s.win.Content()}
	top = append(top, s.win.Canvas().Overlays().List()...)
	for _, o := range top {
		walk(o, func(o fyne.CanvasObject) {
			if b, ok := o.(*kit.Button); ok && b.Label() == label {
				found = b
			}
		})
	}
	if found == nil {
		s.t.Fatalf("there is no button %q; the screen says\n%s", label, strings.Join(s.words(), "\n"))
	}
	test.Tap(found)
}

func (s *stage) key(name fyne.KeyName) {
	e := &fyne.KeyEvent{Name: name}
	if f := s.win.Canvas().Focused(); f != nil {
		f.TypedKey(e)
		return
	}
	s.keys.typedKey(e)
}

func (s *stage) ctrl(name fyne.KeyName) {
	shortcut := &desktop.CustomShortcut{KeyName: name, Modifier: ctrl}
	if f, ok := s.win.Canvas().Focused().(fyne.Shortcutable); ok {
		f.TypedShortcut(shortcut)
		return
	}
	s.keys.typedShortcut(shortcut)
}

func (s *stage) typeInto(field, what string) {
	s.t.Helper()
	e, ok := s.accounts.form.fields[field].(*kit.Entry)
	if !ok {
		s.t.Fatalf("there is no field %s to type in", field)
	}
	e.SetText(what)
}

// uiIn is a UI without a window, for the pure functions.
func uiIn(lang text.Lang) *kit.UI {
	return &kit.UI{Palette: kit.LightPalette(), Words: text.New(lang)}
}

func failure(class core.Class, remedy string) *core.Error {
	return &core.Error{Class: class, Remedy: remedy, Message: "it failed"}
}
