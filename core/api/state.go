package api

import (
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
)

// HasOurs reports whether something of ours is on the clipboard.
func (c Clipboard) HasOurs() bool { return c.Account != "" || c.Key != "" }

// Clipboard describes our text on the clipboard. The zero value is nothing.
type Clipboard struct {
	Account   string    `json:"account,omitempty"`
	Env       core.Env  `json:"env,omitempty"`
	Key       string    `json:"key,omitempty"` // name of the client key that was copied, in place of an account
	Format    string    `json:"format,omitempty"`
	ExpiresAt time.Time `json:"expires_at,omitzero"` // of the token
	ClearsAt  time.Time `json:"clears_at,omitzero"`  // zero: it is not cleared
	// Followed says that the copied token was renewed and replaced by the new one,
	// because the setting clipboard-follow is on.
	Followed bool `json:"followed,omitempty"`
	// Replaced says, when nothing of ours is on the clipboard, that another program
	// replaced our text before we cleared it.
	Replaced bool `json:"replaced,omitempty"`
	// Pasted says that it was pasted once and therefore cleared.
	Pasted bool `json:"pasted,omitempty"`
	// Silent says that another program has the clipboard and does not say what it
	// holds: our text may still be there.
	Silent bool `json:"silent,omitempty"`
	// Returned says that it was cleared, that a program put it back, and that it was
	// cleared again; Stays that the program put it back once more.
	Returned bool `json:"returned,omitempty"`
	Stays    bool `json:"stays,omitempty"`
	// Manager is the clipboard manager that runs, with Returned and Stays; empty if
	// it is not known.
	Manager string `json:"manager,omitempty"`
}

// Status is the agent's own state.
type Status struct {
	Version   string    `json:"version"`
	API       int       `json:"api"`
	PID       int       `json:"pid"`
	StartedAt time.Time `json:"started_at"`
	Home      string    `json:"home"`
	Demo      bool      `json:"demo,omitempty"`
	Active    core.Env  `json:"active"`
	PausedAll bool      `json:"paused_all"`
	Accounts  int       `json:"accounts"`
	NeedYou   int       `json:"need_you"` // accounts that need a person
	// FailingPushes is how many pushes failed at their last try.
	FailingPushes int    `json:"failing_pushes"`
	Vault         Vault  `json:"vault"`
	Tray          string `json:"tray"`             // one of the constants below
	Clipboard     string `json:"clipboard"`        // x11, wayland, none, …
	Loopback      string `json:"loopback"`         // off, on, taken
	Windows       int    `json:"windows"`          // open windows
	Hotkey        *Error `json:"hotkey,omitempty"` // why the chosen hotkey does not work
	Notice        string `json:"notice,omitempty"`
	// Recovered are the accounts, as NAME/ENV, that the database had lost and that
	// came back from the vault, paused, until a person edits or resumes them.
	Recovered []string `json:"recovered,omitempty"`
}

// The values of Status.Tray.
const (
	TrayShown   = "shown"
	TrayOff     = "off"     // the agent runs without one
	TrayNoBus   = "no bus"  // there is no session bus; one may come with a session
	TrayNoHost  = "no host" // the desktop has no tray; the icon comes when it gets one
	TrayWaiting = "waiting" // registration is under way
)

// Vault tells where secrets are and whether they can be read.
type Vault struct {
	Kind  string `json:"kind"`  // keyring, file, memory
	State string `json:"state"` // open, locked, unavailable, missing
	Error *Error `json:"error,omitempty"`
	// Warning is the key of a warning for people: WarnPassphraseShared.
	Warning string `json:"warning,omitempty"`
}

// WarnPassphraseShared: others can read the file that holds the passphrase.
const WarnPassphraseShared = "passphrase_shared"

// List is the whole picture: the first event of a stream.
type List struct {
	Active    core.Env      `json:"active"`
	PausedAll bool          `json:"paused_all"`
	Accounts  []Account     `json:"accounts"` // by name, sandbox before live
	Vault     Vault         `json:"vault"`
	Clipboard Clipboard     `json:"clipboard"`
	Settings  core.Settings `json:"settings"`
	Demo      bool          `json:"demo,omitempty"`
	Notice    string        `json:"notice,omitempty"`    // key of a message to show once
	Recovered []string      `json:"recovered,omitempty"` // see Status
}

// Event is one change. Type names the field that is set: snapshot, account, removed,
// env, clipboard, vault, settings; kinds, raise and bye have none. copy_late has the
// wanted copy in Clipboard and copied the one that was made; they change nothing.
type Event struct {
	Type      string         `json:"type"`
	Snapshot  *List          `json:"snapshot,omitempty"`
	Account   *Account       `json:"account,omitempty"`
	Removed   core.ID        `json:"removed,omitempty"`
	Env       core.Env       `json:"env,omitempty"`
	Clipboard *Clipboard     `json:"clipboard,omitempty"`
	Vault     *Vault         `json:"vault,omitempty"`
	Settings  *core.Settings `json:"settings,omitempty"`
	Show      *Showing       `json:"show,omitempty"` // for raise: what to show
	// Seat comes with a window's snapshot: a word by which the agent knows the window
	// again, as long as its stream lasts.
	Seat string `json:"seat,omitempty"`
}

// Showing is what the window should show: one account, what a search finds in both
// environments, or a page. The zero value asks for nothing in particular. It changes no
// setting, nor the active environment.
type Showing struct {
	Account *Ref   `json:"account,omitempty"`
	Search  string `json:"search,omitempty"` // in the words of the window's search
	Asks    bool   `json:"asks,omitempty"`   // what an AI agent asked for last, see Grants
	Page    string `json:"page,omitempty"`   // PageAdd, PageSettings, PageToday or PageSearch
	Start   bool   `json:"start,omitempty"`  // the agent starts a window if there is none, and waits for it
}

// The pages that Showing.Page can name.
const (
	PageAdd      = "add" // the form of a new account
	PageSettings = "settings"
	PageToday    = "today"  // what was asked and what failed today
	PageSearch   = "search" // the list, with the keyboard in its search
)

// The types of events.
const (
	EventSnapshot  = "snapshot"
	EventAccount   = "account"
	EventRemoved   = "removed"
	EventEnv       = "env"
	EventClipboard = "clipboard"
	EventCopyLate  = "copy_late" // a token is ready, but something else was copied meanwhile
	EventCopied    = "copied"    // a copy that asked for a notice is on the clipboard, and is to be confirmed
	EventVault     = "vault"
	EventSettings  = "settings"
	EventKinds     = "kinds" // the agent's kinds changed; Agent.Kinds has them
	EventRaise     = "raise" // windows come to the front
	EventBye       = "bye"   // the agent ends on purpose
)

// Kinds are the kinds of token that the agent knows, in the order they are
// offered.
type Kinds struct {
	Kinds []kinds.Spec `json:"kinds"`
}

// Session is the desktop of a client. An agent without one takes it.
type Session struct {
	Display        string `json:"display,omitempty"`
	WaylandDisplay string `json:"wayland_display,omitempty"`
	XAuthority     string `json:"xauthority,omitempty"`
	DBus           string `json:"dbus,omitempty"`
}
