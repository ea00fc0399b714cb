package window

import (
	"context"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
)

// secretSheet asks for an account's new AppSecret beside its problem. The secret is
// tried first and saved only if upstream accepts it, so that a mistyped one replaces
// nothing.
type secretSheet struct {
	accounts *accounts
	ref      api.Ref
	kind     core.Kind
	appID    string
	sheet    *sheet
	field    *kit.Entry
	words    *kit.Prose
	codes    codes // what the answer can be looked up by
	test     *kit.Button
	anyway   *kit.Button // saves although the test was inconclusive
	busy     bool
}

func (ed *accounts) askSecret(id core.ID) {
	a, ok := ed.model.find(id)
	if !ok {
		return
	}
	s := &secretSheet{accounts: ed, sheet: ed.newSheet(), ref: a.Ref(), kind: a.Kind, appID: a.AppID}
	ui := s.sheet.UI
	body := ui.T("secret.body")
	if a.BaseURL != "" || a.CA != "" { // a file may have named it
		to := ui.Words.Spec(a.Kind).Destination(a.Account)
		body += "\n" + ui.T("secret.host", "host", to.String())
	}
	if a.Remaining(ed.now()) > 0 {
		body += "\n" + ui.T("secret.lives", "time", moment(ui, a.ExpiresAt, ed.now()))
	}
	asked, _ := ui.Words.Spec(a.Kind).Field(kinds.Secret)
	s.field = kit.NewSecretEntry(ui, ui.Words.Field(a.Kind, asked), "", func(string) { s.say("", nil) })
	s.field.OnPaste = s.pasted
	s.field.OnSubmitted = func(string) { s.try() }
	s.words = kit.NewProse("", 13, ui.Palette.LiveText)
	s.codes = newCodes(ui, ed.clipboard.copyText)
	s.test = kit.NewButton(ui, kit.Filled, ui.T("secret.go"), s.try)
	s.anyway = kit.NewButton(ui, kit.Quiet, ui.T("secret.force"), s.save)
	s.anyway.Hide()
	s.words.Hide()
	s.sheet.Add(kit.Title(ui, ui.T("secret.title", append(ui.Words.Names(a.Kind), "account", refWords(a.Ref()))...)), kit.NewProse(body, kit.SizeText, ui.Palette.Text), s.field, s.words, s.codes.Box, kit.Beside(s.anyway),
		kit.AtRight(kit.NewButton(ui, kit.Quiet, ui.T("cancel"), ed.closeSheet), s.test))
	s.sheet.typed = func() bool { return s.field.Text != "" }
	s.sheet.first = s.field
	ed.openSheet(s.sheet)
}

// pasted takes the AppSecret from a text with names and values, unless it is another
// account's.
func (s *secretSheet) pasted(content string) bool {
	p, ok := readPasted(s.accounts.ui.Words.Kinds(), content)
	switch {
	case !ok:
		return false
	case p.AppID != "" && p.AppID != s.appID:
		s.say(s.accounts.ui.T("secret.other", append(s.accounts.ui.Words.Names(s.kind), "appid", p.AppID)...), nil)
		return true
	case p.Secret == "":
		return false
	}
	s.field.SetText(p.Secret)
	return true
}

// say shows the result, or nothing.
func (s *secretSheet) say(words string, failed *api.Error) {
	s.words.Set(words, s.accounts.ui.Palette.LiveText)
	s.words.Hidden = words == ""
	s.anyway.Hidden = failed == nil || !unsure(failed)
	s.codes.show(failed)
	s.sheet.Reflow()
	if words != "" {
		s.accounts.focus(s.field)
	}
}

func (s *secretSheet) wait(words string) {
	s.busy = true
	s.say("", nil)
	s.words.Set(words, s.accounts.ui.Palette.Text)
	s.words.Hidden = false
	s.test.Enable(false)
	s.sheet.Reflow()
}

// answered reports whether the sheet is still open, and unblocks it.
func (s *secretSheet) answered() bool {
	s.busy = false
	s.test.Enable(true)
	return s.accounts.sheet == s.sheet
}

// try asks upstream with the new secret and saves it when a token comes.
func (s *secretSheet) try() {
	ui := s.accounts.ui
	spec := ui.Words.Spec(s.kind)
	secret, found := spec.CleanSecret(core.NewSecret(s.field.Text))
	if bad := found.Fatal(); len(bad) > 0 {
		s.say(problemWords(ui, s.kind, bad), nil)
		return
	}
	if s.busy {
		return
	}
	value := secret.Reveal()
	s.wait(ui.T("form.testing"))
	ask(s.accounts.shell, upstreamWait, func(ctx context.Context, g Agent) (api.TestResult, error) {
		return g.Test(ctx, api.TestRequest{Ref: &s.ref, Input: api.AccountInput{Secret: &value}})
	}, func(r api.TestResult, err *core.Error) {
		if !s.answered() {
			return
		}
		if err != nil {
			r.Error = wire(err)
		}
		if r.Error != nil {
			s.say(testWords(ui, r, refWords(s.ref)), r.Error)
			return
		}
		s.save()
	})
}

// unsure reports whether a refusal says nothing about the secret, which may still be
// right.
func unsure(e *api.Error) bool {
	switch e.Class {
	case core.Temporary, core.Whitelist, core.Confirm, core.Quota:
		return true
	}
	return false
}

func (s *secretSheet) save() {
	if s.busy {
		return
	}
	value := s.field.Text
	s.wait(s.accounts.ui.T("form.saving"))
	ask(s.accounts.shell, upstreamWait, func(ctx context.Context, g Agent) (api.Saved, error) {
		return g.Edit(ctx, s.ref, api.AccountInput{Secret: &value})
	}, func(saved api.Saved, err *core.Error) {
		if !s.answered() {
			return
		}
		if err != nil {
			s.say(refusal(s.accounts.ui, err, refWords(s.ref)), nil)
			return
		}
		s.accounts.closeSheet()
		s.accounts.edited(saved)
	})
}
