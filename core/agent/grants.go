package agent

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/call"
	"tokentray/core/kinds"
)

// grants are the calls that people allowed AI agents. They are only in memory: a
// restarted agent has none.
type grants struct {
	mu   sync.Mutex
	list []grant
}

// grant is what a client may call for an account.
type grant struct {
	client string
	id     core.ID
	calls  []string
	write  bool
	until  time.Time
}

// maxGrants bounds how many there are at a time.
const maxGrants = 200

// Grants implements api.Agent.
func (s *Service) Grants(context.Context) ([]api.Grant, error) {
	out := []api.Grant{}
	for _, g := range s.grants.living(s.now()) {
		if a, ok := s.accounts.get(g.id); ok {
			out = append(out, g.shown(a))
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
	if a.Env == core.Live {
		return api.Grant{}, &core.Error{Class: core.Misuse, Remedy: core.RemedyGrantLive, Message: "AI agents make no calls of live accounts; make the call yourself: tokentray call"}
	}
	if len(in.Calls) == 0 {
		in.Calls = []string{core.CallReads}
	}
	key, problems := core.ClientKey{Name: in.Client, CallRights: core.CallRights{Calls: in.Calls}}.Clean()
	if len(problems.Fatal()) > 0 {
		return api.Grant{}, invalid(problems)
	}
	life := time.Duration(in.Seconds) * time.Second
	if in.Seconds == 0 {
		life = api.MaxGrant
	}
	if life < time.Second || in.Seconds > int64(api.MaxGrant/time.Second) {
		return api.Grant{}, api.Invalid("a grant lasts from 1 second to %s; name a time between", api.MaxGrant)
	}
	g := grant{client: key.Name, id: a.ID, calls: key.Calls, write: in.Write, until: s.now().Round(0).Add(life)}
	if !s.grants.put(g, s.now()) {
		return api.Grant{}, api.Invalid("there are %d grants already; revoke one", maxGrants)
	}
	s.log.Info("calls granted to an agent", "client", g.client, "account", a.Ref(), "calls", g.calls, "write", g.write, "until", g.until)
	return g.shown(a), nil
}

// RevokeGrants implements api.Agent.
func (s *Service) RevokeGrants(_ context.Context, client string) error {
	clean, err := core.CleanName(client)
	if err != nil {
		return invalid(err)
	}
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	s.grants.list = slices.DeleteFunc(s.grants.list, func(g grant) bool { return g.client == clean })
	s.log.Info("grants of an agent revoked", "client", clean)
	return nil
}

// living are those that have not ended; the others are dropped.
func (g *grants) living(now time.Time) []grant {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.list = slices.DeleteFunc(g.list, func(one grant) bool { return !one.until.After(now) })
	return slices.Clone(g.list)
}

// put adds a grant and replaces the client's earlier one for the account; false:
// there are too many.
func (g *grants) put(one grant, now time.Time) bool {
	g.living(now)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.list = slices.DeleteFunc(g.list, func(o grant) bool { return o.client == one.client && o.id == one.id })
	if len(g.list) >= maxGrants {
		return false
	}
	g.list = append(g.list, one)
	return true
}

// of is a client's grant for an account.
func (g *grants) of(client string, id core.ID, now time.Time) (grant, bool) {
	all := g.living(now)
	i := slices.IndexFunc(all, func(o grant) bool { return o.client == client && o.id == id })
	if i < 0 {
		return grant{}, false
	}
	return all[i], true
}

func (g grant) shown(a core.Account) api.Grant {
	return api.Grant{Client: g.client, Account: a.Name, Env: a.Env, Calls: g.calls, Write: g.write, Until: g.until}
}

// allows reports whether a grant covers a call.
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
		return kinds.Pattern{Method: method, Path: path}.Fits(j.Method, j.Path.String())
	})
}

// mayCall refuses a call of an AI agent that no person allowed.
func (s *Service) mayCall(client string, a core.Account, spec kinds.Spec, method, target string) error {
	clean, err := core.CleanName(client)
	if err != nil {
		return invalid(err)
	}
	j, err := call.Judge(spec, method, target)
	if err != nil {
		return core.AsError(err)
	}
	g, ok := s.grants.of(clean, a.ID, s.now())
	if ok && a.Env != core.Live && g.allows(j) {
		return nil
	}
	what := fmt.Sprintf("%s %s", method, j.Path)
	s.log.Info("refused a call of an agent", "client", clean, "account", a.Ref(), "call", what)
	if a.Env == core.Live {
		return &core.Error{Class: core.Misuse, Remedy: core.RemedyGrantLive, Message: "AI agents make no calls of live accounts; a person makes the call: tokentray call " + a.Ref() + " " + what}
	}
	write := ""
	if !j.Reading {
		write = " --write"
	}
	return &core.Error{
		Class: core.Misuse, Remedy: core.RemedyNoGrant,
		Message: fmt.Sprintf("nobody allowed %q the call %s of %s; a person can, at a terminal: tokentray mcp allow %s --as %s --calls '%s'%s", clean, what, a.Ref(), a.Ref(), clean, what, write),
	}
}

// maySign refuses a signature to an AI agent without any grant for the account.
func (s *Service) maySign(client string, a core.Account) error {
	clean, err := core.CleanName(client)
	if err != nil {
		return invalid(err)
	}
	if _, ok := s.grants.of(clean, a.ID, s.now()); ok && a.Env != core.Live {
		return nil
	}
	return &core.Error{
		Class: core.Misuse, Remedy: core.RemedyNoGrant,
		Message: fmt.Sprintf("nobody allowed %q anything of %s; a person can, at a terminal, for accounts of the sandbox: tokentray mcp allow %s --as %s", clean, a.Ref(), a.Ref(), clean),
	}
}

// noteCall writes a call of an AI agent into the account's history.
func (s *Service) noteCall(client string, a core.Account, method, path string, code int) {
	s.line(a.ID, core.Entry{What: core.DidCall, Target: method + " " + path, By: client, Code: code})
}
