package kit

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"tokentray/ui/text"
)

// birds returns a picker with five options. Two of them have a word in common.
func birds(t *testing.T) (*Picker, *[]string) {
	t.Helper()
	test.NewTempApp(t)
	picked := &[]string{}
	p := NewPicker(
		uiIn(text.English), "wren", func(v string) { *picked = append(*picked, v) },
		Choice{Value: "robin", Label: "Robin"}, Choice{Value: "wren", Label: "Wren"}, Choice{Value: "wren-new", Label: "Wren (new)"},
		Choice{Value: "owl", Label: "猫头鹰"}, Choice{Value: "finch", Label: "Finch"},
	)
	shown(t, p, fyne.NewSize(300, 300))
	return p, picked
}

func keys(p *Picker, names ...fyne.KeyName) {
	for _, n := range names {
		p.TypedKey(&fyne.KeyEvent{Name: n})
	}
}

func types(p *Picker, text string) {
	for _, r := range text {
		p.TypedRune(r)
	}
}

// The keyboard opens the table, typing filters it by label or value, and Enter
// chooses the marked option.
func TestPickerByKeyboard(t *testing.T) {
	p, picked := birds(t)
	if h := p.HeightFor(300); h != SegmentHeight {
		t.Errorf("closed it is %v high", h)
	}
	keys(p, fyne.KeyReturn)
	if !p.open || p.HeightFor(300) <= 2*SegmentHeight || p.found()[p.marked] != 1 {
		t.Errorf("open %v, marked %d", p.open, p.marked)
	}
	keys(p, fyne.KeyEscape)
	types(p, "new wr")
	if got := p.found(); len(got) != 1 || got[0] != 2 {
		t.Errorf("found %v", got)
	}
	keys(p, fyne.KeyBackspace, fyne.KeyBackspace, fyne.KeyBackspace, fyne.KeyBackspace, fyne.KeyBackspace, fyne.KeyBackspace)
	if len(p.found()) != 5 {
		t.Errorf("nothing is typed, and %d are found", len(p.found()))
	}
	types(p, "猫头")
	keys(p, fyne.KeyReturn)
	types(p, "ow") // by its value
	keys(p, fyne.KeyEscape)
	keys(p, fyne.KeyDown, fyne.KeyHome, fyne.KeyRight, fyne.KeyRight, fyne.KeyEnter)
	types(p, "nobody")
	keys(p, fyne.KeyReturn, fyne.KeyDown)
	if got := strings.Join(*picked, " "); got != "owl wren-new" || p.Value() != "wren-new" || !p.open || p.words[0].Text != p.ui.T("picker.none") {
		t.Errorf("picked %q, stands at %q", got, p.Value())
	}
	p.FocusLost()
	if p.open || p.line.Text != "Wren (new)" {
		t.Errorf("open %v, says %q", p.open, p.line.Text)
	}
}

// A click on the line opens the table and a click on an option chooses it. Resized is
// called at each change of the height.
func TestPickerByPointer(t *testing.T) {
	p, picked := birds(t)
	resized := 0
	p.Resized = func() { resized++ }
	test.TapAt(p, fyne.NewPos(10, 10))
	places, _ := p.places(p.Size().Width)
	x, y, _ := p.cell(places[0], p.Size().Width)
	test.TapAt(p, fyne.NewPos(x+4, y+4))
	if strings.Join(*picked, " ") != "robin" || p.open || resized != 2 {
		t.Errorf("picked %v, open %v, %d changes of height", *picked, p.open, resized)
	}
	test.TapAt(p, fyne.NewPos(10, 10))
	test.TapAt(p, fyne.NewPos(10, 10))
	if p.open || len(*picked) != 1 {
		t.Errorf("open %v, picked %v", p.open, *picked)
	}
}

// Each group starts a new line under its heading, arrows move between lines, and a
// filtered table has no headings.
func TestPickerGroups(t *testing.T) {
	test.NewTempApp(t)
	p := NewPicker(
		uiIn(text.English), "a", nil, Choice{Value: "a", Label: "Robin", Group: "Songbirds"}, Choice{Value: "b", Label: "Wren", Group: "Songbirds"},
		Choice{Value: "c", Label: "Finch", Group: "Songbirds"}, Choice{Value: "d", Label: "Owl", Group: "Raptors"}, Choice{Value: "e", Label: "Kite", Group: "Raptors"},
	)
	width := 2*p.widest() + 2*Grid + 1
	shown(t, p, fyne.NewSize(width, 400))
	keys(p, fyne.KeyReturn)
	places, height := p.places(width)
	if p.columns(width) != 2 || places[2].line != 1 || places[3].line != 2 || !places[3].head || places[4].col != 1 || height != 3*pickerRow+2*pickerHead {
		t.Errorf("%+v, %v high", places, height)
	}
	if p.heads[3].Text != "Raptors" || !p.heads[3].Visible() || p.heads[1].Visible() {
		t.Error("the headings are wrong")
	}
	keys(p, fyne.KeyRight, fyne.KeyDown, fyne.KeyDown)
	if p.marked != 3 {
		t.Errorf("two lines down the mark is at %d", p.marked)
	}
	keys(p, fyne.KeyUp, fyne.KeyUp, fyne.KeyUp)
	if p.marked != 0 {
		t.Errorf("at the top the mark is at %d", p.marked)
	}
	types(p, "i")
	if _, height := p.places(width); len(p.found()) != 3 || height != 2*pickerRow {
		t.Errorf("%d are found, %v high", len(p.found()), height)
	}
}
