//go:build !windows && !darwin

package clipboard

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"tokentray/core"
)

// wlCopy is a wl-copy child in the foreground. It lives as long as it owns the
// selection, and dies with it.
type wlCopy struct {
	cmd   *exec.Cmd
	text  string
	ended chan struct{} // closed when the child has been reaped
}

// acquireWayland starts a wl-copy that owns text. The text goes through a pipe;
// argv and environment of the child are there for everybody to read.
func acquireWayland(ctx context.Context, log *slog.Logger, tool, display, text string, settle time.Duration, sensitive bool) (owner, error) {
	args := []string{"--foreground", "--type", "text/plain"}
	if sensitive {
		args = append(args, "--sensitive")
	}
	cmd := exec.Command(tool, args...)
	cmd.Env = append(os.Environ(), "WAYLAND_DISPLAY="+display)
	cmd.Stdin = strings.NewReader(text)
	var said bytes.Buffer
	cmd.Stderr = &capped{&said, 2000}
	cmd.SysProcAttr = childAttr()
	if err := cmd.Start(); err != nil {
		return nil, noClipboard("wl-copy does not start", err)
	}
	w := &wlCopy{cmd: cmd, text: text, ended: make(chan struct{})}
	go func() {
		defer close(w.ended)
		cmd.Wait()
	}()
	timer := time.NewTimer(settle)
	defer timer.Stop()
	select {
	case <-w.ended:
		w.sweep()
		log.Debug("wl-copy ended at once", "said", redact(said.String(), text))
		return nil, noClipboard("wl-copy cannot reach the compositor", fmt.Errorf("wl-copy: %s", cmd.ProcessState))
	case <-ctx.Done():
		w.release()
		return nil, core.AsError(ctx.Err())
	case <-timer.C:
		return w, nil
	}
}

// sensitive reports whether this wl-copy (2.3 and later) can mark a text as
// secret, so that histories leave it out. The same program is asked once; one
// that did not answer is asked again.
func (k *wlKnowledge) sensitive(ctx context.Context, tool string) bool {
	var stamp time.Time
	if info, err := os.Stat(tool); err == nil {
		stamp = info.ModTime()
	}
	if k.tool == tool && k.stamp.Equal(stamp) {
		return k.yes
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	help, _ := exec.CommandContext(ctx, tool, "--help").CombinedOutput()
	yes := bytes.Contains(help, []byte("--sensitive"))
	if len(help) > 0 && ctx.Err() == nil {
		*k = wlKnowledge{tool, stamp, yes}
	}
	return yes
}

func (w *wlCopy) lost() <-chan struct{} { return w.ended }

func (w *wlCopy) ours() bool {
	select {
	case <-w.ended:
		return false
	default:
		return true
	}
}

// release ends the child; the selection goes with it. Only the living child
// owns the selection, so nothing of anybody else's can be cleared.
func (w *wlCopy) release() bool {
	ours := true
	select {
	case <-w.ended:
		ours = false
	default:
		w.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-w.ended:
		case <-time.After(goodbye):
			w.cmd.Process.Kill()
			<-w.ended
		}
	}
	w.sweep()
	return ours
}

// sweep removes the file in which wl-copy before 2.2 keeps its content, which
// stays behind when the child is ended by a signal. It is known by content.
func (w *wlCopy) sweep() {
	files, _ := filepath.Glob(filepath.Join(bufferDir, "wl-copy-buffer-*", "stdin"))
	for _, f := range files {
		if info, err := os.Lstat(f); err != nil || !info.Mode().IsRegular() || info.Size() != int64(len(w.text)) {
			continue
		}
		if content, err := os.ReadFile(f); err == nil && string(content) == w.text {
			os.RemoveAll(filepath.Dir(f))
		}
	}
}

// bufferDir is where those versions of wl-copy put the file, whatever TMPDIR.
const bufferDir = "/tmp"

// redact takes the text out of what a child said.
func redact(said, text string) string {
	if text == "" {
		return said
	}
	return strings.ReplaceAll(strings.TrimSpace(said), text, "•••")
}

// capped keeps the first left bytes and takes the rest without complaint.
type capped struct {
	b    *bytes.Buffer
	left int
}

func (c *capped) Write(p []byte) (int, error) {
	n := min(len(p), c.left)
	c.b.Write(p[:n])
	c.left -= n
	return len(p), nil
}
