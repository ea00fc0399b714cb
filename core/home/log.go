package home

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"regexp"
	"sync"
	"syscall"
)

// oldLog is the suffix of the log before the current one.
const oldLog = ".1"

// maxLog is the size in bytes at which the log is put aside. With the old one
// the two take no more than twice that.
const maxLog = 1 << 20

// Log is the agent's log file.
type Log struct {
	*slog.Logger
	level *slog.LevelVar
	file  io.Closer
}

// OpenLog opens the home's log, 0600. When it has grown over 1 MB, then or while
// it is written, it becomes the old one. What cannot be logged to the file goes to
// standard error.
func OpenLog(h Home) *Log {
	f, err := OpenLogFile(h)
	if err != nil {
		l := NewLog(os.Stderr)
		l.Warn("no log file; logging here", "error", err)
		return l
	}
	w := &logFile{file: f}
	l := NewLog(w)
	l.file = w
	return l
}

// NewLog returns a log that writes to w, at level info.
func NewLog(w io.Writer) *Log {
	level := new(slog.LevelVar)
	return &Log{
		Logger: slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: redact})),
		level:  level,
	}
}

// NewJSONLog is NewLog with a JSON object a line, for programs that collect logs.
func NewJSONLog(w io.Writer) *Log {
	level := new(slog.LevelVar)
	return &Log{
		Logger: slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: redact})),
		level:  level,
	}
}

// SetLevel takes debug, info, warn or error; anything else is info.
func (l *Log) SetLevel(name string) {
	level := slog.LevelInfo
	_ = level.UnmarshalText([]byte(name)) // core.Settings has checked it
	l.level.Set(level)
}

// Close closes the file.
func (l *Log) Close() error {
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}

// OpenLogFile opens the home's log for appending, 0600. One that has grown over
// 1 MB is put aside first.
func OpenLogFile(h Home) (*os.File, error) {
	f, err := openPlain(h.Log(), os.O_CREATE|os.O_WRONLY|os.O_APPEND)
	if err != nil {
		return nil, fmt.Errorf("open the log: %w", err)
	}
	if info, err := f.Stat(); err == nil && info.Size() > maxLog {
		_ = putAside(f.Name(), info) // it grows further, and is tried again
	}
	return f, nil
}

// openPlain opens a file, 0600 if it makes one, unless something other than a plain
// file is there: opening a named pipe would wait for its other end.
func openPlain(path string, flags int) (*os.File, error) {
	f, err := os.OpenFile(path, flags|syscall.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no plain file; remove it", path)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// putAside turns the log at path into the old one and starts a new one. It is copied
// and emptied, not renamed: this program, one that starts it and, on Windows, the
// system have it open, and go on writing to it.
func putAside(path string, is os.FileInfo) error {
	from, err := openPlain(path, os.O_RDONLY)
	if err != nil {
		return err
	}
	defer from.Close()
	if now, err := from.Stat(); err != nil || !os.SameFile(now, is) {
		return fmt.Errorf("%s is another file by now: %w", path, err)
	}
	to, err := openPlain(path+oldLog, os.O_CREATE|os.O_WRONLY|os.O_TRUNC)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	if err = errors.Join(err, to.Close()); err != nil {
		return err
	}
	return os.Truncate(path, 0)
}

// logFile is the log as the agent writes it.
type logFile struct {
	mu    sync.Mutex
	file  *os.File
	since int64 // bytes since its size was last looked at
}

// Write appends a line, and puts the log aside when it has grown too long.
func (l *logFile) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, err := l.file.Write(p)
	if l.since += int64(n); l.since < maxLog/16 {
		return n, err
	}
	l.since = 0
	if info, statErr := l.file.Stat(); statErr == nil && info.Size() > maxLog {
		_ = putAside(l.file.Name(), info) // it grows further, and is tried again
	}
	return n, err
}

// Close closes the file.
func (l *logFile) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.file.Close()
}

// credential finds what upstream puts into queries and bodies. No such value should
// reach the log; this is a second line of defence.
var credential = regexp.MustCompile(`(?i)((?:access_token|secret|appsecret|corpsecret|passphrase|password)"?\s*[=:]\s*"?)[^&"\s]+`)

// redact hides credentials in whatever is logged.
func redact(_ []string, a slog.Attr) slog.Attr {
	switch v := a.Value.Any().(type) {
	case string:
		a.Value = slog.StringValue(redacted(v))
	case error:
		a.Value = slog.StringValue(redacted(v.Error()))
	}
	return a
}

func redacted(s string) string { return credential.ReplaceAllString(s, "${1}•••") }
