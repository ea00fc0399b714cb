package core

import "time"

// State is the state of renewal of an account. Whether its token lives depends only
// on the expiry.
type State string

// The states, in the order of precedence: the first that holds is shown.
const (
	StateLocked   State = "locked"   // the vault keeps the secret closed
	StateBlocked  State = "blocked"  // needs a person: an open vault without the secret too
	StateRenewing State = "renewing" // a fetch is running, in the background or for a person
	StatePaused   State = "paused"   // not renewed in the background
	StateRetrying State = "retrying" // the last fetch failed, the next is planned
	StateEmpty    State = "empty"    // never had a token
	StateExpired  State = "expired"
	StateFresh    State = "fresh"
)

// States lists the states in the order of precedence.
func States() []State {
	return []State{StateLocked, StateBlocked, StateRenewing, StatePaused, StateRetrying, StateEmpty, StateExpired, StateFresh}
}

// Snapshot is an account as it stood at one moment. It is a copy, never changes
// and holds no token, only its mask.
type Snapshot struct {
	Account    Account
	Mask       string // of the token, empty when there is none
	ObtainedAt time.Time
	ExpiresAt  time.Time
	Life       time.Duration // full life of the current token
	Claims     *Claims       // of a current token that is a JWT, not verified; nil: no JWT. Never changed
	PrevMask   string
	PrevUntil  time.Time
	Renewing   bool
	PausedAll  bool   // the global pause is on
	Err        *Error // of the last round, nil after a success
	// Consent is the refusal of every fetch until the owner allows them for this
	// live account of a destructive kind; nil: they are allowed.
	Consent  *Error
	Check    *Checked  // the last check of the current token; nil: none since the start
	Lost     *Checked  // when a token was last found dead before its time; nil: never since the start
	Usage    []Usage   // the quotas that upstream last told, since the start; never changed
	NextTry  time.Time // when the background acts next, zero when it will not
	LastUsed time.Time // see Keeper.Used; zero: never
	Today    Counts    // since upstream's day began, for the token, by all accounts that share it
	DayEnds  time.Time // when the next one begins
	Quota    Counts    // what upstream is known to allow a day; 0 when nobody knows
}

// State is the account's state at now.
func (s Snapshot) State(now time.Time) State {
	switch {
	case s.Err != nil && s.Err.Class == VaultClosed && s.Err.Remedy != RemedyReenter:
		return StateLocked
	case s.Err != nil && s.Err.NeedsPerson(), s.Err == nil && s.Consent != nil && !s.living(now):
		return StateBlocked
	case s.Renewing:
		return StateRenewing
	case s.PausedAll || !s.Account.Auto:
		return StatePaused
	case s.Err != nil:
		return StateRetrying
	case s.Mask == "":
		return StateEmpty
	case !s.ExpiresAt.After(now):
		return StateExpired
	}
	return StateFresh
}

// living reports whether the token lives at now.
func (s Snapshot) living(now time.Time) bool { return s.Mask != "" && s.ExpiresAt.After(now) }
