package clipboard

import (
	"context"

	"golang.org/x/sys/windows"
)

// maxAsked is the most that is read of the clipboard for a person, in bytes.
const maxAsked = 128 << 10

// ReadAsked reads the text on the clipboard because a person at a terminal asked for
// it.
func ReadAsked(ctx context.Context, _ Session) (string, error) {
	p := loadProcs()
	var out string
	err := p.opened(ctx, func() error {
		text, err := p.text(maxAsked)
		out = windows.UTF16ToString(text)
		return err
	})
	return out, err
}
