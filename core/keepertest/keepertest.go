// Package keepertest runs a Keeper for the tests of sources and of what works with one.
package keepertest

import (
	"context"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
)

// Vault returns the secret of an account. It implements core.Vault.
type Vault func(core.Account) core.Secret

// Credentials implements core.Vault.
func (v Vault) Credentials(_ context.Context, a core.Account) (core.Credentials, error) {
	return core.Credentials{Secret: v(a)}, nil
}

// OneSecret is a Vault with the same secret for every account.
func OneSecret(secret string) Vault {
	return func(core.Account) core.Secret { return core.NewSecret(secret) }
}

// NoJournal saves nothing and remembers nothing. It implements core.Journal.
type NoJournal struct{}

// Record implements core.Journal.
func (NoJournal) Record(core.ID, core.Record) error { return nil }

// RefusedIP implements core.Journal.
func (NoJournal) RefusedIP(core.ID, string) (string, error) { return "", nil }

// Forced implements core.Journal.
func (NoJournal) Forced(core.ID, string) (int, time.Time, error) { return 0, time.Time{}, nil }

// CountForce implements core.Journal.
func (NoJournal) CountForce(core.ID, string, time.Time) error { return nil }

// Run runs a Keeper with accounts until the test ends. Without a Journal in c it uses
// NoJournal.
func Run(t testing.TB, c core.Config, accounts ...core.Account) *core.Keeper {
	t.Helper()
	if c.Journal == nil {
		c.Journal = NoJournal{}
	}
	k := core.NewKeeper(c)
	for _, a := range accounts {
		k.Put(a, core.Token{})
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- k.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return k
}

// Only returns the builtin kinds with these names and no others.
func Only(t testing.TB, names ...core.Kind) kinds.Set {
	t.Helper()
	var specs []kinds.Spec
	for _, name := range names {
		spec, known := kinds.Builtin().Of(name)
		if !known {
			t.Fatalf("%s is no builtin kind", name)
		}
		specs = append(specs, spec)
	}
	set, err := kinds.New(specs...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// Upstreams joins kinds with their sources, as a Keeper needs them.
func Upstreams(t testing.TB, set kinds.Set, sources map[core.Kind]core.Source) map[core.Kind]core.Upstream {
	t.Helper()
	ups, err := set.Upstreams(sources)
	if err != nil {
		t.Fatal(err)
	}
	return ups
}
