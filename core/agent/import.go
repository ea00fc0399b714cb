package agent

import (
	"context"
	"fmt"
	"slices"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/interchange"
)

// Import implements api.Agent. Unlike Add it does not wait for tokens: the Keeper
// fetches for accounts with background renewal, a few at a time.
func (s *Service) Import(ctx context.Context, req api.ImportRequest) (api.ImportPlan, error) {
	if !slices.Contains([]string{"", api.ConflictSkip, api.ConflictRename, api.ConflictReplace}, req.OnConflict) {
		return api.ImportPlan{}, &core.Error{Class: core.Invalid, Remedy: core.RemedyInput, Message: "on_conflict must be skip, rename or replace"}
	}
	plan, unsure, files, err := readImport(&req, s.kindSet())
	if err != nil {
		return api.ImportPlan{}, err
	}
	s.retryVault(ctx)
	s.edit.Lock()
	defer s.edit.Unlock()
	if err := s.vault.closed(); err != nil && slices.ContainsFunc(req.Accounts, hasSecret) {
		return api.ImportPlan{}, err
	}
	brought, rows := s.planPresets(files)
	plan.Presets = rows
	s.withoutSecrets(&req, rows)
	backup := plan.Source == string(interchange.Backup)
	p, err := s.planImport(ctx, req, backup, unsure, brought)
	if err != nil {
		return api.ImportPlan{}, err
	}
	plan.Rows, plan.Ready = p.rows, p.ready
	settings, ready := s.planSettings(req)
	plan.Settings, plan.Ready = settings, plan.Ready && ready
	if plan.Rows == nil {
		plan.Rows = []api.ImportRow{}
	}
	plan.Digest = digest(plan)
	switch {
	case req.Apply == "":
		return plan, nil
	case req.Apply != plan.Digest || !plan.Ready:
		return api.ImportPlan{}, &core.Error{
			Class: core.Misuse, Remedy: core.RemedyPreview,
			Message: "what the import would do is no longer what was shown, nothing was imported; look at the preview again",
		}
	}
	if err := s.carryOutWith(ctx, brought, p, func() (*importer, error) { return s.planImport(ctx, req, backup, unsure, nil) }); err != nil {
		return api.ImportPlan{}, err
	}
	if len(brought) > 0 {
		plan.Rows = p.rows
	}
	if err := s.importSettings(ctx, plan.Settings); err != nil {
		return api.ImportPlan{}, &core.Error{
			Class: core.AsError(err).Class, Remedy: core.RemedyImportHalf, Err: err,
			Message: fmt.Sprintf("%d accounts were imported, then a setting was refused: %s", len(p.drafts), core.AsError(err).Message),
		}
	}
	plan.Done = true
	s.log.Info("accounts imported", "saved", len(p.drafts), "of", len(p.rows))
	return plan, nil
}

func hasSecret(in api.AccountInput) bool { return in.Secret != nil && *in.Secret != "" }

// carryOut saves the drafts of a plan, all or none. The edit lock is held.
func (s *Service) carryOut(ctx context.Context, p *importer) error {
	if len(p.drafts) == 0 {
		return nil
	}
	w := s.newSecretsOf(p)
	if len(w.set) > 0 || s.vault.closed() == nil {
		if err := s.openForWriting(ctx); err != nil {
			return err
		}
	}
	accounts, lines := make([]core.Account, len(p.drafts)), make([]core.Entry, len(p.drafts))
	var parting []core.Account
	for i, d := range p.drafts {
		accounts[i], lines[i] = d.account, core.Entry{At: s.now(), What: core.DidAdd}
		if was, there := s.accounts.get(d.account.ID); there {
			lines[i].What = core.DidEdit
			if !s.sameToken(was, d.account) {
				parting = append(parting, was)
			}
		}
	}
	if err := s.outdate(accounts...); err != nil {
		return notImported(err, true)
	}
	if err := s.teams.parting(parting...); err != nil {
		return notImported(err, true)
	}
	undone, err := s.parts.Store.SaveAll(
		ctx, accounts, lines,
		func(ctx context.Context) error { return s.vault.putAll(ctx, w.set, nil, nil) },
		func(ctx context.Context) error { return s.vault.undo(ctx, w) },
	)
	if err != nil {
		return notImported(err, undone)
	}
	tidy := s.unshareOther(parting...)
	for _, d := range p.drafts {
		s.saveDraft(d)
		s.noteOutdated(d.account)
	}
	tidy(ctx)
	return nil
}

// newSecrets are an import's writes to the vault, and how to undo them.
type newSecrets struct {
	set, before map[core.ID]kept
	added       []core.ID // to be deleted again: accounts that are new
	there       []core.ID // likewise, of existing accounts that had no entry
}

func (s *Service) newSecretsOf(p *importer) newSecrets {
	w := newSecrets{set: map[core.ID]kept{}, before: map[core.ID]kept{}}
	for _, d := range p.drafts {
		id := d.account.ID
		if !d.write {
			continue
		}
		w.set[id] = s.kept(d)
		switch was, had := p.before[id]; {
		case had:
			w.before[id] = kept{was, markUnknown}
		case s.accounts.has(id):
			w.there = append(w.there, id)
		default:
			w.added = append(w.added, id)
		}
	}
	return w
}

// notImported tells how an import failed and what was kept of it.
func notImported(err error, undone bool) *core.Error {
	e := *core.AsError(err)
	e.Err = err
	e.Message = "nothing was imported: " + e.Message
	if !undone {
		e.Remedy = core.RemedyImportLeft
		e.Message += "; the vault may hold AppSecrets of this import: those of new accounts go when it is next opened, " +
			"those of accounts that were to be replaced may be the new ones; import again"
	}
	return &e
}

// importSettings sets the settings of a plan.
func (s *Service) importSettings(ctx context.Context, rows []api.ImportSetting) error {
	for _, row := range rows {
		if row.Action != api.ImportReplace {
			continue
		}
		if _, err := s.SetSetting(ctx, row.Key, row.Value); err != nil {
			return err
		}
	}
	return nil
}
