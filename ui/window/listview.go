package window

import (
	"sort"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"tokentray/core"
	"tokentray/ui/kit"
)

// listView is the list of accounts. It has row widgets only for the rows in sight: a
// thousand accounts cost as much as ten. It is no widget.List, because the row under
// the pointer keeps its place while rows above it come, go or change their height
// (anchor.go), and a tick changes words without binding a row again.
type listView struct {
	widget.BaseWidget
	ui *kit.UI
	on listActions

	source     rowSource
	ids        []core.ID
	at         map[core.ID]int // the index of each
	tops       []float32       // top edge of each row, and the bottom of the last
	width      float32         // that the tops were made for
	compact    bool            // rows have one line
	strips     stripHeights
	selected   core.ID
	marked     map[core.ID]bool // the rows that are marked; the window keeps it
	focused    bool
	byKeyboard bool // the keyboard was used last: only then a ring shows the focus
	byWindow   bool // the window gives the focus, not a person with Tab

	// While the pointer is on a row, that row keeps its place: see anchor.go.
	anchor      anchor
	keptHeights map[core.ID]float32 // heights that rows above it keep meanwhile
	recalled    *bool               // what is selected is to be brought into sight
	lead, tail  float32             // empty room above the first row and below the last
	idle        int                 // seconds in which the pointer did not move

	// What was moved lately takes no click: see misclick.go.
	stood      map[core.ID]float32 // where rows stood on the screen before a change
	arrived    map[core.ID]time.Time
	reselected time.Time // when somebody else replaced the selection

	scroll *kit.Scroll
	canvas *fyne.Container
	views  map[core.ID]*rowView
	spare  []*rowView
}

// rowSource provides the rows. The list asks only for those in sight.
type rowSource struct {
	row func(core.ID) row
	// plain reports whether a row certainly has no problem, begins no group and has
	// the least height; it is asked for every row.
	plain func(core.ID) bool
}

// listActions are what the list needs of the window.
type listActions struct {
	rowActions
	step  func(core.ID)                    // the keyboard moved
	bound func(stroke, ...keyGroup) func() // what a key does
	find  func(string)

	released func() // the pointer is on no row, or rests
	now      func() time.Time
}

var _ fyne.Focusable = (*listView)(nil)

func newListView(ui *kit.UI, source rowSource, on listActions) *listView {
	v := &listView{
		ui: ui, source: source, on: on,
		views: map[core.ID]*rowView{}, tops: []float32{0}, strips: stripHeights{}, keptHeights: map[core.ID]float32{}, arrived: map[core.ID]time.Time{},
	}
	v.on.moved = func() { v.idle = 0 }
	v.on.settled = v.settled
	v.canvas = container.New(&rowsLayout{v})
	v.scroll = kit.NewScroll(v.canvas)
	v.scroll.OnScrolled = func(fyne.Position) { v.scrolled() }
	v.ExtendBaseWidget(v)
	return v
}

// rowsLayout is the layout of the long sheet with the rows; the list itself places
// those in sight.
type rowsLayout struct{ list *listView }

func (s *rowsLayout) Layout([]fyne.CanvasObject, fyne.Size) {}

func (s *rowsLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(240, s.list.end())
}

func (v *listView) CreateRenderer() fyne.WidgetRenderer {
	return &kit.Renderer{
		Parts: []fyne.CanvasObject{v.scroll},
		Min:   func() fyne.Size { return fyne.NewSize(240, rowHeight) },
		Place: func(s fyne.Size) {
			if s.Width != v.width {
				v.measure(s.Width)
			}
			inSight := v.seen(v.selected)
			v.resize(s)
			v.layoutRows()
			if inSight || v.recalls() {
				v.selectRow(v.selected) // a message below may have taken its room
			}
		},
	}
}

// show takes the accounts to list. byPerson: a person changed what is listed, and
// nothing waits for the pointer.
func (v *listView) show(ids []core.ID, byPerson bool) {
	v.keepingAnchor(func() bool {
		if byPerson {
			v.anchor.loose, v.lead, v.tail = true, 0, 0
		}
		v.ids = ids
		v.at = make(map[core.ID]int, len(ids))
		for i, id := range ids {
			v.at[id] = i
		}
		v.measure(v.Size().Width)
		return true
	})
	for id, view := range v.views {
		if stays := id == v.anchor.id && v.anchor.kept; view.hovered && !stays {
			view.leave() // it moved away from the pointer, which Fyne does not report
		}
	}
	if v.recalls() {
		v.selectRow(v.selected)
	}
}

// recalls reports whether what was selected when the window was closed is to come into
// sight, as it is listed for the first time.
func (v *listView) recalls() bool { return v.recalled != nil && *v.recalled }

// measure finds where each row stands in a list of that width.
func (v *listView) measure(width float32) {
	v.width = width
	v.tops = append(make([]float32, 0, len(v.ids)+1), v.lead)
	for i, id := range v.ids {
		v.tops = append(v.tops, v.tops[i]+v.rowHeight(id))
	}
}

// rowHeight is how high the row of an account is now.
func (v *listView) rowHeight(id core.ID) float32 {
	if high, kept := v.keptHeights[id]; kept {
		return high
	}
	if v.source.plain(id) {
		return v.least()
	}
	return v.HeightOf(v.source.row(id))
}

// least is how high a row without a problem is.
func (v *listView) least() float32 { return leastHeight(v.compact) }

// HeightOf is how high a row is.
func (v *listView) HeightOf(r row) float32 {
	if r.Problem.Action == actionNone {
		return headOf(r) + r.least()
	}
	return headOf(r) + r.least() + v.strips.of(r.Problem, r.Compact, r.Open, v.width)
}

// update shows one row anew.
func (v *listView) update(id core.ID) {
	if i, ok := v.at[id]; ok {
		v.keepingAnchor(func() bool { return v.refreshRow(i) })
	}
}

// refreshRow asks for a row again. It reports whether the height changed, so that
// those below have moved and all must be placed.
func (v *listView) refreshRow(i int) bool {
	next := v.source.row(v.ids[i])
	if by := v.HeightOf(next) - (v.tops[i+1] - v.tops[i]); by != 0 {
		if !v.keepsHeight(i, by) {
			delete(v.keptHeights, next.ID)
			for j := i + 1; j < len(v.tops); j++ {
				v.tops[j] += by
			}
			return true
		}
		v.keptHeights[next.ID] = v.tops[i+1] - v.tops[i]
	} else {
		delete(v.keptHeights, next.ID)
	}
	if view := v.views[next.ID]; view != nil {
		view.bind(v.fit(next))
	}
	return false
}

// tick asks for the rows in sight again; other rows are asked for when they come
// into sight.
func (v *listView) tick() {
	v.idle++
	v.release()
	v.keepingAnchor(func() bool {
		moved := false
		for first, last := v.window(); first < last; first++ {
			moved = v.refreshRow(first) || moved
		}
		return moved
	})
}

// window is the range of rows that can be seen.
func (v *listView) window() (first, last int) {
	top := v.scroll.Offset.Y
	bottom := top + v.scroll.Size().Height
	first = sort.Search(len(v.ids), func(i int) bool { return v.tops[i+1] > top })
	last = sort.Search(len(v.ids), func(i int) bool { return v.tops[i] >= bottom })
	return first, max(first, last)
}

// layoutRows gives every row in sight a widget, taking those of rows that left.
func (v *listView) layoutRows() {
	width := v.Size().Width
	if width == 0 {
		return
	}
	first, last := v.window()
	for id, view := range v.views {
		if i, ok := v.at[id]; !ok || i < first || i >= last {
			delete(v.views, id)
			view.leave()
			v.spare = append(v.spare, view)
		}
	}
	objects := make([]fyne.CanvasObject, 0, last-first)
	for i := first; i < last; i++ {
		id := v.ids[i]
		view := v.views[id]
		if view == nil {
			view = v.spareView()
			v.views[id] = view
		}
		shown := v.source.row(id)
		head := headOf(shown)
		kit.Place(view, 0, v.tops[i]+head, width, v.tops[i+1]-v.tops[i]-head)
		view.bind(v.fit(shown))
		if line := v.drawHead(shown, v.tops[i], width); line != nil {
			objects = append(objects, line)
		}
		view.mark(id == v.selected, v.focused && v.byKeyboard, v.marked[id])
		objects = append(objects, view)
	}
	v.canvas.Objects = objects
	v.canvas.Refresh()
}

func (v *listView) spareView() *rowView {
	if n := len(v.spare); n > 0 {
		view := v.spare[n-1]
		v.spare = v.spare[:n-1]
		return view
	}
	return newRowView(v.ui, v.on.rowActions)
}

func (v *listView) index(id core.ID) int {
	if i, ok := v.at[id]; ok {
		return i
	}
	return -1
}

// selectRow selects a row and scrolls it into sight.
func (v *listView) selectRow(id core.ID) {
	v.selected = id
	if i := v.index(id); i >= 0 && v.scroll.Size().Height > 0 {
		if v.recalled != nil {
			*v.recalled = false
		}
		top, bottom, high := v.tops[i], v.tops[i+1], v.scroll.Size().Height
		switch y := v.scroll.Offset.Y; {
		case top < y:
			v.scrollTo(top)
		case bottom > y+high:
			v.scrollTo(bottom - high)
		}
	}
	v.markRows()
}

// seen reports whether the whole row of an account is in sight.
func (v *listView) seen(id core.ID) bool {
	i := v.index(id)
	y := v.scroll.Offset.Y
	return i >= 0 && v.tops[i] >= y && v.tops[i+1] <= y+v.scroll.Size().Height
}

// scrollTo scrolls; Fyne calls OnScrolled only for a person's scrolling.
func (v *listView) scrollTo(y float32) {
	v.scroll.ScrollToOffset(fyne.NewPos(0, y))
	v.scrolled()
}

// scrolled places the rows. What the dots do is not told of a row that went on.
func (v *listView) scrolled() {
	for _, view := range v.views {
		view.untell()
	}
	v.layoutRows()
}

func (v *listView) markRows() {
	for id, view := range v.views {
		view.mark(id == v.selected, v.focused && v.byKeyboard, v.marked[id])
	}
}

func (v *listView) step(by int) {
	if len(v.ids) == 0 {
		return
	}
	i := min(max(v.index(v.selected)+by, 0), len(v.ids)-1)
	v.on.step(v.ids[i])
}

// onSelected is what a key does with the selected row, if there is one.
func (v *listView) onSelected(do func(core.ID)) func() {
	return func() {
		if v.index(v.selected) >= 0 {
			do(v.selected)
		}
	}
}

// FocusGained shows where the keyboard is. With nothing selected it selects the
// first row in sight; otherwise nobody would see that the list has the keyboard.
func (v *listView) FocusGained() {
	v.focused = true
	if !v.byWindow {
		v.byKeyboard = true
		if first, last := v.window(); v.index(v.selected) < 0 && first < last {
			v.on.step(v.ids[first])
		}
	}
	v.markRows()
}

func (v *listView) FocusLost() { v.focused = false; v.markRows() }

// TypedRune begins a search with the character, unless it is a key of the window's.
func (v *listView) TypedRune(r rune) {
	switch {
	case r == '?':
		v.ui.Typed(r)
	case r > ' ':
		v.on.find(string(r))
	}
}

func (v *listView) TypedKey(e *fyne.KeyEvent) {
	v.byKeyboard = true
	pressed := stroke{key: e.Name, shift: v.on.modifiers()&fyne.KeyModifierShift != 0}
	if do := v.on.bound(pressed, keysList); do != nil {
		do()
		v.markRows()
		return
	}
	v.ui.OnKey(e)
}
