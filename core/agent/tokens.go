package agent

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// Token implements api.Agent.
func (s *Service) Token(ctx context.Context, ref api.Ref, minTTL time.Duration) (api.Token, error) {
	for edits := 0; ; edits++ {
		known := s.known.Load()
		a, err := s.resolve(ref)
		if err != nil {
			return api.Token{}, err
		}
		spec, _ := known.Of(a.Kind)
		t, err := s.keeper.Get(ctx, a.ID, minTTL)
		if err != nil {
			return api.Token{}, core.AsError(err)
		}
		if err := s.edited(known, spec, a); err != nil && edits < mostEdits {
			continue
		} else if err != nil {
			return api.Token{}, err
		}
		now := s.now()
		s.uses.touch(a.ID, now)
		return s.answer(a, t, now), nil
	}
}

// mostEdits is how often a token is asked for again because its account was edited.
const mostEdits = 3

// edited is why a token is not the account's that was asked for: since the kinds and the
// account were read as known and a, an edit or a preset may have made it another one, or
// one for another host than that of spec; else nil.
func (s *Service) edited(known *kinds.Set, spec kinds.Spec, a core.Account) error {
	now, there := s.keeper.Account(a.ID)
	same := there && s.sameToken(a, now) && spec.Base(a) == s.asks(now) && spec.API(a) == s.baseURL(now)
	if same && known == s.known.Load() {
		return nil
	}
	return &core.Error{
		Class: core.Temporary, Remedy: core.RemedyTryAgain,
		Message: fmt.Sprintf("%s was edited or removed meanwhile; try again", a.Ref()),
	}
}

// Refresh implements api.Agent.
func (s *Service) Refresh(ctx context.Context, ref api.Ref, req api.RefreshRequest) (api.Token, error) {
	known := s.known.Load()
	a, err := s.resolve(ref)
	if err != nil {
		return api.Token{}, err
	}
	spec, _ := known.Of(a.Kind)
	if req.Person {
		s.retryVault(ctx)
	}
	got, err := s.keeper.Refresh(ctx, a.ID, core.Report{Stale: req.Stale, Force: req.Force, Person: req.Person, Failing: req.Failing})
	if err != nil {
		return api.Token{}, core.AsError(err)
	}
	if err := s.edited(known, spec, a); err != nil {
		return api.Token{}, err
	}
	now := s.now()
	s.uses.touch(a.ID, now)
	out := s.answer(a, got.Token, now)
	out.Same, out.StillValid = got.Same, got.StillValid
	return out, nil
}

// answer is a token as callers get it.
func (s *Service) answer(a core.Account, t core.Token, now time.Time) api.Token {
	out := api.Token{
		AccessToken: t.Value, ExpiresIn: int64(max(0, t.Remaining(now)) / time.Second),
		ExpiresAt: t.ExpiresAt, ExpiresAtUnix: t.ExpiresAt.Unix(), ObtainedAt: t.ObtainedAt,
		Account: a.Name, Env: a.Env, AppID: a.AppID, BaseURL: s.baseURL(a),
	}
	if t.Previous.Value != "" && t.Previous.Until.After(now) {
		out.Previous = &api.Previous{Token: t.Previous.Value, Mask: core.Mask(t.Previous.Value), Until: t.Previous.Until}
	}
	return out
}

// baseURL is where the tokens of an account are used.
func (s *Service) baseURL(a core.Account) string { return s.spec(a.Kind).API(a) }

// asks is the URL that is asked for the tokens of an account.
func (s *Service) asks(a core.Account) string { return s.spec(a.Kind).Base(a) }

// goes is the destination of an account's secrets.
func (s *Service) goes(a core.Account) core.Destination {
	return s.spec(a.Kind).Destination(a)
}

// Check implements api.Agent. Upstream's verdict on the token is in the result; an
// error means that upstream could not be asked.
func (s *Service) Check(ctx context.Context, ref api.Ref) (api.CheckResult, error) {
	a, err := s.resolve(ref)
	if err != nil {
		return api.CheckResult{}, err
	}
	found, err := s.keeper.Check(ctx, a.ID)
	switch {
	case err != nil:
		return api.CheckResult{}, core.AsError(err)
	case found.Finding == core.FoundNothing && found.Err != nil && found.Err.Code == 0:
		return api.CheckResult{}, found.Err
	}
	return checkResult(found), nil
}

// checkResult is the result of a check, as clients get it.
func checkResult(c core.Checked) api.CheckResult {
	out := api.CheckResult{
		Accepted: c.Finding == core.FoundWorks, Dead: c.Finding.Dead(), Finding: c.Finding,
		At: c.At.UTC(), WorkedAt: c.Worked.UTC(),
	}
	if c.Err != nil {
		out.Error = api.FromError(c.Err)
	}
	return out
}

// History implements api.Agent: newest first.
func (s *Service) History(_ context.Context, ref api.Ref, q api.HistoryQuery) ([]api.HistoryEntry, error) {
	a, err := s.resolve(ref)
	if err != nil {
		return nil, err
	}
	return s.parts.Store.History(a.ID, q.Since, q.Limit)
}

// Failures implements api.Agent: the newest first.
func (s *Service) Failures(_ context.Context, since time.Time) ([]api.Failure, error) {
	failed, err := s.parts.Store.Failures(since)
	if err != nil {
		return nil, err
	}
	out := make([]api.Failure, 0, len(failed))
	for id, f := range failed {
		if a, ok := s.accounts.get(id); ok {
			out = append(out, api.Failure{Account: a.Name, Env: a.Env, Lines: f.Lines, Newest: f.Newest})
		}
	}
	slices.SortFunc(out, func(a, b api.Failure) int {
		return cmp.Or(b.Newest.At.Compare(a.Newest.At), a.Ref().Compare(b.Ref()))
	})
	return out, nil
}
