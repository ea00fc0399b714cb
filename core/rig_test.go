package core_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"tokentray/core"
)

// slowVault answers after a while with what it knew at the call.
type slowVault struct {
	vault
	delay time.Duration
	dmu   sync.Mutex
}

func (v *slowVault) slow(d time.Duration) { v.dmu.Lock(); v.delay = d; v.dmu.Unlock() }

func (v *slowVault) Credentials(ctx context.Context, a core.Account) (core.Credentials, error) {
	c, err := v.vault.Credentials(ctx, a)
	v.dmu.Lock()
	d := v.delay
	v.dmu.Unlock()
	time.Sleep(d)
	return c, err
}

// rig is a running Keeper with one account whose vault and journal can be slow.
type rig struct {
	*core.Keeper
	j    *journal
	v    *slowVault
	wall *wall
	a    core.Account
	stop func()
}

// newRig starts a Keeper; call it inside a synctest bubble.
func newRig(t *testing.T, src core.Source, tr core.Traits, a core.Account, stored core.Token) *rig {
	t.Helper()
	r := &rig{j: newJournal(), v: &slowVault{}, wall: &wall{}, a: a}
	if r.a.ID == "" {
		r.a.ID, r.a.Name, r.a.AppID = "1", "shop", "wx0"
	}
	if r.a.Env == "" {
		r.a.Env = core.Sandbox
	}
	r.a.Kind = kindStable
	if tr.Destructive() {
		r.a.Kind = kindLegacy
	}
	r.Keeper = core.NewKeeper(core.Config{
		Upstreams: map[core.Kind]core.Upstream{r.a.Kind: {Source: src, Traits: tr}},
		Vault:     r.v, Journal: r.j, Now: r.wall.Now,
	})
	r.Put(r.a, stored)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := r.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	r.stop = func() { cancel(); <-ended }
	return r
}
