package core_test

import (
	"fmt"
	"math"
	"runtime"
	"testing"
	"time"

	"tokentray/core"
)

// TestMemoryOfAnAccount: the Keeper needs less than 900 bytes for an account and its
// token, besides the texts, which its caller has anyway. Package agent bounds what an
// account of each kind costs with all that belongs to it.
func TestMemoryOfAnAccount(t *testing.T) {
	if testing.Short() {
		t.Skip("it measures for half a second")
	}
	accounts, tokens := strangers(10000)
	kept := memoryOf(t, tokens, func(i int) core.Account { return accounts[i] })
	runtime.KeepAlive(accounts)
	t.Logf("%d bytes an account in the Keeper", kept)
	if kept < 100 || kept >= 900 {
		t.Errorf("an account costs %d bytes, want less than 900", kept)
	}
}

// memoryOf is what each account costs that is made and put into a Keeper. The least of
// some rounds counts: what other tests leave behind only adds.
func memoryOf(t *testing.T, tokens []core.Token, account func(int) core.Account) int64 {
	t.Helper()
	n := int64(len(tokens))
	least := int64(math.MaxInt64)
	for range 5 {
		var before, after runtime.MemStats
		k := emptyKeeper()
		runtime.GC()
		runtime.ReadMemStats(&before)
		for i, token := range tokens {
			k.Put(account(i), token)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		least = min(least, (int64(after.HeapAlloc)-int64(before.HeapAlloc))/n)
		if got := len(k.Snapshots()); got != len(tokens) {
			t.Fatalf("%d accounts, want %d", got, n)
		}
		runtime.KeepAlive(tokens)
	}
	return least
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
		accounts = append(accounts, stranger(i))
		tokens = append(tokens, core.Token{Value: fmt.Sprint("token", i), ObtainedAt: now, ExpiresAt: now.Add(twoHours), Life: twoHours})
	}
	return accounts, tokens
}

func stranger(i int) core.Account {
	return core.Account{
		ID: core.ID(fmt.Sprint(i)), Name: fmt.Sprint("account ", i), Env: core.Sandbox,
		Kind: kindStable, AppID: fmt.Sprintf("wx%016x", i), Auto: true,
	}
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
// given out without a question to the team. What it takes of a Get of an account that is
// not shared is 1, also on a busy machine: both are measured by turns, at their fastest.
func BenchmarkGetShared(b *testing.B) {
	shared := core.NewKeeper(core.Config{
		Upstreams: map[core.Kind]core.Upstream{kindStable: {Source: newUpstream(twoHours), Traits: stable}},
		Vault:     &vault{}, Journal: newJournal(), Team: busyTeam{},
	})
	accounts, tokens := strangers(1000)
	for i, a := range accounts {
		shared.Put(a, tokens[i])
	}
	ctx := b.Context()
	get := func(k *core.Keeper) {
		if _, err := k.Get(ctx, "7", core.DefaultMinTTL); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		get(shared)
	}
	alone := keeperWith(1000)
	fastest := map[*core.Keeper]time.Duration{shared: time.Hour, alone: time.Hour}
	for range 200 {
		for k, best := range fastest {
			began := time.Now()
			for range 1000 {
				get(k)
			}
			fastest[k] = min(best, time.Since(began))
		}
	}
	b.ReportMetric(float64(fastest[shared])/float64(fastest[alone]), "x-not-shared")
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
