package window

import (
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// sample is a healthy account with some life left of its token's whole life.
func sample(name string, env core.Env, now time.Time, left, life time.Duration) api.Account {
	return api.Account{
		Account: core.Account{
			ID: core.ID(name + "-" + string(env)), Name: name, Env: env, Kind: kinds.WeChat, Product: kinds.ProductOfficial, AppID: "wx0123456789abcdef", Auto: true,
		},
		State:      core.StateFresh,
		Mask:       "83_ab••••wxyz",
		ObtainedAt: now.Add(left - life),
		ExpiresAt:  now.Add(left),
		Life:       int64(life / time.Second),
		NextTry:    now.Add(left - 300*time.Second),
		CallsToday: 3,
		LastUsed:   now.Add(-90 * time.Second),
	}
}

// blocked is an account that its IP whitelist keeps out.
func blocked(name string, env core.Env) api.Account {
	return api.Account{
		Account: core.Account{
			ID: core.ID(name + "-" + string(env)), Name: name, Env: env, Kind: kinds.WeChat, Product: kinds.ProductMini, AppID: "wx1111111111abcdef", Auto: true,
		},
		State:      core.StateBlocked,
		CallsToday: 1,
		Error: &api.Error{
			Class: core.Whitelist, Message: "the IP is not on the whitelist", Remedy: core.RemedyWhitelist, UpstreamCode: 40164, Kind: kinds.WeChat,
			CallerIP: "203.0.113.7", RID: "65f0-1a2b-3c4d", Upstream: "invalid ip 203.0.113.7, not in whitelist",
		},
	}
}

// town is a list with an account in each of the usual states.
func town(now time.Time) []api.Account {
	retry := sample("flaky-mini", core.Sandbox, now, 40*time.Second, 600*time.Second)
	retry.State, retry.Product, retry.NextTry = core.StateRetrying, kinds.ProductMini, now.Add(12*time.Second)
	retry.Error = &api.Error{Class: core.Temporary, Remedy: core.RemedyNetwork, Message: "cannot reach upstream"}
	paused := sample("campaign", core.Sandbox, now, 5400*time.Second, 7200*time.Second)
	paused.State, paused.Auto, paused.Kind = core.StatePaused, false, kinds.WeChatLegacy
	renewing := sample("shop", core.Live, now, 290*time.Second, 7200*time.Second)
	renewing.State = core.StateRenewing
	expired := sample("archive", core.Sandbox, now, -time.Minute, 7200*time.Second)
	expired.State = core.StateExpired
	previous := sample("shop", core.Sandbox, now, 7030*time.Second, 7200*time.Second)
	previous.Previous = &api.Previous{Mask: "82_zz••••9876", Until: now.Add(130 * time.Second)}
	long := sample("a very long account name that does not fit into its row", core.Live, now, 3661*time.Second, 7200*time.Second)
	return []api.Account{
		previous, renewing, sample("测试商城", core.Sandbox, now, 4321*time.Second, 7200*time.Second),
		blocked("gate", core.Sandbox), blocked("gate", core.Live), retry, paused, expired, long,
		{Account: core.Account{ID: "new-sandbox", Name: "new", Env: core.Sandbox, Kind: kinds.WeChat, Product: kinds.ProductTest, AppID: "wx2222222222abcdef", Auto: true}, State: core.StateEmpty},
	}
}
