package agent

import (
	"context"
	"fmt"
	"strings"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/jssdk"
	"tokentray/core/kinds"
)

// ticketStore keeps tickets.
type ticketStore interface {
	core.TicketJournal
	Tickets() (map[core.ID]map[string]core.Ticket, error)
}

// restoreTickets loads the stored tickets. The vault is open.
func (s *Service) restoreTickets() {
	if s.accounts.count() == 0 {
		return
	}
	kept, err := s.parts.Store.Tickets()
	if err != nil {
		s.log.Warn("cannot read the kept tickets; they are fetched anew", "error", err)
	}
	s.tickets.Restore(kept)
}

// Sign implements api.Agent.
func (s *Service) Sign(ctx context.Context, ref api.Ref, req api.SignRequest) (api.Signature, error) {
	a, err := s.resolve(ref)
	if err != nil {
		return api.Signature{}, err
	}
	if req.Agent != "" {
		if req.Agent, err = core.CleanName(req.Agent); err != nil {
			return api.Signature{}, invalid(err)
		}
		if err := s.maySign(req.Agent, a); err != nil {
			return api.Signature{}, err
		}
		req.Reveal, req.Copy, req.Renew = false, false, false
	}
	page, err := jssdk.ReadPage(req.URL)
	if err != nil {
		return api.Signature{}, invalid(err)
	}
	sign := jssdk.Signing{Nonce: req.Nonce, Timestamp: req.Timestamp, URL: page.URL}
	switch {
	case req.Nonce == "":
		sign.Nonce = jssdk.NewNonce()
	case !jssdk.ValidNonce(req.Nonce):
		return api.Signature{}, invalid(core.Problems{{Field: "nonce", Key: "sign_nonce", Says: "must be 1 to 64 letters, digits, dashes and underscores"}})
	}
	switch {
	case req.Timestamp == 0:
		sign.Timestamp = s.now().Unix()
	case req.Timestamp < 0:
		return api.Signature{}, invalid(core.Problems{{Field: "timestamp", Key: "sign_timestamp", Says: "must be unix seconds, such as 1414587457"}})
	}
	kind, err := s.ticketOf(a, req.Ticket)
	if err != nil {
		return api.Signature{}, err
	}
	if req.Person {
		s.retryVault(ctx)
	}
	if req.Copy && s.parts.Clipboard == nil {
		return api.Signature{}, noClipboard()
	}
	ticket, err := s.tickets.Get(ctx, a.ID, core.TicketWish{Name: kind.Name, Person: req.Person, Renew: req.Renew})
	if req.Agent != "" {
		s.noteCall(req.Agent, a, signing+" "+kind.Name, 0, err)
	}
	if err != nil {
		return api.Signature{}, core.AsError(err)
	}
	s.uses.touch(a.ID, s.now())
	out := s.signed(a, kind, page, sign, ticket, req.Reveal)
	if req.Copy {
		out.Clipboard, err = s.copySigned(ctx, a, sign.Text(ticket.Value))
	}
	return out, err
}

// copySigned copies a string that was signed. It contains the ticket.
func (s *Service) copySigned(ctx context.Context, a core.Account, text string) (*api.Clipboard, error) {
	pending := s.copier.begin(ctx, fmt.Sprint("signed ", a.ID), false)
	defer pending.end()
	c, err := s.copier.copySecret(ctx, pending, text, s.current().ClearAfter, copied{Clipboard: api.Clipboard{Account: a.Name, Env: a.Env, Format: api.FormatSigned}})
	if err != nil {
		return nil, core.AsError(err)
	}
	return &c.Clipboard, nil
}

// HasTicket reports whether an account's ticket lives, so that Sign asks nobody.
func (s *Service) HasTicket(ref api.Ref, name string) bool {
	a, err := s.resolve(ref)
	if err != nil {
		return false
	}
	kind, err := s.ticketOf(a, name)
	if err != nil {
		return false
	}
	_, lives := s.tickets.Living(a.ID, kind.Name)
	return lives
}

// ticketsOf are an account's tickets among those that live. It is not in view,
// because that is called under the Keeper's lock.
func (s *Service) ticketsOf(a core.Account, lives map[core.TokenID][]core.TicketLife) []api.Ticket {
	if len(lives) == 0 {
		return nil
	}
	var out []api.Ticket
	for _, t := range lives[s.keeper.TokenID(a)] {
		out = append(out, api.Ticket{Name: t.Name, ExpiresAt: t.ExpiresAt.UTC()})
	}
	return out
}

// ticketOf is the account's ticket of a name; without a name the first that it has.
func (s *Service) ticketOf(a core.Account, name string) (kinds.Ticket, error) {
	all := s.spec(a.Kind).TicketsOf(a)
	var names []string
	for _, t := range all {
		if name == "" || t.Name == name {
			return t, nil
		}
		names = append(names, t.Name)
	}
	e := &core.Error{Class: core.Misuse, Remedy: core.RemedyNoTicket, Kind: a.Kind}
	if len(all) == 0 {
		e.Message = fmt.Sprintf("account %s has no ticket for the JS-SDK; sign with one that has", a.Ref())
	} else {
		e.Message = fmt.Sprintf("account %s has no ticket of this name; take %s", a.Ref(), strings.Join(names, " or "))
	}
	return kinds.Ticket{}, e
}

// signed is a signature as callers get it.
func (s *Service) signed(a core.Account, kind kinds.Ticket, page jssdk.Page, sign jssdk.Signing, ticket core.Ticket, reveal bool) api.Signature {
	spec, signature := s.spec(a.Kind), sign.Signature(ticket.Value)
	out := api.Signature{
		Account: a.Name, Env: a.Env, AppID: a.AppID, Ticket: kind.Name,
		URL: page.URL, Browser: page.Browser,
		Nonce: sign.Nonce, Timestamp: sign.Timestamp, Signature: signature, Signed: sign.Masked(ticket.Value),
		Call: kind.Call, Config: sign.Config(kind, spec, a, signature), Script: sign.Script(kind, spec, a, signature),
		Checker: kind.Checker, ExpiresAt: ticket.ExpiresAt.UTC(),
	}
	for _, h := range page.Hints {
		out.Hints = append(out.Hints, api.SignHint{Key: h.Key, Detail: h.Detail, Message: h.Says})
	}
	if reveal {
		out.Text = sign.Text(ticket.Value)
	}
	return out
}
