package sim

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"slices"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
)

// Sample is an account of the demo, from both sides: as the simulator has it and as
// its owner would enter it. The AppIDs and secrets are new each time.
type Sample struct {
	Upstream Account      // for Server.Put
	Account  core.Account // with an ID, without the URLs that At adds
	Secret   core.Secret

	under string // what At adds to the simulator's base URL
}

// At is the account that uses the simulator at a base URL, for tokens and for calls.
func (s Sample) At(base string) core.Account {
	a := s.Account
	a.BaseURL = base + s.under
	if s.under == "" {
		return a // its calls go where its tokens come from
	}
	a.Params = a.Params.With(kinds.APIURL, base)
	if s.Upstream.Client != nil {
		a.Params = a.Params.With(kinds.IntrospectionURL, base+pathAsk)
	}
	return a
}

// Samples are the demo's accounts: both environments, every kind, one of the
// presets, lives from 90 s to 10 min so that renewals are seen, one blocked by the
// whitelist and one with an unreliable upstream.
func Samples() []Sample {
	return []Sample{
		sample("shop", core.Sandbox, kinds.WeChat, kinds.ProductTest, 8*time.Minute, nil),
		sample("shop", core.Live, kinds.WeChat, kinds.ProductOfficial, 10*time.Minute, nil),
		sample("blog", core.Sandbox, kinds.WeChatLegacy, kinds.ProductTest, 6*time.Minute, nil),
		// Its owner has agreed to the destructive fetch, as is right in a demo.
		sample("blog", core.Live, kinds.WeChatLegacy, kinds.ProductOfficial, 7*time.Minute, func(s *Sample) {
			s.Account.AllowLive = true
		}),
		sample("mini", core.Sandbox, kinds.WeChat, kinds.ProductMini, 90*time.Second, nil),
		sample("mini", core.Live, kinds.WeChat, kinds.ProductMini, 9*time.Minute, nil),
		sample("campus", core.Live, kinds.WeChat, kinds.ProductOfficial, 8*time.Minute, func(s *Sample) {
			s.Upstream.Whitelist = []string{"198.51.100.20"}
		}),
		sample("weather", core.Sandbox, kinds.WeChat, kinds.ProductOfficial, 6*time.Minute, func(s *Sample) {
			s.Upstream.Faults = Faults{ErrorPercent: 60, Latency: 800 * time.Millisecond}
		}),
		sample("office", core.Sandbox, kinds.WeCom, kinds.ProductCorpOwn, 6*time.Minute, func(s *Sample) { ofWeCom(s, "1000002") }),
		sample("office", core.Live, kinds.WeCom, kinds.ProductCorpOwn, 9*time.Minute, func(s *Sample) { ofWeCom(s, "1000003") }),
		sample("robot", core.Sandbox, "feishu", "", 7*time.Minute, func(s *Sample) {
			s.Upstream.Platform, s.Upstream.AppID = "feishu", "cli_a"+s.Upstream.AppID[3:]
			s.Account.AppID = s.Upstream.AppID
		}),
		sample("crm", core.Sandbox, kinds.OAuth2, kinds.ProductOAuthServer, 10*time.Minute, func(s *Sample) {
			s.Upstream.AppID = "crm-" + randomHex(4)
			s.under = pathOAuth
			s.Upstream.Client = &Client{JWT: true, Scopes: []string{"customers.read", "orders.read"}}
			s.Account.AppID = s.Upstream.AppID
			s.Account.Params = core.ParamsOf(map[string]string{kinds.OAuthScope: "customers.read orders.read"})
		}),
		// The simulator is the team's server of this one, and the secret its key.
		sample("team", core.Sandbox, kinds.Central, kinds.ProductCentralWeChat, 8*time.Minute, func(s *Sample) {
			s.under = pathCentral + s.Upstream.AppID
			s.Account.AppID = ""
		}),
	}
}

// SampleOf is a sample of a kind whose upstream is asked by HTTP, shown by the demo or
// not. Its token lives two hours, and nothing goes wrong with it.
func SampleOf(kind core.Kind) Sample {
	samples := Samples()
	of := func(kind core.Kind) int {
		return slices.IndexFunc(samples, func(s Sample) bool { return s.Account.Kind == kind })
	}
	i := of(kind)
	if i < 0 { // a preset like that of Feishu, which the demo shows
		i = of("feishu")
		platform := map[core.Kind]string{"lark": "feishu"} // of those that share one
		samples[i].Account.Kind, samples[i].Upstream.Platform = kind, cmp.Or(platform[kind], string(kind))
	}
	s := samples[i]
	s.Upstream.Life, s.Upstream.Faults, s.Upstream.Whitelist = 2*time.Hour, Faults{}, nil
	s.Account.AllowLive = true
	return s
}

func sample(name string, env core.Env, kind core.Kind, product core.Product, life time.Duration, change func(*Sample)) Sample {
	appid, secret := "wx"+randomHex(8), core.NewSecret(randomHex(16))
	s := Sample{
		Upstream: Account{AppID: appid, Secret: secret, Product: product, Life: life},
		Account: core.Account{
			ID: core.NewID(), Name: name, Env: env, Kind: kind, Product: product, AppID: appid, Auto: true,
		},
		Secret: secret,
	}
	if change != nil {
		change(&s)
	}
	return s
}

// ofWeCom makes the sample an application of a corp.
func ofWeCom(s *Sample, agent string) {
	corp := "ww" + s.Upstream.AppID[2:]
	secret := core.NewSecret(wecomTokenValue()[:43])
	s.Upstream.AppID, s.Upstream.Agent, s.Upstream.Secret = corp, agent, secret
	s.Account.AppID, s.Account.Params, s.Secret = corp, core.ParamsOf(map[string]string{"agent": agent}), secret
}

// randomHex is n random bytes in hexadecimal.
func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails, see crypto/rand
	return hex.EncodeToString(b)
}
