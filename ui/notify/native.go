//go:build windows || darwin

package notify

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
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

// signal is what the platform reports of a click: the mark of this process, the kind
// of the notification, and the action.
type signal string

// native shows notifications with programs of the platform. On Windows a click reports
// back to this process; see clicks.
type native struct {
	clicks
	log   *slog.Logger
	mark  string
	shown [places]bool
}

func newDesktop(cfg Config) desktop {
	return &native{clicks: newClicks(cfg), log: cfg.Log, mark: rand.Text()}
}

// deaf is why clicks on a notification are not reported. It is shown anyway.
type deaf struct{ error }

func (d *deaf) Unwrap() error { return d.error }

func (n *native) show(ctx context.Context, m message) error {
	deaf := (*deaf)(nil)
	switch err := n.open(); {
	case errors.As(err, &deaf):
		n.log.Warn("a click on a notification does nothing", "err", err)
	case err != nil:
		return err
	}
	if err := run(ctx, n.shower(m)); err != nil {
		return err
	}
	n.shown[m.kind] = true
	return nil
}

func (n *native) withdraw(ctx context.Context, k kind) {
	if c, ok := n.remover(k); ok && n.shown[k] {
		_ = run(ctx, c) // it fails if the notification is already gone
	}
	n.shown[k] = false
}

// report is the signal of a click.
func (n *native) report(k kind, act string) string { return n.mark + " " + k.String() + " " + act }

func (n *native) signals() <-chan signal { return n.heard() }

// read interprets a click. Those on what an earlier process showed, and those that
// another program makes up, do nothing.
func (n *native) read(s signal, ok bool) desktopEvent {
	parts := strings.Fields(string(s))
	if !ok || len(parts) != 3 || parts[0] != n.mark {
		return desktopEvent{}
	}
	for k := range places {
		if k.String() == parts[1] {
			return desktopEvent{kind: k, button: parts[2]}
		}
	}
	return desktopEvent{}
}

func (n *native) session(api.Session) bool { return false }

// close withdraws all notifications quickly: the session may be ending.
func (n *native) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for k := range places {
		n.withdraw(ctx, k)
	}
	n.clicks.close()
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
