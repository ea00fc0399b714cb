package core_test

import (
	"fmt"
	"math"
	"runtime"
	"testing"
	"time"
	"unsafe"

	"tokentray/core"
)

// TestMemoryOfAnAccount: the Keeper needs less than 1 KB for an account besides the
// strings, which its caller has anyway; and an account with its strings and the params
// of its kind costs less than 1 KB besides its token, over kinds as they are mixed.
func TestMemoryOfAnAccount(t *testing.T) {
	accounts, tokens := strangers(10000)
	kept := memoryOf(t, tokens, func(i int) core.Account { return accounts[i] })
	whole := memoryOf(t, tokens, mixed) - int64(unsafe.Sizeof(core.Token{}))
	runtime.KeepAlive(accounts)
	t.Logf("%d bytes an account in the Keeper, %d with all that it has", kept, whole)
	if kept < 100 || kept >= 1024 {
		t.Errorf("an account costs %d bytes, want less than 1024", kept)
	}
	if whole <= kept-128 || whole >= 1024 {
		t.Errorf("an account of mixed kinds costs %d bytes besides its token, want less than 1024", whole)
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
		k := keeperOf(kindStable, "by-number", "by-url")
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

// mixed is an account of kinds in turn, of which a quarter have params, as of those that
// there are: some are told apart by a number, some have a URL and what is sent to it.
func mixed(i int) core.Account {
	a := stranger(i)
	switch i % 8 {
	case 3:
		a.Kind, a.Params = "by-number", map[string]string{"agent": fmt.Sprint(1000000 + i)}
	case 7:
		a.Kind, a.BaseURL = "by-url", fmt.Sprintf("https://sso.example/realms/%d/token", i)
		a.Params = map[string]string{"auth": "body", "scope": fmt.Sprint("read write ", i), "audience": fmt.Sprintf("https://api.example/%d", i)}
	}
	return a
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

func emptyKeeper() *core.Keeper { return keeperOf(kindStable) }

// keeperOf knows some kinds, which behave alike, and has no accounts.
func keeperOf(kinds ...core.Kind) *core.Keeper {
	up := core.Upstream{Source: newUpstream(twoHours), Traits: stable, Identity: []string{"agent", "scope", "audience"}}
	ups := map[core.Kind]core.Upstream{}
	for _, kind := range kinds {
		ups[kind] = up
	}
	return core.NewKeeper(core.Config{Upstreams: ups, Vault: &vault{}, Journal: newJournal()})
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
