package core_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"tokentray/core"
)

// keeperWith holds n accounts whose tokens live.
func keeperWith(n int) *core.Keeper {
	k := core.NewKeeper(core.Config{
		Upstreams: map[core.Kind]core.Upstream{kindStable: {Source: newUpstream(twoHours), Traits: stable}},
		Vault:     &vault{}, Journal: newJournal(),
	})
	now := time.Now().Round(0)
	for i := range n {
		a := core.Account{
			ID: core.ID(fmt.Sprint(i)), Name: fmt.Sprint("account ", i), Env: core.Sandbox,
			Kind: kindStable, AppID: fmt.Sprintf("wx%016x", i), Auto: true,
		}
		k.Put(a, core.Token{Value: fmt.Sprint("token", i), ObtainedAt: now, ExpiresAt: now.Add(twoHours), Life: twoHours})
	}
	return k
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
