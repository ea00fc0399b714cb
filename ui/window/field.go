package window

import (
	"image/color"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// entry is a line to type in. Esc and the window's shortcuts go on to the
// window.
type entry struct {
	widget.Entry
	look *look
	// paste is asked first what to do with a text from the clipboard; true means
	// that it took the text. nil: it is pasted.
	paste func(string) bool
	up    func() // arrow keys that leave a single line; nil when they do nothing
	down  func()
}

// maxEntry is how much of a text from the clipboard goes into an entry, in
// characters: more than any field takes, so that the field says so, and no more
// than can be drawn without delay.
const maxEntry = 4096

func newEntry(l *look, placeholder, value string, on func(string)) *entry {
	e := &entry{look: l}
	e.Wrapping = fyne.TextWrap(fyne.TextTruncateClip)
	e.PlaceHolder = placeholder
	e.Text = value
	e.CursorColumn = utf8.RuneCountInString(value) // where one goes on writing
	e.ExtendBaseWidget(e)
	e.OnChanged = on
	return e
}

// newSecretEntry hides what is typed until its eye is pressed.
func newSecretEntry(l *look, placeholder, value string, on func(string)) *entry {
	e := newEntry(l, placeholder, value, on)
	e.Password = true
	return e
}

func newNoteEntry(l *look, value string, on func(string)) *entry {
	e := newEntry(l, "", value, on)
	e.MultiLine, e.CursorColumn = true, 0
	e.Wrapping = fyne.TextWrapWord
	e.SetMinRowsVisible(3)
	return e
}

// AcceptsTab keeps Tab for moving on, in a note too.
func (e *entry) AcceptsTab() bool { return false }

func (e *entry) FocusGained() {
	e.Entry.FocusGained()
	e.look.inSight(e)
}

func (e *entry) TypedKey(k *fyne.KeyEvent) {
	switch {
	case k.Name == fyne.KeyEscape, k.Name == fyne.KeyF1, k.Name == fyne.KeyF6:
		e.look.key(k)
	case k.Name == fyne.KeyUp && e.up != nil:
		e.up()
	case k.Name == fyne.KeyDown && e.down != nil:
		e.down()
	default:
		e.Entry.TypedKey(k)
	}
}

func (e *entry) TypedShortcut(s fyne.Shortcut) {
	switch s := s.(type) {
	case *desktop.CustomShortcut:
		e.look.shortcut(s)
		return
	case *fyne.ShortcutPaste:
		content := s.Clipboard.Content()
		if e.paste != nil && e.paste(content) {
			return
		}
		if runes := []rune(content); len(runes) > maxEntry {
			e.Entry.TypedShortcut(&fyne.ShortcutPaste{Clipboard: excerpt{string(runes[:maxEntry])}})
			return
		}
	}
	e.Entry.TypedShortcut(s)
}

// excerpt stands for a clipboard that holds no more than an entry takes.
type excerpt struct{ content string }

func (c excerpt) Content() string { return c.content }
func (excerpt) SetContent(string) {}

// toggle is a box to tick, with a sentence that may be long.
type toggle struct {
	widget.BaseWidget
	look *look
	on   func(bool)

	checked, focused, hovered bool

	box   *canvas.Rectangle
	tick  *canvas.Image
	words *prose
}

var (
	_ fyne.Focusable    = (*toggle)(nil)
	_ fyne.Tappable     = (*toggle)(nil)
	_ desktop.Hoverable = (*toggle)(nil)
	_ tall              = (*toggle)(nil)
)

func newToggle(l *look, label string, checked bool, on func(bool)) *toggle {
	t := &toggle{look: l, checked: checked, on: on, words: newProse(label, sizeText, l.pal.Text)}
	t.ExtendBaseWidget(t)
	return t
}

const tickRoom = 28 // box and gap

func (t *toggle) CreateRenderer() fyne.WidgetRenderer {
	t.box = canvas.NewRectangle(color.Transparent)
	t.box.CornerRadius = radius
	t.tick = glyph(`<path d="M6 12.5 10.3 17 18 8" stroke-width="2.75"/>`, t.look.pal.OnAccent)
	t.paint()
	return &face{
		objects: []fyne.CanvasObject{t.box, t.tick, t.words},
		min:     func() fyne.Size { return fyne.NewSize(tickRoom+4*grid, t.heightFor(t.Size().Width)) },
		lay: func(s fyne.Size) {
			put(t.box, 0, 1, 18, 18)
			put(t.tick, 1, 2, 16, 16)
			put(t.words, tickRoom, 0, s.Width-tickRoom, s.Height)
		},
		refresh: t.paint,
	}
}

func (t *toggle) heightFor(width float32) float32 {
	return max(20, t.words.heightFor(width-tickRoom))
}

func (t *toggle) paint() {
	p := t.look.pal
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

func (t *toggle) set(checked bool) {
	if t.checked != checked {
		t.checked = checked
		t.Refresh()
	}
}

func (t *toggle) flip() {
	t.set(!t.checked)
	if t.on != nil {
		t.on(t.checked)
	}
}

func (t *toggle) Tapped(*fyne.PointEvent)        { t.flip() }
func (t *toggle) MouseIn(*desktop.MouseEvent)    { t.hovered = true; t.Refresh() }
func (t *toggle) MouseMoved(*desktop.MouseEvent) {}
func (t *toggle) MouseOut()                      { t.hovered = false; t.Refresh() }
func (t *toggle) FocusGained()                   { t.focused = true; t.Refresh(); t.look.inSight(t) }
func (t *toggle) FocusLost()                     { t.focused = false; t.Refresh() }
func (t *toggle) TypedRune(r rune)               { t.look.typed(r) }

func (t *toggle) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeySpace || e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter {
		t.flip()
		return
	}
	t.look.key(e)
}
