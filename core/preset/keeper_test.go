package preset_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/preset"
	"tokentray/core/sim"
)

type secrets struct{}

func (secrets) Credentials(context.Context, core.Account) (core.Credentials, error) {
	return core.Credentials{Secret: core.NewSecret(secret)}, nil
}

type journal struct{}

func (journal) Record(core.ID, core.Record) error              { return nil }
func (journal) RefusedIP(core.ID, string) (string, error)      { return "", nil }
func (journal) Forced(core.ID, string) (int, time.Time, error) { return 0, time.Time{}, nil }
func (journal) CountForce(core.ID, string, time.Time) error    { return nil }

// A thousand callers of a cold account cause one call, whatever the preset.
func TestAThousandCallersCauseOneCall(t *testing.T) {
	for _, p := range preset.Shipped() {
		t.Run(string(p.Kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				at := open(t, p, func(a *sim.Account) { a.Faults.Latency = time.Second })
				set, err := kinds.New(p.Spec())
				if err != nil {
					t.Fatal(err)
				}
				ups, err := set.Upstreams(map[core.Kind]core.Source{p.Kind: at.source})
				if err != nil {
					t.Fatal(err)
				}
				k := core.NewKeeper(core.Config{Upstreams: ups, Vault: secrets{}, Journal: journal{}})
				ctx, stop := context.WithCancel(t.Context())
				over := make(chan error, 1)
				go func() { over <- k.Run(ctx) }()
				a := request(p.Kind, secret).Account
				a.AllowLive = true
				k.Put(a, core.Token{})
				var wg sync.WaitGroup
				values := make([]string, 1000)
				for i := range values {
					wg.Go(func() {
						token, err := k.Get(t.Context(), a.ID, core.DefaultMinTTL)
						if err != nil {
							t.Errorf("caller %d: %v", i, err)
						}
						values[i] = token.Value
					})
				}
				wg.Wait()
				if n := at.sim.Calls(appID, ""); n != 1 || len(slices.Compact(values)) != 1 {
					t.Errorf("%d calls for a thousand callers", n)
				}
				stop()
				<-over
			})
		})
	}
}
