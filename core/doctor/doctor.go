// Package doctor checks the machine and reports what keeps TokenTray from working,
// or from working well: one Finding for each check, with what to do.
//
// It needs no agent and changes nothing. It gets as functions the checks that only
// another package can make (the database, the keyring, the clipboard, the agent).
// Every check has a time limit, and they run in parallel.
package doctor

import (
	"context"
	"sync"
	"time"
)

// Level is how bad a finding is.
type Level string

// The levels. Fail: TokenTray cannot work; Warn: a part of it does not.
const (
	OK   Level = "ok"
	Warn Level = "warn"
	Fail Level = "fail"
)

// Finding is one line. Says and Fix are keys of sentences after "doctor."; Fix
// is empty when there is nothing to do. Args are the names and values of their
// placeholders, in turn.
type Finding struct {
	Check string
	Level Level
	Says  string
	Fix   string
	Args  []any
	Err   error // the cause, if its own sentences describe it best
}

// limit is how long one check may take: longer than a call to the keyring, which says
// itself that it may be locked.
const limit = 10 * time.Second

// Config is what Run checks.
type Config struct {
	GOOS string

	Home    string // the folder
	Log     string
	Folders Folders
	// Agent asks a running agent, without starting one.
	Agent func(ctx context.Context) Agent
	// Database checks the database and changes nothing.
	Database     func() Database
	DatabasePath string
	// Keyring asks the vault for an entry that need not exist.
	Keyring        func(ctx context.Context) Keyring
	PassphraseFile string // empty unless there is one
	PassphraseErr  error  // why it cannot be opened

	// Port checks the port of the local HTTP API.
	Port func(ctx context.Context) Port

	Bus       string // address of the session bus, empty for none
	Clipboard string // its name, none for none
	// Manager finds the running clipboard manager; nil: there is none.
	Manager  func(ctx context.Context) (Manager, bool)
	Wayland  bool   // WAYLAND_DISPLAY is set
	Window   string // path of the window's program, empty for none
	Upstream string // base URL
	Now      func() time.Time
}

// Run checks everything and returns the findings in a fixed order.
func Run(ctx context.Context, c Config) []Finding {
	checks := []func(context.Context) []Finding{
		func(context.Context) []Finding { return []Finding{c.folders()} },
		c.agentAndDatabase,
		func(ctx context.Context) []Finding { return []Finding{c.keyring(ctx)} },
		c.port,
		c.desktop,
		func(ctx context.Context) []Finding { return append(c.clipboard(ctx), c.window()) },
		c.upstream,
	}
	found := make([][]Finding, len(checks))
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var wg sync.WaitGroup
	for i, check := range checks {
		wg.Go(func() { found[i] = check(ctx) })
	}
	wg.Wait()
	var out []Finding
	for _, f := range found {
		out = append(out, f...)
	}
	return out
}
