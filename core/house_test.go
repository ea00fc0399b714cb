package core_test

import (
	"context"
	"sync"
	"testing"

	"tokentray/core"
)

// setup is what a house is made of. What is left out is the usual: an account
// that renews by itself at an upstream like stable_token, without a token.
type setup struct {
	source  core.Source
	traits  core.Traits // empty: those of the source, if it tells them
	account func(*core.Account)
	stored  core.Token
}

// byHand switches the account's renewal in the background off.
func byHand(a *core.Account) { a.Auto = false }

// start runs a Keeper with one account, shop, until the test ends. Call it inside
// a synctest bubble.
func start(t *testing.T, s setup) *house {
	t.Helper()
	h := &house{t: t, vault: &vault{}, journal: newJournal(), wall: &wall{}}
	h.account = core.Account{ID: "1", Name: "shop", Env: core.Sandbox, Kind: kindStable, AppID: "wx0", Auto: true}
	if s.account != nil {
		s.account(&h.account)
	}
	if s.source == nil {
		s.source = newUpstream(twoHours)
	}
	if s.traits == (core.Traits{}) {
		s.traits = s.source.(interface{ behaves() core.Traits }).behaves()
	}
	h.Keeper = core.NewKeeper(core.Config{
		Upstreams: map[core.Kind]core.Upstream{h.account.Kind: {Source: s.source, Traits: s.traits}},
		Vault:     h.vault, Journal: h.journal, Now: h.wall.Now,
		Renewed: func(id core.ID, token core.Token) {
			if h.renewed != nil {
				h.renewed(id, token)
			}
		},
	})
	h.Put(h.account, s.stored)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- h.Run(ctx) }()
	h.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(h.stop)
	h.zone = s.traits.Day
	return h
}

// day is the zone of the upstream's days.
func (h *house) day() core.Zone { return h.zone }

// unable is a source that cannot check a token.
type unable struct{ core.Source }

func (u unable) behaves() core.Traits {
	return u.Source.(interface{ behaves() core.Traits }).behaves()
}
