package api

import (
	"context"
	"net/http"

	"tokentray/core"
)

// Carrier takes accounts to other machines and brings them from elsewhere.
// Every error is a *core.Error.
type Carrier interface {
	// Backup encrypts every account with its secrets, and the settings, under
	// the passphrase. No call of the API gives a secret in any other form.
	Backup(ctx context.Context, passphrase core.Secret) (Backup, error)
	// Import plans what becomes of accounts from elsewhere and, with
	// ImportRequest.Apply, does it: all of it or nothing.
	Import(ctx context.Context, req ImportRequest) (ImportPlan, error)
}

// Backup is an encrypted backup.
type Backup struct {
	Age      []byte   `json:"age"` // an age file; base64 on the wire
	Accounts int      `json:"accounts"`
	NoSecret []string `json:"no_secret,omitempty"` // accounts of which the vault has none
}

// What becomes of an account that is there already with other contents.
const (
	ConflictSkip    = "skip"    // it stays as it is
	ConflictRename  = "rename"  // what comes gets another name
	ConflictReplace = "replace" // what the file tells replaces what is there
)

// ImportRequest brings accounts from elsewhere. In an account nil means that
// the file did not tell: a new account takes the default, one that is there
// keeps what it has. AllowLive and Apart of an account do not count: no file
// gives a person's consent.
type ImportRequest struct {
	Accounts []AccountInput    `json:"accounts"`
	Settings map[string]string `json:"settings,omitempty"` // as PUT /v1/settings takes them
	// OnConflict is one of skip, rename and replace; empty: a plan with a conflict
	// is not ready.
	OnConflict string `json:"on_conflict,omitempty"`
	// Apart is consent to accounts whose AppID another account has already.
	Apart bool `json:"apart,omitempty"`
	// Paused: no new account is renewed in the background. Without it those of
	// the sandbox are, and live ones are only with RenewLive.
	Paused    bool `json:"paused,omitempty"`
	RenewLive bool `json:"renew_live,omitempty"`
	// SkipProblems leaves out what cannot be saved; without it a plan with such
	// an account is not ready.
	SkipProblems bool `json:"skip_problems,omitempty"`
	// Apply is the digest of the plan that somebody saw and wants; empty: only
	// plan. When the plan would be another by now, nothing is done.
	Apply string `json:"apply,omitempty"`
}

// The statuses of a row.
const (
	ImportNew      = "new"
	ImportSame     = "same"     // it is there with these very contents
	ImportConflict = "conflict" // it is there with others, or its AppID is
	ImportProblem  = "problem"  // it cannot be saved
)

// The actions of a row. None of them is taken before Apply.
const (
	ImportAdd       = "add"
	ImportSkip      = "skip"
	ImportRename    = "rename" // it is added as As
	ImportReplace   = "replace"
	ImportUndecided = "undecided"
)

// ImportRow is what becomes of one account, in the order of the request.
type ImportRow struct {
	Status string    `json:"status"`
	Action string    `json:"action"`
	Name   string    `json:"name"`
	Env    core.Env  `json:"env"`
	Kind   core.Kind `json:"kind"`
	AppID  string    `json:"appid"`
	As     string    `json:"as,omitempty"` // the new name
	// With is the account that is in the way, as NAME/ENV.
	With string `json:"with,omitempty"`
	// Changes are the fields in which the account that is there differs.
	Changes []string `json:"changes,omitempty"`
	// Addresses are the base URL and the proxy among Changes; of an account that is
	// added, what it has in the place of the kind's own base URL and of no proxy.
	Addresses []ImportAddress `json:"addresses,omitempty"`
	// SecretAgain: the kept AppSecret was entered for another host. The account is
	// saved, and nothing is sent until somebody enters the AppSecret again.
	SecretAgain bool `json:"secret_again,omitempty"`

	Problems []core.Problem `json:"problems,omitempty"`
	NoSecret bool           `json:"no_secret,omitempty"` // somebody has to enter it
	Auto     bool           `json:"auto"`                // it is renewed in the background
}

// ImportAddress is where calls of an account go, and would go. No password
// stands in it.
type ImportAddress struct {
	Field string `json:"field"` // base_url or proxy
	From  string `json:"from"`  // the kind's own base URL is written out; empty: no proxy
	To    string `json:"to"`
}

// ImportSetting is what becomes of a setting. One that still has its default
// gives way, another is a conflict that only replace decides.
type ImportSetting struct {
	Key    string `json:"key"`
	Value  string `json:"value"`
	Status string `json:"status"`
	Action string `json:"action"`
}

// ImportPlan is what becomes of everything.
type ImportPlan struct {
	Rows     []ImportRow     `json:"rows"`
	Settings []ImportSetting `json:"settings,omitempty"`
	Digest   string          `json:"digest"`
	Ready    bool            `json:"ready"` // Apply would do it
	Done     bool            `json:"done"`  // it was done
}

// maxImport bounds the body of an import: as many accounts as one file may have.
const maxImport = 64 << 20

const importRoute = "POST /v1/import"

// carryRoutes binds the routes of Carrier.
func (h *handler) carryRoutes(c Carrier) {
	h.mux.Handle("POST /v1/backup", body(false, func(ctx context.Context, b passphraseBody) (Backup, error) {
		return c.Backup(ctx, core.NewSecret(b.Passphrase))
	}))
	h.mux.Handle("POST /v1/import", body(false, c.Import))
}

// bodyLimit is how many bytes of a request a route takes.
func bodyLimit(pattern string) int64 {
	if pattern == importRoute {
		return maxImport
	}
	return maxBody
}

// Backup implements Carrier.
func (c *Client) Backup(ctx context.Context, passphrase core.Secret) (Backup, error) {
	return call[Backup](ctx, c, http.MethodPost, "/v1/backup", passphraseBody{passphrase.Reveal()})
}

// Import implements Carrier.
func (c *Client) Import(ctx context.Context, req ImportRequest) (ImportPlan, error) {
	return call[ImportPlan](ctx, c, http.MethodPost, "/v1/import", req)
}
