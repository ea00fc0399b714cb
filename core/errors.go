package core

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Class says what kind of failure it is; the Keeper decides by it what happens next.
type Class string

// The classes. Their handling is the Keeper's; see Error.
const (
	Temporary   Class = "temporary"   // tried again by itself, with backoff
	Whitelist   Class = "whitelist"   // the caller's IP is not allowed
	Confirm     Class = "confirm"     // the account's admin must confirm the IP
	Quota       Class = "quota"       // too many calls for now
	BadSecret   Class = "credentials" // AppID or AppSecret is wrong
	Frozen      Class = "frozen"      // account or secret is frozen
	Misuse      Class = "misuse"      // the request cannot succeed in this form
	VaultClosed Class = "vault"       // the secret is locked or missing
	NotFound    Class = "not_found"   // no such account
	Invalid     Class = "invalid"     // what was entered is wrong
	PushFailed  Class = "push"        // a push of a token failed
	Internal    Class = "internal"    // our own failure: disk, database
)

// NeedsPerson reports whether a person must act before anything gets better.
func (c Class) NeedsPerson() bool {
	switch c {
	case Whitelist, Confirm, BadSecret, Frozen, Misuse:
		return true
	}
	return false
}

// NeedsPerson reports whether a person must act on this account: what its class says, and
// a vault without the account's secret. A vault that is closed is one thing to do for all
// accounts.
func (e *Error) NeedsPerson() bool { return e.Class.NeedsPerson() || e.Remedy == RemedyReenter }

// waits reports whether the Keeper never retries the class on its own.
func (c Class) waits() bool { return c == BadSecret || c == Frozen || c == Misuse }

// Error is the one typed error of the domain. Message is English, lower case,
// redacted, and ends with what can be done; Remedy is the key of that sentence in
// ui/text, in both languages.
type Error struct {
	Class    Class
	Message  string
	Remedy   string
	Code     int       // upstream's errcode, 0 if it gave none
	Upstream string    // upstream's own message, redacted
	CallerIP string    // our address as upstream saw it
	PriorIP  string    // the address that was refused before CallerIP, if it was another
	RID      string    // upstream's request ID
	RetryAt  time.Time // earliest next try, zero when there is none
	// Kind is the kind of the account; each kind can have remedies of its own.
	// Empty: the error is about no account, or about any.
	Kind Kind
	// SecretHost is where the kept AppSecret may go, beside RemedySecretAgain.
	SecretHost string
	// Part and Path name what is missing in an answer, beside RemedyPath and RemedyPart:
	// one of the parts below, and the path at which a preset or the account expects it.
	// They quote nothing of the answer.
	Part, Path string
	Unsent     bool  // the call ended before it reached upstream, so upstream does not count it
	Err        error // cause, for errors.Is; may be nil
}

// The parts of an answer with a token.
const (
	PartToken = "token"
	PartLife  = "life"
	PartCode  = "code" // that tells success from failure
)

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Message)
	if e.Code != 0 {
		fmt.Fprintf(&b, " (errcode %d)", e.Code)
	}
	if e.RID != "" {
		fmt.Fprintf(&b, " [rid %s]", e.RID)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// of is the error with the kind of its account.
func (e *Error) of(k Kind) *Error {
	if e == nil || e.Kind != "" {
		return e
	}
	told := *e
	told.Kind = k
	return &told
}

// AsError returns err as an *Error: itself if it is one, Temporary for a
// cancelled or timed-out call, Internal for all else. Nil stays nil.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return &Error{Class: Temporary, Message: "the call was not finished in time; try again", Remedy: RemedyTryAgain, Err: err}
	}
	if u := new(url.Error); errors.As(err, &u) {
		err = u.Err // its text holds the query, which may hold a secret
	}
	return &Error{Class: Internal, Message: err.Error() + "; see the agent's log", Remedy: RemedyLog, Err: err}
}

// Keys of remedies: what a person can do. ui/text has a sentence for each, in both
// languages. Every source may use them.
const (
	RemedyTryAgain     = "try_again"      // wait a moment, then try again
	RemedyUnknownCode  = "unknown_code"   // look up upstream's code, then try again
	RemedyNetwork      = "network"        // check network and proxy
	RemedyProxy        = "proxy"          // check the account's proxy
	RemedyTLS          = "tls"            // the certificate is not trusted
	RemedyAnswer       = "odd_answer"     // something other than upstream answered
	RemedyPath         = "answer_path"    // nothing is at a path of the answer; correct the path
	RemedyPart         = "answer_part"    // what is there cannot be used; correct the path
	RemedyWhitelist    = "whitelist"      // add the caller's IP to the whitelist
	RemedyConfirm      = "confirm"        // ask the admin to confirm, then try again
	RemedyRefused      = "confirm_denied" // the admin refused; a wait is imposed
	RemedyQuotaDay     = "quota_day"      // resets when upstream's day ends
	RemedyQuotaKind    = "quota_kind"     // the same; another kind is allowed more
	RemedyQuotaTicket  = "quota_ticket"   // the same, of calls for a ticket
	RemedyQuotaMinute  = "quota_minute"   // resets in a minute
	RemedyBudget       = "budget"         // a person's call goes on; raise the budget, or wait
	RemedyReplaced     = "replaced"       // another program fetches; a fetch from here kills its token
	RemedyUsagePath    = "usage_path"     // name a path of an API that the account has
	RemedyResets       = "resets"         // this month's resets are used up
	RemedyNoMeter      = "no_meter"       // the kind's upstream tells nothing of its quotas
	RemedySecret       = "secret"         // enter the right AppSecret
	RemedyAppID        = "appid"          // correct the AppID
	RemedyFrozenSecret = "frozen_secret"  // unfreeze the AppSecret in the console
	RemedyFrozen       = "frozen"         // the account is frozen or punished
	RemedyPermission   = "no_permission"  // nothing; the token is fine, the account may not make this call
	RemedyComponent    = "component"      // AppID of a third-party platform
	RemedyKind         = "kind_refused"   // the account gets no tokens of its kind; check AppID and kind
	RemedyNoCheck      = "no_check"       // try it in a call
	RemedyGrant        = "grant"          // see what the client may have, and what was asked for
	RemedyServerURL    = "server_url"     // the team's server has nothing there; correct URL and parameters
	RemedyServerEmpty  = "server_refuses" // the team's server has no token to give; ask whoever runs it
	RemedyServerStale  = "server_expired" // the team's server gives a token that expired; ask whoever runs it
	RemedyTokenType    = "token_type"     // have the server give Bearer tokens
	RemedyUpdate       = "update"         // a fault of ours; report it
	RemedyAllowLive    = "allow_live"     // consent to the destructive fetch
	RemedyVaultUnlock  = "vault_unlock"   // tokentray vault unlock
	RemedyVaultInit    = "vault_init"     // tokentray vault init
	RemedyVaultEmpty   = "vault_empty"    // make a keyring in the service that runs, or tokentray vault init
	RemedyVaultDamaged = "vault_damaged"  // put a copy of the passphrase file back, or tokentray vault init
	RemedyVaultHard    = "vault_hard"     // write the passphrase file anew with a lower work factor
	RemedyPlainFile    = "plain_file"     // move away the thing that has the file's name
	RemedyVaultThere   = "vault_there"    // there is a passphrase file; tokentray vault
	RemedyResetLocked  = "reset_locked"   // unlock the passphrase file, then reset
	RemedyReenter      = "secret_missing" // enter the AppSecret again
	RemedySecretAgain  = "secret_again"   // enter the AppSecret again, for another host
	RemedyNoHost       = "no_host"        // say where the AppSecret may be sent
	RemedySecretLeft   = "secret_left"    // nothing; the account is gone, its secret follows when the vault opens
	RemedyAccount      = "no_account"     // tokentray list
	RemedyLifeTooLong  = "min_ttl"        // ask for a shorter life
	RemedyLifeOdd      = "min_ttl_odd"    // ask in seconds or as a duration, up to 24h
	RemedyNoTicket     = "no_ticket"      // sign with an account that has the ticket
	RemedyNoPrevious   = "no_previous"    // take the current token
	RemedyForceBudget  = "force_budget"   // forced refreshes of today are used up
	RemedyForceGap     = "force_gap"      // the last forced refresh was a moment ago
	RemedyLog          = "log"            // see the log
	RemedyInput        = "input"          // correct the field
	RemedyDisk         = "disk"           // see that the disk works
	RemedyOutput       = "output"         // write it to another place, or make room there
	RemedyFull         = "disk_full"      // free some space
	RemedyReadOnly     = "read_only"      // make folder and files yours and writable
	RemedyInUse        = "in_use"         // another agent has the home; tokentray stop
	RemedyLostAgent    = "lost_agent"     // an agent runs and cannot be reached; end the process
	RemedyAgentEnded   = "agent_ended"    // look whether the change was made
	RemedyHungAgent    = "hung_agent"     // the agent answers nothing; end the process
	RemedyNewer        = "newer_home"     // the home is of a newer version; update
	RemedyDamaged      = "damaged"        // restart; the newest backup is restored
	RemedyNoAgent      = "no_agent"       // tokentray agent; its log tells why it ended
	RemedyRestart      = "restart_agent"  // tokentray stop; another version runs
	RemedyNoHome       = "no_home"        // set HOME, or name a folder with --home
	RemedyHomeOwner    = "home_owner"     // the folder is another user's; choose one of your own
	RemedyHomeKind     = "home_kind"      // a file stands in the folder's place
	RemedyHomeShared   = "home_shared"    // others may enter it; close it or choose an empty one
	RemedyOwnHome      = "own_home"       // use the home of the platform
	RemedyClipboard    = "no_clipboard"   // copy from a desktop session, or print the token
	RemedySilentOwner  = "silent_owner"   // wait for the program that holds the clipboard, or end it
	RemedyCopyLate     = "copy_late"      // something else was copied meanwhile; copy it again
	RemedyNotHere      = "not_here"       // the operating system has no such thing
	RemedyHotkeyTaken  = "hotkey_taken"   // choose another key
	RemedyNoHotkey     = "no_hotkey"      // bind a shortcut of the desktop to a command
	RemedyHost         = "host"           // call the loopback by a name that it or the key has
	RemedyPort         = "port_taken"     // choose another port for the loopback door
	RemedyClientKey    = "no_client_key"  // tokentray api key list
	RemedyScope        = "key_scope"      // make a key that may do this
	RemedyReviewKeys   = "review_keys"    // check which client keys there are, then open the door
	RemedyBackupPass   = "backup_pass"    // enter the passphrase of the passphrase file
	RemedyPreview      = "preview"        // look at the import's plan again
	RemedyImportLeft   = "import_left"    // import again; the vault may hold what is not saved
	RemedyBackupAsk    = "backup_ask"     // the file is a backup; send its passphrase
	RemedyImportHalf   = "import_half"    // accounts are imported; set the settings by hand
	RemedySlower       = "slower"         // too many refreshes or failures of one client
	RemedyKindMissing  = "kind_missing"   // add the preset of the account's kind, or update
	RemedyPreset       = "no_preset"      // tokentray preset list
	RemedyPresetThere  = "preset_there"   // replace it knowingly
	RemedyNoPush       = "no_push"        // tokentray push list
	RemedyPushInPlace  = "push_in_place"  // mount its folder, or add the push with --in-place
	RemedyPushFile     = "push_file"      // fix the file or its folder, then tokentray push test
	RemedyPushCommand  = "push_command"   // fix the command, then tokentray push test
	RemedyPushTimeout  = "push_timeout"   // make the command quicker, or give it more time
	RemedyPushTaken    = "push_taken"     // let each account have an entry of its own
	RemedyPushFetchers = "push_fetchers"  // let the backend ask for no tokens of its own
	RemedyPushRedis    = "push_redis"     // see to the entry in the Redis, then tokentray push test
	RemedyCallPath     = "call_path"      // correct path or query of the call
	RemedyCallMethod   = "call_method"    // use a method that calls can have
	RemedyCallHeader   = "call_header"    // correct the header
	RemedyCallBody     = "call_body"      // send the body whole
	RemedyCallToken    = "call_token"     // leave the token out of the call
	RemedyCallClosed   = "call_closed"    // such calls are never made
	RemedyLiveWrite    = "live_write"     // allow the change of a live account, or use the sandbox
	RemedyDoorShut     = "door_shut"      // tokentray api on
	RemedyKeyCalls     = "key_calls"      // make a key that may make this call
	RemedyBrowser      = "browser"        // no page in a browser makes calls
	RemedyCallRefused  = "call_refused"   // see what upstream says
	RemedyCallNoJSON   = "call_no_json"   // see the answer without --jq
	RemedyCallBinary   = "call_binary"    // write the answer into a file
	RemedyTokenDead    = "token_dead"     // take a new token; see who fetched another one
	RemedyNoCode       = "no_code"        // paste an answer with a code in it
	RemedyNoGrant      = "no_grant"       // tokentray mcp allow
	RemedyGrantWindow  = "grant_window"   // calls of live accounts are allowed in the window alone
	RemedyGrantNo      = "grant_declined" // a person said no
	RemedyGrantSlower  = "grant_slower"   // AI agents make too many calls
	RemedyNoProgram    = "no_program"     // install the program of the same version
	RemedyCallDead     = "call_dead"      // see why there is no other token
	RemedyRedisURL     = "redis_url"      // correct the URL of the Redis
	RemedyRedisTLS     = "redis_tls"      // the Redis' certificate is not trusted, or it has none
	RemedyRedisPlain   = "redis_plain"    // use rediss://, or agree to go without
	RemedyRedisAuth    = "redis_auth"     // enter user and password of the Redis again
	RemedyRedisACL     = "redis_acl"      // extend the ACL of the Redis' user
	RemedyRedisAway    = "redis_away"     // see that the Redis runs and can be reached
	RemedyRedisFull    = "redis_full"     // give the Redis memory or disk
	RemedyRedisType    = "redis_type"     // another program uses the key; name another
	RemedyTeamKey      = "team_key"       // join the team again with a new invite
	RemedyTeamValue    = "team_value"     // check who else writes to the team's Redis
	RemedyRedisInURL   = "redis_password" // leave the password out of the URL
	RemedyTeamSecret   = "team_secret"    // wait for the members that have the secret, or enter it
	RemedyTeamConsent  = "team_consent"   // wait for the members that may fetch, or allow it here
	RemedyTeamNone     = "no_team"        // tokentray team status
	RemedyTeamThere    = "team_there"     // join it by an invite, or choose another name
	RemedyTeamPlain    = "team_plain"     // use rediss://, or agree to what goes in the clear
	RemedyTeamInvite   = "team_invite"    // ask for a new invite
	RemedyTeamPass     = "team_pass"      // enter the passphrase of the invite
	RemedyTeamShared   = "team_shared"    // the account is a team's already; unshare it first
	RemedyTeamOther    = "team_other"     // say which team
	RemedyReviewPush   = "review_push"    // check whether you want the push, then tokentray push test or rm
)

// Keys of remedies for the address at which the door listens beside the loopback.
const (
	RemedyAddressGone   = "address_gone"   // no interface has it now
	RemedyAddressOut    = "address_out"    // its interface leads to other networks
	RemedyAddressPort   = "address_port"   // the port is taken there
	RemedyAddressSystem = "address_system" // this system cannot tell where interfaces lead
)
