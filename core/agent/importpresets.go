package agent

import (
	"context"
	"slices"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/preset"
)

// planPresets plans the presets of a backup, and returns the new ones. A preset
// whose name exists is left as it is. The edit lock is held.
func (s *Service) planPresets(files [][]byte) (map[core.Kind]preset.Preset, []api.ImportPreset) {
	brought := map[core.Kind]preset.Preset{}
	var rows []api.ImportPreset
	for _, file := range files {
		p, faults := preset.Parse(file, s.presets.taken)
		row := api.ImportPreset{Kind: p.Kind, Hosts: p.Hosts(), Status: api.ImportNew, Action: api.ImportAdd}
		have, there := s.presets.own[p.Kind]
		switch {
		case len(faults) > 0:
			row = api.ImportPreset{Status: api.ImportProblem, Action: api.ImportSkip, Hosts: []string{}}
		case there && have.Fingerprint() == p.Fingerprint():
			row.Status, row.Action = api.ImportSame, api.ImportSkip
		case there:
			row.Status, row.Action = api.ImportConflict, api.ImportSkip
		default:
			brought[p.Kind] = p
		}
		rows = append(rows, row)
	}
	return brought, rows
}

// withoutSecrets removes the secrets of a request's accounts and pauses them, if
// their preset comes with the file or differs from the one here: nobody agreed to
// send the secrets where that preset says.
func (s *Service) withoutSecrets(req *api.ImportRequest, rows []api.ImportPreset) {
	for i, in := range req.Accounts {
		if in.Kind == nil || !slices.ContainsFunc(rows, func(r api.ImportPreset) bool { return r.Kind == *in.Kind && r.Status != api.ImportSame }) {
			continue
		}
		paused := false
		req.Accounts[i].Secret, req.Accounts[i].ProxyPassword, req.Accounts[i].Auto = nil, nil, &paused
	}
}

// ofBrought is the row of an account whose preset comes with it. It is planned again
// once the preset is added.
func (p *importer) ofBrought(in api.AccountInput, with preset.Preset) api.ImportRow {
	a := in.Over(p.s.blank())
	row := api.ImportRow{
		Status: api.ImportNew, Action: api.ImportAdd, Name: a.Name, Env: a.Env, Kind: a.Kind, AppID: shownAppID(a.AppID), NoSecret: true,
	}
	if was, there := p.names[api.Ref{Name: a.Name, Env: a.Env}]; there {
		row.With, row.Status, row.Action = was.Ref(), api.ImportConflict, api.ImportUndecided
		if p.req.OnConflict != "" {
			row.Action = p.req.OnConflict
		}
	}
	for _, host := range with.Hosts() {
		row.Addresses = append(row.Addresses, api.ImportAddress{Field: "base_url", To: host})
	}
	return row
}

// carryOutWith adds the presets that come with the accounts of a plan, then carries
// out the plan. If that fails, the presets are removed again. The edit lock is held.
func (s *Service) carryOutWith(ctx context.Context, brought map[core.Kind]preset.Preset, p *importer, again func() (*importer, error)) error {
	if len(brought) == 0 {
		return s.carryOut(ctx, p)
	}
	err := func() error {
		for _, one := range brought {
			if _, err := s.putPreset(ctx, one); err != nil {
				return err
			}
		}
		next, err := again()
		if err != nil {
			return err
		}
		if !next.ready {
			return &core.Error{
				Class: core.Misuse, Remedy: core.RemedyPreview,
				Message: "an account of a preset in the backup cannot be taken as it is, nothing was imported; look at the preview again",
			}
		}
		*p = *next
		return s.carryOut(ctx, p)
	}()
	if err != nil {
		for kind := range brought {
			if undo := s.dropPreset(kind); undo != nil {
				s.log.Warn("an import failed, and a preset of it stays", "kind", kind, "error", undo)
			}
		}
	}
	return err
}
