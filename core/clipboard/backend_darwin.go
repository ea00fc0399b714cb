package clipboard

import (
	"context"
	"encoding/base64"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"tokentray/core"
)

// The scripts run in osascript, which needs no cgo. The text comes on standard
// input. The concealed type is what clipboard histories look for
// (nspasteboard.org); it is there before the text, because a history may read at once.
// A secret stays on this Mac: Universal Clipboard hands it to no other device
// (NSPasteboardContentsCurrentHostOnly, 1). The pasteboard counts its changes: the
// count is printed after our change and compared before clearing.
const (
	copyScript = `ObjC.import("AppKit");
function run(argv) {
  const data = $.NSFileHandle.fileHandleWithStandardInput.readDataToEndOfFile;
  const text = $.NSString.alloc.initWithDataEncoding(data, $.NSUTF8StringEncoding);
  const board = $.NSPasteboard.generalPasteboard;
  if (argv[0] === "secret") {
    board.prepareForNewContentsWithOptions(1);
    board.setStringForType($(""), "org.nspasteboard.ConcealedType");
  } else {
    board.clearContents;
  }
  if (!board.setStringForType(text, "public.utf8-plain-text")) throw new Error("refused");
  return String(board.changeCount);
}`
	clearScript = `ObjC.import("AppKit");
function run(argv) {
  const board = $.NSPasteboard.generalPasteboard;
  if (String(board.changeCount) !== argv[0]) return "other";
  board.clearContents;
  return "cleared";
}`
	// readScript prints the change count and the text in base64: none if there is
	// none, long if it is not of the length that is looked for.
	readScript = `ObjC.import("AppKit");
function run(argv) {
  const board = $.NSPasteboard.generalPasteboard;
  const count = String(board.changeCount);
  const text = board.stringForType("public.utf8-plain-text");
  if (text.isNil()) return count + " none";
  const data = text.dataUsingEncoding($.NSUTF8StringEncoding);
  if (String(data.length) !== argv[0]) return count + " long";
  return count + " " + data.base64EncodedStringWithOptions(0).js;
}`
	countScript = `ObjC.import("AppKit");
function run() { return String($.NSPasteboard.generalPasteboard.changeCount); }`
)

// goodbye bounds a release.
const goodbye = 5 * time.Second

func (m *Manager) backend(Session, habits) (string, board) { return "macos", macBoard{} }

// macBoard is the general pasteboard.
type macBoard struct{}

func (macBoard) acquire(ctx context.Context, text string, secret bool) (owner, error) {
	return acquirePasteboard(ctx, text, secret)
}

// look reads the pasteboard with its change count, and clears it only if that count
// has not changed.
func (macBoard) look(ctx context.Context, text fingerprint, how lookHow) (verdict, owner, error) {
	out, err := osascript(ctx, "", readScript, strconv.Itoa(text.size))
	count, content, found := strings.Cut(out, " ")
	if ctx.Err() != nil {
		return nothing, nil, errSilent
	}
	if err != nil || !found {
		return nothing, nil, err
	}
	raw, err := base64.StdEncoding.DecodeString(content)
	defer clear(raw)
	switch {
	case content == "none":
		return nothing, nil, nil
	case err != nil || !text.matches(raw):
		return other, nil, nil
	case !how.empty:
		return same, nil, nil
	}
	done, err := osascript(ctx, "", clearScript, count)
	if err == nil && done != "cleared" {
		return other, nil, nil // it was changed in this moment
	}
	return same, nil, err
}

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

func (p *pasteboard) lost() <-chan struct{}   { return p.never }
func (p *pasteboard) pasted() <-chan struct{} { return nil }

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

// osascript runs a script. The script's error output is left out of the error,
// because it might quote its input.
func osascript(ctx context.Context, input, script string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "/usr/bin/osascript", append([]string{"-l", "JavaScript", "-e", script}, args...)...)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("osascript: %s", cmd.ProcessState)
	}
	return strings.TrimSpace(string(out)), nil
}
