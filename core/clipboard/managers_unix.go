//go:build !windows && !darwin

package clipboard

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jezek/xgb/xproto"
)

// findTime bounds the search for a clipboard manager.
const findTime = time.Second

// Find finds the clipboard manager of a session: the owner of X11's
// CLIPBOARD_MANAGER selection, or a process of a known name. It prefers one that
// keeps a history.
func Find(ctx context.Context, s Session) (Program, bool) {
	ctx, cancel := context.WithTimeout(ctx, findTime)
	defer cancel()
	owner := ""
	if s.Display != "" {
		owner, _ = beside(ctx, func() (string, error) { return managerProcess(ctx, s) }, func(string) {})
	}
	known, ok := managerOf(owner)
	if ok && known.Hint != HintNeedless {
		return known, true
	}
	if p, found := findProcess(s); found {
		return p, true
	}
	if owner == "" {
		return Program{}, false
	}
	if !ok {
		known = Program{Name: owner, Hint: HintUnknown}
	}
	return known, true
}

// managerName is the name of the running clipboard manager that remembers copies,
// empty for none.
func managerName(s Session) string {
	p, ok := Find(context.Background(), s)
	if !ok || p.Hint == HintNeedless {
		return ""
	}
	return p.Name
}

// managerProcess is the process that owns the selection CLIPBOARD_MANAGER.
func managerProcess(ctx context.Context, s Session) (string, error) {
	c, err := dialX11(s)
	if err != nil {
		return "", err
	}
	stop := c.endWith(ctx)
	defer func() {
		stop()
		c.conn.Close()
	}()
	const name = "CLIPBOARD_MANAGER"
	a, err := xproto.InternAtom(c.conn, false, uint16(len(name)), name).Reply()
	if err != nil {
		return "", err
	}
	by, err := c.owner(a.Atom)
	if err != nil || by == xproto.WindowNone {
		return "", err
	}
	return c.process(by), nil
}

// findProcess looks for a clipboard manager among our processes of the session.
func findProcess(s Session) (Program, bool) {
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		comm, err := os.ReadFile(filepath.Join(dir, "comm"))
		if err != nil {
			continue
		}
		p, known := managerOf(strings.TrimSpace(string(comm)))
		if !known || p.Hint == HintNeedless {
			continue
		}
		env, err := os.ReadFile(filepath.Join(dir, "environ")) // fails for other people's
		if err == nil && inSession(env, s) {
			return p, true
		}
	}
	return Program{}, false
}

// inSession reports whether a process with that environment is on the session's
// display.
func inSession(env []byte, s Session) bool {
	for pair := range bytes.SplitSeq(env, []byte{0}) {
		key, value, _ := strings.Cut(string(pair), "=")
		switch {
		case key == "DISPLAY" && s.Display != "" && screenless(value) == screenless(s.Display):
			return true
		case key == "WAYLAND_DISPLAY" && value != "" && value == s.WaylandDisplay:
			return true
		}
	}
	return false
}

// screenless is the name of a display without the number of its screen.
func screenless(display string) string {
	colon := strings.LastIndexByte(display, ':')
	if dot := strings.LastIndexByte(display, '.'); colon >= 0 && dot > colon {
		return display[:dot]
	}
	return display
}
