package window

import (
	"encoding/json"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/format"
)

// kept is the window's saved state. It names an account only by its ID.
type kept struct {
	Width    float32 `json:"width,omitempty"` // at a text size of 100 %
	Height   float32 `json:"height,omitempty"`
	Place    *Place  `json:"place,omitempty"` // nil: wherever the desktop puts it
	All      bool    `json:"all,omitempty"`   // the view of both environments; the others follow the active one
	Split    float32 `json:"split,omitempty"` // the list's share of the width; 0: the usual one
	Selected core.ID `json:"selected,omitempty"`
	Form     string  `json:"form,omitempty"` // in which a token was copied last
}

// maxKept is larger than any screen.
const maxKept = 20_000

// recalled reads the saved state; an unreadable one counts as empty.
func recalled(raw []byte) kept {
	var k kept
	if json.Unmarshal(raw, &k) != nil || k.Width < 0 || k.Height < 0 || k.Width > maxKept || k.Height > maxKept || k.Split < 0 || k.Split > 1 {
		return kept{}
	}
	return k
}

// size is the size to begin with, in units of a text size.
func (k kept) size(percent int) fyne.Size {
	first := startSize(percent)
	if k.Width == 0 || k.Height == 0 {
		return first
	}
	by := 100 / float32(max(1, percent))
	return fyne.NewSize(k.Width*by, k.Height*by).Max(fyne.NewSize(360, 400))
}

// recall brings place, view and selection back as they were left.
func (w *Window) recall(k kept) {
	if k.Place != nil && w.cfg.PutAt != nil {
		w.cfg.PutAt(*k.Place)
	}
	if k.All {
		w.listing.view, w.listing.follow = viewAll, false
	}
	w.listing.selected, w.listing.recalled, w.split.share = k.Selected, k.Selected != "", k.Split
	if format.Valid(k.Form) {
		w.clipboard.last = k.Form
	}
}

// remember is the window's present state.
func (w *Window) remember() {
	if w.cfg.Keep == nil || w.model.Demo {
		return
	}
	size, by := w.win.Canvas().Size(), float32(w.appearance.percent)/100
	k := kept{Width: size.Width * by, Height: size.Height * by, Split: w.split.share, All: w.listing.view == viewAll, Selected: w.listing.selected, Form: w.clipboard.last}
	if w.cfg.PlaceOf != nil {
		if at, ok := w.cfg.PlaceOf(w.win); ok {
			k.Place = &at
		}
	}
	raw, err := json.Marshal(k)
	if err == nil {
		err = w.cfg.Keep(raw)
	}
	if err != nil {
		w.cfg.Log.Warn("how the window is left is not kept", "err", err)
	}
}
