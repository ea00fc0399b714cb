package kit

import (
	"image/color"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Entry is a line to type in. Esc and the window's shortcuts go on to the
// window.
type Entry struct {
	widget.Entry
	look *Look
	// paste is asked first what to do with a text from the clipboard; true means
	// that it took the text. nil: it is pasted.
	OnPaste func(string) bool
	up      func() // arrow keys that leave a single line; nil when they do nothing
	OnDown  func()
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
	e.look.reveal(e)
}

func (e *Entry) TypedKey(k *fyne.KeyEvent) {
	switch {
	case k.Name == fyne.KeyEscape, k.Name == fyne.KeyF1, k.Name == fyne.KeyF6:
		e.look.OnKey(k)
	case k.Name == fyne.KeyUp && e.up != nil:
		e.up()
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

// Toggle is a box to tick, with a sentence that may be long.
type Toggle struct {
	widget.BaseWidget
	look *Look
	on   func(bool)

	checked, focused, hovered bool

	box   *canvas.Rectangle
	tick  *canvas.Image
	Words *Prose
}

var (
	_ fyne.Focusable    = (*Toggle)(nil)
	_ fyne.Tappable     = (*Toggle)(nil)
	_ desktop.Hoverable = (*Toggle)(nil)
	_ Tall              = (*Toggle)(nil)
)

// NewToggle returns a switch with its words beside it; on is told each change.
func NewToggle(l *Look, label string, checked bool, on func(bool)) *Toggle {
	t := &Toggle{look: l, checked: checked, on: on, Words: NewProse(label, SizeText, l.Palette.Text)}
	t.ExtendBaseWidget(t)
	return t
}

const tickRoom = 28 // box and gap

func (t *Toggle) CreateRenderer() fyne.WidgetRenderer {
	t.box = canvas.NewRectangle(color.Transparent)
	t.box.CornerRadius = Radius
	t.tick = Icon(`<path d="M6 12.5 10.3 17 18 8" stroke-width="2.75"/>`, t.look.Palette.OnAccent)
	t.paint()
	return &Renderer{
		Parts: []fyne.CanvasObject{t.box, t.tick, t.Words},
		Min:   func() fyne.Size { return fyne.NewSize(tickRoom+4*Grid, t.HeightFor(t.Size().Width)) },
		Place: func(s fyne.Size) {
			Place(t.box, 0, 1, 18, 18)
			Place(t.tick, 1, 2, 16, 16)
			Place(t.Words, tickRoom, 0, s.Width-tickRoom, s.Height)
		},
		Paint: t.paint,
	}
}

func (t *Toggle) HeightFor(width float32) float32 {
	return max(20, t.Words.HeightFor(width-tickRoom))
}

func (t *Toggle) paint() {
	p := t.look.Palette
	t.box.FillColor, t.box.StrokeColor, t.box.StrokeWidth = p.Raised, p.Border, 1
	if t.hovered {
		t.box.FillColor = p.Hover
	}
	if t.checked {
		t.box.FillColor, t.box.StrokeColor = p.Accent, p.Accent
	}
	if t.focused {
		t.box.StrokeColor, t.box.StrokeWidth = p.Sandbox, 2
		if t.checked {
			t.box.StrokeColor = p.Text
		}
	}
	t.tick.Hidden = !t.checked
}

// Set switches it without telling anybody.
func (t *Toggle) Set(checked bool) {
	if t.checked != checked {
		t.checked = checked
		t.Refresh()
	}
}

// Flip switches it, as a person does.
func (t *Toggle) Flip() {
	t.Set(!t.checked)
	if t.on != nil {
		t.on(t.checked)
	}
}

func (t *Toggle) Tapped(*fyne.PointEvent)        { t.Flip() }
func (t *Toggle) MouseIn(*desktop.MouseEvent)    { t.hovered = true; t.Refresh() }
func (t *Toggle) MouseMoved(*desktop.MouseEvent) {}
func (t *Toggle) MouseOut()                      { t.hovered = false; t.Refresh() }
func (t *Toggle) FocusGained()                   { t.focused = true; t.Refresh(); t.look.reveal(t) }
func (t *Toggle) FocusLost()                     { t.focused = false; t.Refresh() }
func (t *Toggle) TypedRune(r rune)               { t.look.Typed(r) }

func (t *Toggle) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeySpace || e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter {
		t.Flip()
		return
	}
	t.look.OnKey(e)
}
