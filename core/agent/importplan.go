package agent

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/core/preset"
)

// importer plans an import. It says what happens to each account, given the
// accounts that exist and those earlier in the file. It changes nothing.
type importer struct {
	s     *Service
	req   api.ImportRequest
	names map[api.Ref]core.Account
	// tokens maps each token to the account that asks upstream for it.
	tokens map[core.TokenID]core.Account
	rows   []api.ImportRow
	drafts []draft                // of the rows that add or replace an account
	shares map[core.TokenID][]int // the indexes in drafts of those that ask for a token
	coming map[core.ID]int        // the index in drafts of each new account
	before map[core.ID]entry      // the vault's entries of the replaced accounts
	kept   map[core.ID]entry      // their entries after the rows planned so far
	backup bool                   // what the accounts come from
	ready  bool
	unsure bool // nothing tells the environment of the current account
	// brought are the presets in the file that are not kinds yet.
	brought map[core.Kind]preset.Preset
}

// planImport plans a request. The caller holds the edit lock, so the plan stays
// valid until it is carried out.
func (s *Service) planImport(ctx context.Context, req api.ImportRequest, backup bool, unsure map[int]bool, brought map[core.Kind]preset.Preset) (*importer, error) {
	p := &importer{
		s: s, req: req, backup: backup, ready: true, brought: brought,
		names: map[api.Ref]core.Account{}, tokens: map[core.TokenID]core.Account{}, shares: map[core.TokenID][]int{}, coming: map[core.ID]int{},
		before: map[core.ID]entry{}, kept: map[core.ID]entry{},
	}
	for _, a := range s.accounts.all() {
		p.names[refOf(a)] = a
		p.tokens[s.kindSet().TokenID(a)] = a
	}
	for i, in := range req.Accounts {
		p.unsure = unsure[i]
		in.AllowLive, in.Apart = nil, false // a file gives no consent
		if in.Secret != nil && *in.Secret == "" {
			in.Secret = nil
		}
		row, d, err := p.one(ctx, in)
		if err != nil {
			return nil, err
		}
		if row.Action == api.ImportUndecided || row.Status == api.ImportProblem && !req.SkipProblems {
			p.ready = false
		}
		p.rows = append(p.rows, row)
		if d != nil {
			if row.Action != api.ImportReplace {
				p.coming[d.account.ID] = len(p.drafts)
			}
			token := s.kindSet().TokenID(d.account)
			p.shares[token] = append(p.shares[token], len(p.drafts))
			p.drafts = append(p.drafts, *d)
			if d.write {
				p.kept[d.account.ID] = d.entry
			}
			p.names[api.Ref{Name: d.account.Name, Env: d.account.Env}] = d.account
			p.tokens[token] = d.account
		}
	}
	return p, nil
}

// one plans one account. The draft is nil when there is nothing to save.
func (p *importer) one(ctx context.Context, in api.AccountInput) (api.ImportRow, *draft, error) {
	if in.Kind != nil {
		if with, ok := p.brought[*in.Kind]; ok {
			return p.ofBrought(in, with), nil, nil
		}
	}
	d, problems := p.s.apply(p.s.blank(), in)
	row := api.ImportRow{Name: d.account.Name, Env: d.account.Env, Kind: d.account.Kind, AppID: shownAppID(d.account.AppID)}
	if was, there := p.names[api.Ref{Name: row.Name, Env: row.Env}]; there {
		return p.met(ctx, row, was, in)
	}
	if len(problems) > 0 {
		return p.refuse(row, problems), nil, nil
	}
	if other, there := p.tokens[p.s.kindSet().TokenID(d.account)]; there && !p.beside(d.account, other) {
		row.Problems = append(row.Problems, p.s.twice(d.account, true))
		in.Name, in.Env = nil, nil
		return p.met(ctx, row, other, in)
	}
	row, draft := p.added(ctx, row, d)
	return row, draft, nil
}

// sharing are the drafts so far of accounts that ask for the same token.
func (p *importer) sharing(a core.Account) []draft {
	var out []draft
	for _, i := range p.shares[p.s.kindSet().TokenID(a)] {
		out = append(out, p.drafts[i])
	}
	return out
}

// shownAppID is an AppID as the plan shows it. A value longer than any AppID is cut:
// where a line end was lost, a secret may follow the AppID.
func shownAppID(id string) string {
	const longest, head = 24, 4
	if len(id) <= longest {
		return id
	}
	return strings.ToValidUTF8(id[:head], "") + "…"
}

// beside reports whether an account may be added although another one asks for the
// same token. That takes consent, which the owner of a backup gave for the accounts in
// it, and is never allowed for a destructive kind, because each of the two would
// invalidate the other's token.
func (p *importer) beside(a, other core.Account) bool {
	return (p.req.Apart || p.backup && p.planned(other.ID)) && !p.s.spec(a.Kind).Traits.Destructive()
}

// refuse is the row of an account that cannot be saved. It does not repeat an
// invalid environment or kind, or a name that looks like a secret: if columns were
// shifted, such a value may be a secret.
func (p *importer) refuse(row api.ImportRow, problems core.Problems) api.ImportRow {
	if core.HoldsSecret(row.Name) || slices.ContainsFunc(problems, func(q core.Problem) bool { return q.Field == "name" && q.Key == core.ProblemNameSecret }) {
		row.Name = "…"
	}
	if !row.Env.Valid() {
		row.Env = ""
	}
	if !slices.Contains(p.s.kindSet().Names(), row.Kind) {
		row.Kind = ""
	}
	row.Status, row.Action, row.Problems = api.ImportProblem, api.ImportSkip, problems
	return row
}

// added plans an account whose name is not taken.
func (p *importer) added(ctx context.Context, row api.ImportRow, d draft) (api.ImportRow, *draft) {
	row.Status, row.Action = api.ImportNew, api.ImportAdd
	if row.As != "" {
		row.Status, row.Action = api.ImportConflict, api.ImportRename
	}
	if other, there := p.tokens[p.s.kindSet().TokenID(d.account)]; there {
		row.With = other.Ref()
		row.Problems = append(row.Problems, p.s.twice(d.account, true))
	}
	a := &d.account
	a.Auto = a.Auto && !p.req.Paused && !p.unsure && !p.odd(d) && (a.Env != core.Live || p.req.RenewLive)
	d.complete(entry{}, core.Destination{}, p.s.goes(*a))
	p.s.otherSecret(ctx, &d, p.sharing(d.account)...)
	row.Auto, row.NoSecret = a.Auto, d.entry.Secret == ""
	row.Addresses = p.addresses(core.Account{Kind: a.Kind, Env: a.Env, Product: a.Product}, *a)
	row.Problems = append(row.Problems, d.warnings...)
	return row, &d
}

// met plans an account whose name or token belongs to an existing account.
func (p *importer) met(ctx context.Context, row api.ImportRow, was core.Account, in api.AccountInput) (api.ImportRow, *draft, error) {
	if was.Env == core.Live && !was.Auto && !p.req.RenewLive {
		in.Auto = nil // a file must not start requests for live tokens
	}
	d, problems := p.s.apply(was, in)
	p.s.respell(was, &d)
	kept, err := p.merge(ctx, was, &d)
	if err != nil {
		return row, nil, err
	}
	row.With, row.Kind, row.Auto = was.Ref(), d.account.Kind, d.account.Auto
	row.Changes = p.changes(was, kept, d)
	if len(problems) == 0 { // otherwise it may be a password inside a URL
		row.Addresses, row.SecretAgain = p.addresses(was, d.account), d.elsewhere != nil
	}
	if len(row.Changes) == 0 && len(problems) == 0 {
		row.Status, row.Action = api.ImportSame, api.ImportSkip
		return row, nil, nil
	}
	row.Status, row.Action = api.ImportConflict, api.ImportUndecided
	switch {
	case p.req.OnConflict == api.ConflictSkip, p.planned(was.ID):
		row.Action = api.ImportSkip
	case p.req.OnConflict == api.ConflictRename:
		row, draft := p.renamed(ctx, row, in)
		return row, draft, nil
	case p.req.OnConflict == api.ConflictReplace:
		row, draft := p.replaced(ctx, row, was, d, problems)
		return row, draft, nil
	}
	return row, nil, nil
}

// planned reports whether an account is added by this same import.
func (p *importer) planned(id core.ID) bool {
	_, ok := p.coming[id]
	return ok
}

// replaced plans to change an existing account.
func (p *importer) replaced(ctx context.Context, row api.ImportRow, was core.Account, d draft, problems core.Problems) (api.ImportRow, *draft) {
	if !p.s.sameToken(was, d.account) {
		d.account.AllowLive = false // the consent was for another upstream
		if other, there := p.tokens[p.s.kindSet().TokenID(d.account)]; there && other.ID != was.ID && !p.beside(d.account, other) {
			problems = append(problems, p.s.twice(d.account, false))
		}
	}
	if len(problems) > 0 {
		return p.refuse(row, problems), nil
	}
	p.s.otherSecret(ctx, &d, p.sharing(d.account)...)
	if p.odd(d) && d.account.Auto {
		d.account.Auto, row.Auto, row.Changes = false, false, append(row.Changes, "auto")
	}
	row.Action = api.ImportReplace
	row.Problems = append(row.Problems, d.warnings...)
	return row, &d
}

// odd reports whether a file gives a secret in another form than its kind's secrets
// have. It may be anything: it goes nowhere until a person says so.
func (p *importer) odd(d draft) bool {
	return p.req.File != nil && !p.backup && d.secret != nil && slices.ContainsFunc(d.warnings, func(w core.Problem) bool { return w.Key == kinds.ProblemSecretOdd })
}

// merge completes the draft of an existing account, as Service.merge does for an
// edit, and returns what the vault holds of it.
func (p *importer) merge(ctx context.Context, was core.Account, d *draft) (entry, error) {
	to := p.s.goes(d.account)
	if !d.newSecrets() && p.s.goes(was) == to {
		return entry{}, nil
	}
	kept, known := p.kept[was.ID]
	if !known {
		raw, err := p.s.vault.entry(ctx, was.ID)
		switch {
		case err == nil:
			p.before[was.ID] = raw
		case !isMissing(err):
			return entry{}, core.AsError(err)
		}
		kept = raw.bind(p.s.goes(was))
		p.kept[was.ID] = kept
	}
	d.complete(kept, core.Destination{}, to)
	d.write = d.write || kept != p.before[was.ID]
	return kept, nil
}

// renamed plans to add an account under its name and the first free number.
func (p *importer) renamed(ctx context.Context, row api.ImportRow, in api.AccountInput) (api.ImportRow, *draft) {
	in.Env = &row.Env
	for n := 2; ; n++ {
		name := numbered(row.Name, n)
		if _, taken := p.names[api.Ref{Name: name, Env: row.Env}]; taken {
			continue
		}
		in.Name = &name
		d, problems := p.s.apply(p.s.blank(), in)
		if other, there := p.tokens[p.s.kindSet().TokenID(d.account)]; there && !p.beside(d.account, other) {
			row.Action = api.ImportSkip
			if len(row.Problems) == 0 {
				row.Problems = core.Problems{p.s.twice(d.account, true)}
			}
			return row, nil
		}
		if len(problems) > 0 {
			return p.refuse(row, problems), nil
		}
		row.As = name
		return p.added(ctx, row, d)
	}
}

// numbered is a name with a number. A long name is shortened to make it fit.
func numbered(name string, n int) string {
	tail := "-" + strconv.Itoa(n)
	runes := []rune(name)
	return string(runes[:min(len(runes), core.MaxName-len(tail))]) + tail
}

// changes lists the fields in which a draft differs from the existing account.
// kept is what the vault holds; it matters where the draft has secrets.
func (p *importer) changes(was core.Account, kept entry, d draft) []string {
	moved := p.s.goes(was) != p.s.goes(d.account)
	out := slices.DeleteFunc(was.Changes(d.account), func(field string) bool {
		switch field {
		case "name", "env", "allow_live": // the key of the match, and what a file never sets
			return true
		}
		return false
	})
	if d.secret != nil && (d.entry.Secret != kept.Secret || !moved && d.entry.secretFor() != kept.secretFor()) {
		out = append(out, "secret")
	}
	if d.proxyPassword != nil && (d.entry.ProxyPassword != kept.ProxyPassword || d.entry.ProxyHost != kept.ProxyHost) {
		out = append(out, "proxy_password")
	}
	return out
}

// addresses are the base URL, proxy and certificates before and after, if one of
// them changes; for a new account, if they differ from the kind's own. The plan thus
// shows where secrets would go, even those that are entered later.
func (p *importer) addresses(was, next core.Account) []api.ImportAddress {
	var out []api.ImportAddress
	add := func(field, from, to string) {
		if from != to {
			out = append(out, api.ImportAddress{Field: field, From: from, To: to})
		}
	}
	add("base_url", p.s.spec(was.Kind).Base(was), p.s.spec(next.Kind).Base(next))
	add("proxy", was.Proxy, next.Proxy)
	add("ca", core.CAName(was.CA), core.CAName(next.CA))
	return out
}

// planSettings says what happens to the settings. A setting with its default is
// replaced; one that was changed is a conflict.
func (s *Service) planSettings(req api.ImportRequest) ([]api.ImportSetting, bool) {
	now, fresh := s.current(), core.DefaultSettings()
	var out []api.ImportSetting
	ready := true
	for _, key := range slices.Sorted(maps.Keys(req.Settings)) {
		next, value := now, req.Settings[key]
		row := api.ImportSetting{Key: key, Value: value, Status: api.ImportNew, Action: api.ImportReplace}
		have, known := now.Get(key)
		initial, _ := fresh.Get(key)
		switch err := next.Set(key, value); {
		case !known, err != nil, ofThisHome(key):
			row.Status, row.Action, row.Value = api.ImportProblem, api.ImportSkip, ""
			ready = ready && req.SkipProblems
		case next == now:
			row.Status, row.Action = api.ImportSame, api.ImportSkip
		case have != initial:
			row.Status = api.ImportConflict
			switch req.OnConflict {
			case "":
				row.Action, ready = api.ImportUndecided, false
			case api.ConflictReplace:
			default:
				row.Action = api.ImportSkip
			}
		}
		out = append(out, row)
	}
	return out, ready
}

// digest identifies a plan. Two plans that do different things, or do them to
// different accounts, have different digests.
func digest(plan api.ImportPlan) string {
	raw, err := json.Marshal(plan)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8])
}
