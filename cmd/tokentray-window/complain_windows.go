//go:build !ci

package main

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"golang.org/x/sys/windows"

	"tokentray/ui/text"
)

// complain tells why the window does not open: in a message box, unless somebody reads
// standard error. A program with a window has none when it is started from the desktop.
func complain(what string) {
	fmt.Fprintln(os.Stderr, "tokentray-window:", what)
	if kind, err := windows.GetFileType(windows.Handle(os.Stderr.Fd())); err == nil && kind != windows.FILE_TYPE_UNKNOWN {
		return
	}
	said, err := windows.UTF16PtrFromString(what)
	if err != nil {
		return
	}
	title, err := windows.UTF16PtrFromString("TokenTray")
	if err != nil {
		return
	}
	_, _ = windows.MessageBox(0, said, title, windows.MB_OK|windows.MB_ICONERROR|windows.MB_SETFOREGROUND)
}

// complainForFyne tells why Fyne shows no window, as over a remote desktop without
// OpenGL. Fyne prints the reason and ends the process.
func complainForFyne() { log.SetOutput(&fyneLog{to: os.Stderr}) }

// fyneLog is what Fyne prints, line by line.
type fyneLog struct {
	to    io.Writer
	fatal bool // the line before told of an error without which nothing is shown
}

func (f *fyneLog) Write(line []byte) (int, error) {
	_, cause, found := strings.Cut(string(line), "Cause: ")
	if f.fatal && found {
		complain(text.New(text.Choose("auto")).Say("window.no_opengl", "error", strings.TrimSpace(cause)))
	}
	f.fatal = bytes.Contains(line, []byte("window creation error")) || bytes.Contains(line, []byte("failed to initialise GLFW"))
	_, _ = f.to.Write(line) // nobody may be reading
	return len(line), nil
}
