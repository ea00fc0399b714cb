package kit

import (
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Entry is a line to type in. It passes Esc and the window's shortcuts on to the
// window.
type Entry struct {
	widget.Entry
	// OnPaste is called first with a text from the clipboard. It returns true if it
	// used the text. nil: the text is pasted.
	OnPaste func(string) bool
	// OnDown is called when the down arrow leaves a single line. nil: nothing
	// happens.
	OnDown func()

	ui      *UI
	focused bool
}

// MaxEntry is how many characters of a text from the clipboard go into an entry. It
// is more than any field accepts, so that the field can say so, and few enough to be
// drawn without delay.
const MaxEntry = 4096

// NewEntry returns a line to type in. It calls on at each change.
func NewEntry(ui *UI, placeholder, value string, on func(string)) *Entry {
	e := &Entry{ui: ui}
	e.Wrapping = fyne.TextWrap(fyne.TextTruncateClip)
	e.PlaceHolder = placeholder
	e.Text = value
	e.CursorColumn = utf8.RuneCountInString(value) // the person goes on typing at the end
	e.ExtendBaseWidget(e)
	e.OnChanged = on
	return e
}

// NewSecretEntry returns an entry that hides what is typed until the eye button is
// pressed. This eye can have the keyboard focus; Fyne's own cannot.
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

// Write puts a text into the field without calling its change handler.
func (e *Entry) Write(s string) {
	if e.Text == s {
		return
	}
	on := e.OnChanged
	e.OnChanged = nil
	e.SetText(s)
	e.OnChanged = on
}

// CreateRenderer puts a pane over Fyne's entry that takes only the wheel. Otherwise
// the entry would swallow the wheel, and the page under it would stop scrolling.
func (e *Entry) CreateRenderer() fyne.WidgetRenderer {
	inner := e.Entry.CreateRenderer()
	w := &wheelPane{}
	w.on = func(ev *fyne.ScrollEvent) {
		if own := scrollable(inner.Objects()); own != nil && e.MultiLine && e.focused {
			own.Scrolled(ev)
			return
		}
		e.ui.Wheel(ev)
	}
	w.ExtendBaseWidget(w)
	r := &entryRenderer{WidgetRenderer: inner, pane: w}
	if !e.MultiLine {
		r.hem = canvas.NewRectangle(e.ui.Palette.Raised)
		r.hem.CornerRadius = Radius / 2
	}
	return r
}

// scrollable returns the first of the objects that the wheel scrolls.
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
	hem  *canvas.Rectangle // covers Fyne's scroll bar of a long line; nil in a note
}

func (r *entryRenderer) Layout(s fyne.Size) {
	r.WidgetRenderer.Layout(s)
	Place(r.pane, 0, 0, s.Width, s.Height)
	if r.hem != nil {
		const high, border = 4, 2 // under the lowest pixels of g, p and y, over the frame
		Place(r.hem, border, s.Height-high-border, s.Width-2*border, high)
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

// wheelPane is invisible and takes the wheel.
type wheelPane struct {
	widget.BaseWidget
	on func(*fyne.ScrollEvent)
}

func (w *wheelPane) CreateRenderer() fyne.WidgetRenderer {
	return &Renderer{Min: func() fyne.Size { return fyne.Size{} }, Place: func(fyne.Size) {}}
}

func (w *wheelPane) Scrolled(e *fyne.ScrollEvent) { w.on(e) }

// AcceptsTab returns false: Tab moves the focus on, in a note too.
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
	case k.Name == fyne.KeyEscape, k.Name == fyne.KeyF1, k.Name == fyne.KeyF6, !e.MultiLine && (k.Name == fyne.KeyPageUp || k.Name == fyne.KeyPageDown):
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

// paste inserts a text from the clipboard, or as much of it as fits.
func (e *Entry) paste(content string) {
	if e.OnPaste != nil && e.OnPaste(content) {
		return
	}
	if runes := []rune(content); len(runes) > MaxEntry {
		content = string(runes[:MaxEntry])
	}
	e.Entry.TypedShortcut(&fyne.ShortcutPaste{Clipboard: excerpt{content}})
}

// excerpt is a clipboard with a fixed content.
type excerpt struct{ content string }

func (c excerpt) Content() string { return c.content }
func (excerpt) SetContent(string) {}
