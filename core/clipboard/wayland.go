//go:build !windows && !darwin

package clipboard

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"tokentray/core"
)

// wlBoard is the clipboard of a Wayland compositor, reached by wl-clipboard.
type wlBoard struct {
	log     *slog.Logger
	asked   *wlKnowledge
	settle  time.Duration // see settleTime
	tool    string        // wl-copy
	display string
	how     habits
}

// wlCopy is a wl-copy child in the foreground. It lives as long as it owns the
// selection, and dies with it.
type wlCopy struct {
	cmd     *exec.Cmd
	text    fingerprint
	ended   chan struct{} // closed when the child has been reaped
	primary *wlCopy       // owns PRIMARY, if wanted
	// files are what sweep may remove, since a later child may have the same text;
	// nil before there is one: all with the text.
	files atomic.Pointer[[]string]
}

// acquire starts a wl-copy that owns text. The text goes through a pipe, because
// everybody can read the child's argv and environment.
func (b wlBoard) acquire(ctx context.Context, text string, secret bool) (owner, error) {
	hide := secret && b.asked.sensitive(ctx, b.tool)
	w, err := b.start(ctx, text, hide, false)
	if err != nil {
		return nil, err
	}
	if b.how.primary {
		if w.primary, err = b.start(ctx, text, hide, true); err != nil {
			b.log.Debug("not put on PRIMARY", "err", err)
		}
	}
	return w, nil
}

func (b wlBoard) start(ctx context.Context, text string, sensitive, primary bool) (*wlCopy, error) {
	log, display, settle := b.log, b.display, b.settle
	args := []string{"--foreground", "--type", "text/plain"}
	if sensitive {
		args = append(args, "--sensitive")
	}
	if b.how.once {
		args = append(args, "--paste-once")
	}
	if primary {
		args = append(args, "--primary")
	}
	cmd := exec.Command(b.tool, args...)
	cmd.Env = append(os.Environ(), "WAYLAND_DISPLAY="+display)
	cmd.Stdin = strings.NewReader(text)
	var said bytes.Buffer
	cmd.Stderr = &capped{&said, 2000}
	cmd.SysProcAttr = childAttr()
	if b.asked.next != nil {
		b.asked.next()
	}
	if err := cmd.Start(); err != nil {
		return nil, noClipboard("wl-copy does not start", err)
	}
	w := &wlCopy{cmd: cmd, text: fingerprintOf(text), ended: make(chan struct{})}
	b.asked.next = w.bound
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

// sensitive reports whether this wl-copy (2.3 and later) can mark a text as secret,
// so that histories leave it out. The same program is asked once; one that did not
// answer is asked again.
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
		k.tool, k.stamp, k.yes = tool, stamp, yes
	}
	return yes
}

// promptTime is how long a read waits before it checks whether there is any text:
// wl-paste --watch reports nothing on an empty clipboard.
const promptTime = 300 * time.Millisecond

// look reads the clipboard with wl-paste, if the compositor lets a program without a
// window read it. --watch fails at once elsewhere, while a plain wl-paste would take
// the keyboard focus for a moment.
func (b wlBoard) look(ctx context.Context, text fingerprint, how lookHow) (verdict, owner, error) {
	prompt, cancel := context.WithTimeout(ctx, promptTime)
	defer cancel()
	found, err := b.compare(prompt, text)
	if errors.Is(err, errSilent) && b.run(ctx, "wl-paste", "--list-types").Run() == nil {
		found, err = b.compare(ctx, text)
	} else if errors.Is(err, errSilent) && ctx.Err() == nil {
		err = nil // there is nothing
	}
	if err != nil || found != same || !how.empty {
		return found, nil, err
	}
	if err := b.run(ctx, "wl-copy", "--clear").Run(); err != nil {
		return nothing, nil, fmt.Errorf("wl-copy: %w", err)
	}
	return same, nil, nil
}

// compare compares the clipboard's content with a text.
func (b wlBoard) compare(ctx context.Context, text fingerprint) (verdict, error) {
	cmd := b.run(ctx, "wl-paste", "--no-newline", "--watch", "sh", "-c", `cat; kill "$PPID"`)
	var content bytes.Buffer
	cmd.Stdout = &capped{&content, text.size + 1}
	err := cmd.Run()
	defer func() { clear(content.Bytes()) }()
	if s := cmd.ProcessState; s != nil && s.String() == "signal: "+syscall.SIGTERM.String() {
		err = nil // our script ended it
	}
	switch {
	case ctx.Err() != nil:
		return nothing, errSilent
	case err != nil:
		return nothing, fmt.Errorf("wl-paste: %w", err)
	case content.Len() == 0:
		return nothing, nil
	case text.matches(content.Bytes()):
		return same, nil
	}
	return other, nil
}

// run is a program of wl-clipboard on our display.
func (b wlBoard) run(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(filepath.Dir(b.tool), name), args...)
	cmd.Env = append(os.Environ(), "WAYLAND_DISPLAY="+b.display)
	cmd.SysProcAttr = childAttr()
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // its children too
	cmd.WaitDelay = goodbye
	return cmd
}

func (w *wlCopy) lost() <-chan struct{}   { return w.ended }
func (w *wlCopy) pasted() <-chan struct{} { return nil }

func (w *wlCopy) ours() bool {
	select {
	case <-w.ended:
		return false
	default:
		return true
	}
}

// release ends the child; the selection goes with it. Only the living child owns the
// selection, so no other text can be cleared.
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
	if w.primary != nil {
		w.primary.release()
	}
	return ours
}

// sweep removes the file in which wl-copy before 2.2 keeps its content. The file
// stays when a signal ends the child. It is recognised by its content.
func (w *wlCopy) sweep() {
	files := w.files.Load()
	for _, f := range w.buffers() {
		if files == nil || slices.Contains(*files, f) {
			os.RemoveAll(filepath.Dir(f))
		}
	}
}

// bound keeps sweep from the files of later children.
func (w *wlCopy) bound() {
	files := w.buffers()
	w.files.Store(&files)
}

// buffers are the files with the child's text in which a wl-copy keeps its content.
func (w *wlCopy) buffers() []string {
	files, _ := filepath.Glob(filepath.Join(bufferDir, "wl-copy-buffer-*", "stdin"))
	return slices.DeleteFunc(files, func(f string) bool {
		if info, err := os.Lstat(f); err != nil || !info.Mode().IsRegular() || info.Size() != int64(w.text.size) {
			return true
		}
		content, err := os.ReadFile(f)
		return err != nil || !w.text.matches(content)
	})
}

// bufferDir is where those versions of wl-copy put the file, whatever TMPDIR is.
const bufferDir = "/tmp"

// redact removes the text from a child's output.
func redact(said, text string) string {
	if text == "" {
		return said
	}
	return strings.ReplaceAll(strings.TrimSpace(said), text, core.Hidden)
}

// capped keeps the first left bytes and discards the rest.
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
