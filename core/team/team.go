package team

import (
	"encoding/hex"
	"time"

	"tokentray/core"
	"tokentray/core/redisconn"
)

// Timing are the protocol's times. Tests shorten them; members of a team use the
// zero Timing.
type Timing struct {
	Lease time.Duration // how long a holder has it without renewing
	Renew time.Duration // between two renewals
	Call  time.Duration // that the lease covers when a call begins
}

func (t Timing) orDefault() Timing {
	if t.Lease == 0 {
		t = Timing{Lease: 10 * time.Second, Renew: 3 * time.Second, Call: 25 * time.Second}
	}
	return t
}

// Team is a team as one member sees it. It is safe for use by several goroutines.
type Team struct {
	name    string
	member  string // another one in each process
	keys    Keys
	redis   redisconn.Client
	timing  Timing
	scripts scripts
}

// New returns a team on a Redis, which the caller closes. The name is part of the
// keys' names: letters, digits, "-" and "_", at most 64 of them.
func New(name string, keys Keys, redis redisconn.Client, timing Timing) (*Team, error) {
	switch {
	case !validName(name):
		return nil, &core.Error{Class: core.Invalid, Remedy: core.RemedyInput, Message: "a team's name has letters, digits, - and _, at most 64 of them"}
	case keys.Zero():
		return nil, errKeys()
	}
	return &Team{
		name: name, member: hex.EncodeToString(random(8)), keys: keys,
		redis: redis, timing: timing.orDefault(), scripts: newScripts(),
	}, nil
}

func validName(name string) bool {
	for _, r := range name {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_'
		if !letter {
			return false
		}
	}
	return name != "" && len(name) <= 64
}
