package window

import (
	"context"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// vault locks and opens the place of the secrets.
type vault struct {
	*shell
	clipboard *clipboard
}

// act does what the button of the vault's banner says.
func (va *vault) perform(what bannerAction) {
	switch what {
	case barUnlock:
		va.unlock()
	case barInit:
		va.askInit()
	}
}

// unlock opens the vault: a keyring asks by itself, a file needs its passphrase.
func (va *vault) unlock() {
	if va.model.Vault.Kind != "file" {
		va.showMessage(message{Text: va.ui.T("vault.waiting")}) // until the answer is there
		va.unlockWith(core.Secret{})
		return
	}
	va.askPassphrase("")
}

// askPassphrase asks for the passphrase of the vault's file. wrong is what was
// wrong with the last one, "" at first.
func (va *vault) askPassphrase(wrong string) {
	s := va.newSheet()
	ui := s.UI
	field := kit.NewSecretEntry(ui, ui.T("vault.passphrase"), "", nil)
	goOn := func() {
		if field.Text != "" {
			pass := core.NewSecret(field.Text)
			va.closeSheet()
			va.showMessage(message{Text: ui.T("vault.wait")})
			va.unlockWith(pass)
		}
	}
	field.OnSubmitted = func(string) { goOn() }
	say := kit.NewProse(wrong, 13, ui.Palette.LiveText)
	say.Hidden = wrong == ""
	s.Add(kit.Title(ui, ui.T("vault.unlock.title")), kit.NewProse(ui.T("vault.unlock.body"), kit.SizeText, ui.Palette.Text), field, say,
		kit.AtRight(kit.NewButton(ui, kit.Quiet, ui.T("cancel"), va.closeSheet), kit.NewButton(ui, kit.Filled, ui.T("bar.unlock"), goOn)))
	s.first = field
	s.typed = func() bool { return field.Text != "" }
	va.openSheet(s)
}

func (va *vault) unlockWith(pass core.Secret) {
	va.changeVault(func(ctx context.Context, g Agent) (api.Vault, error) { return g.VaultUnlock(ctx, pass) })
}

func (va *vault) lockVault() {
	va.changeVault(func(ctx context.Context, g Agent) (api.Vault, error) { return g.VaultLock(ctx) })
}

func (va *vault) changeVault(question func(context.Context, Agent) (api.Vault, error)) {
	ask(va.shell, personWait, question, func(v api.Vault, err *core.Error) {
		switch {
		case err != nil && va.model.Vault.Kind == "file" && err.Remedy == core.RemedyVaultUnlock: // that it is locked is known
			va.clipboard.dismiss()
			va.askPassphrase(va.ui.T("vault.unlock.wrong"))
			return
		case err != nil:
			va.showError(err, api.Ref{})
			return
		}
		va.clipboard.dismiss()
		va.apply(api.Event{Type: api.EventVault, Vault: &v})
	})
}

// askInit makes the passphrase file, where the desktop has no keyring.
func (va *vault) askInit() {
	s := va.newSheet()
	ui := s.UI
	hint, typed := weakHint(ui, s.Reflow)
	first := kit.NewSecretEntry(ui, ui.T("vault.passphrase"), "", typed)
	second := kit.NewSecretEntry(ui, ui.T("vault.again"), "", nil)
	say := kit.NewProse("", 13, ui.Palette.LiveText)
	say.Hide()
	goOn := func() {
		words := passphraseProblem(ui, first.Text, second.Text)
		say.SetOrHide(words, ui.Palette.LiveText)
		s.Reflow()
		if words != "" {
			return
		}
		pass := core.NewSecret(first.Text)
		va.closeSheet()
		va.showMessage(message{Text: ui.T("vault.wait")})
		va.changeVault(func(ctx context.Context, g Agent) (api.Vault, error) { return g.VaultInit(ctx, pass) })
	}
	second.OnSubmitted = func(string) { goOn() }
	s.Add(kit.Title(ui, ui.T("vault.init.title")), kit.NewProse(ui.T("vault.init.body"), kit.SizeText, ui.Palette.Text), first, hint, second, say,
		kit.AtRight(kit.NewButton(ui, kit.Quiet, ui.T("cancel"), va.closeSheet), kit.NewButton(ui, kit.Filled, ui.T("vault.init.go"), goOn)))
	s.first = first
	s.typed = func() bool { return first.Text+second.Text != "" }
	va.openSheet(s)
}

// weakHint is the line below a field for a new passphrase that says so while what is
// typed is easily guessed, and what the field calls with each change. It does not keep
// the person from choosing it.
func weakHint(ui *kit.UI, reflow func()) (*kit.Prose, func(string)) {
	hint := kit.NewProse("", 13, ui.Palette.SoonText)
	hint.Hide()
	return hint, func(text string) {
		words := ""
		if text != "" && core.WeakPassphrase(core.NewSecret(text)) {
			words = ui.Words.Say("vault.weak")
		}
		if hint.SetOrHide(words, ui.Palette.SoonText) {
			reflow()
		}
	}
}

// minPassphrase is the least length; scrypt cannot make up for a shorter one.
const minPassphrase = 8

// passphraseProblem says what is wrong with a new passphrase, "" when nothing is.
func passphraseProblem(ui *kit.UI, first, second string) string {
	switch {
	case len([]rune(first)) < minPassphrase:
		return ui.T("vault.init.short")
	case first != second:
		return ui.T("vault.init.differ")
	}
	return ""
}
