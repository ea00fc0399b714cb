package window

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

const (
	family  = "👩\u200d👩\u200d👧\u200d👦" // one character to a reader
	arabic  = "متجر الاختبار"
	hebrew  = "חנות"
	accents = "e\u0301"
)

// oddNames are names as the worst of users has them.
func oddNames() []string {
	return []string{
		strings.Repeat("long-name-", 20), strings.Repeat("W", 200), strings.Repeat("测试商城账号名称", 25),
		arabic, strings.Repeat(arabic+" ", 14) + "end", hebrew + " shop 12", strings.Repeat(hebrew, 50),
		family + " family shop", strings.Repeat(family, 28), strings.Repeat(accents, 100), "🇨🇳🇩🇪 flags", "a",
	}
}

func TestNamesInSentences(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"shop", "shop/live"},
		{"测试商城", "测试商城/live"},
		{strings.Repeat("a", 48), strings.Repeat("a", 48) + "/live"},
		{strings.Repeat("a", 49) + "b", strings.Repeat("a", 31) + "…" + strings.Repeat("a", 15) + "b/live"},
		{strings.Repeat("测", 200), strings.Repeat("测", 31) + "…" + strings.Repeat("测", 16) + "/live"},
		{strings.Repeat(family, 28), strings.Repeat(family, 28) + "/live"},
		{strings.Repeat(accents, 100), strings.Repeat(accents, 31) + "…" + strings.Repeat(accents, 16) + "/live"},
		{hebrew, "\u200e\u2068" + hebrew + "\u2069\u200e/live"},
	} {
		if got := refWords(api.Ref{Name: c.name, Env: core.Live}); got != c.want {
			t.Errorf("%q: %q, want %q", c.name, got, c.want)
		}
	}
}

// With such names nothing overlaps and nothing leaves the window, in rows,
// messages and questions, at every width.
func TestOddNamesKeepTheirPlaces(t *testing.T) {
	for _, width := range []float32{320, 460, 1100} {
		var all []api.Account
		for i, name := range oddNames() {
			a := sample(name, core.Envs()[i%2], noon, time.Hour, 2*time.Hour)
			if i%3 == 0 {
				a = blocked(name, a.Env)
			}
			all = append(all, a)
		}
		s := newStage(t, all...).in("en", width).open()
		s.listing.switchView(viewAll)
		for i, id := range s.listing.list.ids {
			s.listing.list.scrollTo(s.listing.list.tops[i])
			v := s.listing.list.views[id]
			figures := v.time.Position().X
			for _, o := range []*canvas.Text{v.name, v.kind, v.state, v.mask} {
				if right := o.Position().X + o.MinSize().Width; o.Visible() && o.Text != "" && right > figures+1 {
					t.Errorf("%v %q: %q reaches %v, the figures begin at %v", width, id, o.Text, right, figures)
				}
			}
			if v.kind.Visible() && v.kind.Text != "" && v.kind.Position().X < v.name.Position().X+v.name.MinSize().Width {
				t.Errorf("%v %q: the kind stands on the name", width, id)
			}
			s.clipboard.copyDefault(id)
			s.untilSays("copied")
			s.accounts.askRemove(id)
			walk(s.sheet.Sheet, func(o fyne.CanvasObject) {
				if p, ok := o.(*kit.Prose); ok {
					for _, line := range linesOf(p) {
						if line.MinSize().Width > p.Size().Width+1 {
							t.Errorf("%v %q: the question's %q is too wide", width, id, line.Text)
						}
					}
				}
			})
			s.closeSheet()
			for _, line := range linesOf(s.snackbar.words) {
				if right := s.snackbar.words.Position().X + line.MinSize().Width; right > s.snackbar.Size().Width {
					t.Errorf("%v %q: the message reaches %v", width, id, right)
				}
			}
			if h := s.snackbar.Size().Height; h > 200 {
				t.Errorf("%v %q: the message is %v high", width, id, h)
			}
			s.clipboard.dismiss()
		}
	}
}

// linesOf are the lines in which a text stands.
func linesOf(p *kit.Prose) []*canvas.Text {
	var out []*canvas.Text
	for _, o := range test.WidgetRenderer(p).Objects() {
		out = append(out, o.(*canvas.Text))
	}
	return out
}
