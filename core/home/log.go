package home

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"regexp"
)

// oldLog is the suffix of the log before the current one.
const oldLog = ".1"

// maxLog is the size at which a start begins a new log.
const maxLog = 1 << 20

// Log is the agent's log file.
type Log struct {
	*slog.Logger
	level *slog.LevelVar
	file  io.Closer
}

// OpenLog opens the home's log, 0600; one that has grown over 1 MB is kept as
// the old one. What cannot be logged to the file goes to standard error.
func OpenLog(h Home) *Log {
	f, err := OpenLogFile(h)
	if err != nil {
		l := NewLog(os.Stderr)
		l.Warn("no log file; logging here", "error", err)
		return l
	}
	l := NewLog(f)
	l.file = f
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
	path := h.Log()
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		// It may fail where somebody holds the file open (Windows): it then grows on.
		_ = os.Rename(path, path+oldLog)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log: %w", err)
	}
	return f, nil
}

// credential finds what upstream puts into queries and bodies. Nothing of the
// kind should get as far as the log; this is the second lock on that door.
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
