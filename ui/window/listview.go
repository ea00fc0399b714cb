package window

import (
	"sort"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"tokentray/core"
)

// listView is the list of accounts. It holds a row widget for each row in sight
// and no more: a thousand accounts cost what ten cost. Unlike the toolkit's list
// it can have rows of two heights and be told to tick without binding every row
// anew.
type listView struct {
	widget.BaseWidget
	look *look
	on   listActions

	rows     []row
	tops     []float32 // top edge of each row, and the bottom of the last
	selected core.ID
	focused  bool
	keyed    bool // the keyboard was used last: only then a ring shows the focus

	scroll *container.Scroll
	canvas *fyne.Container
	views  map[core.ID]*rowView
	spare  []*rowView
}

// listActions are what the list asks of the window.
type listActions struct {
	rowActions
	step   func(core.ID) // the keyboard moved
	open   func(core.ID) // details
	remove func(core.ID)
	find   func(string)
}

var _ fyne.Focusable = (*listView)(nil)

func newListView(l *look, on listActions) *listView {
	v := &listView{look: l, on: on, views: map[core.ID]*rowView{}, tops: []float32{0}}
	v.canvas = container.New(&sheetOf{v})
	v.scroll = container.NewVScroll(v.canvas)
	v.scroll.OnScrolled = func(fyne.Position) { v.place() }
	v.ExtendBaseWidget(v)
	return v
}

// sheetOf is the layout of the long sheet that the rows lie on; the list itself
// places those in sight.
type sheetOf struct{ list *listView }

func (s *sheetOf) Layout([]fyne.CanvasObject, fyne.Size) {}

func (s *sheetOf) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(240, s.list.tops[len(s.list.tops)-1])
}

func (v *listView) CreateRenderer() fyne.WidgetRenderer {
	return &face{
		objects: []fyne.CanvasObject{v.scroll},
		min:     func() fyne.Size { return fyne.NewSize(240, rowHeight) },
		lay: func(s fyne.Size) {
			put(v.scroll, 0, 0, s.Width, s.Height)
			v.place()
		},
	}
}

// show takes the rows that are to be listed.
func (v *listView) show(rows []row) {
	v.rows = rows
	for _, view := range v.views {
		view.hovered = false // it may move away from the pointer, of which Fyne says nothing
		view.paintGround()
	}
	v.measure()
	v.scroll.Refresh()
	v.place()
}

func (v *listView) measure() {
	v.tops = make([]float32, 1, len(v.rows)+1)
	for i, r := range v.rows {
		v.tops = append(v.tops, v.tops[i]+heightOf(r))
	}
}

// update shows one row anew. Where its height changed, those below move.
func (v *listView) update(next row) {
	for i, r := range v.rows {
		if r.ID != next.ID {
			continue
		}
		v.rows[i] = next
		if heightOf(r) != heightOf(next) {
			v.measure()
			v.scroll.Refresh()
			v.place()
		} else if view := v.views[next.ID]; view != nil {
			view.bind(next)
		}
		return
	}
}

// tick asks for the rows in sight again; all other rows are asked for when they
// come into sight.
func (v *listView) tick(now func(core.ID) (row, bool)) {
	for _, id := range v.inSight() {
		if next, ok := now(id); ok {
			v.update(next)
		}
	}
}

func (v *listView) inSight() []core.ID {
	first, last := v.window()
	ids := make([]core.ID, 0, last-first)
	for _, r := range v.rows[first:last] {
		ids = append(ids, r.ID)
	}
	return ids
}

// window is the range of rows that can be seen.
func (v *listView) window() (first, last int) {
	top := v.scroll.Offset.Y
	bottom := top + v.scroll.Size().Height
	first = sort.Search(len(v.rows), func(i int) bool { return v.tops[i+1] > top })
	last = sort.Search(len(v.rows), func(i int) bool { return v.tops[i] >= bottom })
	return first, max(first, last)
}

// place gives every row in sight a widget, taking those of rows that left.
func (v *listView) place() {
	width := v.Size().Width
	if width == 0 {
		return
	}
	first, last := v.window()
	keep := map[core.ID]bool{}
	for _, r := range v.rows[first:last] {
		keep[r.ID] = true
	}
	for id, view := range v.views {
		if !keep[id] {
			delete(v.views, id)
			view.hovered = false
			v.spare = append(v.spare, view)
		}
	}
	objects := make([]fyne.CanvasObject, 0, last-first)
	for i := first; i < last; i++ {
		r := v.rows[i]
		view := v.views[r.ID]
		if view == nil {
			view = v.take()
			v.views[r.ID] = view
		}
		put(view, 0, v.tops[i], width, heightOf(r))
		view.bind(r)
		view.mark(r.ID == v.selected, v.focused && v.keyed)
		objects = append(objects, view)
	}
	v.canvas.Objects = objects
	v.canvas.Refresh()
}

func (v *listView) take() *rowView {
	if n := len(v.spare); n > 0 {
		view := v.spare[n-1]
		v.spare = v.spare[:n-1]
		return view
	}
	return newRowView(v.look, v.on.rowActions)
}

func (v *listView) index(id core.ID) int {
	for i, r := range v.rows {
		if r.ID == id {
			return i
		}
	}
	return -1
}

// choose selects a row and scrolls it into sight.
func (v *listView) choose(id core.ID) {
	v.selected = id
	if i := v.index(id); i >= 0 && v.scroll.Size().Height > 0 {
		top, bottom, high := v.tops[i], v.tops[i+1], v.scroll.Size().Height
		switch y := v.scroll.Offset.Y; {
		case top < y:
			v.scrollTo(top)
		case bottom > y+high:
			v.scrollTo(bottom - high)
		}
	}
	v.remark()
}

// scrollTo scrolls; Fyne tells OnScrolled of a person's scrolling alone.
func (v *listView) scrollTo(y float32) {
	v.scroll.ScrollToOffset(fyne.NewPos(0, y))
	v.place()
}

func (v *listView) remark() {
	for id, view := range v.views {
		view.mark(id == v.selected, v.focused && v.keyed)
	}
}

func (v *listView) step(by int) {
	if len(v.rows) == 0 {
		return
	}
	i := min(max(v.index(v.selected)+by, 0), len(v.rows)-1)
	v.on.step(v.rows[i].ID)
}

func (v *listView) FocusGained() {
	v.focused = true
	v.remark()
}

func (v *listView) FocusLost() { v.focused = false; v.remark() }

// TypedRune begins a search with what is typed.
func (v *listView) TypedRune(r rune) {
	if r > ' ' {
		v.on.find(string(r))
	}
}

func (v *listView) TypedKey(e *fyne.KeyEvent) {
	v.keyed = true
	page := max(1, int(v.scroll.Size().Height/rowHeight)-1)
	chosen := v.index(v.selected) >= 0
	switch e.Name {
	case fyne.KeyDown:
		v.step(1)
	case fyne.KeyUp:
		v.step(-1)
	case fyne.KeyPageDown:
		v.step(page)
	case fyne.KeyPageUp:
		v.step(-page)
	case fyne.KeyHome:
		v.step(-len(v.rows))
	case fyne.KeyEnd:
		v.step(len(v.rows))
	case fyne.KeyReturn, fyne.KeyEnter:
		if chosen {
			v.on.copy(v.selected)
		}
	case fyne.KeyRight:
		if chosen {
			v.on.open(v.selected)
		}
	case fyne.KeyDelete:
		if chosen {
			v.on.remove(v.selected)
		}
	case fyne.KeySpace, desktop.KeyMenu:
		if view := v.views[v.selected]; view != nil {
			at := fyne.CurrentApp().Driver().AbsolutePositionForObject(view)
			v.on.menu(v.selected, at.AddXY(view.Size().Width-moreWidth, rowHeight/2))
		}
	default:
		v.look.key(e)
	}
}
