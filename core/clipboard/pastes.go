//go:build !windows && !darwin

package clipboard

import (
	"sync"
	"time"
)

const (
	// watchful is the time after a copy in which nobody pastes yet: whoever reads the
	// clipboard then watches it.
	watchful = 700 * time.Millisecond
	// pasteGrace is how long after the first paste a text stays: many programs ask
	// more than once for what they paste.
	pasteGrace = time.Second
)

// pastes tells the first paste of a text from the reads of programs that watch the
// clipboard: known clipboard managers, whoever asks whether the text is a secret,
// and whoever reads at once. It is used by one goroutine.
type pastes struct {
	began    time.Time
	watchers map[uint32]bool // programs, by a number of the desktop's
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

// note notes that a program has read one of the forms that are offered. process is
// asked for the program's name if that counts.
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
