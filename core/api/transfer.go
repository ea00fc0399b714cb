package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"tokentray/core"
)

// TransferCalls take accounts to other machines and bring them in from files.
// Every error is a *core.Error.
type TransferCalls interface {
	// Backup encrypts every account with its secrets, and the settings, under the
	// passphrase. No other call of the API returns secrets.
	Backup(ctx context.Context, passphrase core.Secret) (Backup, error)
	// Import plans the import of accounts from another source and, with
	// ImportRequest.Apply, carries it out completely or not at all.
	Import(ctx context.Context, req ImportRequest) (ImportPlan, error)
	// Export writes accounts, without secrets, as a file for others.
	Export(ctx context.Context, req ExportRequest) (Export, error)
}

// The formats of Export.
const (
	ExportJSON = "json"
	ExportCSV  = "csv"
)

// ExportRequest says which accounts go into which file.
type ExportRequest struct {
	Format string   `json:"format"`        // json or csv
	Env    core.Env `json:"env,omitempty"` // empty: both
	// Accounts are the IDs of those that are wanted; none: all.
	Accounts []core.ID `json:"accounts,omitempty"`
}

// Export is a file of accounts.
type Export struct {
	Data     []byte `json:"data"` // base64 on the wire
	Accounts int    `json:"accounts"`
}

// Backup is an encrypted backup.
type Backup struct {
	Age      []byte   `json:"age"` // an age file; base64 on the wire
	Accounts int      `json:"accounts"`
	NoSecret []string `json:"no_secret,omitempty"` // accounts without a secret in the vault
}

// What to do with an account that exists with other contents.
const (
	ConflictSkip    = "skip"    // it stays as it is
	ConflictRename  = "rename"  // the imported account gets another name
	ConflictReplace = "replace" // the imported fields replace its own
)

// ImportFile is a file of another program or of TokenTray. The agent reads it; an
// error about its contents has ImportFaults in its chain.
type ImportFile struct {
	Name string `json:"name,omitempty"` // helps to detect the format, and names a Spring profile
	Data []byte `json:"data"`           // base64 on the wire; at most MaxImportFile
	From string `json:"from,omitempty"` // one of ImportSources; empty: detected
	// Additions and corrections to the file. AccountName is for a file with one
	// account; AppIDKey and SecretKey name its variables.
	AccountName string       `json:"account_name,omitempty"`
	Env         core.Env     `json:"env,omitempty"`
	Kind        core.Kind    `json:"kind,omitempty"`
	Product     core.Product `json:"product,omitempty"`
	BaseURL     string       `json:"base_url,omitempty"`
	AppIDKey    string       `json:"appid_key,omitempty"`
	SecretKey   string       `json:"secret_key,omitempty"`
	// Passphrase opens a backup. Without it a backup is refused with the remedy
	// core.RemedyBackupAsk.
	Passphrase string `json:"passphrase,omitempty"`
}

// MaxImportFile is how many bytes a file may have.
const MaxImportFile = 16 << 20

// ImportSources are the formats that can be read, in the order they are offered.
func ImportSources() []string {
	return []string{"tokentray", "csv", "dotenv", "postman", "wxjava", "backup"}
}

// ImportRequest imports accounts, from a file or listed by the caller. In an account
// nil means that the file did not have the field: a new account gets the default, an
// existing one keeps its value. AllowLive and Apart of an account are ignored: a
// file cannot give a person's consent.
type ImportRequest struct {
	File     *ImportFile       `json:"file,omitempty"` // replaces Accounts and Settings
	Accounts []AccountInput    `json:"accounts,omitempty"`
	Settings map[string]string `json:"settings,omitempty"` // as PUT /v1/settings takes them
	// OnConflict is one of skip, rename and replace; empty: a plan with a conflict
	// is not ready.
	OnConflict string `json:"on_conflict,omitempty"`
	// Apart is consent to accounts whose AppID another account has already.
	Apart bool `json:"apart,omitempty"`
	// Paused: no new account is renewed in the background. Without it sandbox
	// accounts are renewed, and live ones only with RenewLive.
	Paused    bool `json:"paused,omitempty"`
	RenewLive bool `json:"renew_live,omitempty"`
	// SkipProblems skips accounts that cannot be saved; without it a plan with such
	// an account is not ready.
	SkipProblems bool `json:"skip_problems,omitempty"`
	// Apply is the digest of the plan that a person has seen and confirmed; empty:
	// only plan. If the plan would differ now, nothing is done.
	Apply string `json:"apply,omitempty"`
}

// The statuses of a row.
const (
	ImportNew      = "new"
	ImportSame     = "same"     // it exists with the same contents
	ImportConflict = "conflict" // it exists with other contents, or its AppID does
	ImportProblem  = "problem"  // it cannot be saved
)

// The actions of a row. They happen only with Apply.
const (
	ImportAdd       = "add"
	ImportSkip      = "skip"
	ImportRename    = "rename" // it is added as As
	ImportReplace   = "replace"
	ImportUndecided = "undecided"
)

// ImportRow is the plan for one account, in the order of the request.
type ImportRow struct {
	Status string    `json:"status"`
	Action string    `json:"action"`
	Name   string    `json:"name"`
	Env    core.Env  `json:"env"`
	Kind   core.Kind `json:"kind"`
	AppID  string    `json:"appid"`
	As     string    `json:"as,omitempty"` // the new name
	// With is the existing account in conflict, as NAME/ENV.
	With string `json:"with,omitempty"`
	// Changes are the fields in which the existing account differs.
	Changes []string `json:"changes,omitempty"`
	// Addresses are the base URL, the proxy and the certificates among Changes; for
	// a new account, those that differ from the kind's own base URL and from none.
	Addresses []ImportAddress `json:"addresses,omitempty"`
	// SecretAgain: the stored AppSecret was entered for another host. The account is
	// saved, and nothing is sent until somebody enters the AppSecret again.
	SecretAgain bool `json:"secret_again,omitempty"`

	Problems []core.Problem `json:"problems,omitempty"`
	NoSecret bool           `json:"no_secret,omitempty"` // somebody must enter it
	Auto     bool           `json:"auto"`                // it is renewed in the background
}

// ImportAddress is where calls of an account go, and would go. It holds no password.
type ImportAddress struct {
	Field string `json:"field"` // base_url, proxy or ca
	From  string `json:"from"`  // the kind's own base URL is written out; empty: none
	To    string `json:"to"`
}

// ImportSetting is the plan for a setting. One that still has its default is
// overwritten; any other is a conflict that only replace resolves.
type ImportSetting struct {
	Key    string `json:"key"`
	Value  string `json:"value"`
	Status string `json:"status"`
	Action string `json:"action"`
}

// ImportPreset is the plan for a preset in a backup. An existing preset of the name
// stays: a file replaces none.
type ImportPreset struct {
	Kind   core.Kind `json:"kind"`
	Hosts  []string  `json:"hosts"` // where secrets and tokens of its accounts would go
	Status string    `json:"status"`
	Action string    `json:"action"`
}

// ImportRemark reports something in a file that was left out, or read in a way that
// a person should know about. ui/text has a sentence for each code.
type ImportRemark struct {
	Code string `json:"code"`
	Line int    `json:"line,omitempty"`
	Key  string `json:"key,omitempty"` // if it is one we know
}

// ImportFault is an error at one place of a file. ui/text has a sentence for each
// code.
type ImportFault struct {
	Code  string `json:"code"`
	Line  int    `json:"line,omitempty"`  // from 1; 0: the file as a whole
	Key   string `json:"key,omitempty"`   // if it is one we know
	Other int    `json:"other,omitempty"` // another line, or the limit that was passed
}

// ImportFaults are all errors of a file. The error that has them in its chain lists
// them in English.
type ImportFaults []ImportFault

func (f ImportFaults) Error() string {
	if len(f) == 0 {
		return "the file is fine"
	}
	return fmt.Sprintf("line %d: %s", f[0].Line, f[0].Code)
}

// ImportPlan is the whole plan.
type ImportPlan struct {
	// Source, Lines and Remarks describe the file: its format, and for each row the
	// line where its account begins.
	Source  string         `json:"source,omitempty"`
	Lines   []int          `json:"lines,omitempty"`
	Remarks []ImportRemark `json:"remarks,omitempty"`

	// Presets are those of a backup. Accounts of a new preset are paused, and wait
	// for their secret.
	Presets []ImportPreset `json:"presets,omitempty"`

	Rows     []ImportRow     `json:"rows"`
	Settings []ImportSetting `json:"settings,omitempty"`
	Digest   string          `json:"digest"`
	Ready    bool            `json:"ready"` // ready: Apply would do it
	Done     bool            `json:"done"`  // it was done
}

// maxImport bounds the body of an import: as many accounts as one file may have.
const maxImport = 64 << 20

const importRoute = "POST /v1/import"

// transferRoutes binds the routes of TransferCalls.
func (h *handler) transferRoutes(c TransferCalls) {
	h.bind("POST /v1/backup", body(false, func(ctx context.Context, b passphraseBody) (Backup, error) {
		return c.Backup(ctx, core.NewSecret(b.Passphrase))
	}))
	h.bind("POST /v1/import", body(false, c.Import))
	h.bind("POST /v1/export", body(false, c.Export))
}

// bodyLimit is how many bytes of a request a route takes.
func bodyLimit(pattern string) int64 {
	if strings.HasPrefix(pattern, "POST /v1/"+callPath+"/") {
		return unlimited
	}
	if pattern == importRoute {
		return maxImport
	}
	return maxBody
}

// Backup implements Agent.
func (c *Client) Backup(ctx context.Context, passphrase core.Secret) (Backup, error) {
	return call[Backup](ctx, c, http.MethodPost, "/v1/backup", passphraseBody{passphrase.Reveal()})
}

// Import implements Agent.
func (c *Client) Import(ctx context.Context, req ImportRequest) (ImportPlan, error) {
	return call[ImportPlan](ctx, c, http.MethodPost, "/v1/import", req)
}

// Export implements Agent.
func (c *Client) Export(ctx context.Context, req ExportRequest) (Export, error) {
	return call[Export](ctx, c, http.MethodPost, "/v1/export", req)
}
