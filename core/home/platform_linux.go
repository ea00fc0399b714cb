package home

import (
	"os"
	"path/filepath"
	"strconv"
)

// maxSocketPath is what sun_path holds beside its final zero.
const maxSocketPath = 107

// platformHome follows the XDG base directories.
func platformHome() (Home, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return Home{}, noHome(err)
	}
	data := filepath.Join(xdg("XDG_DATA_HOME", filepath.Join(home, ".local", "share")), "tokentray")
	state := filepath.Join(xdg("XDG_STATE_HOME", filepath.Join(home, ".local", "state")), "tokentray")
	run := state
	if dir := runtimeDir(); dir != "" {
		run = filepath.Join(dir, "tokentray")
	}
	return newHome(data, state, run), nil
}

// xdg is a folder that the variable names; relative ones do not count.
func xdg(variable, fallback string) string {
	if dir := os.Getenv(variable); filepath.IsAbs(dir) {
		return dir
	}
	return fallback
}

// runtimeDir is XDG_RUNTIME_DIR, or its usual folder: a cron job lacks the variable
// and must still meet the desktop's agent. Empty when neither exists and is ours.
func runtimeDir() string {
	dir := xdg("XDG_RUNTIME_DIR", "/run/user/"+strconv.Itoa(os.Getuid()))
	if open, err := checkOwner(dir); err != nil || open {
		return ""
	}
	return dir
}

// shortTemp is where short paths are made when there is no runtime folder. TMPDIR is
// ignored: it may be long, and must not differ between callers.
func shortTemp() string { return "/tmp" }
