//go:build !windows && !darwin

package clipboard

import (
	"sync"
	"time"
)

const (
	// watchful is the time after a copy in which nobody pastes yet: a program that
	// reads the clipboard then watches it.
	watchful = 700 * time.Millisecond
	// pasteGrace is how long after the first paste a text stays: many programs read
	// it more than once to paste it.
	pasteGrace = time.Second
)

// pastes tells the first paste of a text from the reads of programs that watch the
// clipboard: known clipboard managers, those that ask whether the text is a secret,
// and those that read at once. It is used by one goroutine.
type pastes struct {
	began    time.Time
	watchers map[uint32]bool // programs, by the desktop's number for them
	pasted   chan struct{}   // closed pasteGrace after the first paste
	once     sync.Once
	after    func(time.Duration, func()) // time.AfterFunc
}

func newPastes(now time.Time) *pastes {
	return &pastes{
		began: now, watchers: map[uint32]bool{}, pasted: make(chan struct{}),
		after: func(d time.Duration, f func()) { time.AfterFunc(d, f) },
	}
}

// note notes that a program has read one of the offered forms. process returns the
// program's name, if needed.
func (p *pastes) note(program uint32, target string, now time.Time, process func() string) {
	text := isText(target)
	switch {
	case target == secretHint, text && now.Sub(p.began) < watchful:
		p.watchers[program] = true
		return
	case !text || p.watchers[program]:
		return
	}
	if _, known := managerOf(process()); known {
		p.watchers[program] = true
		return
	}
	p.once.Do(func() { p.after(pasteGrace, func() { close(p.pasted) }) })
}
