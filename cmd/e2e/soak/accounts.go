//go:build linux

package main

import (
	"fmt"
	"maps"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/core/layout"
	"tokentray/core/preset"
	"tokentray/core/sim"
)

// account is one of the accounts, as its owner enters it and as upstream has it.
type account struct {
	name     string
	env      core.Env
	spec     kinds.Spec
	params   map[string]string
	path     string        // of the simulator, where the base URL is that of a call
	kept     layout.Layout // how the backend keeps the token; the zero one: it does not
	upstream sim.Account
}

func (a account) ref() api.Ref { return api.Ref{Name: a.name, Env: a.env} }

// key names the account at upstream.
func (a account) key() string { return a.upstream.Key() }

// input is what its owner enters. base is where the simulator is, and redis the Redis
// of the backend.
func (a account) input(base, redis string) api.AccountInput {
	secret, url, params := a.upstream.Secret.Reveal(), base+a.path, maps.Clone(a.params)
	if a.kept.ID != "" {
		secret, url = password, redis
	}
	in := core.Input{Name: &a.name, Env: &a.env, Kind: &a.spec.Kind, BaseURL: &url}
	if a.spec.Endpoint { // its calls go elsewhere
		if params == nil {
			params = map[string]string{}
		}
		params[kinds.APIURL] = base
	}
	if a.spec.Has(kinds.AppID) {
		in.AppID = &a.upstream.AppID
	}
	in.Params = params
	return api.AccountInput{Input: in, Secret: &secret}
}

// period is how long a token serves before the agent has to ask for the next.
func (a account) period() time.Duration {
	if a.upstream.Life < a.spec.Traits.Window { // see core.Traits.Window
		return a.upstream.Life / 2
	}
	return a.upstream.Life - a.spec.Traits.Window
}

// own is what accounts of a kind have of their own. A kind that is not here is a preset,
// which asks the platform of its name.
var own = map[core.Kind]func(n int, a *account){
	kinds.WeChat:       someLive,
	kinds.WeChatLegacy: manyCalls,
	kinds.WeCom:        ofCorp,
	kinds.OAuth2:       ofClient,
	kinds.Central:      ofTeam,
	kinds.Redis:        ofBackend,
}

// served are the kinds of the accounts, in turn: all that the program has.
func served() []kinds.Spec { return preset.With(kinds.Builtin()).All() }

// lives are those of the tokens. The Keeper leaves half a minute between the
// rounds of an account, so that none is shorter than twice that.
var lives = []time.Duration{70 * time.Second, 90 * time.Second, 2 * time.Minute, 3 * time.Minute}

// newAccounts makes n accounts of all kinds.
func newAccounts(n int) (all []account) {
	specs := served()
	for i := range n {
		spec, turn := specs[i%len(specs)], i/len(specs)
		a := account{name: fmt.Sprintf("account-%04d", i), env: core.Sandbox, spec: spec, upstream: sim.Account{
			AppID: fmt.Sprintf("wx%016x", i), Secret: core.NewSecret(fmt.Sprintf("%032x", i)), Life: lives[turn%len(lives)],
		}}
		change := own[spec.Kind]
		if change == nil {
			change = ofPlatform
		}
		change(turn, &a)
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

// ofPlatform makes the account one of the platform that its kind is named after.
func ofPlatform(_ int, a *account) {
	a.upstream.Platform = string(a.spec.Kind)
	if a.upstream.Platform == "lark" { // is the same program at another host
		a.upstream.Platform = "feishu"
	}
}

func ofClient(_ int, a *account) { a.path, a.upstream.Client = sim.PathOAuth, &sim.Client{} }

// ofTeam has the simulator be the team's server.
func ofTeam(_ int, a *account) { a.path = sim.PathCentral + a.upstream.AppID }
