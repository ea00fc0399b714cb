package window

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"tokentray/ui/kit"
)

// ctrl is Ctrl, or Command on a Mac.
const ctrl = fyne.KeyModifierShortcutDefault

// stroke is a key, alone or with Ctrl or Shift; or a character that is typed.
type stroke struct {
	key   fyne.KeyName
	ctrl  bool
	shift bool
	char  rune
}

// keyGroup says where a key acts, and under which heading the sheet lists it.
type keyGroup string

const (
	keysAnywhere keyGroup = "anywhere"
	keysAccount  keyGroup = "account" // anywhere, on the selected account
	keysList     keyGroup = "list"    // while the list has the keyboard; with Ctrl, while no page is open
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

func withShift(keys ...fyne.KeyName) []stroke {
	var out []stroke
	for _, k := range keys {
		out = append(out, stroke{key: k, shift: true})
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

// shortcutOf is a stroke with Ctrl as Fyne knows it.
func shortcutOf(s stroke) fyne.Shortcut {
	if s == (stroke{key: fyne.KeyC, ctrl: true}) {
		return &fyne.ShortcutCopy{}
	}
	if s == (stroke{key: fyne.KeyV, ctrl: true}) {
		return &fyne.ShortcutPaste{}
	}
	if s == (stroke{key: fyne.KeyA, ctrl: true}) {
		return &fyne.ShortcutSelectAll{}
	}
	if s == (stroke{key: fyne.KeyZ, ctrl: true}) {
		return &fyne.ShortcutUndo{}
	}
	mod := fyne.KeyModifier(0)
	if s.ctrl {
		mod = ctrl
	}
	if s.shift {
		mod |= fyne.KeyModifierShift
	}
	return &desktop.CustomShortcut{KeyName: s.key, Modifier: mod}
}

// strokeOf is the stroke with Ctrl that a shortcut of Fyne's stands for.
func strokeOf(s fyne.Shortcut) (stroke, bool) {
	switch s := s.(type) {
	case *fyne.ShortcutCopy:
		return stroke{key: fyne.KeyC, ctrl: true}, true
	case *fyne.ShortcutPaste:
		return stroke{key: fyne.KeyV, ctrl: true}, true
	case *desktop.CustomShortcut:
		with := s.Modifier &^ fyne.KeyModifierShift
		return stroke{key: s.KeyName, ctrl: true, shift: s.Modifier != with}, with == ctrl
	case *fyne.ShortcutSelectAll:
		return stroke{key: fyne.KeyA, ctrl: true}, true
	case *fyne.ShortcutUndo:
		return stroke{key: fyne.KeyZ, ctrl: true}, true
	}
	return stroke{}, false
}

// label is how a stroke is written.
func (s stroke) label(ui *kit.UI) string {
	if s.char != 0 {
		return string(s.char)
	}
	name := keyName(ui, s.key)
	if s.shift {
		name = "Shift+" + name
	}
	if s.ctrl && ctrl == fyne.KeyModifierSuper {
		return "Cmd+" + name
	}
	if s.ctrl {
		return "Ctrl+" + name
	}
	return name
}

// keyName is what stands on a key.
func keyName(ui *kit.UI, key fyne.KeyName) string {
	switch key {
	case fyne.KeyUp:
		return "↑"
	case fyne.KeyDown:
		return "↓"
	case fyne.KeyLeft:
		return "←"
	case fyne.KeyRight:
		return "→"
	case fyne.KeyReturn, fyne.KeyEnter:
		return "Enter"
	case fyne.KeySpace:
		return ui.T("key.space")
	case desktop.KeyMenu:
		return ui.T("key.menu")
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
func (b binding) labels(ui *kit.UI) string {
	var out []string
	for _, s := range b.strokes {
		if label := s.label(ui); len(out) == 0 || out[len(out)-1] != label {
			out = append(out, label)
		}
	}
	return strings.Join(out, "  ")
}
