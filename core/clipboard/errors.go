package clipboard

import (
	"fmt"

	"tokentray/core"
)

// noClipboard is the error when the desktop has no clipboard for us.
func noClipboard(why string, cause error) *core.Error {
	return &core.Error{
		Class: core.Misuse, Remedy: core.RemedyClipboard, Err: cause,
		Message: "no clipboard: " + why + "; copy from a program on the desktop, or print the token",
	}
}

// silent is the error of a clipboard whose owner does not answer.
func silent() *core.Error {
	return &core.Error{
		Class: core.Temporary, Remedy: core.RemedySilentOwner, Err: errSilent,
		Message: core.SaysClipboardHangs + "; wait for it or end it, then copy again",
	}
}

// tooBig is the error for a text that is too big for one transfer.
func tooBig(limit int) *core.Error {
	return &core.Error{
		Class: core.Misuse, Remedy: core.RemedyClipboard,
		Message: fmt.Sprintf("the text is over the clipboard's %d bytes; print it to a file", limit),
	}
}
