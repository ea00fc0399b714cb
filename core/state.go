package core

import "time"

// State tells how renewal of an account stands. Whether its token lives is told
// by the expiry alone.
type State string

// The states, in the order of precedence: the first that holds is shown.
const (
	StateLocked   State = "locked"   // the vault keeps the secret closed
	StateBlocked  State = "blocked"  // needs a person
	StatePaused   State = "paused"   // not renewed in the background
	StateRenewing State = "renewing" // a fetch is under way
	StateRetrying State = "retrying" // the last fetch failed, the next is planned
	StateEmpty    State = "empty"    // never had a token
	StateExpired  State = "expired"
	StateFresh    State = "fresh"
)

// Snapshot is an account as it stood at one moment. It is a copy, never changes
// and holds no token, only its mask.
type Snapshot struct {
	Account    Account
	Mask       string // of the token, empty when there is none
	ObtainedAt time.Time
	ExpiresAt  time.Time
	Life       time.Duration // full life of the current token
	PrevMask   string
	PrevUntil  time.Time
	Renewing   bool
	PausedAll  bool      // the global pause is on
	Err        *Error    // of the last round, nil after a success
	NextTry    time.Time // when the background acts next, zero when it will not
	LastUsed   time.Time // when a caller last got or copied the token
	Today      Counts    // since upstream's day began
	DayEnds    time.Time // when the next one begins
	Quota      Counts    // what upstream is known to allow a day; 0 where nobody knows
}

// State is the account's state at now.
func (s Snapshot) State(now time.Time) State {
	switch {
	case s.Err != nil && s.Err.Class == VaultClosed:
		return StateLocked
	case s.Err != nil && s.Err.Class.NeedsPerson():
		return StateBlocked
	case s.PausedAll || !s.Account.Auto:
		return StatePaused
	case s.Renewing:
		return StateRenewing
	case s.Err != nil:
		return StateRetrying
	case s.Mask == "":
		return StateEmpty
	case !s.ExpiresAt.After(now):
		return StateExpired
	}
	return StateFresh
}

// Event tells that something changed. Exactly one field is set.
type Event struct {
	Account *Snapshot // added or changed
	Removed *Account
}

// Entry is one line of an account's history. It holds masks, never a token.
type Entry struct {
	At       time.Time `json:"at"`
	What     What      `json:"what"`
	Class    Class     `json:"class,omitempty"` // of the failure
	Code     int       `json:"code,omitempty"`
	Message  string    `json:"message,omitempty"`
	CallerIP string    `json:"caller_ip,omitempty"`
	RID      string    `json:"rid,omitempty"`
	// Remedy and RetryAt are of a failure that keeps an account from being renewed,
	// so that it is known after a restart too; RetryAt is zero where no time helps.
	Remedy  string    `json:"remedy,omitempty"`
	RetryAt time.Time `json:"retry_at,omitzero"`
	Mask    string    `json:"mask,omitempty"`
	Expires time.Time `json:"expires,omitzero"`
	// PrevUntil is until when the token that was replaced may still work; zero
	// when it died with the replacement, or there was none.
	PrevUntil time.Time     `json:"prev_until,omitzero"`
	Took      time.Duration `json:"took,omitempty"`
	Calls     int           `json:"calls,omitempty"`  // upstream calls of this round
	Target    string        `json:"target,omitempty"` // where a token was pushed
}

// What happened.
type What string

// The things that happen to an account.
const (
	DidRenew   What = "renewed"  // a new token came
	DidKeep    What = "kept"     // the same token came back
	DidFail    What = "failed"   // no token came
	DidForce   What = "forced"   // a new token was forced
	DidReport  What = "reported" // a caller called the token stale, upstream accepts it
	DidEdit    What = "edited"
	DidAdd     What = "added"
	DidRecover What = "recovered"   // made again from its entry in the vault
	DidPush    What = "pushed"      // a token got where it is to go
	DidMiss    What = "push_failed" // it did not
)
