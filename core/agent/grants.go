package agent

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/call"
	"tokentray/core/kinds"
)

// grants are the calls that persons allowed AI agents, and what these asked for. They
// are in memory alone: an agent that is started again begins without any.
type grants struct {
	mu     sync.Mutex
	number int // of the newest grant or ask
	list   []grant
	asks   []ask                  // oldest first
	limits map[string]*call.Limit // by client
	noted  map[string]time.Time   // refusals that the history has, see noteRefusal
}

// grant is what a client may call of an account.
type grant struct {
	number int
	client string
	id     core.ID
	env    core.Env // of the account when it was given
	calls  []string
	write  bool
	left   int // calls that write, where counted
	until  time.Time
	used   int       // calls that were made with it
	last   time.Time // the last of them
}

// counted reports whether the calls that write are counted.
func (g grant) counted() bool { return g.write && g.env == core.Live }

// maxGrants bounds how many there are at a time.
const maxGrants = 200

// Grants implements api.Agent.
func (s *Service) Grants(context.Context) (api.Grants, error) {
	list, asks := s.grants.shown(s.now())
	out := api.Grants{Grants: []api.Grant{}, Asks: []api.Ask{}}
	for _, g := range list {
		if a, ok := s.accounts.get(g.id); ok && a.Env == g.env {
			out.Grants = append(out.Grants, g.shown(a))
		}
	}
	for _, q := range slices.Backward(asks) {
		if a, ok := s.accounts.get(q.id); ok {
			out.Asks = append(out.Asks, q.shown(a))
		}
	}
	return out, nil
}

// Grant implements api.Agent.
func (s *Service) Grant(_ context.Context, ref api.Ref, in api.GrantInput) (api.Grant, error) {
	a, err := s.resolve(ref)
	if err != nil {
		return api.Grant{}, err
	}
	if a.Env == core.Live && !s.hub.seated(in.Seat) {
		return api.Grant{}, &core.Error{Class: core.Misuse, Remedy: core.RemedyGrantWindow, Message: "calls of live accounts are allowed in TokenTray's window alone: settings, AI agents"}
	}
	g, err := newGrant(a, in, s.now())
	if err != nil {
		return api.Grant{}, err
	}
	g, ok := s.grants.put(g, s.now(), func(c askedCall) bool { return s.grantFits(g, c) })
	if !ok {
		return api.Grant{}, api.Invalid("there are %d grants already; revoke one", maxGrants)
	}
	s.log.Info("calls granted to an agent", "client", g.client, "account", a.Ref(), "calls", g.calls, "write", g.write, "until", g.until)
	return g.shown(a), nil
}

// newGrant is what in allows, from now on.
func newGrant(a core.Account, in api.GrantInput, now time.Time) (grant, error) {
	if len(in.Calls) == 0 {
		in.Calls = []string{core.CallReads}
	}
	key, problems := core.ClientKey{Name: in.Client, CallRights: core.CallRights{Calls: in.Calls}}.Clean()
	if len(problems.Fatal()) > 0 {
		return grant{}, invalid(problems)
	}
	g := grant{client: key.Name, id: a.ID, env: a.Env, calls: key.Calls, write: in.Write}
	longest := api.MaxGrant
	if g.counted() {
		longest, g.left = api.MaxLiveWrite, api.LiveWriteCalls
	}
	if in.Seconds < 0 || in.Seconds > int64(longest/time.Second) {
		return grant{}, api.Invalid("this grant lasts from 1 second to %s; name a time between", longest)
	}
	life := time.Duration(in.Seconds) * time.Second
	if in.Seconds == 0 {
		life = longest
	}
	g.until = now.Add(life)
	return g, nil
}

// RevokeGrants implements api.Agent.
func (s *Service) RevokeGrants(_ context.Context, client string) error {
	clean, err := core.CleanName(client)
	if err != nil {
		return invalid(err)
	}
	s.grants.revoke(func(g grant) bool { return g.client == clean })
	s.log.Info("grants of an agent revoked", "client", clean)
	return nil
}

// RevokeGrant implements api.Agent.
func (s *Service) RevokeGrant(_ context.Context, number int) error {
	s.grants.revoke(func(g grant) bool { return g.number == number })
	s.log.Info("grant of an agent revoked", "number", number)
	return nil
}

// revoke ends grants.
func (g *grants) revoke(which func(grant) bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.list = slices.DeleteFunc(g.list, which)
}

// expire drops the grants whose time is over. The lock is held.
func (g *grants) expire(now time.Time) {
	g.list = slices.DeleteFunc(g.list, func(one grant) bool { return !one.until.After(now) })
}

// shown are the grants and asks there are.
func (g *grants) shown(now time.Time) ([]grant, []ask) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.expire(now)
	return slices.Clone(g.list), slices.Clone(g.asks)
}

// put adds a grant, in the place of the client's for the account that reads, or writes,
// as it does, and drops what was asked for and is now allowed; false: there are too
// many.
func (g *grants) put(one grant, now time.Time, answers func(askedCall) bool) (grant, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.expire(now)
	g.list = slices.DeleteFunc(g.list, func(o grant) bool { return o.client == one.client && o.id == one.id && o.write == one.write })
	if len(g.list) >= maxGrants {
		return grant{}, false
	}
	g.number++
	one.number = g.number
	g.list = append(g.list, one)
	g.asks = slices.DeleteFunc(g.asks, func(q ask) bool { return q.client == one.client && q.id == one.id && answers(q.askedCall) })
	return one, true
}

// use spends a grant of a client for a call; false: there is none that allows it.
func (g *grants) use(client string, a core.Account, j call.Judged, now time.Time) (grant, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.expire(now)
	i := slices.IndexFunc(g.list, func(o grant) bool { return o.client == client && o.id == a.ID && o.env == a.Env && o.allows(j) })
	if i < 0 {
		return grant{}, false
	}
	used := &g.list[i]
	used.used, used.last = used.used+1, now
	out := *used
	if used.counted() && !j.Reading {
		if used.left--; used.left == 0 {
			g.list = slices.Delete(g.list, i, i+1)
		}
	}
	return out, true
}

// any reports whether a client has a grant for an account.
func (g *grants) any(client string, a core.Account, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.expire(now)
	return slices.ContainsFunc(g.list, func(o grant) bool { return o.client == client && o.id == a.ID && o.env == a.Env })
}

func (g grant) shown(a core.Account) api.Grant {
	return api.Grant{Number: g.number, Client: g.client, Account: a.Name, Env: a.Env, Calls: g.calls, Write: g.write, Until: g.until, Left: g.left, Used: g.used, LastUsed: g.last}
}

// allows reports whether a call is among those granted.
func (g grant) allows(j call.Judged) bool {
	if !j.Reading && !g.write {
		return false
	}
	return slices.ContainsFunc(g.calls, func(one string) bool {
		method, path, ok := strings.Cut(one, " ")
		if !ok {
			return one == core.CallReads && j.Reading
		}
		if method == "*" {
			method = ""
		}
		return j.Among([]kinds.Pattern{{Method: method, Path: path}})
	})
}

// grantFits reports whether a grant allows what was asked for.
func (s *Service) grantFits(g grant, c askedCall) bool {
	a, ok := s.accounts.get(g.id)
	if c.call == "" || !ok {
		return ok // any grant allows signatures
	}
	method, path, _ := strings.Cut(c.call, " ")
	j, err := call.Judge(s.spec(a.Kind).ClosedFor(a), method, path)
	return err == nil && g.allows(j)
}
