package core

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// RedisPlace is where in a backend's Redis a push writes: the entry in which the
// backend's SDK keeps the token of its app.
type RedisPlace struct {
	URL    string `json:"url"`    // without a password
	Layout string `json:"layout"` // how the SDK keeps a token
	// Family is the family of apps by which the SDK names its keys; empty: the
	// account's own.
	Family string `json:"family,omitempty"`
	// Prefix replaces the one that the SDK puts before its key; "-" is none, and empty
	// leaves the SDK's own.
	Prefix string `json:"prefix,omitempty"`
	// Agent is the number of an app among those that share an AppID, where the key can
	// hold it. A new push gets the account's own; "-" is none.
	Agent string `json:"agent,omitempty"`
	Key   string `json:"key,omitempty"` // the whole key, of layouts that have none of their own
	// Plain is consent to send the token to another machine in the clear.
	Plain bool `json:"plain,omitempty"`
}

// Limits of a RedisPlace, in bytes.
const (
	MaxRedisURL  = 2000
	MaxRedisKey  = 500
	maxRedisWord = 200
)

// RedisEntry is what is known of an entry that a push wrote. The zero RedisEntry
// knows nothing.
type RedisEntry struct {
	Print string    // of the token in it, see TokenPrint
	Ends  time.Time // when the entry ends by itself
}

// TokenPrint tells one token from another and says nothing about it.
func TokenPrint(token string) string {
	sum := sha256.Sum256([]byte("tokentray entry\x00" + token))
	return hex.EncodeToString(sum[:8])
}

// RedisWrite is a token on its way into an entry.
type RedisWrite struct {
	Place    RedisPlace
	Account  Account
	Token    Token
	Password Secret // of the Redis' user; empty: none
	// AppSecret is the account's own, for layouts that make the name of a key from it.
	AppSecret Secret
	Known     RedisEntry // since the last write
	Lock      string     // what the SDK's lock holds while it is ours; empty: it is not
}

// RedisHold is what came of taking the lock of an SDK.
type RedisHold struct {
	Lock string // what it holds now; empty: somebody else has it
	// Came is a newer token that the backend brought while it had the lock, with the life
	// that is left; empty: none.
	Came Grant
}

// RedisPlan is what a write would do.
type RedisPlan struct {
	Commands []string // as they would be sent; tokens are masked, keys do not show secrets
	Err      *Error   // why nothing would be written; nil when something would, or when the token is there
	There    bool     // the token is in the entry already
	// Lock is the key that the SDK holds while it fetches, as Commands have it. A write
	// looks at it, and a fetch takes it. Empty: the SDK has none.
	Lock string
}

// Keys of problems with a push into a Redis. ui/text has a sentence for each.
const (
	ProblemRedisURL      = "push_redis_url"
	ProblemRedisPassword = "push_redis_password" // it stands in the URL
	ProblemRedisPlain    = "push_redis_plain"    // tokens would leave the machine in the clear
	ProblemRedisLayout   = "push_redis_layout"   // it is not known, or cannot be written
	ProblemRedisFamily   = "push_redis_family"   // the layout has no entries of such apps
	ProblemRedisKey      = "push_redis_key"      // it is missing, or no key's name
	ProblemRedisSecret   = "push_redis_secret"   // the key holds the account's AppSecret, and is kept in the clear
	ProblemRedisOwnKey   = "push_redis_own_key"  // the layout has keys of its own
	ProblemRedisWord     = "push_redis_word"     // prefix or agent are none
	ProblemRedisAgent    = "push_redis_agent"    // it is not the account's own
	ProblemRedisTaken    = "push_redis_taken"    // an account with another token writes the entry
)

// clean reports what is wrong with a place, as far as it can be seen without knowing
// Redis and its layouts.
func (p RedisPlace) clean(add func(field, key string)) {
	if p.URL == "" || len(p.URL) > MaxRedisURL || misleading(p.URL) {
		add("redis", ProblemRedisURL)
	}
	if p.Layout == "" || len(p.Layout) > maxRedisWord || misleading(p.Layout) {
		add("layout", ProblemRedisLayout)
	}
	if len(p.Family) > maxRedisWord || misleading(p.Family) {
		add("family", ProblemRedisFamily)
	}
	if len(p.Prefix) > maxRedisWord || misleading(p.Prefix) {
		add("key_prefix", ProblemRedisWord)
	}
	if len(p.Agent) > maxRedisWord || misleading(p.Agent) {
		add("agent", ProblemRedisWord)
	}
	if len(p.Key) > MaxRedisKey || misleading(p.Key) {
		add("redis_key", ProblemRedisKey)
	}
}

func redisProblem(key string) string {
	switch key {
	case ProblemRedisURL:
		return "must be the URL of a Redis: rediss://user@host:port/db, without a password"
	case ProblemRedisPassword:
		return "holds a password; leave it out and enter it when asked, or by --redis-password-stdin"
	case ProblemRedisPlain:
		return "would send tokens to another machine in the clear; use rediss://, or agree with --plaintext"
	case ProblemRedisLayout:
		return "must be a layout that can be written"
	case ProblemRedisFamily:
		return "must be a family of apps that the layout has entries of"
	case ProblemRedisKey:
		return "must be the whole name of a key, without control characters"
	case ProblemRedisSecret:
		return "holds the AppSecret, and keys are kept in the clear; let the backend choose another key"
	case ProblemRedisOwnKey:
		return "does not belong to this layout, which names its keys itself; leave it out"
	case ProblemRedisWord:
		return "must be printable, without blanks, and at most 200 bytes"
	case ProblemRedisAgent:
		return "is not the account's own number; leave it out, or give - for a key without one"
	case ProblemRedisTaken:
		return "would be written by this account and by another with another token, which would overwrite each other; choose another key, prefix or database"
	}
	return ""
}
