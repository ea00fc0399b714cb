package team

import (
	"context"
	"encoding/hex"
	"log/slog"
	"sync"
	"time"

	"tokentray/core"
	"tokentray/core/redisconn"
)

// Timing are the protocol's times. Only tests shorten them; all members of a team use
// the zero Timing.
type Timing struct {
	Lease time.Duration // how long a lease lasts without renewing
	Renew time.Duration // between two renewals
	Call  time.Duration // how much of the lease must be left when a call begins
}

func (t Timing) orDefault() Timing {
	if t.Lease == 0 {
		t = Timing{Lease: 10 * time.Second, Renew: 3 * time.Second, Call: 25 * time.Second}
	}
	return t
}

// Self is what the other members learn about this one. The zero Self tells nothing.
type Self struct {
	ID      string // stays the same after restarts
	Name    string // of a machine or a person
	Version string // of the program
}

// Options configure a member.
type Options struct {
	Timing Timing
	Self   Self
	Log    *slog.Logger // nil discards
}

// Team is one member's view of a team. Several goroutines may use it.
type Team struct {
	name    string
	holder  string // different in each process
	self    Self
	keys    Keys
	redis   redisconn.Client
	timing  Timing
	scripts scripts
	log     *slog.Logger

	ctx    context.Context // for work that continues after a turn
	cancel context.CancelFunc
	later  sync.WaitGroup
}

// New returns a team on a Redis, which the caller closes. The name is part of the
// keys' names: up to 64 letters, digits, "-" and "_".
func New(name string, keys Keys, redis redisconn.Client, o Options) (*Team, error) {
	switch {
	case !validName(name):
		return nil, &core.Error{Class: core.Invalid, Remedy: core.RemedyInput, Message: "a team's name has letters, digits, - and _, at most 64 of them"}
	case keys.Zero():
		return nil, errKeys()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Self.ID == "" {
		o.Self.ID = hex.EncodeToString(random(8))
	}
	t := &Team{
		name: name, holder: hex.EncodeToString(random(8)), self: o.Self, keys: keys,
		redis: redis, timing: o.Timing.orDefault(), scripts: newScripts(), log: o.Log,
	}
	t.ctx, t.cancel = context.WithCancel(context.Background())
	return t, nil
}

// Close ends the background work and waits for it.
func (t *Team) Close() {
	t.cancel()
	t.later.Wait()
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
