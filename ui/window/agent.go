package window

import (
	"context"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// Agent is what the window needs of the agent; api.Client and the agent itself
// implement it. Every error is a *core.Error.
type Agent interface {
	accountAgent
	tokenAgent
	clipboardAgent
	settingsAgent
	vaultAgent
	loopbackAgent
	presetAgent
	api.UpstreamCalls
	api.PushCalls
	api.GrantCalls
	api.TeamCalls
	api.TransferCalls
	Kinds(ctx context.Context) (kinds.Set, error)
	Explain(ctx context.Context, req api.ExplainRequest) (api.Explanation, error)
	Status(ctx context.Context) (api.Status, error)
	Events(ctx context.Context, window bool) (<-chan api.Event, error)
}

// accountAgent is for the form and its sheets.
type accountAgent interface {
	Add(ctx context.Context, in api.AccountInput) (api.Saved, error)
	Edit(ctx context.Context, ref api.Ref, in api.AccountInput) (api.Saved, error)
	Remove(ctx context.Context, ref api.Ref) error
	Test(ctx context.Context, req api.TestRequest) (api.TestResult, error)
}

// tokenAgent is for the detail of an account.
type tokenAgent interface {
	Token(ctx context.Context, ref api.Ref, minTTL time.Duration) (api.Token, error)
	Refresh(ctx context.Context, ref api.Ref, req api.RefreshRequest) (api.Token, error)
	Check(ctx context.Context, ref api.Ref) (api.CheckResult, error)
	Quota(ctx context.Context, ref api.Ref, req api.QuotaRequest) (api.QuotaResult, error)
	ResetQuota(ctx context.Context, ref api.Ref) (api.Account, error)
	History(ctx context.Context, ref api.Ref, q api.HistoryQuery) ([]api.HistoryEntry, error)
	Failures(ctx context.Context, since time.Time) ([]api.Failure, error)
	Sign(ctx context.Context, ref api.Ref, req api.SignRequest) (api.Signature, error)
}

// clipboardAgent is for copying.
type clipboardAgent interface {
	Copy(ctx context.Context, ref api.Ref, req api.CopyRequest) (api.Clipboard, error)
	CopyText(ctx context.Context, req api.TextRequest) (api.Clipboard, error)
	ClearClipboard(ctx context.Context) error
}

// settingsAgent is for changes that affect all accounts.
type settingsAgent interface {
	Use(ctx context.Context, env core.Env) error
	PauseAll(ctx context.Context, paused bool) error
	SetSetting(ctx context.Context, key, value string) (core.Settings, error)
}

// presetAgent is for the page of the user's presets.
type presetAgent interface {
	Presets(ctx context.Context) ([]api.Preset, error)
	AddPreset(ctx context.Context, in api.PresetFile) (api.PresetSaved, error)
	RemovePreset(ctx context.Context, kind core.Kind) error
}

// vaultAgent is for opening and closing the vault.
type vaultAgent interface {
	VaultInit(ctx context.Context, passphrase core.Secret) (api.Vault, error)
	VaultUnlock(ctx context.Context, passphrase core.Secret) (api.Vault, error)
	VaultLock(ctx context.Context) (api.Vault, error)
}

// loopbackAgent is for the page of the local API.
type loopbackAgent interface {
	Loopback(ctx context.Context) (api.Loopback, error)
	SetLoopback(ctx context.Context, req api.LoopbackRequest) (api.Loopback, error)
	ClientKeys(ctx context.Context) ([]api.ClientKey, error)
	AddClientKey(ctx context.Context, in api.ClientKeyInput) (api.NewClientKey, error)
	RevokeClientKey(ctx context.Context, name string) error
	AccessLog(ctx context.Context, limit int) ([]api.Access, error)
}
