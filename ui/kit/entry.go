package kit

import (
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Entry is a line to type in. Esc and the window's shortcuts go on to the
// window.
type Entry struct {
	widget.Entry
	// OnPaste is asked first what to do with a text from the clipboard; true means
	// that it took the text. nil: the text is pasted.
	OnPaste func(string) bool
	// OnDown is the arrow key that leaves a single line; nil: it does nothing.
	OnDown func()

	look *Look
}

// MaxEntry is how much of a text from the clipboard goes into an entry, in
// characters: more than any field takes, so that the field says so, and no more
// than can be drawn without delay.
const MaxEntry = 4096

// NewEntry returns a line to type in; on is told each change.
func NewEntry(l *Look, placeholder, value string, on func(string)) *Entry {
	e := &Entry{look: l}
	e.Wrapping = fyne.TextWrap(fyne.TextTruncateClip)
	e.PlaceHolder = placeholder
	e.Text = value
	e.CursorColumn = utf8.RuneCountInString(value) // where one goes on writing
	e.ExtendBaseWidget(e)
	e.OnChanged = on
	return e
}

// NewSecretEntry hides what is typed until its eye is pressed.
func NewSecretEntry(l *Look, placeholder, value string, on func(string)) *Entry {
	e := NewEntry(l, placeholder, value, on)
	e.Password = true
	return e
}

// NewNoteEntry returns a field of several lines.
func NewNoteEntry(l *Look, value string, on func(string)) *Entry {
	e := NewEntry(l, "", value, on)
	e.MultiLine, e.CursorColumn = true, 0
	e.Wrapping = fyne.TextWrapWord
	e.SetMinRowsVisible(3)
	return e
}

// Write puts a text into the field without telling anybody.
func (e *Entry) Write(s string) {
	if e.Text == s {
		return
	}
	on := e.OnChanged
	e.OnChanged = nil
	e.SetText(s)
	e.OnChanged = on
}

// AcceptsTab keeps Tab for moving on, in a note too.
func (e *Entry) AcceptsTab() bool { return false }

func (e *Entry) FocusGained() {
	e.Entry.FocusGained()
	e.look.Reveal(e)
}

func (e *Entry) TypedKey(k *fyne.KeyEvent) {
	switch {
	case k.Name == fyne.KeyEscape, k.Name == fyne.KeyF1, k.Name == fyne.KeyF6:
		e.look.OnKey(k)
	case k.Name == fyne.KeyDown && e.OnDown != nil:
		e.OnDown()
	default:
		e.Entry.TypedKey(k)
	}
}

func (e *Entry) TypedShortcut(s fyne.Shortcut) {
	switch s := s.(type) {
	case *desktop.CustomShortcut:
		e.look.OnShortcut(s)
		return
	case *fyne.ShortcutPaste:
		content := s.Clipboard.Content()
		if e.OnPaste != nil && e.OnPaste(content) {
			return
		}
		if runes := []rune(content); len(runes) > MaxEntry {
			e.Entry.TypedShortcut(&fyne.ShortcutPaste{Clipboard: excerpt{string(runes[:MaxEntry])}})
			return
		}
	}
	e.Entry.TypedShortcut(s)
}

// excerpt stands for a clipboard that holds no more than an entry takes.
type excerpt struct{ content string }

func (c excerpt) Content() string { return c.content }
func (excerpt) SetContent(string) {}
