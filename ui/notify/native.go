//go:build windows || darwin

package notify

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"tokentray/core/api"
)

// supported is true: programs of the platform show notifications.
const supported = true

// atMost limits each of them. PowerShell takes seconds to start.
const atMost = 20 * time.Second

// errNoBus is only returned on platforms whose notifications use a bus.
var errNoBus = errors.New("no session bus")

type signal struct{}

// native shows notifications with programs of the platform. They have no buttons and
// report nothing back.
type native struct {
	shown [places]bool
}

func newDesktop(string) desktop { return &native{} }

func (n *native) show(ctx context.Context, m message) error {
	if err := run(ctx, shower(m)); err != nil {
		return err
	}
	n.shown[m.kind] = true
	return nil
}

func (n *native) withdraw(ctx context.Context, k kind) {
	if c, ok := remover(k); ok && n.shown[k] {
		_ = run(ctx, c) // it fails if the notification is already gone
	}
	n.shown[k] = false
}

func (n *native) signals() <-chan signal         { return nil }
func (n *native) read(signal, bool) desktopEvent { return desktopEvent{} }
func (n *native) session(api.Session) bool       { return false }

// close withdraws all notifications quickly: the session may be ending.
func (n *native) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for k := range places {
		n.withdraw(ctx, k)
	}
}

func run(ctx context.Context, c command) error {
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.path, c.args...)
	cmd.Stdin = strings.NewReader(c.stdin)
	cmd.SysProcAttr = hidden()
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("showing a notification by %s: %w", c.path, err)
	}
	return nil
}
