package window

import (
	"context"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
	"tokentray/ui/kit"
)

// settingsAgent is what changes for all accounts at once ask of the agent.
type settingsAgent interface {
	Use(ctx context.Context, env core.Env) error
	PauseAll(ctx context.Context, paused bool) error
	SetSetting(ctx context.Context, key, value string) (core.Settings, error)
}

// settingsPage shows the settings; each choice acts at once.
type settingsPage struct {
	look   *kit.Look
	on     settingsActions
	scroll *kit.Scroller

	door doorView
	port string // as it is being typed, "" while nobody does
	room room   // the page that was opened from here, nil when none is
}

// room is a page over the settings, to which it leads back.
type room interface {
	draw(l *kit.Look, back func(), now time.Time) (fyne.CanvasObject, *kit.Scroller)
	changed() bool // something would be lost with it
}

// settingsActions are what the page asks of the window.
type settingsActions struct {
	back  func()
	set   func(key, value string)
	pause func(bool)
	vault func(bannerAct)
	lock  func()

	door   func(on bool, port int)
	newKey func()
	revoke func(name string)
	log    func()
	folder func()
}

func (s *settingsPage) draw(m *model, status api.Status, now time.Time) fyne.CanvasObject {
	l := s.look
	offset := fyne.Position{}
	if s.scroll != nil {
		offset = s.scroll.Scroll.Offset
	}
	if s.room != nil {
		var page fyne.CanvasObject
		page, s.scroll = s.room.draw(l, s.on.back, now)
		s.scroll.Scroll.Offset = offset
		return page
	}
	column := container.New(&kit.Column{Gap: 4 * kit.Grid, PadX: kit.RowLeft, PadY: 4 * kit.Grid})
	column.Add(kit.NewToggle(l, l.T("set.pause"), m.PausedAll, s.on.pause))
	for _, key := range core.SettingKeys() {
		if key == core.SettingLoopback || key == core.SettingLoopbackPort {
			continue // drawn with all that belongs to the door
		}
		if begins(key) {
			column.Add(canvas.NewRectangle(l.Palette.Line))
		}
		if key == core.SettingStartAtLogin {
			column.Add(s.drawDoor(now))
			column.Add(canvas.NewRectangle(l.Palette.Line))
		}
		column.Add(s.row(key, m.Settings))
	}
	column.Add(canvas.NewRectangle(l.Palette.Line))
	column.Add(s.drawVault(m.Vault))
	if status.Version != "" {
		column.Add(kit.Stack(kit.Grid, kit.BoldText(l.T("set.agent"), 13, l.Palette.Text),
			kit.NewProse(l.T("set.agent.version", "version", status.Version, "pid", status.PID)+"\n"+status.Home, 13, l.Palette.Muted),
			kit.Space(0, kit.Grid), kit.Beside(kit.NewSmallButton(l, kit.Quiet, l.T("set.folder"), s.on.folder))))
	}
	s.scroll = kit.NewScroller(column)
	s.scroll.Scroll.Offset = offset
	return container.New(&kit.PageLayout{}, kit.NewHead(l, kit.NewIconButton(l, kit.IconBack, l.T("back"), s.on.back), l.T("settings")).Root, s.scroll)
}

// begins reports whether a line stands above a setting: the window's look, the
// clipboard, notifications and the rest are told apart.
func begins(key string) bool {
	return slices.Contains([]string{"language", "clear-after", "notify-person", core.SettingStartAtLogin}, key)
}

func (s *settingsPage) row(key string, set core.Settings) fyne.CanvasObject {
	l := s.look
	value, _ := set.Get(key)
	if value == "true" || value == "false" {
		return kit.NewToggle(l, l.T("set."+key), value == "true", func(on bool) { s.on.set(key, strconv.FormatBool(on)) })
	}
	control := kit.NewSegment(l, value, func(v string) { s.on.set(key, v) }, settingChoices(l, key, value)...)
	return kit.Stack(kit.Grid, kit.BoldText(l.T("set."+key), 13, l.Palette.Text), control)
}

// settingChoices are the values offered for a setting. One that was set
// elsewhere to something else stands among them, so that it can be kept.
func settingChoices(l *kit.Look, key, value string) []kit.Choice {
	pick := func(names ...string) []kit.Choice {
		var out []kit.Choice
		for _, n := range names {
			out = append(out, kit.Choice{Value: n, Label: l.T("set." + key + "." + n)})
		}
		return out
	}
	switch key {
	case "language":
		return pick("auto", "en", "zh")
	case "theme":
		return pick("system", "light", "dark")
	case "log-level":
		return pick("debug", "info", "warn", "error")
	case "copy-format":
		return pick(format.Names()...)
	case "text-size":
		sizes := []int{80, 100, 125, 150, 200}
		if n, err := strconv.Atoi(value); err == nil && !slices.Contains(sizes, n) {
			sizes = append(sizes, n)
			slices.Sort(sizes)
		}
		var out []kit.Choice
		for _, n := range sizes {
			out = append(out, kit.Choice{Value: strconv.Itoa(n), Label: strconv.Itoa(n) + "%"})
		}
		return out
	case "clear-after":
		times := []time.Duration{15 * time.Second, 45 * time.Second, 2 * time.Minute, 10 * time.Minute}
		if d, err := time.ParseDuration(value); err == nil && d > 0 && !slices.Contains(times, d) {
			times = append(times, d)
			slices.Sort(times)
		}
		var out []kit.Choice
		for _, d := range times {
			out = append(out, kit.Choice{Value: d.String(), Label: l.Words.Coarse(d)})
		}
		return append(out, kit.Choice{Value: "0s", Label: l.T("set.clear-after.never")})
	}
	return nil
}

func (s *settingsPage) drawVault(v api.Vault) fyne.CanvasObject {
	l := s.look
	key := "set.vault.none"
	switch v.Kind {
	case "keyring", "file", "memory":
		key = "set.vault." + v.Kind
	}
	words := kit.NewProse(l.T(key), 13, l.Palette.Muted)
	box := kit.Stack(2*kit.Grid, kit.BoldText(l.T("set.vault"), 13, l.Palette.Text), words)
	if line, bad := vaultBanner(l, v); bad {
		words.Set(line.Text, l.Palette.SoonText)
		box.Add(kit.Beside(kit.NewSmallButton(l, kit.Quiet, line.Button, func() { s.on.vault(line.Act) })))
	} else if v.Kind == "file" {
		box.Add(kit.Beside(kit.NewSmallButton(l, kit.Quiet, l.T("set.vault.lock"), s.on.lock)))
	}
	return box
}

func (w *Window) openSettings() {
	if w.settings != nil || !w.closePage() {
		return
	}
	w.settings = &settingsPage{look: w.look, on: settingsActions{
		back: w.leaveSettings, set: w.setSetting, pause: w.pauseAll, vault: w.bannerAct, lock: w.lockVault,
		door: w.setDoor, newKey: w.openKeyPage, revoke: w.askRevoke, log: w.openLog, folder: w.openFolder,
	}}
	w.redrawSettings()
	w.loadDoor()
}

// enter opens a page over the settings.
func (w *Window) enter(r room) {
	w.settings.room, w.settings.scroll = r, nil
	w.redrawSettings()
	if in := kit.Focusables(w.holder); len(in) > 1 { // past the way back
		w.focus(in[1])
	}
}

// leaveSettings goes back from a page over the settings, after a question when
// something would be lost, and from the settings themselves.
func (w *Window) leaveSettings() {
	s := w.settings
	if s == nil || s.room == nil {
		w.dropPage()
		return
	}
	leave := func() {
		s.room, s.scroll = nil, nil
		w.redrawSettings()
		w.loadDoor()
	}
	if !s.room.changed() {
		leave()
		return
	}
	w.question(discardRoom(w.look, s.room), leave)
}

// discardRoom asks before what a page over the settings holds is lost.
func discardRoom(l *kit.Look, r room) question {
	if k, ok := r.(*keyPage); ok && k.made != nil {
		return question{title: l.T("clientkey.leave"), body: l.T("clientkey.leave.say"), yes: l.T("clientkey.leave.go"), no: l.T("clientkey.leave.no"), role: kit.Danger}
	}
	return discardTyped(l)
}

// openFolder shows the folder that holds the data.
func (w *Window) openFolder() {
	path := filepath.ToSlash(w.status.Home)
	if !strings.HasPrefix(path, "/") { // a drive of Windows
		path = "/" + path
	}
	if err := w.cfg.OpenURL(&url.URL{Scheme: "file", Path: path}); err != nil {
		w.tell(w.status.Home)
	}
}

func (w *Window) redrawSettings() {
	if w.settings == nil {
		return
	}
	focused, before := w.win.Canvas().Focused(), kit.Focusables(w.holder)
	w.settings.look = w.look
	w.holder.Objects = []fyne.CanvasObject{w.settings.draw(&w.model, w.status, w.now())}
	w.holder.Refresh()
	w.root.Refresh()
	w.refocus(kit.Successor(focused, before, kit.Focusables(w.holder)))
}

func (w *Window) setSetting(key, value string) {
	ask(w, quickWait, func(ctx context.Context, g Agent) (core.Settings, error) {
		return g.SetSetting(ctx, key, value)
	}, func(s core.Settings, err *core.Error) {
		if err != nil {
			w.fail(err, api.Ref{})
			w.redrawSettings()
			return
		}
		w.event(api.Event{Type: api.EventSettings, Settings: &s})
	})
}

func (w *Window) pauseAll(paused bool) {
	ask(w, quickWait, func(ctx context.Context, g Agent) (none, error) {
		return nothing(g.PauseAll(ctx, paused))
	}, func(_ none, err *core.Error) {
		if err != nil {
			w.fail(err, api.Ref{})
			w.redrawSettings()
			return
		}
		w.model.PausedAll = paused
		w.fillBanners()
	})
}
