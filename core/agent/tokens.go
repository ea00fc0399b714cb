package agent

import (
	"context"
	"errors"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
)

// Token implements api.Agent.
func (s *Service) Token(ctx context.Context, ref api.Ref, minTTL time.Duration) (api.Token, error) {
	a, err := s.resolve(ref)
	if err != nil {
		return api.Token{}, err
	}
	t, err := s.keeper.Get(ctx, a.ID, minTTL)
	if err != nil {
		return api.Token{}, core.AsError(err)
	}
	now := s.now()
	s.uses.touch(a.ID, now)
	return answer(a, t, now), nil
}

// Refresh implements api.Agent.
func (s *Service) Refresh(ctx context.Context, ref api.Ref, req api.RefreshRequest) (api.Token, error) {
	a, err := s.resolve(ref)
	if err != nil {
		return api.Token{}, err
	}
	if req.Person {
		s.reopen(ctx)
	}
	got, err := s.keeper.Refresh(ctx, a.ID, core.Report{Stale: req.Stale, Force: req.Force, Person: req.Person})
	if err != nil {
		return api.Token{}, core.AsError(err)
	}
	now := s.now()
	s.uses.touch(a.ID, now)
	out := answer(a, got.Token, now)
	out.StillValid = got.StillValid
	return out, nil
}

// answer is a token as callers get it.
func answer(a core.Account, t core.Token, now time.Time) api.Token {
	out := api.Token{
		AccessToken: t.Value, ExpiresIn: int64(max(0, t.Remaining(now)) / time.Second),
		ExpiresAt: t.ExpiresAt, ExpiresAtUnix: t.ExpiresAt.Unix(), ObtainedAt: t.ObtainedAt,
		Account: a.Name, Env: a.Env, AppID: a.AppID,
	}
	if t.Previous.Value != "" && t.Previous.Until.After(now) {
		out.Previous = &api.Previous{Token: t.Previous.Value, Mask: core.Mask(t.Previous.Value), Until: t.Previous.Until}
	}
	return out
}

// Check implements api.Agent. What upstream says of the token is an answer;
// what keeps the question from being asked is an error.
func (s *Service) Check(ctx context.Context, ref api.Ref) (api.CheckResult, error) {
	a, err := s.resolve(ref)
	if err != nil {
		return api.CheckResult{}, err
	}
	err = s.keeper.Check(ctx, a.ID)
	if err == nil {
		return api.CheckResult{Accepted: true}, nil
	}
	e := core.AsError(err)
	switch {
	case errors.Is(err, core.ErrDead):
		return api.CheckResult{Dead: true, Error: api.FromError(e)}, nil
	case e.Code != 0:
		return api.CheckResult{Error: api.FromError(e)}, nil
	}
	return api.CheckResult{}, e
}

// History implements api.Agent: newest first.
func (s *Service) History(_ context.Context, ref api.Ref, limit int) ([]api.HistoryEntry, error) {
	a, err := s.resolve(ref)
	if err != nil {
		return nil, err
	}
	return s.parts.Store.History(a.ID, limit)
}

// Copy implements api.Agent. It is Token, so it may fetch first.
func (s *Service) Copy(ctx context.Context, ref api.Ref, req api.CopyRequest) (api.Clipboard, error) {
	if s.parts.Clipboard == nil {
		return api.Clipboard{}, noClipboard()
	}
	settings := s.current()
	if req.Format == "" {
		req.Format = settings.CopyFormat
	}
	if !format.Valid(req.Format) {
		_, err := format.Token(req.Format, format.Input{})
		return api.Clipboard{}, core.AsError(err)
	}
	t, err := s.Token(ctx, ref, core.DefaultMinTTL)
	if err != nil {
		return api.Clipboard{}, err
	}
	if req.Previous {
		if t.Previous == nil {
			return api.Clipboard{}, &core.Error{
				Class: core.Misuse, Remedy: core.RemedyTryAgain,
				Message: "no previous token may still work; copy the current one",
			}
		}
		t.AccessToken, t.ExpiresAt = t.Previous.Token, t.Previous.Until
		t.ExpiresIn = int64(max(0, t.ExpiresAt.Sub(s.now())) / time.Second)
	}
	text, err := format.Token(req.Format, format.Input{
		AccessToken: t.AccessToken, ExpiresIn: t.ExpiresIn, ExpiresAt: t.ExpiresAt, ObtainedAt: t.ObtainedAt,
		Account: t.Account, Env: t.Env, AppID: t.AppID,
	})
	if err != nil {
		return api.Clipboard{}, core.AsError(err)
	}
	clip := api.Clipboard{Account: t.Account, Env: t.Env, Format: req.Format, ExpiresAt: t.ExpiresAt}
	if err := s.put(ctx, text, settings.ClearAfter, &clip); err != nil {
		return api.Clipboard{}, err
	}
	if a, err := s.resolve(api.Ref{Name: t.Account, Env: t.Env}); err == nil {
		s.tell(a.ID) // it is the last used one now
	}
	return clip, nil
}

// put puts text on the clipboard and tells of it.
func (s *Service) put(ctx context.Context, text string, clearAfter time.Duration, clip *api.Clipboard) error {
	s.copying.Lock()
	defer s.copying.Unlock()
	if err := s.parts.Clipboard.Copy(ctx, text, clearAfter); err != nil {
		return core.AsError(err)
	}
	if clearAfter > 0 {
		clip.ClearsAt = s.now().Add(clearAfter)
	}
	s.setCopied(*clip)
	if !s.parts.Clipboard.Held() { // it is gone already, and that was told too early
		s.setCopied(api.Clipboard{})
	}
	return nil
}

// ClearClipboard implements api.Agent.
func (s *Service) ClearClipboard(ctx context.Context) error {
	if s.parts.Clipboard == nil {
		return nil
	}
	if err := s.parts.Clipboard.Clear(ctx); err != nil {
		return core.AsError(err)
	}
	return nil
}

// ClipboardGone is to be called when what was copied is no longer on the
// clipboard, whoever took it away.
func (s *Service) ClipboardGone() { s.setCopied(api.Clipboard{}) }

func (s *Service) setCopied(c api.Clipboard) {
	s.clipMu.Lock()
	defer s.clipMu.Unlock()
	if s.clip == c {
		return
	}
	s.clip = c
	s.hub.publish(false, func() api.Event { return api.Event{Type: api.EventClipboard, Clipboard: &c} })
}

func (s *Service) copied() api.Clipboard {
	s.clipMu.Lock()
	defer s.clipMu.Unlock()
	return s.clip
}

func noClipboard() *core.Error {
	return &core.Error{
		Class: core.Misuse, Remedy: core.RemedyClipboard,
		Message: "no clipboard: no desktop to copy to; copy from a program on the desktop, or print the token",
	}
}
