//go:build linux

package main

import (
	"fmt"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/core/sim"
)

// account is one of the accounts, as its owner enters it and as upstream has it.
type account struct {
	name     string
	env      core.Env
	spec     kinds.Spec
	params   map[string]string
	upstream sim.Account
}

func (a account) ref() api.Ref { return api.Ref{Name: a.name, Env: a.env} }

// key names the account at upstream.
func (a account) key() string { return a.upstream.Key() }

// input is what its owner enters.
func (a account) input(baseURL string) api.AccountInput {
	secret := a.upstream.Secret.Reveal()
	in := core.Input{Name: &a.name, Env: &a.env, Kind: &a.spec.Kind, AppID: &a.upstream.AppID, BaseURL: &baseURL, Params: a.params}
	return api.AccountInput{Input: in, Secret: &secret}
}

// period is how long a token serves before the agent has to ask for the next.
func (a account) period() time.Duration {
	return a.upstream.Life - min(a.spec.Traits.Window, a.upstream.Life/2)
}

// servedKind is a kind whose calls the simulator answers.
type servedKind struct {
	kind core.Kind
	// own changes what an account of the kind has of its own; nil: nothing.
	own func(n int, a *account)
}

// served are the kinds of the accounts, in turn. A kind that the simulator serves
// joins by a line here, and by a line for its path in package upstream.
var served = []servedKind{
	{kinds.WeChat, someLive},
	{kinds.WeChatLegacy, manyCalls},
	{kinds.WeCom, ofCorp},
}

// lives are those of the tokens. The Keeper leaves half a minute between the
// rounds of an account, so that none is shorter than twice that.
var lives = []time.Duration{70 * time.Second, 90 * time.Second, 2 * time.Minute, 3 * time.Minute}

// newAccounts makes n accounts of all kinds.
func newAccounts(n int) (all []account) {
	set := kinds.Builtin()
	for i := range n {
		k, turn := served[i%len(served)], i/len(served)
		spec, _ := set.Of(k.kind)
		a := account{name: fmt.Sprintf("account-%04d", i), env: core.Sandbox, spec: spec, upstream: sim.Account{
			AppID: fmt.Sprintf("wx%016x", i), Secret: core.NewSecret(fmt.Sprintf("%032x", i)), Life: lives[turn%len(lives)],
		}}
		if k.own != nil {
			k.own(turn, &a)
		}
		all = append(all, a)
	}
	return all
}

// someLive puts every fifth account into the live environment.
func someLive(n int, a *account) {
	if n%5 == 0 {
		a.env = core.Live
	}
}

// manyCalls are allowed to an account of the old kind: upstream's own number is too
// few for such lives.
func manyCalls(_ int, a *account) { a.upstream.LegacyPerDay = 1_000_000 }

// ofCorp makes the account one of four applications of a corp.
func ofCorp(n int, a *account) {
	a.upstream.AppID = fmt.Sprintf("ww%016x", n/4)
	a.upstream.Agent = fmt.Sprint(1000001 + n%4)
	a.params = map[string]string{"agent": a.upstream.Agent}
}
