package window

import (
	"tokentray/core/kinds"
	"tokentray/core/recognise"
)

// pasted is what a pasted text says about an account.
type pasted = recognise.Pasted

// readPasted finds AppID and AppSecret in a text, as the import of files does. A
// value alone is no such text: it is pasted where somebody wants it.
func readPasted(set kinds.Set, text string) (pasted, bool) {
	return recognise.New(recognise.Of(set)...).Text(text)
}
