package home

import (
	"os"
	"path/filepath"

	"tokentray/core"
	"tokentray/core/local"
)

// platformHome is a folder of the user that does not roam.
func platformHome() (Home, error) {
	dir, err := os.UserCacheDir() // %LocalAppData%
	if err != nil {
		return Home{}, noHome(err)
	}
	dir = filepath.Join(dir, "TokenTray")
	return newHome(dir, dir, dir), nil
}

// newHome names the pipe on which the agent listens. The pipe is the same for every
// link to the home.
func newHome(data, state, run string) Home {
	return Home{data: data, state: state, run: run, sock: local.Address(resolvedFolder(data))}
}

// everywhere reports whether every client finds the socket without a note.
func (h Home) everywhere() bool { return true }

// noted is the socket of an older agent, which listened in the home.
func (h Home) noted() string {
	sock := filepath.Join(h.data, socketName)
	if _, err := os.Lstat(sock); err != nil {
		return ""
	}
	return sock
}

// notable reports whether noted may be believed.
func notable(sock string) bool { return filepath.IsAbs(sock) }

// socketFiles are what an agent leaves in the home to listen: older ones a socket.
func (h Home) socketFiles() []string { return []string{filepath.Join(h.data, socketName)} }

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
