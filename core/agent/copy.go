package agent

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
	"tokentray/core/kinds"
)

// Copy implements api.Agent. Like Token it may have to fetch first. It never fetches
// for the replaced token, since that would replace the current one. If something
// else was copied while it waited, the clipboard stays as it is and the error is
// Misuse with RemedyCopyLate. The settings when it began say how it is confirmed.
func (s *Service) Copy(ctx context.Context, ref api.Ref, req api.CopyRequest) (api.Clipboard, error) {
	if s.parts.Clipboard == nil {
		return api.Clipboard{}, noClipboard()
	}
	a, err := s.resolve(ref)
	if err != nil {
		return api.Clipboard{}, err
	}
	settings := s.current()
	c := copied{id: a.ID, path: cmp.Or(req.Path, a.CopyPath), previous: req.Previous}
	c.Format = chosenFormat(s.spec(a.Kind), req.Format, a.CopyFormat, settings.CopyFormat)
	// A format that cannot be written is refused before the upstream is asked.
	if _, err := c.text(s.spec(a.Kind), api.Token{AccessToken: "x", BaseURL: s.baseURL(a)}); err != nil {
		return api.Clipboard{}, err
	}
	kept, _ := s.keeper.Token(a.ID)
	pending := s.copier.begin(ctx, c.subject(), !req.Previous && !kept.Good(s.now(), core.DefaultMinTTL))
	defer pending.end()
	var t api.Token
	if req.Previous {
		t, err = s.replacedToken(a)
	} else {
		t, err = s.Token(ctx, refOf(a), core.DefaultMinTTL)
	}
	if err != nil {
		return api.Clipboard{}, err
	}
	text, err := c.text(s.spec(a.Kind), t)
	if err != nil {
		return api.Clipboard{}, err
	}
	c.Account, c.Env, c.ExpiresAt, c.token = t.Account, t.Env, t.ExpiresAt, t.AccessToken
	put, err := s.copier.copySecret(ctx, pending, text, settings.ClearAfter, c)
	if err != nil {
		if late := core.AsError(err); req.Notify && late.Remedy == core.RemedyCopyLate {
			s.hub.publish(func() api.Event { return api.Event{Type: api.EventCopyLate, Clipboard: &c.Clipboard} })
		}
		return api.Clipboard{}, err
	}
	if req.Notify && settings.ConfirmCopy == core.ConfirmNotification {
		s.hub.publish(func() api.Event { return api.Event{Type: api.EventCopied, Clipboard: &put.Clipboard} })
	}
	s.keeper.Republish(a.ID) // it was used last now
	return put.Clipboard, nil
}

// subject tells copies apart: two with one subject put the same on the clipboard.
func (c copied) subject() string {
	return fmt.Sprint(c.id, " ", c.previous, " ", c.Format, " ", c.path)
}

// text is a token in the form in which it is copied.
func (c copied) text(spec kinds.Spec, t api.Token) (string, error) {
	out, err := format.Token(c.Format, format.Input{
		AccessToken: t.AccessToken, ExpiresIn: t.ExpiresIn, ExpiresAt: t.ExpiresAt, ObtainedAt: t.ObtainedAt,
		Account: t.Account, Env: t.Env, AppID: t.AppID, BaseURL: t.BaseURL, Path: c.path, Spec: spec,
	})
	if err != nil {
		return "", core.AsError(err)
	}
	return out, nil
}

// chosenFormat is the format that was asked for, else the account's, else that of
// the settings. The account's may be of a newer version and unknown here, and the
// settings' one may not exist for its kind.
func chosenFormat(spec kinds.Spec, asked, account, settings string) string {
	switch {
	case asked != "":
		return asked
	case format.Valid(account):
		return format.Fit(spec, account)
	}
	return format.Fit(spec, settings)
}

// replacedToken is the token that was replaced, while it may still work.
func (s *Service) replacedToken(a core.Account) (api.Token, error) {
	now := s.now()
	t, _ := s.keeper.Token(a.ID)
	if t.Previous.Value == "" || !t.Previous.Until.After(now) {
		return api.Token{}, &core.Error{
			Class: core.Misuse, Remedy: core.RemedyNoPrevious,
			Message: core.SaysNoPrevious,
		}
	}
	s.uses.touch(a.ID, now)
	return s.answer(a, core.Token{Value: t.Previous.Value, ExpiresAt: t.Previous.Until}, now), nil
}

// CopyIP copies the IP address that upstream refused for the account. It is no
// secret and is not cleared. Errors: NotFound; Misuse when upstream named no address
// or there is no clipboard.
func (s *Service) CopyIP(ctx context.Context, ref api.Ref) error {
	a, err := s.resolve(ref)
	if err != nil {
		return err
	}
	snap, _ := s.keeper.Snapshot(a.ID)
	if snap.Err == nil || snap.Err.CallerIP == "" {
		return &core.Error{
			Class: core.Misuse, Remedy: core.RemedyTryAgain,
			Message: "upstream named no address of ours for " + a.Ref() + "; try to renew it first",
		}
	}
	_, err = s.CopyText(ctx, api.TextRequest{Text: core.NewSecret(snap.Err.CallerIP)})
	return err
}

// CopyText implements api.Agent.
func (s *Service) CopyText(ctx context.Context, req api.TextRequest) (api.Clipboard, error) {
	if s.parts.Clipboard == nil {
		return api.Clipboard{}, noClipboard()
	}
	text := req.Text.Reveal()
	if text == "" {
		return api.Clipboard{}, api.Invalid("there is no text to copy; name one")
	}
	subject := "client key " + req.Key
	if !req.Secret {
		subject = text
	}
	pending := s.copier.begin(ctx, subject, false)
	defer pending.end()
	if !req.Secret {
		return api.Clipboard{}, s.copier.copyPlain(ctx, pending, text)
	}
	c, err := s.copier.copySecret(ctx, pending, text, s.current().ClearAfter, copied{Clipboard: api.Clipboard{Key: req.Key}})
	return c.Clipboard, err
}

// ClearClipboard implements api.Agent.
func (s *Service) ClearClipboard(ctx context.Context) error { return s.copier.clear(ctx) }

// ClipboardGone must be called when our text left the clipboard, or came back. what
// tells why, and holds nothing else.
func (s *Service) ClipboardGone(what api.Clipboard) { s.copier.set(copied{Clipboard: what}) }

// clearAway clears the clipboard because nobody is there to paste: the screen is
// locked, the machine goes to sleep.
func (s *Service) clearAway(ctx context.Context, why string) {
	if !s.copier.current().HasOurs() {
		return
	}
	s.log.Info(core.SaysClipboardCleared, "because", why)
	if err := s.copier.clear(ctx); err != nil {
		s.log.Warn("the clipboard is not cleared", "error", err)
	}
}

// noteRenewal wakes followRenewals if the account's token is on the clipboard. The
// Keeper calls it under its own lock, so it does no more.
func (s *Service) noteRenewal(id core.ID) {
	if s.copier.current().id != id {
		return
	}
	select {
	case s.renewed <- struct{}{}:
	default: // there is work already
	}
}

// followRenewals keeps a token on the clipboard current until ctx ends.
func (s *Service) followRenewals(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.renewed:
			if err := s.copier.replace(ctx, s.successor); err != nil {
				s.log.Warn("the clipboard keeps the replaced token", "error", err)
			}
		}
	}
}

// successor is the current token of the account whose token was copied, in the same
// format and for the remaining time, if the clipboard should follow renewals.
func (s *Service) successor(c copied) (next copied, text string, left time.Duration, ok bool, err error) {
	a, there := s.accounts.get(c.id)
	if !there || c.previous || !s.current().ClipboardFollow {
		return copied{}, "", 0, false, nil
	}
	now := s.now()
	t, _ := s.keeper.Token(a.ID)
	if t.Value == c.token || !t.Good(now, 0) {
		return copied{}, "", 0, false, nil
	}
	left = c.ClearsAt.Sub(now)
	switch {
	case c.ClearsAt.IsZero():
		left = 0 // never
	case left <= 0:
		return copied{}, "", 0, false, nil // about to be cleared
	}
	if text, err = c.text(s.spec(a.Kind), s.answer(a, t, now)); err != nil {
		return copied{}, "", 0, false, err
	}
	c.Account, c.Env, c.ExpiresAt, c.Followed, c.token = a.Name, a.Env, t.ExpiresAt, true, t.Value
	return c, text, left, true, nil
}

// woke is called after the machine slept: timers did not run meanwhile.
func (s *Service) woke() {
	s.keeper.Wake()
	s.tickets.Wake()
	if s.parts.Clipboard != nil {
		s.parts.Clipboard.Wake()
	}
}
