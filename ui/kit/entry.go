package kit

import (
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
	// OnPaste is asked first what to do with a text from the clipboard; true means
	// that it took the text. nil: the text is pasted.
	OnPaste func(string) bool
	// OnDown is the arrow key that leaves a single line; nil: it does nothing.
	OnDown func()

	ui      *UI
	focused bool
}

// MaxEntry is how much of a text from the clipboard goes into an entry, in
// characters: more than any field takes, so that the field says so, and no more
// than can be drawn without delay.
const MaxEntry = 4096

// NewEntry returns a line to type in; on is told each change.
func NewEntry(ui *UI, placeholder, value string, on func(string)) *Entry {
	e := &Entry{ui: ui}
	e.Wrapping = fyne.TextWrap(fyne.TextTruncateClip)
	e.PlaceHolder = placeholder
	e.Text = value
	e.CursorColumn = utf8.RuneCountInString(value) // where one goes on writing
	e.ExtendBaseWidget(e)
	e.OnChanged = on
	return e
}

// NewSecretEntry hides what is typed until its eye is pressed. The eye can have the
// keyboard, which that of Fyne's own cannot.
func NewSecretEntry(ui *UI, placeholder, value string, on func(string)) *Entry {
	e := NewEntry(ui, placeholder, value, on)
	e.Password = true
	show, hide := ui.T("entry.show"), ui.T("entry.hide")
	eye := NewSmallIconButton(ui, IconShow, show, nil)
	eye.OnPress = func() {
		e.Password = !e.Password
		if e.Password {
			eye.SetIcon(IconShow, show)
		} else {
			eye.SetIcon(IconHide, hide)
		}
		e.Refresh()
	}
	e.ActionItem = eye
	return e
}

// NewNoteEntry returns a field of several lines.
func NewNoteEntry(ui *UI, value string, on func(string)) *Entry {
	e := NewEntry(ui, "", value, on)
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

// CreateRenderer lays a pane over Fyne's entry that takes the wheel alone: Fyne's
// entry would swallow it, and the page under it would stop.
func (e *Entry) CreateRenderer() fyne.WidgetRenderer {
	inner := e.Entry.CreateRenderer()
	w := &wheelPane{}
	w.on = func(ev *fyne.ScrollEvent) {
		if own := scrollable(inner.Objects()); own != nil && e.MultiLine && e.focused {
			own.Scrolled(ev)
			return
		}
		e.ui.wheel(ev)
	}
	w.ExtendBaseWidget(w)
	r := &entryRenderer{WidgetRenderer: inner, pane: w}
	if !e.MultiLine {
		r.hem = canvas.NewRectangle(e.ui.Palette.Raised)
	}
	return r
}

// scrollable is the first of the objects that the wheel scrolls.
func scrollable(objects []fyne.CanvasObject) fyne.Scrollable {
	for _, o := range objects {
		if s, ok := o.(fyne.Scrollable); ok {
			return s
		}
	}
	return nil
}

type entryRenderer struct {
	fyne.WidgetRenderer
	pane *wheelPane
	hem  *canvas.Rectangle // over the bar by which Fyne scrolls a long line; nil in a note
}

func (r *entryRenderer) Layout(s fyne.Size) {
	r.WidgetRenderer.Layout(s)
	Place(r.pane, 0, 0, s.Width, s.Height)
	if r.hem != nil {
		const high, border = 5, 3
		Place(r.hem, Radius, s.Height-high-border, s.Width-2*Radius, high)
	}
}

func (r *entryRenderer) Objects() []fyne.CanvasObject {
	inner := r.WidgetRenderer.Objects()
	inner = inner[:len(inner):len(inner)]
	if r.hem != nil {
		inner = append(inner, r.hem)
	}
	return append(inner, r.pane)
}

// wheelPane cannot be seen and takes the wheel.
type wheelPane struct {
	widget.BaseWidget
	on func(*fyne.ScrollEvent)
}

func (w *wheelPane) CreateRenderer() fyne.WidgetRenderer {
	return &Renderer{Min: func() fyne.Size { return fyne.Size{} }, Place: func(fyne.Size) {}}
}

func (w *wheelPane) Scrolled(e *fyne.ScrollEvent) { w.on(e) }

// AcceptsTab keeps Tab for moving on, in a note too.
func (e *Entry) AcceptsTab() bool { return false }

func (e *Entry) FocusLost() {
	e.focused = false
	e.Entry.FocusLost()
}

func (e *Entry) FocusGained() {
	e.focused = true
	e.Entry.FocusGained()
	e.ui.Reveal(e)
}

func (e *Entry) TypedKey(k *fyne.KeyEvent) {
	switch {
	case k.Name == fyne.KeyEscape, k.Name == fyne.KeyF1, k.Name == fyne.KeyF6:
		e.ui.OnKey(k)
	case k.Name == fyne.KeyDown && e.OnDown != nil:
		e.OnDown()
	default:
		e.Entry.TypedKey(k)
	}
}

func (e *Entry) TypedShortcut(s fyne.Shortcut) {
	switch s := s.(type) {
	case *desktop.CustomShortcut:
		e.ui.OnShortcut(s)
		return
	case *fyne.ShortcutPaste:
		if e.ui.ReadClipboard != nil {
			e.ui.ReadClipboard(e.paste)
		} else {
			e.paste(s.Clipboard.Content())
		}
		return
	}
	e.Entry.TypedShortcut(s)
}

// paste takes a text from the clipboard, or as much as fits.
func (e *Entry) paste(content string) {
	if e.OnPaste != nil && e.OnPaste(content) {
		return
	}
	if runes := []rune(content); len(runes) > MaxEntry {
		content = string(runes[:MaxEntry])
	}
	e.Entry.TypedShortcut(&fyne.ShortcutPaste{Clipboard: excerpt{content}})
}

// excerpt stands for a clipboard whose content was read.
type excerpt struct{ content string }

func (c excerpt) Content() string { return c.content }
func (excerpt) SetContent(string) {}
