//go:build !windows && !darwin

package clipboard

import (
	"context"
	"os/exec"
)

// backend picks how to copy in a session. Wayland lets a program without a
// focused window take the clipboard only by a protocol of its own, which
// wl-copy speaks; where that is missing, Xwayland passes the X11 selection on.
func (m *Manager) backend(s Session) (string, acquire) {
	if s.WaylandDisplay != "" {
		if tool, err := exec.LookPath("wl-copy"); err == nil {
			return "wayland", func(ctx context.Context, text string, secret bool) (owner, error) {
				hide := secret && m.asked.sensitive(ctx, tool)
				return acquireWayland(ctx, m.log, tool, s.WaylandDisplay, text, m.settle, hide)
			}
		}
	}
	if s.Display != "" {
		return "x11", func(ctx context.Context, text string, secret bool) (owner, error) {
			return acquireX11(ctx, s, text, secret)
		}
	}
	return "none", nil
}
