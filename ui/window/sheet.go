package window

import (
	"fyne.io/fyne/v2"

	"tokentray/ui/kit"
)

// sheet is a kit.Sheet and what the window keeps of it. Esc closes it.
type sheet struct {
	*kit.Sheet
	typed   func() bool    // something was typed that would be lost; nil: never
	first   fyne.Focusable // what has the keyboard at first
	char    func(rune)     // what a character does that no part used; nil: nothing
	again   func()         // opens it anew, in other words or colours; nil: it stays as it is
	leaving bool           // it asks whether to close the window
}
