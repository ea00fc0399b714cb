package home

import (
	"os"
	"path/filepath"
)

// maxSocketPath is what sun_path holds beside its final zero.
const maxSocketPath = 103

// platformHome follows the folders of macOS.
func platformHome() (Home, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return Home{}, noHome(err)
	}
	data := filepath.Join(home, "Library", "Application Support", "TokenTray")
	return newHome(data, filepath.Join(home, "Library", "Logs", "TokenTray"), data), nil
}

// runtimeDir does not exist on macOS.
func runtimeDir() string { return "" }

// shortTemp is the user's own temporary folder.
func shortTemp() string { return os.TempDir() }
