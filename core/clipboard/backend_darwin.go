package clipboard

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"tokentray/core"
)

// The scripts run in osascript, which needs no cgo. The text comes on standard
// input. The concealed type is what clipboard histories look for
// (nspasteboard.org). The pasteboard counts its changes: the count is printed
// after our change and compared before clearing.
const (
	copyScript = `ObjC.import("AppKit");
function run(argv) {
  const data = $.NSFileHandle.fileHandleWithStandardInput.readDataToEndOfFile;
  const text = $.NSString.alloc.initWithDataEncoding(data, $.NSUTF8StringEncoding);
  const board = $.NSPasteboard.generalPasteboard;
  board.clearContents;
  if (!board.setStringForType(text, "public.utf8-plain-text")) throw new Error("refused");
  if (argv[0] === "secret") board.setStringForType($(""), "org.nspasteboard.ConcealedType");
  return String(board.changeCount);
}`
	clearScript = `ObjC.import("AppKit");
function run(argv) {
  const board = $.NSPasteboard.generalPasteboard;
  if (String(board.changeCount) !== argv[0]) return "other";
  board.clearContents;
  return "cleared";
}`
	countScript = `ObjC.import("AppKit");
function run() { return String($.NSPasteboard.generalPasteboard.changeCount); }`
)

// goodbye bounds a release.
const goodbye = 5 * time.Second

func (m *Manager) backend(Session) (string, acquire) { return "macos", acquirePasteboard }

// pasteboard is a text on the general pasteboard.
type pasteboard struct {
	count string // the pasteboard's change count after our change
	never chan struct{}
}

func acquirePasteboard(ctx context.Context, text string, secret bool) (owner, error) {
	how := "plain"
	if secret {
		how = "secret"
	}
	out, err := osascript(ctx, text, copyScript, how)
	if ctx.Err() != nil {
		return nil, core.AsError(ctx.Err())
	}
	if err != nil {
		return nil, noClipboard("macOS refuses it", err)
	}
	return &pasteboard{count: out, never: make(chan struct{})}, nil
}

func (p *pasteboard) lost() <-chan struct{} { return p.never }

func (p *pasteboard) ours() bool {
	ctx, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	out, err := osascript(ctx, "", countScript)
	return err == nil && out == p.count
}

func (p *pasteboard) release() bool {
	ctx, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	out, err := osascript(ctx, "", clearScript, p.count)
	return err == nil && out == "cleared"
}

// osascript runs a script. What the script says on failure is left out of the
// error, for it might quote its input.
func osascript(ctx context.Context, input, script string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "/usr/bin/osascript", append([]string{"-l", "JavaScript", "-e", script}, args...)...)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("osascript: %s", cmd.ProcessState)
	}
	return strings.TrimSpace(string(out)), nil
}
