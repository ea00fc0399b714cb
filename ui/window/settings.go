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
	ui *kit.UI
	on settingsActions

	doorState
	sub  subPage        // the page that was opened from here, nil when none is
	from fyne.Focusable // what had the keyboard then

	page     *kit.Page
	pause    *kit.Toggle
	toggles  map[string]*kit.Toggle
	choices  map[string]*kit.Segment
	hotkey   *kit.Prose // why the chosen one does not work, and how to choose another
	clip     *kit.Prose // about the clipboard: who keeps copies, and what it does not support
	manager  *Manager   // the clipboard manager that runs; nil: none is known
	door     *doorBox
	vault    *vaultBox
	agent    *kit.Prose
	agentBox *fyne.Container
}

// subPage is a page over the settings, from which back leads to them.
type subPage interface {
	draw(ui *kit.UI, back func()) // makes its parts
	show(now time.Time)           // brings them to what is known
	top() *kit.Page
	first() fyne.Focusable // what has the keyboard at first
	changed() bool         // something would be lost with it
}

// settingsActions are what the page needs of the window.
type settingsActions struct {
	back  func()
	set   func(key, value string)
	pause func(bool)
	vault func(bannerAction)
	lock  func()
	doorActions
	presets  func()
	agents   func()
	teams    func()
	transfer func()
	folder   func()
}

// draw makes the page, and that over it, in the language of the settings.
func (s *settingsPage) draw(ui *kit.UI, set core.Settings) {
	before := s.page
	head := kit.NewHead(ui, kit.NewIconButton(ui, kit.IconBack, ui.T("back"), s.on.back).Keyed(ui.KeyOf("back")), ui.T("settings"))
	s.page = kit.NewPage(ui, 4*kit.Grid, head)
	s.on.reflow = s.page.Reflow
	s.ui = s.page.UI
	ui = s.ui
	s.toggles, s.choices = map[string]*kit.Toggle{}, map[string]*kit.Segment{}
	s.pause = kit.NewToggle(ui, ui.T("set.pause"), false, s.on.pause)
	s.page.Add(s.pause)
	for _, key := range core.SettingKeys() {
		if key == core.SettingLoopback || key == core.SettingLoopbackPort {
			continue // drawn with all that belongs to the door
		}
		if key == "notify-person" {
			s.clip = kit.NewProse("", 13, ui.Palette.Muted)
			s.page.Add(s.clip)
		}
		if begins(key) {
			s.page.Add(canvas.NewRectangle(ui.Palette.Line))
		}
		if key == core.SettingStartAtLogin {
			s.door = newDoorBox(ui, &s.doorState, s.on.doorActions)
			s.page.Add(s.door.root, canvas.NewRectangle(ui.Palette.Line))
		}
		s.page.Add(s.row(key, set))
		if key == core.SettingHotkey {
			s.hotkey = kit.NewProse("", 13, ui.Palette.Muted)
			s.page.Add(s.hotkey)
		}
	}
	agents := kit.Stack(2*kit.Grid, kit.BoldText(ui.T("agents"), 13, ui.Palette.Text), kit.NewProse(ui.T("agents.say"), 13, ui.Palette.Muted),
		kit.Beside(kit.NewSmallButton(ui, kit.Quiet, ui.T("agents.open"), s.on.agents)))
	teams := kit.Stack(2*kit.Grid, kit.BoldText(ui.T("teams"), 13, ui.Palette.Text), kit.NewProse(ui.T("teams.say"), 13, ui.Palette.Muted),
		kit.Beside(kit.NewSmallButton(ui, kit.Quiet, ui.T("teams.open"), s.on.teams)))
	own := kit.Stack(2*kit.Grid, kit.BoldText(ui.T("presets"), 13, ui.Palette.Text), kit.NewProse(ui.T("presets.say"), 13, ui.Palette.Muted),
		kit.Beside(kit.NewSmallButton(ui, kit.Quiet, ui.T("presets.open"), s.on.presets)))
	transfer := kit.Stack(2*kit.Grid, kit.BoldText(ui.T("transfer"), 13, ui.Palette.Text), kit.NewProse(ui.T("transfer.say"), 13, ui.Palette.Muted),
		kit.Beside(kit.NewSmallButton(ui, kit.Quiet, ui.T("transfer.page"), s.on.transfer)))
	s.page.Add(canvas.NewRectangle(ui.Palette.Line), transfer, canvas.NewRectangle(ui.Palette.Line), agents, canvas.NewRectangle(ui.Palette.Line), teams, canvas.NewRectangle(ui.Palette.Line), own)
	s.vault = newVaultBox(ui, s.on)
	s.agent = kit.NewProse("", 13, ui.Palette.Muted)
	s.agentBox = kit.Stack(kit.Grid, kit.BoldText(ui.T("set.agent"), 13, ui.Palette.Text), s.agent,
		kit.Space(0, kit.Grid), kit.Beside(kit.NewSmallButton(ui, kit.Quiet, ui.T("set.folder"), s.on.folder)))
	s.page.Add(canvas.NewRectangle(ui.Palette.Line), s.vault.root, s.agentBox)
	s.page.Replace(before)
	if s.sub != nil {
		s.sub.draw(ui, s.on.back)
	}
}

// show updates the page to the settings and to agent, door and vault.
func (s *settingsPage) show(m *model, status api.Status, now time.Time) {
	ui := s.ui
	s.pause.Set(m.PausedAll)
	for key, t := range s.toggles {
		value, _ := m.Settings.Get(key)
		t.Set(value == "true")
	}
	for key, c := range s.choices {
		value, _ := m.Settings.Get(key)
		c.SetChoices(settingChoices(ui, key, value)...)
		c.Choose(value)
	}
	s.showClipboard(status.Clipboard)
	words, ink := ui.T("set.hotkey.other"), ui.Palette.Muted
	if e := status.Hotkey; e != nil {
		words, ink = joined(ui, ui.Words.Cause(e, ""), remedyText(ui, e, "")), ui.Palette.SoonText
	}
	s.hotkey.Set(words, ink)
	s.door.show(now)
	s.vault.show(m.Vault)
	s.agent.Set(ui.T("set.agent.version", "version", status.Version, "pid", status.PID)+"\n"+status.Home, ui.Palette.Muted)
	kit.Visible(s.agentBox, status.Version != "")
	s.page.Reflow()
	if s.sub != nil {
		s.sub.show(now)
	}
}

// showClipboard says which clipboard manager keeps copies, and hides what this
// clipboard does not support.
func (s *settingsPage) showClipboard(name string) {
	ui := s.ui
	native := name == "windows" || name == "macos"
	kit.Visible(s.toggles[core.SettingClipboardOnce], !native)
	kit.Visible(s.toggles[core.SettingClipboardPrimary], !native)
	words, ink := "", ui.Palette.Muted
	switch m := s.manager; {
	case native:
		words = ui.T("set.clipboard.native")
	case m != nil:
		args := []any{"name", m.Name, "since", m.Since}
		words = ui.Words.Say(text.Key("doctor.manager_"+m.Hint), args...)
		if m.keeps() {
			fix := text.Key("doctor.manager_" + m.ID + "_fix")
			if !ui.Words.Has(fix) {
				fix = "doctor.manager_fix"
			}
			words, ink = words+"\n"+ui.Words.Say(fix, args...), ui.Palette.SoonText
		}
	}
	s.clip.Set(words, ink)
	kit.Visible(s.clip, words != "")
}

// top is the page in sight: the settings, or the page over them.
func (s *settingsPage) top() *kit.Page {
	if s.sub != nil {
		return s.sub.top()
	}
	return s.page
}

// begins reports whether a line separates a setting from the one above: the window's
// theme, the clipboard, notifications and the rest are separate.
func begins(key string) bool {
	return slices.Contains([]string{"language", "clear-after", "notify-person", core.SettingStartAtLogin}, key)
}

func (s *settingsPage) row(key string, set core.Settings) fyne.CanvasObject {
	ui := s.ui
	value, _ := set.Get(key)
	if value == "true" || value == "false" {
		s.toggles[key] = kit.NewToggle(ui, ui.T("set."+key), value == "true", func(on bool) { s.on.set(key, strconv.FormatBool(on)) })
		return s.toggles[key]
	}
	s.choices[key] = kit.NewSegment(ui, value, func(v string) { s.on.set(key, v) }, settingChoices(ui, key, value)...)
	return kit.Stack(kit.Grid, kit.BoldText(ui.T("set."+key), 13, ui.Palette.Text), s.choices[key])
}

// settingChoices are the values offered for a setting, including the present one if
// it was set to something else.
func settingChoices(ui *kit.UI, key, value string) []kit.Choice {
	pick := func(names ...string) []kit.Choice {
		var out []kit.Choice
		for _, n := range names {
			out = append(out, kit.Choice{Value: n, Label: ui.T("set." + key + "." + n)})
		}
		return out
	}
	switch key {
	case "language":
		return pick("auto", "en", "zh")
	case "list-order", "list-density", "confirm-copy":
		return pick(core.SettingValues(key)...)
	case core.SettingHotkey:
		out := pick(core.Hotkey("").Setting())
		keys := core.HotkeyExamples()
		if h, ok := core.ParseHotkey(value); ok && h != "" && !slices.Contains(keys, h) {
			keys = append(keys, h)
		}
		for _, k := range keys {
			out = append(out, kit.Choice{Value: string(k), Label: string(k)})
		}
		return out
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
			out = append(out, kit.Choice{Value: d.String(), Label: ui.Words.Coarse(d)})
		}
		return append(out, kit.Choice{Value: "0s", Label: ui.T("set.clear-after.never")})
	}
	return nil
}

// vaultBox says where secrets are kept, and offers what the vault needs.
type vaultBox struct {
	ui     *kit.UI
	on     settingsActions
	root   *fyne.Container
	words  *kit.Prose
	button *kit.Button
	line   *fyne.Container // of the button
}

func newVaultBox(ui *kit.UI, on settingsActions) *vaultBox {
	b := &vaultBox{ui: ui, on: on, words: kit.NewProse("", 13, ui.Palette.Muted), button: kit.NewSmallButton(ui, kit.Quiet, "", nil)}
	b.line = kit.Beside(b.button)
	b.root = kit.Stack(2*kit.Grid, kit.BoldText(ui.T("set.vault"), 13, ui.Palette.Text), b.words, b.line)
	return b
}

func (b *vaultBox) show(v api.Vault) {
	ui := b.ui
	key := "set.vault.none"
	switch v.Kind {
	case "keyring", "file", "memory":
		key = "set.vault." + v.Kind
	}
	words, ink, button := ui.T(key), ui.Palette.Muted, ""
	if line, bad := vaultBanner(ui, v); bad {
		words, ink, button = line.Text, ui.Palette.SoonText, line.Button
		b.button.OnPress = func() { b.on.vault(line.Action) }
	} else if v.Kind == "file" {
		button, b.button.OnPress = ui.T("set.vault.lock"), b.on.lock
	}
	b.words.Set(words, ink)
	b.button.Rename(button)
	kit.Visible(b.line, button != "")
}
