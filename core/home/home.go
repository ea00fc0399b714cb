// Package home knows where everything of one TokenTray lives: the database and
// the passphrase file, the log, and the socket of the agent. A home is one
// folder that the user names, or the platform's own folders.
//
// The folders must be accessible only to us (0700), or they are refused. The log in a home is
// 0600 and hides credentials.
package home

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"tokentray/core"
)

// Home is the set of places of one TokenTray. Two homes are independent. Nothing is
// created before Mkdirs.
type Home struct {
	data  string // database and passphrase file
	state string // log
	run   string // socket
	sock  string
}

// Variable names the folder that holds everything; --home takes precedence.
const Variable = "TOKENTRAY_HOME"

// The names in a home.
const (
	dbName         = "tokentray.db"
	logName        = "tokentray.log"
	socketName     = "agent.sock"
	passphraseName = "secrets.age"
	indexName      = "vault-index"
	toldName       = "notified.json"
	windowName     = "window.json"
	listeningName  = "listening" // where the agent's socket is
	backupsName    = "backups"   // a folder, the store's
	shortSocket    = "s"         // in a folder whose name is a hash already
)

// Find returns the home in dir, else in the folder that Variable names,
// else in the platform's data, state and runtime folders.
func Find(dir string) (Home, error) {
	if dir == "" {
		dir = os.Getenv(Variable)
	}
	if dir == "" {
		return platformHome()
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return Home{}, fmt.Errorf("find the home folder %s: %w", dir, err)
	}
	return newHome(abs, abs, abs), nil
}

// Again returns the same home as a client finds it now: the platform's runtime
// folder comes and goes with its user's sessions.
func (h Home) Again() Home {
	if own, err := platformHome(); err == nil && own.data == h.data && own.state == h.state {
		return own
	}
	if h.data == h.state {
		return newHome(h.data, h.data, h.data)
	}
	return h
}

// resolvedFolder is a path with its links resolved, also one that leads to nothing yet.
func resolvedFolder(path string) string { return resolved(path, 40) }

// resolved follows so many links to nothing at most.
func resolved(path string, links int) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	if to, err := os.Readlink(path); err == nil && links > 0 {
		if !filepath.IsAbs(to) {
			to = filepath.Join(resolved(filepath.Dir(path), links-1), to)
		}
		return resolved(to, links-1)
	}
	parent := filepath.Dir(path)
	if parent == path {
		return path
	}
	return filepath.Join(resolved(parent, links), filepath.Base(path))
}

// Holds reports whether a file is one of the home's, under any name, or would lie among
// them. Nothing of somebody else's may be written there.
func (h Home) Holds(path string) bool {
	abs, err := filepath.Abs(path)
	if err != nil {
		return false
	}
	real := resolvedFolder(abs)
	for _, dir := range h.Dirs() {
		rel, err := filepath.Rel(resolvedFolder(dir), real)
		if err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			return true
		}
	}
	info, err := os.Stat(real)
	return err == nil && slices.ContainsFunc(h.files(), func(ours string) bool {
		one, err := os.Stat(ours)
		return err == nil && os.SameFile(info, one)
	})
}

// noHome is the refusal of a user whose folders are not known.
func noHome(cause error) error {
	return &core.Error{
		Class: core.Internal, Remedy: core.RemedyNoHome, Err: cause,
		Message: fmt.Sprintf("the user's home folder is not known: %v; set it, or name a folder with --home or %s", cause, Variable),
	}
}

// Environ is what a child needs in its environment to find this home.
func (h Home) Environ() []string {
	if own, err := platformHome(); err == nil && own == h {
		return nil
	}
	return []string{Variable + "=" + h.data}
}

// Dir is the folder that people know as the home.
func (h Home) Dir() string { return h.data }

// Dirs are all folders of the home, perhaps with repetitions.
func (h Home) Dirs() []string { return []string{h.data, h.state, h.run} }

// DB is the path of the database.
func (h Home) DB() string { return filepath.Join(h.data, dbName) }

// PassphraseFile is the path of the file vault.
func (h Home) PassphraseFile() string { return filepath.Join(h.data, passphraseName) }

// VaultIndex is the path of the list of what the vault holds.
func (h Home) VaultIndex() string { return filepath.Join(h.data, indexName) }

// VaultBusy is the path of the file that those who write to the keyring lock.
func (h Home) VaultBusy() string { return h.VaultIndex() + ".busy" }

// Told is the path of the file that tells which notifications were shown.
func (h Home) Told() string { return filepath.Join(h.state, toldName) }

// Window is where the window saves its state.
func (h Home) Window() string { return filepath.Join(h.state, windowName) }

// Log is the path of the log.
func (h Home) Log() string { return filepath.Join(h.state, logName) }

// Socket is the path of the local API's socket.
func (h Home) Socket() string { return h.sock }

// Mkdirs creates the home's folders, 0700, and makes sure that they are ours alone.
// It refuses another user's folder, and a folder that others may enter and that
// already holds other things.
func (h Home) Mkdirs() error {
	for _, dir := range h.Dirs() {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return unfit(unwritable(err), err, "create the folder %s: %v; choose another with --home", dir, pathless(err))
		}
		if err := h.private(dir); err != nil {
			return err
		}
	}
	return nil
}

// private makes sure of one folder.
func (h Home) private(dir string) error {
	open, err := checkOwner(dir)
	if err != nil || !open {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return unfit(unwritable(err), err, "read the folder %s: %v; choose another with --home", dir, pathless(err))
	}
	for _, e := range entries {
		switch e.Name() {
		case dbName, logName, socketName, passphraseName, indexName, toldName, windowName, listeningName, shortSocket:
			entries = nil // it is a home already
		}
	}
	if len(entries) > 0 {
		return unfit(core.RemedyHomeShared, nil, "the folder %s holds other things and others may enter it; "+closing+" or choose an empty one", dir)
	}
	if err := closeFolder(dir); err != nil {
		return unfit(unwritable(err), err, "close the folder %s to others: %v; choose another with --home", dir, pathless(err))
	}
	return nil
}

// unfit is why a folder cannot be a home, with the remedy for people.
func unfit(remedy string, cause error, format string, args ...any) *core.Error {
	return &core.Error{Class: core.Internal, Remedy: remedy, Message: fmt.Sprintf(format, args...), Err: cause}
}

// unwritable is the remedy for a folder that the system refuses to make or open.
func unwritable(err error) string {
	for _, e := range []error{os.ErrPermission, syscall.EROFS, syscall.ENOTDIR} {
		if errors.Is(err, e) {
			return core.RemedyReadOnly
		}
	}
	return core.RemedyDisk
}

// CheckSocket returns an error when the socket's folder exists and is not ours: in a
// folder that everybody may write to, another user could pose as the agent.
func (h Home) CheckSocket() error {
	_, err := checkOwner(h.run)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// files lists what a reset removes: everything that we ever write, including copies
// that were put aside and temporary files that a crash left. The database, whose
// lock keeps others out, is the last.
func (h Home) files() []string {
	note := filepath.Join(h.data, listeningName)
	out := append(h.socketFiles(), h.Log(), h.Log()+oldLog, h.Told(), h.Window(), note, note+".new")
	entries, err := os.ReadDir(h.data)
	if err != nil {
		return out
	}
	for _, e := range entries {
		if e.Name() == dbName {
			continue
		}
		name := strings.TrimPrefix(e.Name(), ".")
		if strings.HasPrefix(name, dbName) || strings.HasPrefix(name, passphraseName) || strings.HasPrefix(name, indexName) {
			out = append(out, filepath.Join(h.data, e.Name()))
		}
	}
	// The folder may have existed before: only our backups are removed.
	for _, pattern := range []string{"accounts-*.db", ".accounts-*.tmp"} {
		ours, _ := filepath.Glob(filepath.Join(globbed(h.data), backupsName, pattern)) // the pattern is sound
		out = append(out, ours...)
	}
	return append(out, h.DB())
}

// RemoveSecrets removes everything that a reset removes except what a running agent
// still uses: the database, the socket and the log.
func (h Home) RemoveSecrets() error {
	var errs []error
	for _, path := range h.files() {
		if path == h.DB() || slices.Contains(h.socketFiles(), path) || path == h.Log() {
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			errs = append(errs, fmt.Errorf("remove %s: %w; remove it by hand and reset again", path, pathless(err)))
		}
	}
	return errors.Join(errs...)
}

// Remove removes our files in the home, and its folders if they are empty then. On
// Windows, which removes no open file, RemoveLog does the rest.
func (h Home) Remove() error {
	var errs []error
	for _, path := range h.files() {
		if path == h.Log() && runtime.GOOS == "windows" {
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			errs = append(errs, fmt.Errorf("remove %s: %w", path, pathless(err)))
		}
	}
	h.removeFolders()
	return errors.Join(errs...)
}

// RemoveLog removes what Remove leaves on Windows, after the log is closed.
func (h Home) RemoveLog() error {
	if runtime.GOOS != "windows" {
		return nil
	}
	// Whoever starts an agent gives it the log for what it prints.
	if log, err := os.Stat(h.Log()); err == nil {
		for _, out := range []*os.File{os.Stdout, os.Stderr} {
			if info, err := out.Stat(); err == nil && os.SameFile(info, log) {
				_ = out.Close()
			}
		}
	}
	if err := os.Remove(h.Log()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove %s: %w", h.Log(), pathless(err))
	}
	h.removeFolders()
	return nil
}

func (h Home) removeFolders() {
	for _, dir := range []string{filepath.Join(h.data, backupsName), h.run, h.state, h.data} {
		_ = os.Remove(filepath.Clean(dir)) // it stays when something else is in it
	}
}

// pathless drops the path that a *PathError repeats.
func pathless(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// globbed escapes the characters of a path that Glob would interpret.
func globbed(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
