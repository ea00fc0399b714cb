package window

import (
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/core/preset"
)

// crowd is a list far beyond what anybody has: every tenth account needs a
// person, every name stands in both environments, and the names have all kinds in turn.
func crowd(n int) []api.Account {
	var out []api.Account
	specs := preset.With(kinds.Builtin()).All()
	for i := range n / 2 {
		spec := specs[i%len(specs)]
		name := fmt.Sprintf("account %05d", i)
		for _, env := range core.Envs() {
			a := sample(name, env, noon, time.Hour+time.Duration(i)*time.Second, 48*time.Hour)
			if i%10 == 0 {
				a = blocked(name, env)
				a.Error.Kind = spec.Kind
			}
			a.Kind, a.Product, a.AppID = spec.Kind, "", fmt.Sprintf("id%06x", i/8) // some stand in groups
			if len(spec.Products) > 0 {
				a.Product = spec.Products[i/len(specs)%len(spec.Products)].Product
			}
			out = append(out, a)
		}
	}
	return out
}

// crowded is a window with that many accounts, without an agent.
func crowded(b *testing.B, n int) *Window {
	w := New(test.NewTempApp(b), Config{
		Kinds: preset.With(kinds.Builtin()),
		Do:    func(f func()) { f() },
		Now:   func() time.Time { return noon },
		First: &api.List{
			Active: core.Sandbox, Accounts: crowd(n), Settings: core.DefaultSettings(), Vault: api.Vault{Kind: "keyring", State: "open"},
		},
	})
	b.Cleanup(func() { w.cancel(); w.Stop() })
	w.win.Resize(fyne.NewSize(460, 640))
	w.listing.switchView(viewAll)
	w.listing.openFinder()
	b.ResetTimer()
	return w
}

// atMost is how long anything that a person or the agent does may take in a window of
// 1,000 accounts of all kinds, so that no key waits. With 10,000, which nobody has, it
// shall stay below what a person takes for a delay.
func atMost(n int) time.Duration {
	if n > 1000 {
		return 150 * time.Millisecond
	}
	return 50 * time.Millisecond
}

// bounded is a benchmark of a step, with n accounts, that fails when the step takes too
// long.
func bounded(b *testing.B, step string, n int, run func(b *testing.B)) {
	b.Run(fmt.Sprint(step, "/", n), func(b *testing.B) {
		run(b)
		if each := b.Elapsed() / time.Duration(b.N); each > atMost(n) {
			b.Errorf("it takes %v, want at most %v", each, atMost(n))
		}
	})
}

// A list of 1,000 and of 10,000 accounts of all kinds.
func BenchmarkWindow(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		bounded(b, "keystroke", n, func(b *testing.B) {
			w := crowded(b, n)
			for i := 0; b.Loop(); i++ {
				w.listing.finder.entry.SetText([]string{"", "0", "00", "007"}[i%4])
			}
		})
		bounded(b, "term", n, func(b *testing.B) {
			w := crowded(b, n)
			for i := 0; b.Loop(); i++ {
				w.listing.finder.entry.SetText([]string{"state:blocked", "state:blocked 9"}[i%2])
			}
		})
		bounded(b, "event", n, func(b *testing.B) {
			w := crowded(b, n)
			all := w.model.Accounts
			for i := 0; b.Loop(); i++ {
				a := all[i*7919%n]
				a.CallsToday++
				w.event(api.Event{Type: api.EventAccount, Account: &a})
			}
		})
		bounded(b, "trouble", n, func(b *testing.B) {
			w := crowded(b, n)
			for i := 0; b.Loop(); i++ {
				a := w.model.Accounts[n/2]
				sick := blocked(a.Name, a.Env)
				if a.Error != nil {
					sick = sample(a.Name, a.Env, noon, time.Hour, 2*time.Hour)
				}
				w.event(api.Event{Type: api.EventAccount, Account: &sick})
			}
		})
		bounded(b, "switch", n, func(b *testing.B) {
			w := crowded(b, n)
			for i := 0; b.Loop(); i++ {
				w.listing.view = []view{viewSandbox, viewLive}[i%2]
				w.listing.fillList()
			}
		})
		bounded(b, "snapshot", n, func(b *testing.B) {
			w := crowded(b, n)
			list := &api.List{Active: core.Sandbox, Accounts: crowd(n), Settings: w.model.Settings, Vault: w.model.Vault}
			b.ResetTimer()
			for b.Loop() {
				w.event(api.Event{Type: api.EventSnapshot, Snapshot: list})
			}
		})
		bounded(b, "tick", n, func(b *testing.B) {
			w := crowded(b, n)
			for b.Loop() {
				w.tick()
			}
		})
	}
}
