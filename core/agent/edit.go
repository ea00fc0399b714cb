package agent

import (
	"context"
	"errors"
	"time"
	"unique"

	"tokentray/core"
	"tokentray/core/api"
)

// accountStore keeps accounts.
type accountStore interface {
	Accounts() ([]core.Account, error)
	// Save saves an account and its secret, which set puts into the vault. After a
	// crash between the two, Clean finishes it.
	Save(ctx context.Context, a core.Account, set, unset func(context.Context) error) error
	// SaveAll saves many, all or none. undone: the vault is as it was before.
	SaveAll(ctx context.Context, accounts []core.Account, lines []core.Entry, set, undo func(context.Context) error) (undone bool, err error)
	Update(a core.Account) error
	Remove(ctx context.Context, id core.ID, unset func(context.Context) error) error
	// Clean finishes what a crash interrupted: edits, additions, removals.
	Clean(ctx context.Context, unset func(context.Context, []core.ID) error) (edited []core.Account, added []core.ID, err error)
	// FinishRemovals marks the secrets of accounts for removal from the vault by the
	// next Clean.
	FinishRemovals(ids ...core.ID)
	EndIntents(ids ...core.ID) error
	Pending() ([]core.ID, error)
}

// Add implements api.Agent.
func (s *Service) Add(ctx context.Context, in api.AccountInput) (api.Saved, error) {
	d, err := s.add(ctx, in)
	if err != nil {
		return api.Saved{}, err
	}
	if in.Paused { // nothing is asked
		return s.saved(d, nil), nil
	}
	if d.other {
		return s.saved(d, s.tryOwn(ctx, d.account.ID)), nil
	}
	_, err = s.keeper.Get(ctx, d.account.ID, 0)
	return s.saved(d, err), nil
}

// tryOwn asks upstream with a new account's own secret, although another account's
// token would do. Where the secret is refused, the account keeps no token by it.
func (s *Service) tryOwn(ctx context.Context, id core.ID) error {
	t, _ := s.keeper.Token(id)
	err := s.question(id, t)(ctx)
	if e := core.AsError(err); e != nil && e.Class == core.BadSecret {
		s.keeper.Refuse(id, e)
	}
	return err
}

func (s *Service) add(ctx context.Context, in api.AccountInput) (draft, error) {
	if in.Secret == nil {
		in.Secret = new(string) // CleanSecret says whether it is missing
	}
	if in.Paused {
		in.Auto = new(bool)
	}
	d, problems := s.apply(s.blank(), in)
	if len(problems) > 0 {
		return d, s.unfit(d.account, problems)
	}
	d.complete(entry{}, core.Destination{}, s.goes(d.account))
	s.edit.Lock()
	defer s.edit.Unlock()
	if problems := s.allowed(&d, in.Apart); len(problems) > 0 {
		return d, s.unfit(d.account, problems)
	}
	if err := s.write(ctx, d); err != nil {
		return d, err
	}
	s.otherSecret(ctx, &d)
	s.note(d.account.ID, core.DidAdd)
	s.handOver(d.account, core.Token{})
	return d, nil
}

// Edit implements api.Agent.
func (s *Service) Edit(ctx context.Context, ref api.Ref, in api.AccountInput) (api.Saved, error) {
	d, ask, err := s.change(ctx, ref, in)
	if err != nil {
		return api.Saved{}, err
	}
	if ask != nil {
		err = ask(ctx)
	}
	return s.saved(d, err), nil
}

// change saves an edit and returns how to ask upstream about it, nil when there
// is nothing to ask.
func (s *Service) change(ctx context.Context, ref api.Ref, in api.AccountInput) (draft, func(context.Context) error, error) {
	s.edit.Lock()
	defer s.edit.Unlock()
	was, err := s.resolve(ref)
	if err != nil {
		return draft{}, nil, err
	}
	d, problems := s.apply(was, in)
	s.respell(was, &d)
	if len(problems) == 0 {
		problems = s.allowed(&d, in.Apart)
	}
	if len(problems) > 0 {
		return d, nil, s.unfit(d.account, problems)
	}
	s.lookedAt(was.ID)
	if d.account.Equal(was) && !d.newSecrets() {
		return d, nil, nil
	}
	if err := s.merge(ctx, was, &d); err != nil {
		return d, nil, err
	}
	old, _ := s.keeper.Token(was.ID)
	if !s.sameToken(was, d.account) { // the store drops it together with the change
		old = core.Token{}
		if err := s.teams.parting(was); err != nil {
			return d, nil, err
		}
	}
	if err := s.write(ctx, d); err != nil {
		return d, nil, err
	}
	s.otherSecret(ctx, &d)
	s.note(was.ID, core.DidEdit)
	tidy := func(context.Context) {}
	if !s.sameToken(was, d.account) {
		tidy = s.unshareOther(was)
	}
	s.saveDraft(d)
	tidy(ctx)
	switch {
	case d.elsewhere != nil:
		return d, nil, nil
	case !d.newSecrets() && s.keeper.SameUpstream(was, d.account) && (was.AllowLive || !d.account.AllowLive):
		return d, nil, nil
	}
	return d, s.question(was.ID, old), nil
}

// unshareOther stops sharing accounts that ask for another token than their team's. tidy
// is called when the Keeper knows the accounts. The edit lock is held.
func (s *Service) unshareOther(accounts ...core.Account) (tidy func(context.Context)) {
	var ids []core.ID
	for _, a := range accounts {
		ids = append(ids, a.ID)
	}
	tidy, err := s.teams.drop(ids...)
	if err != nil {
		s.log.Warn("an account stays shared although it asks for another token", "accounts", ids, "error", err)
	}
	return tidy
}

// respell keeps the old spelling of a base URL if the new one means the same:
// writing out the kind's own, or leaving it out, is no change.
func (s *Service) respell(was core.Account, d *draft) {
	if spec := s.spec(was.Kind); was.Kind == d.account.Kind && spec.Base(d.account) == spec.Base(was) {
		d.account.BaseURL = was.BaseURL
	}
}

// handOver gives an account to the Keeper and lists it as the Keeper has it, so that
// nobody finds the one without the other and memory holds each account once. Texts that
// many accounts have in common are mostly kept once, too; for a text that one account has,
// such as a base URL, that would take more.
func (s *Service) handOver(a core.Account, stored core.Token) {
	for _, text := range []*string{(*string)(&a.Env), (*string)(&a.Kind), (*string)(&a.Product), &a.Proxy, &a.CA} {
		*text = unique.Make(*text).Value() // many accounts have the same
	}
	s.keeper.Put(a, stored)
}

// saveDraft tells the Keeper about a saved account.
func (s *Service) saveDraft(d draft) {
	_, known := s.keeper.Token(d.account.ID)
	s.handOver(d.account, core.Token{})
	if known && d.newSecrets() {
		s.keeper.SecretChanged(d.account.ID)
	}
	if e := d.elsewhere; e != nil {
		s.keeper.Refuse(d.account.ID, e)
		s.line(d.account.ID, core.Entry{What: core.DidFail, Class: e.Class, Message: e.Message, Remedy: e.Remedy, SecretHost: e.SecretHost})
	}
}

// kept is the entry of a draft as it goes into the vault.
func (s *Service) kept(d draft) kept { return s.vault.kept(d.account, d.entry) }

// merge completes the draft of an edit with the vault's entry. It reads the entry
// only if secrets were entered or would go to another destination; a closed vault
// then refuses the edit. The edit lock is held.
func (s *Service) merge(ctx context.Context, was core.Account, d *draft) error {
	from, to := s.goes(was), s.goes(d.account)
	if !d.newSecrets() && from == to {
		return nil
	}
	if was.BaseURL == unknownHost {
		from = to // the person who edits the account decides where its secrets may go
	}
	if d.newSecrets() {
		if err := s.openForWriting(ctx); err != nil {
			return err
		}
	}
	kept, err := s.vault.entry(ctx, was.ID)
	switch {
	case err == nil:
	case isMissing(err) && d.secret != nil: // so a missing secret comes back
	case isMissing(err) && d.proxyPassword == nil: // there is nothing to send anywhere
	default:
		return err // an entry that cannot be read now must not be overwritten
	}
	d.before = kept
	d.complete(kept, from, to)
	return nil
}

// sameToken reports whether a and b share a token at upstream.
func (s *Service) sameToken(a, b core.Account) bool {
	return s.kindSet().TokenID(a) == s.kindSet().TokenID(b)
}

// question asks upstream once whether an edit was right. If there is a living token,
// it is reported as stale, since having it proves nothing; else one is fetched.
func (s *Service) question(id core.ID, old core.Token) func(context.Context) error {
	if old.Good(s.now(), 0) {
		return func(ctx context.Context) error {
			_, err := s.keeper.Refresh(ctx, id, core.Report{Stale: old.Value, Person: true, Probe: true})
			return err
		}
	}
	return func(ctx context.Context) error {
		_, err := s.keeper.Get(ctx, id, 0)
		return err
	}
}

// write saves a draft, with its secrets if they are new. The edit lock is held.
func (s *Service) write(ctx context.Context, d draft) error {
	if !d.write {
		if err := s.outdate(d.account); err != nil {
			return err
		}
		if err := s.parts.Store.Update(d.account); err != nil {
			return core.AsError(err)
		}
		s.noteOutdated(d.account)
		return nil
	}
	if err := s.openForWriting(ctx); err != nil {
		return err
	}
	id, touched := d.account.ID, false
	err := s.parts.Store.Save(
		ctx, d.account,
		func(ctx context.Context) error {
			touched = true
			return s.vault.put(ctx, id, s.kept(d))
		},
		func(ctx context.Context) error { return s.vault.drop(ctx, id) },
	)
	if err != nil {
		if touched && !d.before.empty() {
			s.putBack(context.WithoutCancel(ctx), id, d.before)
		}
		return core.AsError(err)
	}
	return nil
}

// putBack undoes the vault writes of a failed edit.
func (s *Service) putBack(ctx context.Context, id core.ID, before entry) {
	if err := s.vault.put(ctx, id, kept{before, markUnknown}); err != nil {
		s.log.Warn("an edit failed and the vault may hold its secret", "account", id, "error", err)
	}
}

// note writes to the history.
func (s *Service) note(id core.ID, what core.What) { s.line(id, core.Entry{What: what}) }

// line writes a line of history. A failure is logged; it does no harm to the
// account.
func (s *Service) line(id core.ID, e core.Entry) {
	e.At = s.now()
	if err := s.parts.Store.Append(id, e); err != nil {
		s.log.Warn("cannot write the history", "account", id, "error", err)
	}
}

// saved is the answer to an addition or an edit. A refusal by upstream is in the
// account and undoes nothing.
func (s *Service) saved(d draft, refusal error) api.Saved {
	out := api.Saved{Warnings: d.warnings}
	if snap, ok := s.keeper.Snapshot(d.account.ID); ok {
		out.Account = s.view(snap, s.now())
	}
	if refusal != nil && out.Account.Error == nil {
		out.Account.Error = api.FromError(refusal)
	}
	return out
}

// Remove implements api.Agent.
func (s *Service) Remove(ctx context.Context, ref api.Ref) error {
	s.edit.Lock()
	defer s.edit.Unlock()
	a, err := s.resolve(ref)
	if err != nil {
		return err
	}
	s.lookedAt(a.ID)
	if err := s.teams.parting(a); err != nil {
		return err
	}
	err = s.parts.Store.Remove(ctx, a.ID, func(ctx context.Context) error { return s.vault.drop(ctx, a.ID) })
	if err != nil && s.stillThere(a.ID) {
		return core.AsError(err)
	}
	s.accounts.drop(a.ID)
	tidy, left := s.teams.drop(a.ID)
	if left != nil {
		s.log.Warn("a team's record still names an account that is gone", "account", a.ID, "error", left)
	}
	s.keeper.Forget(a.ID)
	tidy(ctx)
	s.tickets.Forget(a.ID)
	s.uses.forget(a.ID)
	s.pushes.drop(a.ID, 0)
	if err != nil { // removed, except its secret, which is removed when the vault opens
		s.log.Warn("removed an account, its secret not yet", "account", a.ID, "error", err)
		return core.AsError(err)
	}
	return nil
}

// stillThere reports whether the store has the account.
func (s *Service) stillThere(id core.ID) bool {
	all, err := s.parts.Store.Accounts()
	for _, a := range all {
		if a.ID == id {
			return true
		}
	}
	return err != nil
}

// Test implements api.Agent.
func (s *Service) Test(ctx context.Context, req api.TestRequest) (api.TestResult, error) {
	a, kept := s.blank(), entry{}
	if req.Ref != nil {
		var err error
		if a, err = s.resolve(*req.Ref); err != nil {
			return api.TestResult{}, err
		}
		if req.Input.Secret == nil || req.Input.ProxyPassword == nil {
			kept, err = s.vault.entry(ctx, a.ID)
			if err != nil && req.Input.Secret == nil {
				return api.TestResult{}, core.AsError(err)
			}
		}
	} else if req.Input.Secret == nil {
		req.Input.Secret = new(string)
	}
	d, problems := s.apply(a, req.Input)
	problems = unnamed(problems)
	if len(problems) > 0 {
		return api.TestResult{}, s.unfit(d.account, problems)
	}
	out := api.TestResult{Warnings: d.warnings}
	d.complete(kept, s.goes(a), s.goes(d.account))
	if d.elsewhere != nil {
		out.Error = api.FromError(d.elsewhere)
		return out, nil
	}
	credentials, err := d.entry.release(s.goes(d.account))
	if err != nil {
		return api.TestResult{}, core.AsError(err)
	}
	grant, err := s.keeper.Test(ctx, d.account, credentials)
	if err != nil {
		var e *core.Error
		if !errors.As(err, &e) || ctx.Err() != nil {
			return api.TestResult{}, core.AsError(err)
		}
		out.Error = api.FromError(e)
		return out, nil
	}
	out.ExpiresIn, out.Mask = int64(grant.ExpiresIn/time.Second), core.Mask(grant.Value)
	return out, nil
}

// unnamed leaves out problems of the name: a person who tests an account often has
// not named it yet.
func unnamed(problems core.Problems) core.Problems {
	var out core.Problems
	for _, p := range problems {
		if p.Field != "name" {
			out = append(out, p)
		}
	}
	return out
}
