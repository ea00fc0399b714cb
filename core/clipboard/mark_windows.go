package clipboard

import "context"

// winMark is the number that Windows gives to each change of the clipboard.
type winMark struct {
	p  procs
	at uintptr
}

func newMark(context.Context, Session) mark {
	p := loadProcs()
	at, _, _ := p.sequence.Call()
	return &winMark{p, at}
}

// changed also checks that there is content: our own clearing is a change too.
func (k *winMark) changed() bool {
	if now, _, _ := k.p.sequence.Call(); now == k.at {
		return false
	}
	formats, _, _ := k.p.formats.Call()
	return formats > 0
}

func (*winMark) close() {}
