package home

import (
	"os"
	"path/filepath"

	"tokentray/core"
	"tokentray/core/acl"
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

// closing is how people close a folder to others.
const closing = "let nobody else enter it (Properties, Security)"

// closeFolder closes a folder to others.
func closeFolder(dir string) error { return acl.Close(dir) }

// checkOwner returns an error unless dir is a folder of ours, and tells whether
// others may enter it.
func checkOwner(dir string) (open bool, err error) {
	info, err := os.Stat(dir)
	if err != nil {
		return false, unfit(unwritable(err), err, "look at the folder %s: %v; choose another with --home", dir, pathless(err))
	}
	if !info.IsDir() {
		return false, unfit(core.RemedyHomeKind, nil, "%s is no folder; choose another with --home", dir)
	}
	ours, err := acl.Ours(dir)
	if err == nil && !ours {
		return false, unfit(core.RemedyHomeOwner, nil, "the folder %s belongs to another user; choose another with --home", dir)
	}
	if err == nil {
		open, err = acl.Open(dir)
	}
	if err != nil {
		return false, unfit(core.RemedyReadOnly, err, "look at the folder %s: %v; choose another with --home", dir, err)
	}
	return open, nil
}
