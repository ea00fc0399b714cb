//go:build !windows && !darwin

package clipboard

import (
	"bytes"
	"context"
	"os"
	"os/exec"
)

// maxAsked is the most that is read of the clipboard for a person, in bytes.
const maxAsked = 64 << 10

// ReadAsked reads the text on the clipboard because a person at a terminal asked for
// it: on Wayland with wl-paste, which may take the keyboard focus for a moment, else
// like Read.
func ReadAsked(ctx context.Context, s Session) (string, error) {
	tool, err := exec.LookPath("wl-paste")
	if s.WaylandDisplay == "" || err != nil {
		return Read(ctx, s)
	}
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, tool, "--no-newline", "--type", "text")
	cmd.Env = append(os.Environ(), "WAYLAND_DISPLAY="+s.WaylandDisplay)
	cmd.WaitDelay = goodbye
	var content bytes.Buffer
	cmd.Stdout = &capped{&content, maxAsked}
	switch err := cmd.Run(); {
	case ctx.Err() != nil:
		return "", silent()
	case err != nil && content.Len() == 0 && cmd.ProcessState == nil:
		return "", noClipboard("wl-paste does not start", err)
	}
	return content.String(), nil
}
