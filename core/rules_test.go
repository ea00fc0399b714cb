package core

import (
	"context"
	"time"
)

// The rules that decide when upstream is asked and what its answers mean, each by
// itself. What they lead to together is tested from outside.

// noon is a moment for the tests of rules.
var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// mute is a source that must not be asked.
type mute struct{}

func (mute) Fetch(context.Context, Request) (Grant, error) { panic("asked") }

type muteChecker struct{ mute }

func (muteChecker) Check(context.Context, Request, string) error { panic("asked") }

// forgetful is a journal that keeps nothing.
type forgetful struct{ Journal }

func (forgetful) Record(ID, Record) error { return nil }

// shut is a vault that stays closed.
type shut struct{}

func (shut) Credentials(context.Context, Account) (Credentials, error) {
	return Credentials{}, &Error{Class: VaultClosed}
}

const (
	plainKind  Kind = "plain"  // asking again is harmless
	deadlyKind Kind = "deadly" // asking again is destructive
	blindKind  Kind = "blind"  // likewise, and no token can be checked
)

func ruled(workers int) *Keeper {
	return NewKeeper(Config{Workers: workers, Vault: shut{}, Journal: forgetful{}, Now: func() time.Time { return noon }, Upstreams: map[Kind]Upstream{
		plainKind:  {Source: muteChecker{}, Traits: Traits{Repeat: RepeatSame, Window: 300 * time.Second}},
		deadlyKind: {Source: muteChecker{}, Traits: Traits{Repeat: RepeatDestructive, Window: 300 * time.Second}},
		blindKind:  {Source: mute{}, Traits: Traits{Repeat: RepeatDestructive, Window: 300 * time.Second}},
	}})
}

// withToken is an entry whose token has left to live; with 0 it has none.
func withToken(left time.Duration) *entry {
	e := &entry{account: &Account{Kind: plainKind, Env: Sandbox, Auto: true}, slot: -1, tally: &tally{accounts: 1}}
	t := Token{}
	if left != 0 {
		t = Token{Value: "t", ObtainedAt: noon.Add(left - 2*time.Hour), ExpiresAt: noon.Add(left), Life: 2 * time.Hour}
	}
	e.token.Store(&t)
	return e
}

func classOf(err *Error) Class {
	if err == nil {
		return ""
	}
	return err.Class
}
