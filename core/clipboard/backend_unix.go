//go:build !windows && !darwin

package clipboard

import "os/exec"

// backend picks how to copy in a session. Wayland lets a program without a
// focused window take the clipboard only by a protocol of its own, which
// wl-copy speaks; where that is missing, Xwayland passes the X11 selection on.
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
