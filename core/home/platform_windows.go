package home

import (
	"os"
	"path/filepath"

	"tokentray/core"
)

// maxSocketPath is what sun_path holds beside its final zero.
const maxSocketPath = 107

// platformHome is a folder of the user that does not roam.
func platformHome() (Home, error) {
	dir, err := os.UserCacheDir() // %LocalAppData%
	if err != nil {
		return Home{}, noHome(err)
	}
	dir = filepath.Join(dir, "TokenTray")
	return newHome(dir, dir, dir), nil
}

// runtimeDir does not exist on Windows.
func runtimeDir() string { return "" }

// shortTemp is the user's own temporary folder.
func shortTemp() string { return os.TempDir() }

// checkOwner trusts the permissions of the user's own folder.
func checkOwner(dir string) (open bool, err error) {
	info, err := os.Stat(dir)
	if err != nil {
		return false, unfit(unwritable(err), err, "look at the folder %s: %v; choose another with --home", dir, pathless(err))
	}
	if !info.IsDir() {
		return false, unfit(core.RemedyHomeKind, nil, "%s is no folder; choose another with --home", dir)
	}
	return false, nil
}
