package agent

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
)

// copied is what of ours is on the clipboard. The zero value: nothing.
type copied struct {
	api.Clipboard
	id       core.ID
	path     string // of the call that the format makes
	token    string
	previous bool // it is a replaced token, in whose place none comes
}

// Copy implements api.Agent. It is Token, so it may fetch first; for the replaced
// token nothing is ever fetched, since that would replace another. When something
// else was copied while it waited, the clipboard stays as it is, and the error is
// Misuse with RemedyCopyLate.
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
	c.Format = chosen(req.Format, a.CopyFormat, settings.CopyFormat)
	// What cannot be written is said before upstream is asked for anything.
	if _, err := s.text(c, api.Token{AccessToken: "x", BaseURL: s.baseURL(a)}); err != nil {
		return api.Clipboard{}, err
	}
	kept, _ := s.keeper.Token(a.ID)
	wish := s.wish(ctx, c.subject(), !req.Previous && !kept.Good(s.now(), core.DefaultMinTTL))
	defer wish.end()
	var t api.Token
	if req.Previous {
		t, err = s.replacedToken(a)
	} else {
		t, err = s.Token(ctx, refOf(a), core.DefaultMinTTL)
	}
	if err != nil {
		return api.Clipboard{}, err
	}
	text, err := s.text(c, t)
	if err != nil {
		return api.Clipboard{}, err
	}
	c.Account, c.Env, c.ExpiresAt, c.token = t.Account, t.Env, t.ExpiresAt, t.AccessToken
	put, err := s.put(ctx, wish, text, settings.ClearAfter, c)
	if err != nil {
		if late := core.AsError(err); req.Notify && late.Remedy == core.RemedyCopyLate {
			s.hub.publish(false, func() api.Event { return api.Event{Type: api.EventCopyLate, Clipboard: &c.Clipboard} })
		}
		return api.Clipboard{}, err
	}
	s.keeper.Republish(a.ID) // it is the last used one now
	return put.Clipboard, nil
}

// subject tells copies apart: two of one subject put the same on the clipboard.
func (c copied) subject() string {
	return fmt.Sprint(c.id, " ", c.previous, " ", c.Format, " ", c.path)
}

// replacedToken is the token that was replaced, while it may still work.
func (s *Service) replacedToken(a core.Account) (api.Token, error) {
	now := s.now()
	t, _ := s.keeper.Token(a.ID)
	if t.Previous.Value == "" || !t.Previous.Until.After(now) {
		return api.Token{}, &core.Error{
			Class: core.Misuse, Remedy: core.RemedyNoPrevious,
			Message: "no previous token may still work; take the current one",
		}
	}
	s.uses.touch(a.ID, now)
	return s.answer(a, core.Token{Value: t.Previous.Value, ExpiresAt: t.Previous.Until}, now), nil
}

// chosen is the format that was asked for, else the account's own, else that of
// the settings. An account's may be of a newer version's and not known here.
func chosen(asked, account, settings string) string {
	switch {
	case asked != "":
		return asked
	case format.Valid(account):
		return account
	}
	return settings
}

// text is a token as it goes to the clipboard.
func (s *Service) text(c copied, t api.Token) (string, error) {
	out, err := format.Token(c.Format, format.Input{
		AccessToken: t.AccessToken, ExpiresIn: t.ExpiresIn, ExpiresAt: t.ExpiresAt, ObtainedAt: t.ObtainedAt,
		Account: t.Account, Env: t.Env, AppID: t.AppID, BaseURL: t.BaseURL, Path: c.path,
	})
	if err != nil {
		return "", core.AsError(err)
	}
	return out, nil
}

// put puts text on the clipboard and tells of it, unless something newer is
// there or under way.
func (s *Service) put(ctx context.Context, wish *wish, text string, clearAfter time.Duration, c copied) (copied, error) {
	s.copying.Lock()
	defer s.copying.Unlock()
	if s.wishes.overtaken(wish) {
		return copied{}, tooLate(c)
	}
	switch done, err := s.parts.Clipboard.CopyUnless(ctx, text, clearAfter, wish.changed); {
	case err != nil:
		return copied{}, core.AsError(err)
	case !done:
		return copied{}, tooLate(c)
	}
	wish.done = true
	if clearAfter > 0 {
		c.ClearsAt = s.now().Add(clearAfter)
	}
	s.hold(c)
	return c, nil
}

// hold notes what is on the clipboard now. The turn to copy is the caller's.
func (s *Service) hold(c copied) {
	s.setCopied(c)
	if !s.parts.Clipboard.Held() { // it is gone already, and that was told too early
		s.setCopied(copied{})
	}
}

// CopyIP copies the address that upstream refused for the account. It is no
// secret and stays on the clipboard. Errors: NotFound; Misuse when upstream
// named no address or there is no clipboard.
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
	if s.parts.Clipboard == nil {
		return noClipboard()
	}
	wish := s.wish(ctx, snap.Err.CallerIP, false)
	defer wish.end()
	return s.putPlain(ctx, wish, snap.Err.CallerIP)
}

// putPlain puts a text that is no secret on the clipboard, where it stays.
func (s *Service) putPlain(ctx context.Context, wish *wish, text string) error {
	s.copying.Lock()
	defer s.copying.Unlock()
	if err := s.parts.Clipboard.CopyPlain(ctx, text); err != nil {
		return core.AsError(err)
	}
	wish.done = true
	s.hold(copied{})
	return nil
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
	wish := s.wish(ctx, subject, false)
	defer wish.end()
	if !req.Secret {
		return api.Clipboard{}, s.putPlain(ctx, wish, text)
	}
	c := copied{Clipboard: api.Clipboard{Key: req.Key}}
	c, err := s.put(ctx, wish, text, s.current().ClearAfter, c)
	return c.Clipboard, err
}

// ClearClipboard implements api.Agent.
func (s *Service) ClearClipboard(ctx context.Context) error {
	if s.parts.Clipboard == nil {
		return nil
	}
	wish := s.wish(ctx, "", false) // what is still waited for is not wanted there either
	defer wish.end()
	wish.done = true
	if err := s.parts.Clipboard.Clear(ctx); err != nil {
		return core.AsError(err)
	}
	return nil
}

// ClipboardGone is to be called when what was copied is no longer on the
// clipboard, whoever took it away.
func (s *Service) ClipboardGone() { s.setCopied(copied{}) }

func (s *Service) setCopied(c copied) {
	s.clipMu.Lock()
	defer s.clipMu.Unlock()
	was := s.clip
	s.clip = c
	if was.Clipboard == c.Clipboard {
		return
	}
	s.hub.publish(false, func() api.Event { return api.Event{Type: api.EventClipboard, Clipboard: &c.Clipboard} })
}

func (s *Service) copied() copied {
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
