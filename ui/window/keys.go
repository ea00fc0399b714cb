package window

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"tokentray/ui/kit"
)

// The keys of the window stand in one table. It is what binds them and what the
// sheet of shortcuts is written from, so that this cannot say what is not so.

// ctrl is Ctrl, or Command on a Mac.
const ctrl = fyne.KeyModifierShortcutDefault

// stroke is a key, with Ctrl or alone; or a character that is typed.
type stroke struct {
	key  fyne.KeyName
	ctrl bool
	char rune
}

// keyGroup says where a key acts, and under which heading the sheet lists it.
type keyGroup string

const (
	keysAnywhere keyGroup = "anywhere"
	keysAccount  keyGroup = "account" // anywhere, on the selected account
	keysList     keyGroup = "list"    // while the list has the keyboard
	keysForm     keyGroup = "form"    // while an account is entered
)

func keyGroups() []keyGroup { return []keyGroup{keysList, keysAccount, keysForm, keysAnywhere} }

// binding is one line of the table: strokes that do the same, and what they do.
// The words are those of the key window.keys.NAME.
type binding struct {
	name    string
	group   keyGroup
	strokes []stroke
	do      func()
}

func withCtrl(keys ...fyne.KeyName) []stroke {
	var out []stroke
	for _, k := range keys {
		out = append(out, stroke{key: k, ctrl: true})
	}
	return out
}

func bare(keys ...fyne.KeyName) []stroke {
	var out []stroke
	for _, k := range keys {
		out = append(out, stroke{key: k})
	}
	return out
}

// bindings is the table.
func (w *Window) bindings() []binding {
	l := w.list
	page := func() int { return max(1, int(l.scroll.Size().Height/rowHeight)-1) }
	return []binding{
		{"down", keysList, bare(fyne.KeyDown), func() { l.step(1) }},
		{"up", keysList, bare(fyne.KeyUp), func() { l.step(-1) }},
		{"page", keysList, bare(fyne.KeyPageDown), func() { l.step(page()) }},
		{"page_back", keysList, bare(fyne.KeyPageUp), func() { l.step(-page()) }},
		{"first", keysList, bare(fyne.KeyHome), func() { l.step(-len(l.ids)) }},
		{"last", keysList, bare(fyne.KeyEnd), func() { l.step(len(l.ids)) }},
		{"copy", keysList, bare(fyne.KeyReturn, fyne.KeyEnter), l.onSelected(w.copyDefault)},
		{"details", keysList, bare(fyne.KeyRight), l.onSelected(w.openDetail)},
		{"menu", keysList, bare(fyne.KeySpace, desktop.KeyMenu), w.openMenuOfSelected},
		{"delete", keysList, bare(fyne.KeyDelete), l.onSelected(w.askRemove)},

		{"flip", keysAccount, append(bare(fyne.KeyF6), withCtrl(fyne.KeyT)...), w.flip},
		{"copy_as", keysAccount, withCtrl(fyne.KeyK), func() { w.openCopySheet(w.selected, "") }},
		{"renew", keysAccount, withCtrl(fyne.KeyR), func() { w.renew(w.selected) }},
		{"edit", keysAccount, withCtrl(fyne.KeyE), func() { w.openEdit(w.selected) }},
		{"help", keysAccount, withCtrl(fyne.KeyH), func() { w.help(w.selected) }},

		{"save", keysForm, withCtrl(fyne.KeyS), w.onForm(w.saveForm)},
		{"test", keysForm, withCtrl(fyne.KeyReturn, fyne.KeyEnter), w.onForm(w.testForm)},

		{"find", keysAnywhere, withCtrl(fyne.KeyF), w.openFinder},
		{"sandbox", keysAnywhere, withCtrl(fyne.Key1), func() { w.switchView(viewSandbox) }},
		{"live", keysAnywhere, withCtrl(fyne.Key2), func() { w.switchView(viewLive) }},
		{"all", keysAnywhere, withCtrl(fyne.Key3), func() { w.switchView(viewAll) }},
		{"add", keysAnywhere, withCtrl(fyne.KeyN), w.openAdd},
		{"settings", keysAnywhere, withCtrl(fyne.KeyComma), w.openSettings},
		{"keys", keysAnywhere, append([]stroke{{char: '?'}}, bare(fyne.KeyF1)...), w.openKeys},
		{"back", keysAnywhere, bare(fyne.KeyEscape), w.escape},
		{"close", keysAnywhere, withCtrl(fyne.KeyW, fyne.KeyQ), w.leave},
	}
}

// onForm does something with the open form, if there is one that does not wait
// for an answer.
func (w *Window) onForm(do func(*form)) func() {
	return func() {
		if w.form != nil && !w.form.busy {
			do(w.form)
		}
	}
}

// bound is what a stroke does in one of the groups, nil when nothing.
func (w *Window) bound(s stroke, groups ...keyGroup) func() {
	for _, b := range w.bindings() {
		for _, g := range groups {
			if b.group != g {
				continue
			}
			for _, one := range b.strokes {
				if one == s {
					return b.do
				}
			}
		}
	}
	return nil
}

func (w *Window) addShortcuts() {
	c := w.win.Canvas()
	for _, b := range w.bindings() {
		for _, s := range b.strokes {
			if s.ctrl {
				c.AddShortcut(shortcutOf(s), w.typedShortcut)
			}
		}
	}
	c.SetOnTypedKey(w.typedKey)
	c.SetOnTypedRune(w.typedRune)
}

// shortcutOf is a stroke with Ctrl as Fyne knows it.
func shortcutOf(s stroke) fyne.Shortcut {
	mod := fyne.KeyModifier(0)
	if s.ctrl {
		mod = ctrl
	}
	return &desktop.CustomShortcut{KeyName: s.key, Modifier: mod}
}

// typedShortcut does what a shortcut stands for; while a question is open it
// does nothing.
func (w *Window) typedShortcut(s fyne.Shortcut) {
	custom, ok := s.(*desktop.CustomShortcut)
	if !ok || custom.Modifier != ctrl || w.win.Canvas().Overlays().Top() != nil {
		return
	}
	if do := w.bound(stroke{key: custom.KeyName, ctrl: true}, keysAnywhere, keysAccount, keysForm); do != nil {
		do()
	}
}

// typedKey takes the keys that no part of the window had a use for.
func (w *Window) typedKey(e *fyne.KeyEvent) {
	s := stroke{key: e.Name}
	if w.sheet != nil {
		switch {
		case e.Name == fyne.KeyEscape:
			w.escape()
		case w.sheet.Enter != nil && (e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter):
			w.sheet.Enter()
		default:
			w.sheet.Scroll(e.Name)
		}
		return
	}
	if do := w.bound(s, keysAnywhere, keysAccount); do != nil {
		do()
		return
	}
	// The list has the keyboard as soon as one of its keys is pressed. Space
	// belongs to whatever has it.
	if e.Name != fyne.KeySpace && w.bound(s, keysList) != nil &&
		w.form == nil && w.settings == nil && w.shelf.Visible() && len(w.list.ids) > 0 {
		w.focusList()
		w.list.TypedKey(e)
	}
}

// typedRune takes the characters that no part of the window had a use for.
func (w *Window) typedRune(r rune) {
	if do := w.bound(stroke{char: r}, keysAnywhere); do != nil && w.sheet == nil {
		do()
	}
}

// escape closes what was opened last.
func (w *Window) escape() {
	switch {
	case w.sheet != nil:
		w.sheet.Close()
	case w.form != nil:
		w.leaveForm()
	case w.settings != nil:
		w.leaveSettings()
	case w.opened && !w.wide():
		w.closeDetail()
	case w.finder.Visible():
		w.closeFinder()
	case w.snackbar.Visible():
		w.dismiss()
	}
}

// label is how a stroke is written.
func (s stroke) label(l *kit.Look) string {
	if s.char != 0 {
		return string(s.char)
	}
	name := keyName(l, s.key)
	if s.ctrl && ctrl == fyne.KeyModifierSuper {
		return "Cmd+" + name
	}
	if s.ctrl {
		return "Ctrl+" + name
	}
	return name
}

// keyName is what stands on a key.
func keyName(l *kit.Look, key fyne.KeyName) string {
	switch key {
	case fyne.KeyUp:
		return "↑"
	case fyne.KeyDown:
		return "↓"
	case fyne.KeyRight:
		return "→"
	case fyne.KeyReturn, fyne.KeyEnter:
		return "Enter"
	case fyne.KeySpace:
		return l.T("key.space")
	case desktop.KeyMenu:
		return l.T("key.menu")
	case fyne.KeyEscape:
		return "Esc"
	case fyne.KeyPageUp:
		return "Page Up"
	case fyne.KeyPageDown:
		return "Page Down"
	}
	return string(key)
}

// labels are the strokes of a line, each once.
func (b binding) labels(l *kit.Look) string {
	var out []string
	for _, s := range b.strokes {
		if label := s.label(l); len(out) == 0 || out[len(out)-1] != label {
			out = append(out, label)
		}
	}
	return strings.Join(out, "  ")
}
