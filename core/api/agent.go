package api

import (
	"context"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
)

// Agent is every call of the agent. The Go client implements it over the socket; in
// the agent's own process the tray uses it directly. Every error is a *core.Error.
// Code that needs only some of the calls should ask for one of the parts below, or
// for an interface of its own.
type Agent interface {
	AccountCalls
	TokenCalls
	SignCalls
	ClipboardCalls
	SettingsCalls
	VaultCalls
	LoopbackCalls
	UpstreamCalls
	ExplainCalls
	GrantCalls
	PushCalls
	PresetCalls
	TeamCalls
	TransferCalls
	DesktopCalls
	LifeCalls
}

// AccountCalls read and change accounts.
type AccountCalls interface {
	// Kinds are the kinds of token that the agent knows: those of its version, and
	// those that a user added.
	Kinds(ctx context.Context) (kinds.Set, error)
	List(ctx context.Context) (List, error)
	Account(ctx context.Context, ref Ref) (Account, error)
	Add(ctx context.Context, in AccountInput) (Saved, error)
	Edit(ctx context.Context, ref Ref, in AccountInput) (Saved, error)
	// Remove's error has core.RemedySecretLeft when the account is removed and its
	// secret stays in the vault until that is next opened.
	Remove(ctx context.Context, ref Ref) error
	Test(ctx context.Context, req TestRequest) (TestResult, error)
}

// TokenCalls get, report and check tokens, and read their history.
type TokenCalls interface {
	Token(ctx context.Context, ref Ref, minTTL time.Duration) (Token, error)
	Refresh(ctx context.Context, ref Ref, req RefreshRequest) (Token, error)
	Check(ctx context.Context, ref Ref) (CheckResult, error)
	// Quota asks upstream how much of its quotas is used; ResetQuota resets the
	// counters of the day, which upstream allows a few times a month.
	Quota(ctx context.Context, ref Ref, req QuotaRequest) (QuotaResult, error)
	ResetQuota(ctx context.Context, ref Ref) (Account, error)
	History(ctx context.Context, ref Ref, q HistoryQuery) ([]HistoryEntry, error)
	// Failures are the accounts for which something failed since a time, the newest
	// failure first.
	Failures(ctx context.Context, since time.Time) ([]Failure, error)
}

// ClipboardCalls copy to the clipboard of the agent's desktop.
type ClipboardCalls interface {
	Copy(ctx context.Context, ref Ref, req CopyRequest) (Clipboard, error)
	// CopyText copies a text of the caller. A secret one is concealed from clipboard
	// histories and cleared like a token; the answer tells when.
	CopyText(ctx context.Context, req TextRequest) (Clipboard, error)
	ClearClipboard(ctx context.Context) error
}

// SettingsCalls read and change the settings of all accounts.
type SettingsCalls interface {
	Use(ctx context.Context, env core.Env) error // makes it the active environment
	PauseAll(ctx context.Context, paused bool) error
	Settings(ctx context.Context) (core.Settings, error)
	SetSetting(ctx context.Context, key, value string) (core.Settings, error)
}

// VaultCalls open and close the vault.
type VaultCalls interface {
	VaultInit(ctx context.Context, passphrase core.Secret) (Vault, error)
	VaultUnlock(ctx context.Context, passphrase core.Secret) (Vault, error)
	VaultLock(ctx context.Context) (Vault, error)
}

// DesktopCalls are for programs on a desktop.
type DesktopCalls interface {
	// Open raises the open windows and returns how many there are. With Start the agent
	// opens one on its own desktop if there is none; if it cannot, the error says why.
	Open(ctx context.Context, what Showing) (int, error)
	Session(ctx context.Context, s Session) error
	// Events streams changes until ctx ends or the agent goes; the channel is then
	// closed. The first event is a snapshot. A window sets window to be counted and
	// raised. Follow reads the events across restarts of the agent.
	Events(ctx context.Context, window bool) (<-chan Event, error)
}

// LifeCalls ask for the agent's state, and end it.
type LifeCalls interface {
	Status(ctx context.Context) (Status, error)
	Stop(ctx context.Context) error
	// Reset removes every keyring entry and the home's files, then stops.
	Reset(ctx context.Context) error
}
