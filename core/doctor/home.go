package doctor

import (
	"context"
	"errors"
	"io/fs"

	"tokentray/core"
)

// Folders is the state of the home's folders.
type Folders struct {
	Missing bool  // the home was not made yet
	Open    bool  // others may enter it
	Remote  bool  // it is on another machine
	Err     error // it cannot be used
	Socket  string
	// SocketErr is why the socket's folder cannot be used.
	SocketErr error
}

// Agent is the agent's answer. With Err and Running it holds the home and does not
// answer properly.
type Agent struct {
	Running bool
	Other   bool // of another API number
	Version string
	PID     int
	Err     error
}

// Database is the state of the database.
type Database struct {
	InUse bool // another process has it
	Err   error
}

// Keyring is the keyring's answer: nil, or an error.
type Keyring struct {
	Locked bool
	Err    error
}

func (c Config) folders() Finding {
	f := Finding{Check: "folders", Args: []any{"home", c.Home, "error", plain(c.Folders.Err)}}
	switch o := c.Folders; {
	case o.Err != nil:
		f.Level, f.Says, f.Fix = Fail, "folders_bad", "folders_own"
	case o.SocketErr != nil:
		f.Level, f.Says, f.Fix = Fail, "folders_socket", "folders_own"
		f.Args = []any{"home", c.Home, "path", o.Socket, "error", plain(o.SocketErr)}
	case o.Missing:
		f.Level, f.Says = OK, "folders_new"
	case o.Remote:
		f.Level, f.Says, f.Fix = Warn, "folders_remote", "folders_remote_fix"
	case o.Open:
		f.Level, f.Says, f.Fix = Warn, "folders_open", "folders_fix"
		if c.GOOS == "windows" {
			f.Fix = "folders_fix_windows"
		}
	default:
		f.Level, f.Says = OK, "folders_ok"
	}
	return f
}

// agentAndDatabase belong together: a database in use is normal while an agent
// answers, and a fault otherwise.
func (c Config) agentAndDatabase(ctx context.Context) []Finding {
	a := c.Agent(ctx)
	agent := Finding{Check: "agent", Args: []any{"version", a.Version, "pid", a.PID, "error", plain(a.Err), "log", c.Log}}
	switch {
	case a.Other:
		agent.Level, agent.Says, agent.Fix = Fail, "agent_other", "agent_fix"
	case a.Running && a.Err != nil:
		agent.Level, agent.Says, agent.Fix, agent.Err = Fail, "agent_bad", "agent_log", a.Err
	case a.Running:
		agent.Level, agent.Says = OK, "agent_ok"
	default:
		agent.Level, agent.Says = OK, "agent_none"
	}

	d := c.Database()
	db := Finding{Check: "database", Args: []any{"path", c.DatabasePath, "error", plain(d.Err)}}
	switch {
	case d.InUse && a.Running:
		db.Level, db.Says = OK, "database_in_use"
	case d.InUse:
		db.Level, db.Says, db.Fix = Fail, "database_held", "database_held_fix"
	case errors.Is(d.Err, fs.ErrNotExist):
		db.Level, db.Says = OK, "database_new"
	case d.Err != nil:
		db.Level, db.Says, db.Fix, db.Err = Fail, "database_bad", "database_fix", d.Err
	default:
		db.Level, db.Says = OK, "database_ok"
	}
	return []Finding{agent, db}
}

func (c Config) keyring(ctx context.Context) Finding {
	if c.PassphraseErr != nil {
		return Finding{
			Check: "keyring", Level: Fail, Says: "keyring_file_bad", Fix: "keyring_file_fix", Err: c.PassphraseErr,
			Args: []any{"path", c.PassphraseFile, "error", plain(c.PassphraseErr)},
		}
	}
	if c.PassphraseFile != "" {
		return Finding{Check: "keyring", Level: OK, Says: "keyring_file", Args: []any{"path", c.PassphraseFile}}
	}
	k := c.Keyring(ctx)
	f := Finding{Check: "keyring", Args: []any{"error", plain(k.Err)}}
	switch {
	case k.Err == nil:
		f.Level, f.Says = OK, "keyring_ok"
	case k.Locked:
		f.Level, f.Says, f.Fix = Warn, "keyring_locked", "keyring_fix"
	case core.AsError(k.Err).Remedy == core.RemedyVaultEmpty:
		f.Level, f.Says, f.Fix, f.Err = Fail, "keyring_unavailable", "keyring_init", k.Err
	default:
		f.Level, f.Says, f.Fix = Fail, "keyring_unavailable", "keyring_init"
	}
	return f
}

// plain is an error's message without the codes after it.
func plain(err error) string {
	if err == nil {
		return ""
	}
	var e *core.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return err.Error()
}
