package window

import (
	"context"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
)

// Agent is what the window asks of the agent; api.Client and the agent itself
// are such. Every error is a *core.Error.
type Agent interface {
	accountAgent
	tokenAgent
	clipboardAgent
	settingsAgent
	vaultAgent
	loopbackAgent
	Kinds(ctx context.Context) (kinds.Set, error)
	Status(ctx context.Context) (api.Status, error)
	Events(ctx context.Context, window bool) (<-chan api.Event, error)
}

// Config is what a window is made of.
type Config struct {
	// Connect returns the agent and starts one first when none runs. It is
	// called again whenever the agent went without a bye. An error whose remedy
	// is core.RemedyRestart means an agent of another API number.
	Connect func(context.Context) (Agent, error)
	// First is the picture that the agent gave before the window was made, so
	// that the first thing painted is the list; nil when there is none.
	First *api.List
	// Restart ends an agent of another API number; Connect then starts ours.
	Restart func(context.Context) error
	// Demo starts the simulator with a throw-away home of its own.
	Demo func() error
	// Do runs a function on the goroutine of the user interface, in the order
	// of the calls: fyne.Do.
	Do func(func())
	// Now is the wall clock; nil means the machine's.
	Now func() time.Time
	// OpenURL shows a page in the browser; nil means the app's.
	OpenURL func(*url.URL) error
	// Rescale applies a text size in percent; nil does nothing.
	Rescale func(percent int)
	Log     *slog.Logger // nil discards
}

// Window is the window. All its methods and fields belong to the goroutine of
// the user interface, but for Start, Stop and what link.go says.
type Window struct {
	cfg     Config
	app     fyne.App
	win     fyne.Window
	faces   kit.Fonts
	look    *kit.Look
	skin    string // what the look was made of, to see whether it changed
	percent int    // text size of the look

	model     model
	kinds     kinds.Set // that the agent knows; this version's before it has told
	kindsSeen int       // how often they changed
	phase     phase
	failure   *core.Error
	agent     Agent // nil while there is none
	status    api.Status
	view      view
	follow    bool // the view is that of the active environment
	search    string
	selected  core.ID
	using     bool       // the agent was asked to switch the environment
	asked     core.Env   // to this one
	heard     bool       // and has told of that switch
	shown     *paneState // in the pane
	// clipClosed: the message about what is on the clipboard was closed.
	clipClosed bool
	paths      map[core.ID]string // the calls that were chosen last
	popup      *widget.PopUpMenu  // of an account; nil when none was opened

	parts
	form     *form
	settings *settingsPage
	sheet    *sheet
	opened   bool // the detail covers a narrow window
	leaving  bool // somebody asked to close the window

	ctx    context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup
	again  chan struct{} // try to connect now
}

// parts are what stands in the window; they are made anew with each look.
type parts struct {
	frame    *frame
	root     *fyne.Container
	banners  *banners
	shelf    *fyne.Container // the list with its head
	holder   *fyne.Container // the page that was opened
	side     *fyne.Container // the detail
	empty    *emptyList      // in the list's place
	list     *listView
	env      *kit.Segment
	band     *canvas.Rectangle // along the top, in the environment's colour
	finder   *fyne.Container
	entry    *kit.Entry
	snackbar *snackbar
	detail   *detail
	nothing  *fyne.Container // in its place while no account is chosen
}

// New builds the window. Nothing is connected before Start.
func New(app fyne.App, cfg Config) *Window {
	if cfg.Now == nil {
		cfg.Now = func() time.Time { return time.Now().Round(0) }
	}
	if cfg.OpenURL == nil {
		cfg.OpenURL = app.OpenURL
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	w := &Window{
		cfg: cfg, app: app, faces: kit.NewFonts(), model: newModel(), kinds: kinds.Builtin(), view: viewSandbox, follow: true,
		paths: map[core.ID]string{}, shown: &paneState{filter: historyAll},
		again: make(chan struct{}, 1),
	}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	if cfg.First != nil {
		w.model.Apply(api.Event{Type: api.EventSnapshot, Snapshot: cfg.First})
		w.view = view(w.model.Active)
	}
	w.win = app.NewWindow("TokenTray")
	w.win.SetPadded(false)
	w.win.SetMaster()
	w.win.SetOnClosed(w.cancel) // what comes later finds no window
	w.win.SetCloseIntercept(w.leave)
	w.applyLook()
	w.win.Resize(startSize(w.percent))
	w.addShortcuts()
	app.Settings().AddListener(func(fyne.Settings) { w.do(w.applyLook) }) // the system turned dark or light
	return w
}

// startSize is the size of a new window, in units of its text size. Large text
// gets a larger window, but not one that no screen has room for.
func startSize(percent int) fyne.Size {
	by := 100 / float32(max(100, percent))
	return fyne.NewSize(460*by, 640*by).Max(fyne.NewSize(360, 400))
}

// Show brings the window to the front.
func (w *Window) Show() {
	w.win.Show()
	w.win.RequestFocus()
}

// Fyne is the window as Fyne knows it.
func (w *Window) Fyne() fyne.Window { return w.win }

// Start connects to the agent and begins to tick. Stop ends both.
func (w *Window) Start() {
	w.work.Go(w.link)
	w.work.Go(w.ticker)
}

// Stop ends what Start and the person's actions began, and waits for it. Call it
// after the app's Run has returned.
func (w *Window) Stop() {
	w.cancel()
	w.work.Wait()
}

// Calm reports that nothing in the window moves by itself, other than by Do: no
// cursor blinks, and nothing of the toolkit's own lies over it.
func (w *Window) Calm() bool {
	c := w.win.Canvas()
	_, typing := c.Focused().(*kit.Entry)
	return !typing && c.Overlays().Top() == nil
}

// now is the wall clock.
func (w *Window) now() time.Time { return w.cfg.Now().Round(0) }

func (w *Window) title() string {
	if w.model.Demo {
		return w.look.T("title.demo")
	}
	return w.look.T("title")
}

// tick counts down. Only what says something else than before is touched.
func (w *Window) tick() {
	now := w.now()
	if w.settings != nil && now.Second()%doorEvery == 0 {
		w.loadDoor()
	}
	w.list.tick()
	if w.detail.page.Root.Visible() && w.side.Visible() {
		w.detail.tick(now)
	}
	if !w.snackbar.tick(now) {
		w.passed()
	}
}
