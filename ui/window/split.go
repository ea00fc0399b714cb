package window

import "tokentray/ui/kit"

// split is where list and details are divided in a wide window.
type split struct {
	*shell
	share float32 // of the width that the list has; 0: the usual one
}

// The least widths of list and details, and how far a key moves what divides them.
const (
	leastList   = 300
	leastDetail = 340
	splitStep   = 0.05
)

// left is the width of the list in a window of a width.
func (s *split) left(width float32) float32 {
	left := min(520, width*0.45)
	if s.share > 0 {
		left = width * s.share
	}
	return max(leastList, min(left, width-leastDetail))
}

// move gives the list more of the width, or less.
func (s *split) move(by float32) {
	width := s.win.Canvas().Size().Width
	if !s.wide() {
		return
	}
	s.share = (s.left(width) + by) / width
	s.share = s.left(width) / width // what was possible of it
	s.relayout()
}

// step moves it by a key.
func (s *split) step(by float32) { s.move(by * splitStep * s.win.Canvas().Size().Width) }

// reset divides the window as at first.
func (s *split) reset() {
	s.share = 0
	s.relayout()
}

// rule is what is dragged.
func (s *split) rule() *kit.Divider {
	d := kit.NewDivider(s.ui)
	d.OnDrag, d.OnReset = s.move, s.reset
	return d
}
