package window

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// signState is a request for a signature, and its result. It is part of the pane's
// state.
type signState struct {
	url, ticket string
	busy        bool
	made        *api.Signature
	refused     *core.Error

	text   string // the signed string with the ticket in it, while it is in sight
	hideAt time.Time
}

// hide hides the string with the ticket in it.
func (s *signState) hide() { s.text, s.hideAt = "", time.Time{} }

// signActions are what the JS-SDK's box needs of the pane.
type signActions struct {
	sign   func()
	reveal func()
	copy   func()
	check  func(page string)
	renew  func()
}

// signBox signs pages of an account for the JS-SDK. It is hidden for accounts that
// have no ticket.
type signBox struct {
	ui    *kit.UI
	state *paneState
	on    signActions
	root  *fyne.Container
	// reflow lays the page out anew, of which the box is a part.
	reflow func()

	which *kit.Segment // of several tickets
	field *kit.Entry
	sign  *kit.Button
	say   *kit.Prose
	hints *kit.Prose

	browser   *kit.Button
	browserOf *fyne.Container
	result    *fyne.Container
	script    *kit.Prose
	reveal    *kit.Button
	checker   *kit.Button
	signed    *kit.Prose
	good      *kit.Prose
	renew     *kit.Button
}

func newSignBox(ui *kit.UI, s *paneState, on signActions, copyText func(text, said string), reflow func()) *signBox {
	b := &signBox{ui: ui, state: s, on: on, reflow: reflow}
	b.which = kit.NewSegment(ui, "", func(name string) { b.wish(s.sign.url, name) }, kit.Choice{}) // show has those of the account
	b.field = kit.NewEntry(ui, ui.T("sign.hint"), s.sign.url, func(url string) { b.wish(url, s.sign.ticket) })
	b.field.OnSubmitted = func(string) { on.sign() }
	b.sign = kit.NewSmallButton(ui, kit.Filled, ui.T("sign.go"), on.sign)
	b.say = kit.NewProse("", 13, ui.Palette.Muted)
	b.hints = kit.NewProse("", 13, ui.Palette.SoonText)
	b.browser = kit.NewSmallButton(ui, kit.Quiet, ui.T("sign.browser"), func() {
		b.field.SetText(s.sign.made.Browser) // which tells wish
		on.sign()
	})
	b.browserOf = kit.Beside(b.browser)
	b.script = kit.NewProse("", 13, ui.Palette.Text)
	b.script.Style.Monospace = true
	ground := canvas.NewRectangle(ui.Palette.Hover)
	ground.CornerRadius = kit.Radius
	boxed := container.New(&kit.Backed{PadX: 3 * kit.Grid, PadY: 2 * kit.Grid}, ground, b.script)
	call := kit.NewSmallButton(ui, kit.Quiet, ui.T("sign.copy"), func() { copyText(s.sign.made.Script, ui.T("sign.copied")) })
	b.reveal = kit.NewSmallButton(ui, kit.Quiet, ui.T("detail.reveal"), on.reveal)
	whole := kit.NewSmallButton(ui, kit.Quiet, ui.T("sign.copy_string"), on.copy)
	b.checker = kit.NewSmallButton(ui, kit.Quiet, ui.T("sign.checker"), func() { on.check(s.sign.made.Checker) })
	b.signed = kit.NewProse("", 13, ui.Palette.Muted)
	b.good = kit.NewProse("", 13, ui.Palette.Muted)
	b.renew = kit.NewSmallButton(ui, kit.Quiet, ui.T("sign.renew"), on.renew)
	b.result = kit.Stack(2*kit.Grid, boxed, kit.Beside(call), kit.BoldText(ui.T("sign.string"), 13, ui.Palette.Text), b.signed,
		kit.Beside(b.reveal, whole, b.checker), container.New(&kit.Bar{Gap: 2 * kit.Grid}, b.good, b.renew))
	b.root = kit.Stack(2*kit.Grid, kit.Subhead(ui, ui.T("sign.title")), b.which, container.New(&kit.Bar{Gap: 2 * kit.Grid}, b.field, b.sign), b.say, b.hints, b.browserOf, b.result)
	return b
}

// wish takes a new request. An earlier result is of another address, and is dropped.
func (b *signBox) wish(url, ticket string) {
	s := &b.state.sign
	if s.url == url && s.ticket == ticket {
		return
	}
	*s = signState{url: url, ticket: ticket}
	b.show()
	b.reflow()
}

// show updates it to the account.
func (b *signBox) show() {
	ui, a, s := b.ui, b.state.account, &b.state.sign
	tickets := ui.Words.Spec(a.Kind).TicketsOf(a.Account)
	kit.Visible(b.root, len(tickets) > 0)
	if len(tickets) == 0 {
		return
	}
	kit.Visible(b.which, len(tickets) > 1)
	if len(tickets) > 1 {
		var choices []kit.Choice
		for _, t := range tickets {
			choices = append(choices, kit.Choice{Value: t.Name, Label: ui.Words.Ticket(a.Kind, t.Name)})
		}
		b.which.SetChoices(choices...)
		if s.ticket == "" {
			s.ticket = tickets[0].Name
		}
		b.which.Choose(s.ticket)
	}
	b.field.Write(s.url)
	b.sign.Enable(!s.busy && strings.TrimSpace(s.url) != "")
	b.renew.Enable(!s.busy)
	words, ink := "", ui.Palette.Muted
	switch {
	case s.busy:
		words = ui.T("sign.busy")
	case s.refused != nil:
		words, ink = refusal(ui, s.refused, refWords(a.Ref())), ui.Palette.LiveText
	}
	b.say.SetOrHide(words, ink)
	kit.Visible(b.result, s.made != nil)
	b.showHints()
	if s.made == nil {
		return
	}
	script := strings.TrimSuffix(s.made.Script, "\n")
	b.script.Set(strings.ReplaceAll(script, "\n  ", "\n\u00a0\u00a0"), ui.Palette.Text) // a line does not begin with blanks
	kit.Visible(b.checker, s.made.Checker != "")
}

// showHints says what can make the signature invalid.
func (b *signBox) showHints() {
	ui, made := b.ui, b.state.sign.made
	var hints []string
	browser := ""
	if made != nil {
		for _, h := range made.Hints {
			hints = append(hints, ui.Words.SignHint(h))
		}
		browser = made.Browser
	}
	if browser != "" {
		hints = append(hints, ui.T("sign.hint_browser", "url", browser))
	}
	b.hints.SetOrHide(strings.Join(hints, "\n"), ui.Palette.SoonText)
	kit.Visible(b.browserOf, browser != "")
}

// tick counts down; it reports whether something may have changed its size.
func (b *signBox) tick(now time.Time) (changed bool) {
	s := &b.state.sign
	if s.made == nil {
		return false
	}
	ui := b.ui
	if s.text != "" && !now.Before(s.hideAt) {
		s.hide()
	}
	text, label := s.made.Signed, ui.T("detail.reveal")
	if s.text != "" {
		text, label = s.text, ui.T("detail.hide", "time", ui.Words.Coarse(s.hideAt.Sub(now)))
	}
	words := ui.T("sign.over")
	if left := s.made.ExpiresAt.Sub(now); left > 0 {
		words = ui.T("sign.good", "time", ui.Words.Coarse(left.Truncate(time.Second)))
	}
	b.signed.Style.Monospace = !strings.ContainsFunc(text, func(r rune) bool { return r > '~' && r != '•' }) // the fixed-width face has no Chinese
	changed = b.signed.Set(text, ui.Palette.Muted)
	changed = b.reveal.Rename(label) || changed
	return b.good.Set(words, ui.Palette.Muted) || changed
}

// signPage has the address in the pane signed.
func (pn *pane) signPage() {
	s := &pn.state.sign
	if s.busy || strings.TrimSpace(s.url) == "" {
		return
	}
	s.made, s.refused, s.busy = nil, nil, true
	s.hide()
	pn.fillDetail()
	pn.askSign(api.SignRequest{URL: s.url, Ticket: s.ticket}, func(made api.Signature, err *core.Error) {
		s.busy, s.refused = false, err
		if err == nil {
			s.made = &made
		}
		pn.fillDetail()
	})
}

// askSign signs for the account in the pane. done is not called if the pane shows
// something else by then.
func (pn *pane) askSign(req api.SignRequest, done func(api.Signature, *core.Error)) {
	id, wanted := pn.state.account.ID, pn.state.sign
	a, ok := pn.model.find(id)
	if !ok {
		return
	}
	ref := a.Ref()
	req.Person = true
	ask(pn.shell, upstreamWait, func(ctx context.Context, g Agent) (api.Signature, error) {
		return g.Sign(ctx, ref, req)
	}, func(made api.Signature, err *core.Error) {
		now := pn.state.sign
		if pn.state.account.ID != id || now.url != wanted.url || now.ticket != wanted.ticket {
			return
		}
		done(made, err)
	})
}

// again repeats the request for the same signature.
func (s signState) again() api.SignRequest {
	return api.SignRequest{URL: s.made.URL, Ticket: s.made.Ticket, Nonce: s.made.Nonce, Timestamp: s.made.Timestamp}
}

// renewTicket has the agent ask upstream for the ticket, and the address signed with
// what came. What was signed before stays in sight when upstream refuses.
func (pn *pane) renewTicket() {
	s := &pn.state.sign
	if s.busy || s.made == nil {
		return
	}
	s.refused, s.busy = nil, true
	pn.fillDetail()
	pn.askSign(api.SignRequest{URL: s.made.URL, Ticket: s.made.Ticket, Renew: true}, func(made api.Signature, err *core.Error) {
		s.busy, s.refused = false, err
		if err == nil {
			s.hide()
			s.made = &made
		}
		pn.fillDetail()
	})
}

// revealSigned shows the string that was signed for a while, or hides it again.
func (pn *pane) revealSigned() {
	s := &pn.state.sign
	if s.made == nil {
		return
	}
	if s.text != "" {
		s.hide()
		pn.fillDetail()
		return
	}
	req := s.again()
	req.Reveal = true
	ref := pn.state.account.Ref()
	pn.askSign(req, func(made api.Signature, err *core.Error) {
		switch {
		case err != nil:
			pn.showError(err, ref)
			return
		case s.made == nil || made.Signature != s.made.Signature: // the ticket is another by now
			s.made = &made
			s.made.Text = ""
		}
		s.text, s.hideAt = made.Text, pn.now().Add(revealTime)
		pn.fillDetail()
	})
}

// copySigned lets the agent copy the signed string, which does not come here.
func (pn *pane) copySigned() {
	s := &pn.state.sign
	if s.made == nil {
		return
	}
	req := s.again()
	req.Copy = true
	ref := pn.state.account.Ref()
	pn.askSign(req, func(_ api.Signature, err *core.Error) {
		if err != nil {
			pn.showError(err, ref)
		}
	})
}
