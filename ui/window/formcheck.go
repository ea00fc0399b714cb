package window

import (
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core/api"
	"tokentray/ui/kit"
)

// typed takes what is typed into a field.
func (f *form) typed(name string, into *string) func(string) {
	return func(s string) {
		*into = s
		f.touch(name)
	}
}

func (f *form) touch(name string) {
	f.touched[name] = true
	f.from = ""
	f.verdict, f.good, f.failed = nil, false, nil
	f.check()
}

// check says below each field what is wrong with it, if something was typed there.
func (f *form) check() {
	ui, p := f.ui, f.ui.Palette
	problems := f.draft.problems(ui, f.model)
	for name, say := range f.says {
		words, ink := "", p.SoonText
		if f.pressed || f.touched[name] {
			for _, one := range problems[name] {
				if words != "" {
					words += "\n"
				}
				words += one.Text
				if !one.Warn {
					ink = p.LiveText
				}
			}
		}
		say.SetOrHide(words, ink)
	}
	f.kindSay.Set(ui.Words.KindSays(f.draft.Kind, "say"), p.Muted)
	f.hints()
	f.consent.Hidden = !f.draft.needsConsent()
	f.fields["consent"].(*kit.Toggle).Rename(ui.Words.KindSays(f.draft.Kind, "consent"))
	for name, box := range f.boxes {
		kit.Visible(box, f.draft.has(name))
	}
	ink := p.SandboxText
	if f.noted {
		ink = p.SoonText
	}
	words := ""
	if f.from != "" {
		words = ui.T(f.from, ui.Words.Names(f.draft.Kind)...)
	}
	f.fromSay.SetOrHide(words, ink)

	words, ink = "", p.LiveText
	switch {
	case f.good:
		ink = p.SandboxText
	case f.busy:
		ink = p.Text
	}
	if f.verdict != nil {
		words = f.verdict()
	}
	f.words.SetOrHide(words, ink)
	f.codes.show(f.failed)
	f.save.Enable(!f.busy)
	f.test.Enable(!f.busy)
	f.page.Reflow()
}

// hints say in an empty field what happens to the stored secret.
func (f *form) hints() {
	ui, d := f.ui, f.draft
	hint := func(field, words string) {
		if e, ok := f.fields[field].(*kit.Entry); ok && e.PlaceHolder != words {
			e.SetPlaceHolder(words)
		}
	}
	secret, password := "", ""
	switch {
	case d.editing:
		secret = ui.T("form.secret.keep")
		password = secret
	case d.origin != nil:
		password = ui.T("form.proxy_password.again")
	}
	if _, leaves := d.leavesSecret(); leaves {
		_, next := d.destinations()
		secret = ui.T("form.secret.for", "host", next.String())
	}
	if d.leavesPassword() {
		password = ui.T("form.proxy_password.other")
	}
	hint("secret", secret)
	hint("proxy_password", password)
}

// ready reports whether the draft may be sent to the agent. If not, its problems are
// shown and the first wrong field gets the keyboard. A test needs no name: the
// person may not have chosen one yet.
func (f *form) ready(focus func(fyne.Focusable), test bool) bool {
	problems := f.draft.problems(f.ui, f.model)
	if test {
		delete(problems, "name")
		for _, field := range f.draft.formFields() {
			f.touched[field] = f.touched[field] || field != "name"
		}
	} else {
		f.pressed = true
	}
	f.check()
	field, bad := fatal(f.draft.formFields(), problems)
	if bad && f.fields[field] != nil {
		focus(f.fields[field])
	}
	return !bad
}

// wait shows that the agent was asked.
func (f *form) wait(words func() string) {
	f.busy, f.good, f.verdict, f.failed = true, false, words, nil
	f.check()
}

// answer shows the result, and the codes of a failure.
func (f *form) answer(words func() string, good bool, failed *api.Error) {
	f.busy, f.good, f.verdict, f.failed = false, good, words, failed
	f.check()
}

// testWords describes the result of a test. The codes of a failure have lines of their own.
func testWords(ui *kit.UI, r api.TestResult, account string) string {
	if r.Error != nil {
		return explained(ui, r.Error, account)
	}
	return ui.T("form.test.ok", "mask", r.Mask, "time", ui.Words.Coarse(time.Duration(r.ExpiresIn)*time.Second))
}
