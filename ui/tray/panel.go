//go:build !darwin || cgo

package tray

import (
	"context"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"fyne.io/systray"

	"tokentray/assets/icons"
	"tokentray/core/format"
)

// misclickTime is how long clicks on a line are ignored after the line changed to
// another account: the person meant the previous one.
const misclickTime = 300 * time.Millisecond

// slots are the lines of the menu in systray. All are created once and then only
// changed, shown and hidden. If a line were removed, systray would close its channel,
// and a click at that moment would panic. Also an open menu does not collapse, and
// the IDs of lines do not change.
type slots struct {
	message  *slot
	accounts [mostAccounts]*slot
	confirms [mostAccounts]*slot // submenus, each with its one entry in entries
	entries  [mostAccounts]*slot
	more     *slot
	as       *slot // the submenu with the formats
	formats  [formats]*slot
	clip     *slot
	clear    *slot
	open     *slot
	sandbox  *slot
	live     *slot
	pause    *slot
	quit     *slot
	all      []*slot // those that can be clicked
	look     icons.Look
	tooltip  string
	set      bool // icon and tooltip are valid
}

// slot is one line: what systray shows and what a click does.
type slot struct {
	item    *systray.MenuItem
	click   chan struct{}
	label   string // empty: hidden
	checked bool

	mu     sync.Mutex
	action action
	since  time.Time // when the action last changed
}

// makeSlots creates the lines of the menu. Lines that may be missing are hidden.
func makeSlots() *slots {
	s := &slots{}
	add := func(item *systray.MenuItem) *slot {
		// The buffered channel keeps a click that arrives while nobody waits.
		sl := &slot{item: item, click: make(chan struct{}, 1)}
		item.ClickedCh = sl.click
		s.all = append(s.all, sl)
		return sl
	}
	line := func() *slot { return add(systray.AddMenuItem("", "")) }
	s.message = line()
	s.message.item.Disable()
	for i := range mostAccounts {
		s.accounts[i] = line()
		s.confirms[i] = line()
		s.entries[i] = add(s.confirms[i].item.AddSubMenuItem("", ""))
	}
	s.more = line()
	systray.AddSeparator()
	s.as = line()
	for i := range s.formats {
		s.formats[i] = add(s.as.item.AddSubMenuItem("", ""))
	}
	s.clip = line()
	s.clip.item.Disable()
	s.clear = line()
	s.open = line()
	systray.AddSeparator()
	s.sandbox = add(systray.AddMenuItemCheckbox("", "", false))
	s.live = add(systray.AddMenuItemCheckbox("", "", false))
	systray.AddSeparator()
	s.pause = line()
	systray.AddSeparator()
	s.quit = line()
	for _, sl := range s.all {
		if !slices.Contains(s.entries[:], sl) && !slices.Contains(s.formats[:], sl) {
			sl.item.Hide()
		}
	}
	return s
}

// show sets the label and the action of a line, or hides the line if the label is
// empty. Each call of systray sends signals on the bus, so it calls only for changes.
// It leaves the label of a hidden line alone, because Windows would show it.
func (s *slot) show(label string, d action) {
	s.mu.Lock()
	if s.action != d {
		if s.action != (action{}) && d != (action{}) {
			s.since = time.Now()
		}
		s.action = d
	}
	s.mu.Unlock()
	if label == s.label {
		return
	}
	hidden := s.label == ""
	s.label = label
	if label == "" {
		s.item.Hide()
		return
	}
	s.item.SetTitle(mnemonics(label))
	if hidden {
		s.item.Show()
	}
}

func (s *slot) check(on bool) {
	switch {
	case on == s.checked:
		return
	case on:
		s.item.Check()
	default:
		s.item.Uncheck()
	}
	s.checked = on
}

// clicked returns the action of a click on the line; none just after a change.
func (s *slot) clicked() action {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.since) < misclickTime {
		return action{}
	}
	return s.action
}

// mnemonics escapes the character that marks an access key: _ in dbusmenu and & on
// Windows.
func mnemonics(label string) string {
	switch runtime.GOOS {
	case "darwin":
		return label
	case "windows":
		return strings.ReplaceAll(label, "&", "&&")
	}
	return strings.ReplaceAll(label, "_", "__")
}

// show updates lines, icon and tooltip from m.
func (s *slots) show(m menu) {
	if !s.set || s.look != m.look {
		systray.SetIcon(icons.Tray(m.look))
	}
	if !s.set || s.tooltip != m.tooltip {
		systray.SetTooltip(m.tooltip)
	}
	s.look, s.tooltip, s.set = m.look, m.tooltip, true

	s.message.show(m.message, action{})
	for i := range mostAccounts {
		var l line
		if i < len(m.accounts) {
			l = m.accounts[i]
		}
		d := action{verb: doCopy, ref: l.ref}
		switch {
		case l.label == "":
			s.accounts[i].show("", action{})
			s.confirms[i].show("", action{})
			s.entries[i].show(s.entries[i].label, action{})
		case l.confirm == "":
			s.confirms[i].show("", action{})
			s.entries[i].show(s.entries[i].label, action{})
			s.accounts[i].show(l.label, d)
		default:
			s.accounts[i].show("", action{})
			s.entries[i].show(l.confirm, d)
			s.confirms[i].show(l.label, action{})
		}
	}
	s.more.show(m.more, action{verb: doOpen})
	s.as.show(m.as.label, action{})
	for i, name := range format.Names() {
		label, d := m.as.entries[i], action{verb: doCopy, ref: m.as.ref, format: name}
		if m.as.label == "" {
			label, d = s.formats[i].label, action{}
		}
		s.formats[i].show(label, d)
	}
	s.clip.show(m.clip, action{})
	s.clear.show(m.clear, action{verb: doClear})
	s.open.show(m.open, action{verb: doOpen})
	s.sandbox.show(m.sandbox, action{verb: doSandbox})
	s.sandbox.check(!m.isLive)
	s.live.show(m.live, action{verb: doLive})
	s.live.check(m.isLive)
	pause := action{verb: doPause}
	if m.paused {
		pause.verb = doResume
	}
	s.pause.show(m.pause, pause)
	s.quit.show(m.quit, action{verb: doQuit})
}

// panel is the display that systray makes on this platform.
type panel struct {
	cfg    Config
	chosen chan action   // actions of clicks
	retry  time.Duration // see busRetry

	mu    sync.Mutex
	want  *menu
	first chan struct{} // closed when want is set
	slots *slots        // nil until systray is ready

	titled     bool // the icon is shown, so its title may change
	shownTitle string
}

func newPanel(cfg Config) *panel {
	return &panel{cfg: cfg, chosen: make(chan action), first: make(chan struct{})}
}

func (p *panel) clicks() <-chan action   { return p.chosen }
func (p *panel) opened() <-chan struct{} { return systray.TrayOpenedCh }

func (p *panel) show(m menu) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.want == nil {
		close(p.first)
	}
	p.want = &m
	if p.slots != nil {
		p.slots.show(m)
		p.title(m.tooltip)
	}
}

// ready is called when systray can take lines.
func (p *panel) ready() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.slots = makeSlots()
	if p.want != nil {
		p.slots.show(*p.want)
	}
}

// tapped handles a click on the icon itself, on platforms that report it.
func (p *panel) tapped(ctx context.Context) func() {
	return func() {
		select {
		case p.chosen <- action{verb: doOpen}:
		case <-ctx.Done():
		}
	}
}

// listen passes clicks on lines to the loop until ctx ends.
func (p *panel) listen(ctx context.Context) {
	p.mu.Lock()
	all := p.slots.all
	p.mu.Unlock()
	cases := []reflect.SelectCase{{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(ctx.Done())}}
	for _, s := range all {
		cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(s.click)})
	}
	for {
		i, _, _ := reflect.Select(cases)
		if i == 0 {
			return
		}
		d := all[i-1].clicked()
		if d == (action{}) {
			continue
		}
		select {
		case p.chosen <- d:
		case <-ctx.Done():
			return
		}
	}
}
