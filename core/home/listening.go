package home

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// NoteSocket writes down in the home where its agent listens. The runtime folder
// belongs to a session: a client of another one, or of none, looks elsewhere.
func (h Home) NoteSocket() error {
	if h.everywhere() {
		return h.ForgetSocket()
	}
	path := filepath.Join(h.data, listeningName)
	if err := os.WriteFile(path+".new", []byte(h.sock+"\n"), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// ForgetSocket removes what NoteSocket wrote, when an agent ends. What another
// agent noted stays.
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

// Noted is the home with the socket where its agent said that it listens; false:
// nothing is noted, or it is where clients look anyway. Whether somebody still
// listens there is for the caller to see.
func (h Home) Noted() (Home, bool) {
	sock := h.noted()
	if !notable(sock) || sock == h.sock || strings.ContainsAny(sock, "\x00\n") {
		return h, false
	}
	h.sock, h.run = sock, filepath.Dir(sock)
	return h, true
}
