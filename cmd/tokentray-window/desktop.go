package main

import (
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"tokentray/core/durable"
	"tokentray/core/format"
	"tokentray/core/home"
	"tokentray/core/launch"
)

// hasDisplay reports whether a window can be shown.
func hasDisplay() bool {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return true
	}
	return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}

// startDemo starts the simulator with a temporary home. The demo is independent: this
// window may close before it does.
func startDemo(ended func()) error {
	exe, err := launch.FindProgram("tokentray")
	if err != nil {
		return err
	}
	cmd := exec.Command(exe, "demo")
	cmd.Env = slices.DeleteFunc(format.CleanEnv(os.Environ()), func(v string) bool {
		return strings.HasPrefix(v, home.Variable+"=")
	})
	cmd.SysProcAttr = launch.Apart()
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { // ends with the demo, so that no zombie stays
		_ = cmd.Wait()
		ended()
	}()
	return nil
}

// scaleVariable multiplies the size of everything that Fyne draws.
const scaleVariable = "FYNE_SCALE"

// scale is the size factor that was set from outside. The text size of the settings
// multiplies it.
type scale struct{ base float64 }

func newScale() scale {
	if f, err := strconv.ParseFloat(os.Getenv(scaleVariable), 64); err == nil && f > 0 {
		return scale{f}
	}
	return scale{}
}

// set applies a text size in percent. Fyne reads the variable when a window is made
// and at each change of its theme.
func (s scale) set(percent int) {
	base := s.base
	if base == 0 {
		if percent == 100 {
			_ = os.Unsetenv(scaleVariable)
			return
		}
		base = 1
	}
	_ = os.Setenv(scaleVariable, strconv.FormatFloat(base*float64(percent)/100, 'f', 3, 64))
}

// maxKept limits the file about the last window.
const maxKept = 4 << 10

// readKept returns how the window was left, nil if that is not known.
func readKept(path string) []byte {
	f, err := durable.Open(path)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	kept, err := io.ReadAll(io.LimitReader(f, maxKept))
	if err != nil {
		return nil
	}
	return kept
}

func writeKept(path string, kept []byte) error {
	return durable.Write(path, func(w io.Writer) error {
		_, err := w.Write(kept)
		return err
	})
}
