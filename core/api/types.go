package api

import (
	"time"

	"tokentray/core"
)

// Version is the API's number. A client that meets another number says so and
// does nothing else, except stop.
const Version = 1

// Ref names an account. An empty Env means the active environment.
type Ref struct {
	Name string
	Env  core.Env
}

func (r Ref) String() string {
	if r.Env == "" {
		return r.Name
	}
	return r.Name + "/" + string(r.Env)
}

// Compare is the order of every list of accounts; see core.CompareNames.
func (r Ref) Compare(other Ref) int { return core.CompareNames(r.Name, r.Env, other.Name, other.Env) }

// Account is an account as clients see it: no secret, no token.
type Account struct {
	core.Account

	State      core.State `json:"state"`          // when this was sent; see StateAt
	Mask       string     `json:"mask,omitempty"` // of the token
	ObtainedAt time.Time  `json:"obtained_at,omitzero"`
	ExpiresAt  time.Time  `json:"expires_at,omitzero"`
	Life       int64      `json:"life,omitempty"` // seconds, full life of the token
	// Claims are what a JWT token says about itself, decoded and not verified.
	Claims   *core.Claims `json:"claims,omitempty"`
	Previous *Previous    `json:"previous,omitempty"`
	Error    *Error       `json:"error,omitempty"`
	// NeedsConsent says that nothing is fetched for this live account of a
	// destructive kind until its owner allows it.
	NeedsConsent bool `json:"needs_consent,omitempty"`
	// Offer is a kind to which the account can change because its upstream refuses
	// it a token of its present kind, see kinds.Set.Offer.
	Offer    core.Kind `json:"offer,omitempty"`
	NextTry  time.Time `json:"next_try,omitzero"`
	LastUsed time.Time `json:"last_used,omitzero"`
	// Checked is the result of the last check of the current token.
	Checked *CheckResult `json:"checked,omitempty"`
	// Usage is what upstream last reported about its quotas.
	Usage []core.Usage `json:"usage,omitempty"`
	// Lost is the finding when one of its tokens last died before its time, since
	// the agent started.
	Lost *CheckResult `json:"lost,omitempty"`
	// CallsToday are the calls for the account's token and its tickets, including
	// those for other accounts that share it; ForcedToday the forced fetches among
	// them. Quota is what upstream is known to allow in one of its days. At CountsUntil
	// both counts start over; see Counts.
	CallsToday  int       `json:"calls_today"`
	ForcedToday int       `json:"forced_today,omitempty"`
	Quota       Quota     `json:"quota,omitzero"`
	CountsUntil time.Time `json:"counts_until,omitzero"`
	// HistoryLines is how many history lines it got since the agent started. When it
	// has changed, the history has too.
	HistoryLines int `json:"history_lines,omitempty"`
	// Pushes are where its tokens go, by number.
	Pushes []Push `json:"pushes,omitempty"`
	// Tickets are its tickets for the JS-SDK that live. Events do not tell them.
	Tickets []Ticket `json:"tickets,omitempty"`
	// Team is the team that shares its token; nil: none does.
	Team *AccountTeam `json:"team,omitempty"`
}

// Ticket is a ticket for the JS-SDK: its name and how long it lives. The ticket itself
// stays in the agent.
type Ticket struct {
	Name      string    `json:"name"`
	ExpiresAt time.Time `json:"expires_at"`
}

// Remaining is the life left at now, never negative.
func (t Ticket) Remaining(now time.Time) time.Duration { return max(0, t.ExpiresAt.Sub(now)) }

// StateAt is the state at now: between two events a token can expire.
func (a Account) StateAt(now time.Time) core.State {
	if a.NeedsConsent && a.Error == nil && a.State != core.StateLocked && a.Remaining(now) == 0 {
		return core.StateBlocked
	}
	if a.State == core.StateFresh && !a.ExpiresAt.After(now) {
		return core.StateExpired
	}
	return a.State
}

// NeedsPerson reports whether the account waits at now for a person to act.
// Everything that counts such accounts uses this. A locked vault is one thing to do,
// and not one for each account.
func (a Account) NeedsPerson(now time.Time) bool { return a.StateAt(now) == core.StateBlocked }

// ErrorAt is the error at now; nil: none.
func (a Account) ErrorAt(now time.Time) *Error {
	if a.Error == nil && a.NeedsPerson(now) {
		return &Error{Class: core.Misuse, Remedy: core.RemedyAllowLive, Kind: a.Kind}
	}
	return a.Error
}

// Remaining is the life left at now, never negative; 0 without a token.
func (a Account) Remaining(now time.Time) time.Duration {
	if a.Mask == "" {
		return 0
	}
	return max(0, a.ExpiresAt.Sub(now))
}

// EndsSoon reports whether the token that lives at now ends soon: it is in its last 300 s,
// or in the last quarter of a life shorter than 20 minutes.
func (a Account) EndsSoon(now time.Time) bool {
	left := a.Remaining(now)
	return left > 0 && left <= min(300*time.Second, time.Duration(a.Life)*time.Second/4)
}

// Counts are today's calls and the forced ones among them, at now: upstream's day
// may have ended since the account was sent.
func (a Account) Counts(now time.Time) (calls, forced int) {
	if !a.CountsUntil.IsZero() && !now.Before(a.CountsUntil) {
		return 0, 0
	}
	return a.CallsToday, a.ForcedToday
}

// Quota is how much upstream is known to allow in one of its days; 0 where
// nobody knows.
type Quota struct {
	Calls  int `json:"calls,omitempty"`
	Forced int `json:"forced,omitempty"`
}

// Ref names the account.
func (a Account) Ref() Ref { return Ref{a.Name, a.Env} }

// Previous is the replaced token. Token is empty where only masks are allowed.
type Previous struct {
	Token string    `json:"access_token,omitempty"`
	Mask  string    `json:"mask,omitempty"`
	Until time.Time `json:"until"` // until when it may still work
}

// Error is a failure on the wire: {"error":{…}}. Message is English and
// redacted; Remedy is a key of ui/text.
type Error struct {
	Class   core.Class `json:"class"`
	Message string     `json:"message"`
	// Kind is the kind of the account that the failure is about; its sentences can
	// differ by kind.
	Kind         core.Kind `json:"kind,omitempty"`
	Remedy       string    `json:"remedy,omitempty"`
	UpstreamCode int       `json:"upstream_code,omitempty"`
	Upstream     string    `json:"upstream_message,omitempty"`
	CallerIP     string    `json:"caller_ip,omitempty"`
	PriorIP      string    `json:"prior_ip,omitempty"` // refused before CallerIP, if it was another
	RID          string    `json:"rid,omitempty"`
	RetryAt      time.Time `json:"retry_at,omitzero"`
	SecretHost   string    `json:"secret_host,omitempty"` // where the kept AppSecret may go, when that is not where it would go
	// Part and Path name what is missing in the upstream's answer: token, life or code, and
	// the path at which the preset or the account expects it.
	Part string `json:"part,omitempty"`
	Path string `json:"path,omitempty"`
	// Problems are the fields that class Invalid is about, if any. In a *core.Error
	// they are its cause, a core.Problems.
	Problems []core.Problem `json:"problems,omitempty"`
	// Faults are the errors of an imported file. In a *core.Error they are its
	// cause, ImportFaults.
	Faults []ImportFault `json:"faults,omitempty"`
	// PresetFaults are the errors of a preset's file, likewise.
	PresetFaults []PresetFault `json:"preset_faults,omitempty"`
}

// AccountInput is what a person enters to add or edit an account. In an edit a nil
// field keeps its value; in an addition it takes its default: Env sandbox, the kind
// that is offered first, that kind's first product, Auto true.
type AccountInput struct {
	core.Input
	Secret        *string `json:"secret,omitempty"`
	ProxyPassword *string `json:"proxy_password,omitempty"`
	// Apart is consent to a second account with the same AppID, which is otherwise
	// refused with a warning. Destructive kinds refuse it even with consent.
	Apart  bool `json:"apart,omitempty"`
	Paused bool `json:"paused,omitempty"` // of a new one: not renewed in the background, and nothing is fetched now
}

// Saved is the answer to an addition or an edit: the account after the one fetch
// that followed. A refusal by upstream undoes nothing and is in Account.Error.
// Warnings are keys of problems in ui/text.
type Saved struct {
	Account  Account        `json:"account"`
	Warnings []core.Problem `json:"warnings,omitempty"`
}

// TestRequest asks upstream once, with what a person entered, and saves nothing.
// With Ref, nil fields come from that account, and so does its secret.
type TestRequest struct {
	Ref   *Ref         `json:"ref,omitempty"`
	Input AccountInput `json:"input"`
}

// TestResult is upstream's answer. Error nil means that a token came.
type TestResult struct {
	ExpiresIn int64          `json:"expires_in,omitempty"` // seconds
	Mask      string         `json:"mask,omitempty"`
	Error     *Error         `json:"error,omitempty"`
	Warnings  []core.Problem `json:"warnings,omitempty"`
}

// Token is the answer that holds a token.
type Token struct {
	AccessToken   string    `json:"access_token"`
	ExpiresIn     int64     `json:"expires_in"` // seconds left, rounded down
	ExpiresAt     time.Time `json:"expires_at"` // RFC 3339 with zone
	ExpiresAtUnix int64     `json:"expires_at_unix"`
	ObtainedAt    time.Time `json:"obtained_at"`
	Account       string    `json:"account"`
	Env           core.Env  `json:"env"`
	AppID         string    `json:"appid"`
	BaseURL       string    `json:"base_url,omitempty"` // where the token is used
	Previous      *Previous `json:"previous,omitempty"`
	// Same is set in the answer to a report of a stale token when it is that very token.
	Same bool `json:"same,omitempty"`
	// StillValid is set when upstream still accepts it, too.
	StillValid bool `json:"still_valid,omitempty"`
}

// RefreshRequest reports a token as stale. An empty Stale means the current
// one. Force asks for a new token although the current one lives.
type RefreshRequest struct {
	Stale string `json:"stale,omitempty"`
	Force bool   `json:"force,omitempty"`
	// Person is set when a person pressed Try again: an account that waits for a
	// person is then tried at once.
	Person bool `json:"person,omitempty"`
	// Failing is set when that person says that the current token fails; a source that
	// takes reports gets one.
	Failing bool `json:"failing,omitempty"`
}

// CheckResult tells whether upstream accepts the token from here.
type CheckResult struct {
	Accepted bool `json:"accepted"`
	Dead     bool `json:"dead,omitempty"` // upstream says that the token is dead
	// Finding names the result. A replaced token was replaced between WorkedAt, when
	// it was last known to work, and At.
	Finding  core.Finding `json:"finding"`
	At       time.Time    `json:"at,omitzero"`
	WorkedAt time.Time    `json:"worked_at,omitzero"`
	Error    *Error       `json:"error,omitempty"`
}

// QuotaRequest asks upstream how much of its quotas is used. Without paths it asks
// about those in the kind's spec.
type QuotaRequest struct {
	Paths []string `json:"paths,omitempty"` // of the API, as /cgi-bin/message/custom/send
}

// QuotaResult is upstream's report. An error belongs to the first path without a
// result; the paths before it are in Usage.
type QuotaResult struct {
	Usage []core.Usage `json:"usage"`
	Error *Error       `json:"error,omitempty"`
	// TokenTray's own counts since upstream's day began, and when they start over.
	CallsToday  int       `json:"calls_today"`
	ForcedToday int       `json:"forced_today,omitempty"`
	Budget      int       `json:"budget,omitempty"`
	CountsUntil time.Time `json:"counts_until,omitzero"`
	// Resets is how many times a month the counters can be reset; 0: they cannot.
	Resets int `json:"resets,omitempty"`
}

// MaxQuotaPaths is how many paths one question may be about.
const MaxQuotaPaths = 20

// CopyRequest puts a token on the clipboard. Format empty means the account's
// default, else that of the settings. Path is the call in the formats url and curl;
// empty means the account's own, else the kind's try_path. Previous copies the
// replaced token.
type CopyRequest struct {
	Format   string `json:"format,omitempty"`
	Path     string `json:"path,omitempty"`
	Previous bool   `json:"previous,omitempty"`
	// Notify is for a caller that shows no answer itself. It asks for the event
	// copy_late when the token comes after something else was copied, and for copied
	// when it is on the clipboard and the settings want that confirmed by a
	// notification.
	Notify bool `json:"notify,omitempty"`
}

// TextRequest puts a text on the clipboard.
type TextRequest struct {
	Text   core.Secret
	Secret bool
	Key    string // the name of the client key, if the text is one
}

// HistoryEntry is one line of an account's history.
type HistoryEntry = core.Entry

// Failure is what failed for an account: the newest line of its history that tells of a
// failure, and how many do. The history keeps the first of failures in a row, those that
// differ, and the rest less and less often.
type Failure struct {
	Account string       `json:"account"`
	Env     core.Env     `json:"env"`
	Lines   int          `json:"lines"`
	Newest  HistoryEntry `json:"newest"`
}

// Ref names the account.
func (f Failure) Ref() Ref { return Ref{f.Account, f.Env} }

// HistoryQuery asks for the newest Limit lines of a history that are not older than
// Since. The zero value asks for all lines that are kept.
type HistoryQuery struct {
	Limit int
	Since time.Time
}
