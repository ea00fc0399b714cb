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

// slots are the lines of the menu in systray. They are created once and then only
// changed, shown and hidden; the lines of submenus when they are first needed, because
// panels read hidden lines too. If a line were removed, systray would close its
// channel, and a click at that moment would panic. Also an open menu does not
// collapse, and the IDs of lines do not change.
type slots struct {
	message  *slot
	accounts [mostAccounts]*slot
	confirms [mostAccounts]*slot // submenus, each with its one entry in entries
	entries  [mostAccounts]*slot
	groups   [mostGroups]*twig
	more     *slot
	liveOnes *twig
	as       *slot // the submenu with the formats
	formats  [formats]*slot
	clip     *slot
	clear    *slot
	open     *slot
	add      *slot
	today    *slot
	settings *slot
	sandbox  *slot
	live     *slot
	pause    *slot
	quit     *slot
	all      []*slot       // those that can be clicked
	grown    chan struct{} // tells that all has more
	look     icons.Look
	tooltip  string
	set      bool // icon and tooltip are valid
}

// twig is a submenu of accounts. Its last entry, below the accounts, opens the window.
type twig struct {
	parent *slot
	lines  []*slot
	more   *slot // nil until it is needed
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
	s := &slots{grown: make(chan struct{}, 1)}
	add := s.slotOf
	line := func() *slot { return add(systray.AddMenuItem("", "")) }
	s.message = line()
	s.message.item.Disable()
	for i := range mostAccounts {
		s.accounts[i] = line()
		s.confirms[i] = line()
		s.entries[i] = add(s.confirms[i].item.AddSubMenuItem("", ""))
	}
	for i := range s.groups {
		s.groups[i] = &twig{parent: line()}
	}
	s.more = line()
	s.liveOnes = &twig{parent: line()}
	systray.AddSeparator()
	s.as = line()
	for i := range s.formats {
		s.formats[i] = add(s.as.item.AddSubMenuItem("", ""))
	}
	s.clip = line()
	s.clip.item.Disable()
	s.clear = line()
	s.open = line()
	s.add = line()
	s.today = line()
	s.settings = line()
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

// slotOf makes an item of systray a line that can be clicked.
func (s *slots) slotOf(item *systray.MenuItem) *slot {
	// The buffered channel keeps a click that arrives while nobody waits.
	sl := &slot{item: item, click: make(chan struct{}, 1)}
	item.ClickedCh = sl.click
	s.all = append(s.all, sl)
	return sl
}

// showBranch updates a submenu. The entries of a hidden one lose their actions and
// keep their labels.
func (s *slots) showBranch(t *twig, b branch) {
	t.parent.show(b.label, action{})
	for i := range max(len(b.lines), len(t.lines)) {
		switch {
		case i >= len(t.lines):
			t.lines = append(t.lines, s.grow(t))
			fallthrough
		case i < len(b.lines):
			t.lines[i].show(b.lines[i].label, b.lines[i].action())
		case b.label == "":
			t.lines[i].show(t.lines[i].label, action{})
		default:
			t.lines[i].show("", action{})
		}
	}
	if b.more != "" && t.more == nil {
		t.more = s.grow(t) // below the lines: they are all there, or there would be no more
	}
	if t.more != nil && b.label != "" {
		t.more.show(b.more, action{verb: doOpen})
	}
}

// grow adds an entry to a submenu.
func (s *slots) grow(t *twig) *slot {
	sl := s.slotOf(t.parent.item.AddSubMenuItem("", ""))
	select {
	case s.grown <- struct{}{}:
	default: // it is told already
	}
	return sl
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
		d := l.action()
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
	for i, t := range s.groups {
		var b branch
		if i < len(m.groups) {
			b = m.groups[i]
		}
		s.showBranch(t, b)
	}
	more := action{verb: doOpen}
	if m.first {
		more.verb = doAdd
	}
	s.more.show(m.more, more)
	s.showBranch(s.liveOnes, m.liveOnes)
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
	s.add.show(m.add, action{verb: doAdd})
	s.today.show(m.today, action{verb: doToday})
	s.settings.show(m.settings, action{verb: doSettings})
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
func (p *panel) tapped(ctx context.Context, does verb) func() {
	return func() {
		select {
		case p.chosen <- action{verb: does}:
		case <-ctx.Done():
		}
	}
}

// listen passes clicks on lines to the loop until ctx ends.
func (p *panel) listen(ctx context.Context) {
	receive := func(from any) reflect.SelectCase {
		return reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(from)}
	}
	cases := []reflect.SelectCase{receive(ctx.Done()), receive(p.slots.grown)}
	var all []*slot
	addNew := func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, s := range p.slots.all[len(all):] {
			cases, all = append(cases, receive(s.click)), append(all, s)
		}
	}
	addNew()
	for {
		i, _, _ := reflect.Select(cases)
		switch i {
		case 0:
			return
		case 1:
			addNew()
			continue
		}
		d := all[i-2].clicked()
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
