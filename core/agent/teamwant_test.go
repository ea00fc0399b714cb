package agent

import (
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/redisconn"
	"tokentray/core/team"
)

// TestAReportThatItsPublisherCannotAnswer: a machine keeps a token of its own beside one
// that was published and reported while it was cut off. If whoever published that one is
// gone, this machine answers the report.
func TestAReportThatItsPublisherCannotAnswer(t *testing.T) {
	for name, alive := range map[string]bool{"the published token lives": true, "the published token is dead": false} {
		t.Run(name, func(t *testing.T) {
			c := newCrew(t)
			one, ref := c.founder(kinds.WeChatLegacy)
			own := one.token(ref)
			ctx := t.Context()
			do := func(args ...any) {
				t.Helper()
				if err := c.redis.Do(ctx, args...).Err(); err != nil {
					t.Fatal(err)
				}
			}
			in := c.invite(one)
			invite, err := team.OpenInvite(in.Age, core.NewSecret(in.Passphrase))
			if err != nil {
				t.Fatal(err)
			}
			url, err := redisconn.Parse(c.server.URL)
			if err != nil {
				t.Fatal(err)
			}
			client, err := redisconn.Open(url, redisconn.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			gone, err := team.New("five", invite.Keys, client, team.Options{Self: team.Self{Name: "gone"}})
			if err != nil {
				t.Fatal(err)
			}
			defer gone.Close()
			a, _ := one.accounts.get(one.row(ref).ID)
			account := gone.Account(a.Kind, one.keeper.TokenID(a))

			do("ACL", "SETUSER", "tt", "off")
			do("CLIENT", "KILL", "USER", "tt")
			before, err := account.Read(ctx, "")
			if err != nil || before.Value != own {
				t.Fatalf("the team has %s, %v", core.Mask(before.Value), err)
			}
			lease, _, err := account.Acquire(ctx)
			if err != nil || lease == nil {
				t.Fatalf("no lease: %v", err)
			}
			const published = "88_published_by_one_that_is_gone"
			if err := lease.Publish(ctx, before, core.Grant{Value: published, ExpiresIn: 2 * time.Hour}); err != nil {
				t.Fatal(err)
			}
			now, err := account.Read(ctx, "")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := account.Report(ctx, now); err != nil {
				t.Fatal(err)
			}
			if err := lease.Release(ctx); err != nil {
				t.Fatal(err)
			}
			c.up.mu.Lock()
			c.up.issued = append(c.up.issued, published)
			if !alive {
				c.up.issued = append(c.up.issued, "elsewhere")
			}
			c.up.mu.Unlock()
			asked := c.up.count()
			if got := one.token(ref); got != own {
				t.Fatalf("it gave its own token up before it heard of another: %s", core.Mask(got))
			}
			do("ACL", "SETUSER", "tt", "on")

			for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
				p, err := account.Read(ctx, "")
				if err != nil {
					t.Fatal(err)
				}
				if !p.Wanted && (p.Value == published) == alive && one.token(ref) == p.Value {
					break
				}
				if time.Now().After(deadline) {
					t.Fatalf("the report is not answered: the team has %s, wanted %v, the machine %s", core.Mask(p.Value), p.Wanted, core.Mask(one.token(ref)))
				}
			}
			if n, want := c.up.count()-asked, map[bool]int{true: 0, false: 1}[alive]; n != want {
				t.Errorf("the answer cost %d calls, not %d", n, want)
			}
		})
	}
}
