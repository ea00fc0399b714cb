package home

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// NoteSocket writes down in the home where its agent listens. The runtime folder
// belongs to a session: a client in another session, or in none, looks elsewhere.
func (h Home) NoteSocket() error {
	if h.everywhere() {
		return h.ForgetSocket()
	}
	path := filepath.Join(h.data, listeningName)
	_ = os.Remove(path + ".new") // what a crash left, or something that is no file
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(h.sock + "\n")
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// ForgetSocket removes NoteSocket's note when an agent ends. Another agent's note
// stays.
func (h Home) ForgetSocket() error {
	if h.noted() != h.sock && !h.everywhere() {
		return nil
	}
	err := os.Remove(filepath.Join(h.data, listeningName))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// Noted is the home with the socket that its agent noted; false: nothing is noted,
// or it is where clients look anyway. The caller must check whether somebody still
// listens there.
func (h Home) Noted() (Home, bool) {
	sock := h.noted()
	if !notable(sock) || sock == h.sock || strings.ContainsAny(sock, "\x00\n") {
		return h, false
	}
	h.sock, h.run = sock, filepath.Dir(sock)
	return h, true
}
