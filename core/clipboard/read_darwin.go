package clipboard

import (
	"bytes"
	"context"
	"os/exec"
)

// maxAsked is the most that is read of the clipboard for a person, in bytes.
const maxAsked = 64 << 10

// ReadAsked reads the text on the clipboard because a person at a terminal asked for
// it.
func ReadAsked(ctx context.Context, _ Session) (string, error) {
	out, err := exec.CommandContext(ctx, "/usr/bin/pbpaste").Output()
	if err != nil {
		return "", noClipboard("pbpaste fails", err)
	}
	return string(bytes.ToValidUTF8(out[:min(len(out), maxAsked)], nil)), nil
}
