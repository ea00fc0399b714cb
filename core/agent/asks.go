package agent

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/call"
	"tokentray/core/kinds"
)

// askedCall is what an AI agent was refused.
type askedCall struct {
	client string
	id     core.ID
	call   string // METHOD and PATH; empty: a signature
	write  bool
}

// ask is one or several such that are alike.
type ask struct {
	askedCall
	number   int
	at       time.Time
	count    int
	declined time.Time // until when a person's no holds
}

const (
	// maxAsks is how many of the last asks are kept.
	maxAsks = 50
	// maxAgents bounds the clients whose calls are counted apart.
	maxAgents = 200
	// maxNoted is how many refusals of all accounts are written in a minute.
	maxNoted = 60
	// noteAgain is how long a refusal is not written into a history again; within it,
	// maxNoted are written at most. An AI agent in a loop must not drive out what else
	// the history has.
	noteAgain = time.Minute
)

func (q ask) shown(a core.Account) api.Ask {
	return api.Ask{Number: q.number, Client: q.client, Account: a.Name, Env: a.Env, Call: q.call, Write: q.write, At: q.at, Count: q.count, Declined: q.declined}
}

// DeclineAsk implements api.Agent.
func (s *Service) DeclineAsk(_ context.Context, number int) error {
	s.grants.mu.Lock()
	defer s.grants.mu.Unlock()
	for i := range s.grants.asks {
		if q := &s.grants.asks[i]; q.number == number {
			q.declined = s.now().Add(api.AskQuiet)
			s.log.Info("a person declined what an agent asked for", "client", q.client, "call", q.call)
		}
	}
	return nil
}

// ask notes what was asked for, and tells until when a person's no holds.
func (g *grants) ask(c askedCall, now time.Time) (declined time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	q := ask{askedCall: c}
	if i := slices.IndexFunc(g.asks, func(o ask) bool { return o.askedCall == c }); i >= 0 {
		q = g.asks[i]
		g.asks = slices.Delete(g.asks, i, i+1)
	} else {
		g.number++
		q.number = g.number
	}
	q.at = now
	q.count++
	if !q.declined.After(now) {
		q.declined = time.Time{}
	}
	g.asks = append(g.asks, q)
	g.asks = g.asks[max(0, len(g.asks)-maxAsks):]
	return q.declined
}

// tooFast tells how long a client has to wait before its next call.
func (g *grants) tooFast(client string, now time.Time) time.Duration {
	g.mu.Lock()
	l := g.limits[client]
	if l == nil {
		if g.limits == nil || len(g.limits) >= maxAgents {
			g.limits = map[string]*call.Limit{}
		}
		l = &call.Limit{Size: core.DefaultCallBurst, Rate: core.DefaultCallRate}
		g.limits[client] = l
	}
	g.mu.Unlock()
	return l.Take(now)
}

// mayCall refuses a call of an AI agent, named by its clean name, that no person
// granted. It returns whether the call may change a live account. A refusal is
// recorded in the account's history.
func (s *Service) mayCall(client string, a core.Account, spec kinds.Spec, method, target string) (liveWrite bool, err error) {
	if err := s.slow(client); err != nil {
		return false, err
	}
	j, err := call.Judge(spec.ClosedFor(a), method, target)
	if err != nil {
		s.noteRefusal(client, a, judgedCall(j), core.AsError(err))
		return false, core.AsError(err)
	}
	if g, ok := s.grants.use(client, a, j, s.now()); ok {
		return g.write, nil
	}
	return false, s.refuse(a, askedCall{client, a.ID, judgedCall(j), !j.Reading})
}

// judgedCall is a call in the history: without what could not be judged.
func judgedCall(j call.Judged) string {
	method, path := j.Method, j.Path.String()
	if !slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}, method) {
		method = "?"
	}
	if path == "" {
		path = "?"
	}
	return method + " " + path
}

// maySign refuses a signature to an AI agent that no person allowed anything of the
// account.
func (s *Service) maySign(client string, a core.Account) error {
	if err := s.slow(client); err != nil {
		return err
	}
	if s.grants.any(client, a, s.now()) {
		return nil
	}
	return s.refuse(a, askedCall{client: client, id: a.ID})
}

// slow refuses what a client asks for too fast.
func (s *Service) slow(client string) error {
	wait := s.grants.tooFast(client, s.now())
	if wait == 0 {
		return nil
	}
	return &core.Error{
		Class: core.Temporary, Remedy: core.RemedyGrantSlower, RetryAt: s.now().Add(wait),
		Message: fmt.Sprintf("the AI agent %q makes more than %d calls a second; let it wait", client, core.DefaultCallRate),
	}
}

// refuse says that nobody allowed something, and how a person can.
func (s *Service) refuse(a core.Account, c askedCall) error {
	what := c.call
	if what == "" {
		what = signing
	}
	e := &core.Error{Class: core.Misuse, Remedy: core.RemedyNoGrant}
	said := fmt.Sprintf("nobody allowed %q to call %s of %s", c.client, what, a.Ref())
	// A grant would take a * for any path, so none is offered for a call that has one.
	if declined := (time.Time{}); !strings.Contains(c.call, "*") {
		if declined = s.grants.ask(c, s.now()); !declined.IsZero() {
			e.Remedy = core.RemedyGrantNo
			said = fmt.Sprintf("a person declined %s of %s to %q; do not ask again before %s", what, a.Ref(), c.client, declined.UTC().Format(time.RFC3339))
		}
	}
	switch command := allowCommand(a, c); {
	case e.Remedy == core.RemedyGrantNo:
	case a.Env == core.Live || command == "":
		said += "; a person can, in TokenTray's window: settings, AI agents"
	default:
		said += "; a person can, in TokenTray's window or at a terminal: " + command
	}
	e.Message = said
	s.noteRefusal(c.client, a, what, e)
	return e
}

// allowCommand is the command that allows what was asked for; empty: a shell would not
// take its words as they are.
func allowCommand(a core.Account, c askedCall) string {
	plain := func(s string) bool {
		return !strings.HasPrefix(s, "-") && !strings.ContainsFunc(s, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" _-./~@:+,=", r)
		})
	}
	if !plain(a.Ref()) || !plain(c.client) || !plain(c.call) || strings.Contains(a.Ref()+c.client, " ") {
		return ""
	}
	out := fmt.Sprintf("tokentray mcp allow %s --as %s", a.Ref(), c.client)
	if c.call != "" {
		out += fmt.Sprintf(" --calls '%s'", c.call)
	}
	if c.write {
		out += " --write"
	}
	return out
}

// signing is what the history calls a signature for the JS-SDK.
const signing = "sign"

// noteRefusal writes into the account's history that an AI agent was refused. The same
// refusal is written once in a while.
func (s *Service) noteRefusal(client string, a core.Account, what string, e *core.Error) {
	s.log.Info("refused a call of an agent", "client", client, "account", a.Ref(), "call", what, "why", e.Remedy)
	if s.grants.news(client+" "+string(a.ID)+" "+what, s.now()) {
		s.line(a.ID, core.Entry{What: core.DidRefuse, Target: what, By: client, Class: e.Class})
	}
}

// news reports whether a refusal is to be written.
func (g *grants) news(key string, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for old, at := range g.noted {
		if now.Sub(at) >= noteAgain || now.Before(at) {
			delete(g.noted, old)
		}
	}
	if _, known := g.noted[key]; known || len(g.noted) >= maxNoted {
		return false
	}
	if g.noted == nil {
		g.noted = map[string]time.Time{}
	}
	g.noted[key] = now
	return true
}

// noteCall writes a call of an AI agent into the account's history; err: there was no
// answer.
func (s *Service) noteCall(client string, a core.Account, what string, code int, err error) {
	line := core.Entry{What: core.DidCall, Target: what, By: client, Code: code}
	if err != nil {
		e := core.AsError(err)
		line.Class, line.Code = e.Class, e.Code
	}
	s.line(a.ID, line)
}
