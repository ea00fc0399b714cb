package clipboard

import (
	"context"
	"strings"
)

// stateScript prints the pasteboard's change count and how many forms its
// content has.
const stateScript = `ObjC.import("AppKit");
function run() {
  const board = $.NSPasteboard.generalPasteboard;
  const types = board.types;
  return String(board.changeCount) + " " + (types.isNil() ? 0 : types.count);
}`

// boardMark is the pasteboard's change count.
type boardMark struct{ count string }

func newMark(ctx context.Context, _ Session) mark {
	count, _, ok := boardState(ctx)
	if !ok {
		return nil
	}
	return &boardMark{count}
}

func boardState(ctx context.Context) (count string, empty, ok bool) {
	out, err := osascript(ctx, "", stateScript)
	count, types, found := strings.Cut(out, " ")
	return count, types == "0", err == nil && found
}

// changed also checks that there is content: our own clearing is a change too.
func (k *boardMark) changed() bool {
	ctx, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	count, empty, ok := boardState(ctx)
	return ok && count != k.count && !empty
}

func (*boardMark) close() {}
