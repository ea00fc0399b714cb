package window

import (
	"slices"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// settingsPage shows the settings; each choice acts at once.
type settingsPage struct {
	look *kit.Look
	on   settingsActions

	doorState
	sub  subPage        // the page that was opened from here, nil when none is
	from fyne.Focusable // what had the keyboard then

	page     *kit.Page
	pause    *kit.Toggle
	toggles  map[string]*kit.Toggle
	choices  map[string]*kit.Segment
	clip     *kit.Prose // of the clipboard: who keeps what is copied, what it cannot do
	manager  *Manager   // the clipboard manager that runs; nil: none is known
	door     *doorBox
	vault    *vaultBox
	agent    *kit.Prose
	agentBox *fyne.Container
}

// subPage is a page over the settings, to which it leads back.
type subPage interface {
	draw(l *kit.Look, back func()) // makes its parts
	show(now time.Time)            // brings them to what is known
	top() *kit.Page
	first() fyne.Focusable // what has the keyboard at first
	changed() bool         // something would be lost with it
}

// settingsActions are what the page asks of the window.
type settingsActions struct {
	back  func()
	set   func(key, value string)
	pause func(bool)
	vault func(bannerAction)
	lock  func()
	doorActions
	folder func()
}

// draw makes the page, and that over it, in the language of a look.
func (s *settingsPage) draw(look *kit.Look, set core.Settings) {
	offset := float32(0)
	if s.page != nil {
		offset = s.page.Offset()
	}
	head := kit.NewHead(look, kit.NewIconButton(look, kit.IconBack, look.T("back"), s.on.back), look.T("settings"))
	s.page = kit.NewPage(look, 4*kit.Grid, head)
	s.on.reflow = s.page.Reflow
	s.look = s.page.Look
	l := s.look
	s.toggles, s.choices = map[string]*kit.Toggle{}, map[string]*kit.Segment{}
	s.pause = kit.NewToggle(l, l.T("set.pause"), false, s.on.pause)
	s.page.Add(s.pause)
	for _, key := range core.SettingKeys() {
		if key == core.SettingLoopback || key == core.SettingLoopbackPort {
			continue // drawn with all that belongs to the door
		}
		if key == "notify-person" {
			s.clip = kit.NewProse("", 13, l.Palette.Muted)
			s.page.Add(s.clip)
		}
		if begins(key) {
			s.page.Add(canvas.NewRectangle(l.Palette.Line))
		}
		if key == core.SettingStartAtLogin {
			s.door = newDoorBox(l, &s.doorState, s.on.doorActions)
			s.page.Add(s.door.root, canvas.NewRectangle(l.Palette.Line))
		}
		s.page.Add(s.row(key, set))
	}
	s.vault = newVaultBox(l, s.on)
	s.agent = kit.NewProse("", 13, l.Palette.Muted)
	s.agentBox = kit.Stack(kit.Grid, kit.BoldText(l.T("set.agent"), 13, l.Palette.Text), s.agent,
		kit.Space(0, kit.Grid), kit.Beside(kit.NewSmallButton(l, kit.Quiet, l.T("set.folder"), s.on.folder)))
	s.page.Add(canvas.NewRectangle(l.Palette.Line), s.vault.root, s.agentBox)
	s.page.ScrollTo(offset)
	if s.sub != nil {
		s.sub.draw(look, s.on.back)
	}
}

// show brings the page to the settings and to how agent, door and vault stand.
func (s *settingsPage) show(m *model, status api.Status, now time.Time) {
	l := s.look
	s.pause.Set(m.PausedAll)
	for key, t := range s.toggles {
		value, _ := m.Settings.Get(key)
		t.Set(value == "true")
	}
	for key, c := range s.choices {
		value, _ := m.Settings.Get(key)
		c.SetChoices(settingChoices(l, key, value)...)
		c.Choose(value)
	}
	s.showClipboard(status.Clipboard)
	s.door.show(now)
	s.vault.show(m.Vault)
	s.agent.Set(l.T("set.agent.version", "version", status.Version, "pid", status.PID)+"\n"+status.Home, l.Palette.Muted)
	kit.Visible(s.agentBox, status.Version != "")
	s.page.Reflow()
	if s.sub != nil {
		s.sub.show(now)
	}
}

// showClipboard tells which clipboard manager keeps what is copied, and takes away
// what this clipboard cannot do.
func (s *settingsPage) showClipboard(name string) {
	l := s.look
	native := name == "windows" || name == "macos"
	kit.Visible(s.toggles[core.SettingClipboardOnce], !native)
	kit.Visible(s.toggles[core.SettingClipboardPrimary], !native)
	words, ink := "", l.Palette.Muted
	switch m := s.manager; {
	case native:
		words = l.T("set.clipboard.native")
	case m != nil:
		args := []any{"name", m.Name, "since", m.Since}
		words = l.Words.Say(text.Key("doctor.manager_"+m.Hint), args...)
		if m.keeps() {
			fix := text.Key("doctor.manager_" + m.ID + "_fix")
			if !l.Words.Has(fix) {
				fix = "doctor.manager_fix"
			}
			words, ink = words+"\n"+l.Words.Say(fix, args...), l.Palette.SoonText
		}
	}
	s.clip.Set(words, ink)
	kit.Visible(s.clip, words != "")
}

// top is the page that is in sight: the settings, or what was opened from there.
func (s *settingsPage) top() *kit.Page {
	if s.sub != nil {
		return s.sub.top()
	}
	return s.page
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
		s.toggles[key] = kit.NewToggle(l, l.T("set."+key), value == "true", func(on bool) { s.on.set(key, strconv.FormatBool(on)) })
		return s.toggles[key]
	}
	s.choices[key] = kit.NewSegment(l, value, func(v string) { s.on.set(key, v) }, settingChoices(l, key, value)...)
	return kit.Stack(kit.Grid, kit.BoldText(l.T("set."+key), 13, l.Palette.Text), s.choices[key])
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

// vaultBox says where secrets are kept, and offers what the vault needs.
type vaultBox struct {
	look   *kit.Look
	on     settingsActions
	root   *fyne.Container
	words  *kit.Prose
	button *kit.Button
	line   *fyne.Container // of the button
}

func newVaultBox(l *kit.Look, on settingsActions) *vaultBox {
	b := &vaultBox{look: l, on: on, words: kit.NewProse("", 13, l.Palette.Muted), button: kit.NewSmallButton(l, kit.Quiet, "", nil)}
	b.line = kit.Beside(b.button)
	b.root = kit.Stack(2*kit.Grid, kit.BoldText(l.T("set.vault"), 13, l.Palette.Text), b.words, b.line)
	return b
}

func (b *vaultBox) show(v api.Vault) {
	l := b.look
	key := "set.vault.none"
	switch v.Kind {
	case "keyring", "file", "memory":
		key = "set.vault." + v.Kind
	}
	words, ink, button := l.T(key), l.Palette.Muted, ""
	if line, bad := vaultBanner(l, v); bad {
		words, ink, button = line.Text, l.Palette.SoonText, line.Button
		b.button.OnPress = func() { b.on.vault(line.Action) }
	} else if v.Kind == "file" {
		button, b.button.OnPress = l.T("set.vault.lock"), b.on.lock
	}
	b.words.Set(words, ink)
	b.button.Rename(button)
	kit.Visible(b.line, button != "")
}
