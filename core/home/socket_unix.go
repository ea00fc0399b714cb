//go:build unix

package home

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"tokentray/core/local"
)

// newHome places the socket: in its normal place, or in a short folder named after
// the home when its path would be longer than the platform allows. The socket is the
// same for every link to the home.
func newHome(data, state, run string) Home {
	h := Home{data: data, state: state, run: run, sock: local.Address(run)}
	real := resolvedFolder(run)
	if sock := local.Address(real); len(sock) <= maxSocketPath {
		if len(h.sock) > maxSocketPath {
			h.run, h.sock = real, sock
		}
		return h
	}
	sum := sha256.Sum256([]byte(resolvedFolder(data)))
	hash := hex.EncodeToString(sum[:6])
	if dir := runtimeDir(); dir != "" {
		h.run = filepath.Join(dir, "tokentray-"+hash)
	} else {
		h.run = filepath.Join(shortTemp(), "tokentray-"+strconv.Itoa(os.Getuid())+"-"+hash)
	}
	h.sock = filepath.Join(h.run, shortSocket)
	return h
}

// everywhere reports whether every client finds the socket without a note: it is in
// the home itself.
func (h Home) everywhere() bool { return filepath.Dir(h.sock) == h.data }

// maxNote bounds the file that tells where the agent listens.
const maxNote = 4096

// noted is what the agent wrote down.
func (h Home) noted() string {
	f, err := os.OpenFile(filepath.Join(h.data, listeningName), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() { // a named pipe would hold every client up
		return ""
	}
	buf := make([]byte, maxNote)
	n, _ := f.Read(buf)
	return strings.TrimSuffix(string(buf[:n]), "\n")
}

// notable reports whether a note may name a socket.
func notable(sock string) bool { return filepath.IsAbs(sock) && len(sock) <= maxSocketPath }

// socketFiles are what an agent leaves in the home's folders to listen.
func (h Home) socketFiles() []string { return []string{h.sock} }
