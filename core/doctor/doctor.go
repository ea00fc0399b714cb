// Package doctor checks the machine and says what keeps TokenTray from its
// job, or costs something of it: one Finding for each thing looked at, with
// what to do.
//
// It needs no agent and changes nothing. What only another package can look at
// (the database, the keyring, the clipboard, the agent) it is handed as a
// function; the rest it checks by itself. Every check has a time limit, and
// they run side by side.
package doctor

import (
	"context"
	"sync"
	"time"
)

// Level is how bad a finding is.
type Level string

// The levels. Fail keeps TokenTray from its job, Warn costs something of it.
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
	Err   error // the cause, where it is told best by its own sentences
}

// limit is how long one look may take.
const limit = 8 * time.Second

// Config is what Run checks.
type Config struct {
	GOOS string

	Home    string // the folder
	Log     string
	Folders Folders
	// Agent asks the agent that runs, without starting one.
	Agent func(ctx context.Context) Agent
	// Database checks the database and changes nothing.
	Database     func() Database
	DatabasePath string
	// Keyring asks the vault for something that it need not have.
	Keyring        func(ctx context.Context) Keyring
	PassphraseFile string // empty unless there is one
	PassphraseErr  error  // why nobody can open it

	// Port checks the port of the local HTTP API.
	Port func(ctx context.Context) Port

	Bus       string // address of the session bus, empty for none
	Clipboard string // its name, none for none
	// Manager looks for a clipboard manager that runs; nil: there is none.
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
