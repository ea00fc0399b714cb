package agent

import (
	"context"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
)

// draft is an account as a person wants it, checked but not saved.
type draft struct {
	account               core.Account
	secret, proxyPassword *core.Secret // that were entered; nil: they stay
	warnings              []core.Problem

	// What follows is set by complete.
	before    entry       // what the vault has, if this changes it
	entry     entry       // what the vault will have
	write     bool        // the vault has to be written
	other     bool        // an account of the same token has another secret
	elsewhere *core.Error // why the account waits for its AppSecret, nil if it does not
}

// apply is the account with the fields that a person entered, cleaned.
func (s *Service) apply(was core.Account, in api.AccountInput) (draft, core.Problems) {
	set, a := s.kindSet(), was
	if in.Kind != nil && *in.Kind != was.Kind {
		a.Kind = *in.Kind
		a = set.Fit(a)
	}
	a = set.Over(in.Input, a)
	if was.Env != core.Live && a.Env == core.Live && in.AllowLive == nil {
		a.AllowLive = false // consent for the sandbox is not consent for production
	}
	d := draft{account: set.Clean(a)}
	problems := set.CheckChange(d.account, was)
	if d.account.CopyPath != "" && format.CheckPath(s.spec(d.account.Kind), d.account.CopyPath) != nil {
		problems = append(problems, core.Problem{Field: "copy_path", Key: core.ProblemPath})
	}
	if in.Secret != nil {
		spec, known := set.Of(d.account.Kind)
		if !known { // the error was told; it does not make a secret wrong
			spec = set.Default()
		}
		secret, odd := spec.CleanSecret(core.NewSecret(*in.Secret))
		problems = append(problems, odd...)
		d.secret = &secret
	}
	if in.ProxyPassword != nil {
		password := core.NewSecret(*in.ProxyPassword)
		d.proxyPassword = &password
	}
	for _, p := range problems {
		if p.Warn {
			d.warnings = append(d.warnings, p)
		}
	}
	return d, problems.Fatal()
}

// newSecrets reports whether a person entered a secret.
func (d draft) newSecrets() bool { return d.secret != nil || d.proxyPassword != nil }

// complete makes the vault's new entry from the one that exists, kept, and the
// secrets that were entered. If kept is of an earlier version, its secrets count as
// entered for from, the account's destination so far; to is the new destination.
func (d *draft) complete(kept entry, from, to core.Destination) {
	bound := kept.bind(from)
	d.entry = bound.with(d.secret, d.proxyPassword, to)
	d.write = d.newSecrets() || bound != kept
	if _, err := d.entry.release(to); isElsewhere(err) {
		d.elsewhere = core.AsError(err)
	}
}

// blank is an account before anything is entered.
func (s *Service) blank() core.Account {
	return core.Account{ID: core.NewID(), Env: core.Sandbox, Kind: s.kindSet().Default().Kind, Auto: true}
}

// allowed refuses an account that other accounts forbid: one with the same name in
// the same environment, and one that asks upstream for the same token. Two such
// accounts of a destructive kind would kill each other's token again and again; of
// other kinds they only do the work twice, and consent is enough.
func (s *Service) allowed(d *draft, apart bool) core.Problems {
	a := d.account
	if other, ok := s.accounts.find(refOf(a)); ok && other.ID != a.ID {
		return core.Problems{{Field: "name", Key: core.ProblemNameTaken}}
	}
	before, known := s.accounts.get(a.ID)
	if known && s.sameToken(before, a) {
		return nil // it was accepted when it was saved
	}
	for _, ref := range s.accounts.withAppID(a.AppID, []core.Kind{a.Kind}) { // otherwise it is another token
		b, ok := s.accounts.find(ref)
		if !ok || b.ID == a.ID || !s.sameToken(a, b) {
			continue
		}
		if !apart || s.spec(a.Kind).Traits.Destructive() {
			return core.Problems{s.twice(a, false)}
		}
		d.warnings = append(d.warnings, s.twice(a, true))
		return nil
	}
	return nil
}

// otherSecret warns when an account that asks for the same token has another secret
// than the one that was entered, or gets one by drafts that are planned. After a reset
// the one is right, after a slip the other; upstream decides, so the new one is tried.
// The edit lock is held.
func (s *Service) otherSecret(ctx context.Context, d *draft, planned ...draft) {
	if d.secret == nil || d.entry.Secret == "" {
		return
	}
	others := map[core.ID]string{} // the secrets of the other accounts
	for _, ref := range s.accounts.withAppID(d.account.AppID, []core.Kind{d.account.Kind}) {
		b, ok := s.accounts.find(ref)
		if !ok || !s.sameToken(d.account, b) {
			continue
		}
		if e, err := s.vault.entry(ctx, b.ID); err == nil {
			others[b.ID] = e.Secret
		}
	}
	for _, p := range planned {
		if p.write && s.sameToken(d.account, p.account) {
			others[p.account.ID] = p.entry.Secret
		}
	}
	for id, secret := range others {
		if id != d.account.ID && secret != "" && secret != d.entry.Secret {
			d.other = true
			d.warnings = append(d.warnings, core.Problem{Field: "secret", Key: core.ProblemSecretOther, Warn: true})
			return
		}
	}
}

// twice says that another account asks for the same token.
func (s *Service) twice(a core.Account, warn bool) core.Problem {
	return core.Problem{Field: s.spec(a.Kind).IDField(), Key: core.ProblemAppIDTwice, Warn: warn}
}

// unfit refuses an account with wrong fields.
func (s *Service) unfit(a core.Account, problems core.Problems) *core.Error {
	e := invalid(problems)
	if _, known := s.kindSet().Of(a.Kind); known { // otherwise it was typed
		e.Kind = a.Kind
	}
	return e
}
