package core_test

import (
	"fmt"
	"math"
	"runtime"
	"testing"
	"time"

	"tokentray/core"
)

// TestMemoryOfAnAccount: an account costs less than 1 KB besides its strings, which
// its caller has anyway. The least of some rounds counts: what other tests leave behind
// only adds.
func TestMemoryOfAnAccount(t *testing.T) {
	const n = 10000
	least := int64(math.MaxInt64)
	for range 5 {
		var before, after runtime.MemStats
		accounts, tokens := strangers(n)
		k := emptyKeeper()
		runtime.GC()
		runtime.ReadMemStats(&before)
		for i, a := range accounts {
			k.Put(a, tokens[i])
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		least = min(least, (int64(after.HeapAlloc)-int64(before.HeapAlloc))/n)
		if got := len(k.Snapshots()); got != n {
			t.Fatalf("%d accounts, want %d", got, n)
		}
		runtime.KeepAlive(accounts)
		runtime.KeepAlive(tokens)
	}
	t.Logf("%d bytes an account", least)
	if least < 100 || least >= 1024 {
		t.Errorf("an account costs %d bytes, want less than 1024", least)
	}
}

// keeperWith holds n accounts whose tokens live.
func keeperWith(n int) *core.Keeper {
	k := emptyKeeper()
	accounts, tokens := strangers(n)
	for i, a := range accounts {
		k.Put(a, tokens[i])
	}
	return k
}

func emptyKeeper() *core.Keeper {
	return core.NewKeeper(core.Config{
		Upstreams: map[core.Kind]core.Upstream{kindStable: {Source: newUpstream(twoHours), Traits: stable}},
		Vault:     &vault{}, Journal: newJournal(),
	})
}

// strangers are n accounts that share nothing, with tokens that live.
func strangers(n int) (accounts []core.Account, tokens []core.Token) {
	now := time.Now().Round(0)
	for i := range n {
		accounts = append(accounts, core.Account{
			ID: core.ID(fmt.Sprint(i)), Name: fmt.Sprint("account ", i), Env: core.Sandbox,
			Kind: kindStable, AppID: fmt.Sprintf("wx%016x", i), Auto: true,
		})
		tokens = append(tokens, core.Token{Value: fmt.Sprint("token", i), ObtainedAt: now, ExpiresAt: now.Add(twoHours), Life: twoHours})
	}
	return accounts, tokens
}

// BenchmarkGetLiving must stay under 300 ns and 0 allocations, whatever the
// number of accounts.
func BenchmarkGetLiving(b *testing.B) {
	for _, n := range []int{10, 1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			k := keeperWith(n)
			ctx := b.Context()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := k.Get(ctx, "7", core.DefaultMinTTL); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// busyTeam shares all accounts and must not be asked.
type busyTeam struct{ core.Team }

func (busyTeam) Shares(core.Account) bool { return true }

// BenchmarkGetShared must stay under 300 ns and 0 allocations too: a living token is
// given out without a question to the team.
func BenchmarkGetShared(b *testing.B) {
	k := core.NewKeeper(core.Config{
		Upstreams: map[core.Kind]core.Upstream{kindStable: {Source: newUpstream(twoHours), Traits: stable}},
		Vault:     &vault{}, Journal: newJournal(), Team: busyTeam{},
	})
	accounts, tokens := strangers(1000)
	for i, a := range accounts {
		k.Put(a, tokens[i])
	}
	ctx := b.Context()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.Get(ctx, "7", core.DefaultMinTTL); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPlan10000 must stay under 100 ms and, beside the strings of the
// accounts, 1 KB an account.
func BenchmarkPlan10000(b *testing.B) {
	const n = 10000
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		k := keeperWith(n)
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "B/account")
		runtime.KeepAlive(k)
	}
}
