package agent

import (
	"context"
	"sync"

	"tokentray/core"
	"tokentray/core/api"
)

// A copy may have to wait for its token, up to half a minute. Who wanted it goes
// on meanwhile, and what was copied since is newer and stays: another token, or a
// text in another program.

// wish is one person's wish to have something on the clipboard, or nothing.
type wish struct {
	number  uint64      // a later wish has a higher one
	subject string      // of what is to be copied; empty: the clipboard is to be cleared
	changed func() bool // another program copied since
	done    bool        // it was fulfilled
	end     func()
}

// wishes are those under way, and the last that was fulfilled.
type wishes struct {
	mu      sync.Mutex
	last    uint64
	waiting map[uint64]string // their subjects
	newest  wish              // that was fulfilled
}

// wish notes a wish. Other programs are watched only where waiting is ahead.
func (s *Service) wish(ctx context.Context, subject string, waits bool) *wish {
	w := &wish{subject: subject, changed: func() bool { return false }}
	unwatch := func() {}
	s.wishes.begin(w)
	if waits {
		w.changed, unwatch = s.parts.Clipboard.Watch(ctx)
	}
	w.end = func() {
		s.wishes.end(w)
		unwatch()
	}
	return w
}

func (a *wishes) begin(w *wish) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last++
	w.number = a.last
	if a.waiting == nil {
		a.waiting = map[uint64]string{}
	}
	a.waiting[w.number] = w.subject
}

func (a *wishes) end(w *wish) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.waiting, w.number)
	if w.done && w.number > a.newest.number {
		a.newest = *w
	}
}

// overtaken reports whether something else was wished for since, and is on the
// clipboard or may yet come there. A later wish that failed overtakes nothing.
func (a *wishes) overtaken(w *wish) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.newest.number > w.number && a.newest.subject != w.subject {
		return true
	}
	for number, subject := range a.waiting {
		if number > w.number && subject != w.subject {
			return true
		}
	}
	return false
}

// tooLate is the error of a copy that was overtaken while it waited.
func tooLate(c copied) *core.Error {
	return &core.Error{
		Class: core.Misuse, Remedy: core.RemedyCopyLate,
		Message: "the token of " + (api.Ref{Name: c.Account, Env: c.Env}).String() +
			" is ready, but something else was copied meanwhile and stays on the clipboard; copy it again",
	}
}
