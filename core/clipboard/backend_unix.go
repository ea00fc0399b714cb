//go:build !windows && !darwin

package clipboard

import "os/exec"

// backend chooses how to copy in a session. On Wayland a program without a focused
// window can set the clipboard only by a special protocol, which wl-copy speaks; if
// that is missing, Xwayland passes the X11 selection on.
func (m *Manager) backend(s Session, how habits) (string, board) {
	if s.WaylandDisplay != "" {
		if tool, err := exec.LookPath("wl-copy"); err == nil {
			return "wayland", wlBoard{log: m.log, asked: &m.asked, settle: m.settle, tool: tool, display: s.WaylandDisplay, how: how}
		}
	}
	if s.Display != "" {
		return "x11", x11Board{session: s, how: how}
	}
	return "none", nil
}
