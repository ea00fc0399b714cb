package window

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
	"tokentray/ui/kit"
)

// copySheet lets a person choose the format of a copy and, for a URL or a curl
// command, the call. It shows the text with a word in place of the token, which
// never comes here.
type copySheet struct {
	clipboard *clipboard
	account   api.Account
	format    string
	path      string
	remember  bool

	sheet   *sheet
	call    *fyne.Container // the parts about the path
	problem *kit.Prose
	preview *kit.Prose
	button  *kit.Button
}

// openCopySheet asks in which format to copy the token of an account; chosen is the
// preselected format, empty for the account's default.
func (cp *clipboard) openCopySheet(id core.ID, chosen string) {
	a, ok := cp.model.find(id)
	if !ok {
		return
	}
	spec := cp.ui.Words.Spec(a.Kind)
	c := &copySheet{
		clipboard: cp, account: a, format: format.Fit(spec, cmp.Or(chosen, cp.likelyFormat(a))), path: cmp.Or(cp.paths[id], a.CopyPath, spec.TryPath),
	}
	c.open()
}

// open makes the sheet with what is chosen, in the language and the theme of now.
func (c *copySheet) open() {
	cp, a := c.clipboard, c.account
	spec := cp.ui.Words.Spec(a.Kind)
	head := kit.Stack(2*kit.Grid, newTag(cp.ui, a.Env == core.Live), kit.Title(cp.ui, cp.ui.T("copy.title", "account", refWords(a.Ref()))))
	c.sheet = &sheet{Sheet: kit.NewLongSheet(cp.ui, 3*kit.Grid, head, cp.closeSheet)}
	ui := c.sheet.UI
	var choices []kit.Choice
	for i, f := range format.For(spec) {
		choices = append(choices, kit.Choice{Value: f, Label: strconv.Itoa(i+1) + "  " + ui.T("format."+f)})
	}
	forms := kit.NewSegment(ui, c.format, func(f string) { c.format = f; c.check() }, choices...)
	c.call = c.drawCall()
	c.preview = kit.NewProse("", 13, ui.Palette.Muted)
	c.preview.Style.Monospace = true
	remember := kit.NewToggle(ui, ui.T("copy.remember", "account", refWords(a.Ref())), c.remember, func(on bool) { c.remember = on })
	c.sheet.Add(forms, c.call, c.preview, remember)
	role, label := kit.Filled, ui.T("menu.copy")
	if a.Env == core.Live {
		role, label = kit.Danger, ui.T("live.go")
	}
	c.button = kit.NewButton(ui, role, label, c.run)
	c.sheet.SetFoot(kit.AtRight(kit.NewButton(ui, kit.Quiet, ui.T("cancel"), cp.closeSheet), c.button))
	c.sheet.Enter, c.sheet.first, c.sheet.again = c.run, forms, c.open
	c.sheet.char = func(r rune) {
		if i := int(r - '1'); i >= 0 && i < len(choices) {
			forms.Pick(i)
		}
	}
	cp.openSheet(c.sheet)
	c.check()
}

// defaultFormat is the form in which an account's token is copied when none is
// chosen.
func (cp *clipboard) defaultFormat(a api.Account) string {
	form := cp.model.Settings.CopyFormat
	if format.Valid(a.CopyFormat) {
		form = a.CopyFormat
	}
	return format.Fit(cp.ui.Words.Spec(a.Kind), form)
}

// likelyFormat is the form that a person probably wants: the account's own, else the one
// that was chosen last.
func (cp *clipboard) likelyFormat(a api.Account) string {
	if cp.last == "" || format.Valid(a.CopyFormat) {
		return cp.defaultFormat(a)
	}
	return cp.last
}

// drawCall is the field of the path over the paths that are often called.
func (c *copySheet) drawCall() *fyne.Container {
	ui := c.sheet.UI
	spec := ui.Words.Spec(c.account.Kind)
	field := kit.NewEntry(ui, spec.TryPath, c.path, func(s string) { c.path = strings.TrimSpace(s); c.check() })
	field.OnSubmitted = func(string) { c.run() }
	paths := kit.Beside()
	for _, p := range spec.TryPaths(c.account.Product) {
		paths.Add(kit.NewSmallButton(ui, kit.Quiet, p, func() { field.SetText(p) }))
	}
	c.problem = kit.NewProse("", 13, ui.Palette.LiveText)
	return kit.Stack(2*kit.Grid, kit.BoldText(ui.T("copy.path"), 13, ui.Palette.Text), field, c.problem, paths)
}

// calls reports whether the chosen form is one of a call.
func (c *copySheet) calls() bool { return c.format == format.URL || c.format == format.Curl }

// check shows the text that will be copied, or what is wrong with the path.
func (c *copySheet) check() {
	ui := c.clipboard.ui
	c.call.Hidden = !c.calls()
	spec, words := ui.Words.Spec(c.account.Kind), ""
	if c.calls() && c.path != "" && format.CheckPath(spec, c.path) != nil {
		words = ui.Words.Problem(spec.Kind, core.Problem{Field: "copy_path", Key: core.ProblemPath})
	}
	c.problem.Set(words, ui.Palette.LiveText)
	c.problem.Hidden = words == ""
	c.button.Enable(words == "")
	text, err := format.Token(c.format, format.Input{
		AccessToken: "ACCESS_TOKEN", ExpiresIn: int64(c.account.Remaining(c.clipboard.now()).Seconds()), ExpiresAt: c.account.ExpiresAt.UTC(),
		ObtainedAt: c.account.ObtainedAt.UTC(), Account: c.account.Name, Env: c.account.Env, AppID: c.account.AppID, BaseURL: spec.API(c.account.Account), Path: c.path, Spec: spec,
	})
	if err != nil {
		text = ""
	}
	c.preview.Set(text, ui.Palette.Muted)
	c.preview.Hidden = text == ""
	c.sheet.Reflow()
}

// run copies, and stores the choice if wanted.
func (c *copySheet) run() {
	if !c.button.Enabled() {
		return
	}
	cp, id := c.clipboard, c.account.ID
	cp.closeSheet()
	cp.last = c.format
	path := ""
	if c.calls() {
		path = c.path
		cp.paths[id] = path
	}
	if c.remember {
		cp.rememberCopy(c.account, c.format, path)
	}
	cp.copyCall(id, api.CopyRequest{Format: c.format, Path: path})
}

// rememberCopy makes a format, and the path of a call, an account's default.
func (cp *clipboard) rememberCopy(a api.Account, form, path string) {
	in := api.AccountInput{Input: core.Input{CopyFormat: &form}}
	if path != "" {
		in.CopyPath = &path
	}
	ref := a.Ref()
	ask(cp.shell, quickWait, func(ctx context.Context, g Agent) (api.Saved, error) {
		return g.Edit(ctx, ref, in)
	}, func(_ api.Saved, err *core.Error) {
		if err != nil {
			cp.showError(err, ref)
		}
	})
}
