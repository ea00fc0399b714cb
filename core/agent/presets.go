package agent

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/core/preset"
)

// A user's presets are kinds that join those of this version. Their files are in the
// database. They are parsed at each start, so that a preset which this version
// rejects stays, and its accounts with it, until another version accepts it.

// presetStore keeps the files of presets.
type presetStore interface {
	Presets() (map[core.Kind][]byte, error)
	PutPreset(kind core.Kind, file []byte) error
	RemovePreset(kind core.Kind) error
}

// presets are those of this version and the user's own.
type presets struct {
	store  presetStore
	asker  *preset.Asker
	base   kinds.Set // the kinds of this version
	source map[core.Kind]core.Source
	own    map[core.Kind]preset.Preset // guarded by the edit lock once the Service runs
}

// taken reports whether a kind of this version has the name.
func (p *presets) taken(kind core.Kind) bool {
	_, known := p.base.Of(kind)
	return known
}

// load reads the user's presets. odd is called for those that cannot be read.
func (p *presets) load(odd func(kind core.Kind, why error)) error {
	files, err := p.store.Presets()
	if err != nil {
		return err
	}
	p.own = map[core.Kind]preset.Preset{}
	for kind, file := range files {
		one, faults := preset.Parse(file, p.taken)
		if len(faults) > 0 {
			odd(kind, faults)
			continue
		}
		p.own[one.Kind] = one
	}
	return nil
}

// with are all kinds and their sources, with one preset added or replaced, and
// without another kind.
func (p *presets) with(one *preset.Preset, without core.Kind) (kinds.Set, map[core.Kind]core.Source, error) {
	own := maps.Clone(p.own)
	delete(own, without)
	if one != nil {
		own[one.Kind] = *one
	}
	sources := maps.Clone(p.source)
	var specs []kinds.Spec
	for _, kind := range slices.Sorted(maps.Keys(own)) {
		specs = append(specs, own[kind].Spec())
		sources[kind] = p.asker.Source(own[kind])
	}
	set, err := p.base.With(specs...)
	return set, sources, err
}

// parse parses a file, and returns its faults as the error that clients see.
func (p *presets) parse(file []byte) (preset.Preset, error) {
	one, faults := preset.Parse(file, p.taken)
	if len(faults) == 0 {
		return one, nil
	}
	wire := make(api.PresetFaults, len(faults))
	for i, f := range faults {
		wire[i] = api.PresetFault(f)
	}
	return one, &core.Error{
		Class: core.Invalid, Remedy: core.RemedyInput, Err: wire,
		Message: "the preset was not taken, and nothing was changed: " + strings.ReplaceAll(faults.Error(), "\n", "; "),
	}
}

// find is a preset of this version or a user's own.
func (p *presets) find(kind core.Kind) (preset.Preset, error) {
	if one, ok := p.own[kind]; ok {
		return one, nil
	}
	for _, one := range preset.Shipped() {
		if one.Kind == kind {
			return one, nil
		}
	}
	return preset.Preset{}, &core.Error{
		Class: core.NotFound, Remedy: core.RemedyPreset,
		Message: fmt.Sprintf("there is no preset %q; tokentray preset list shows those there are", kind),
	}
}

// viewPreset is a preset as clients see it.
func (s *Service) viewPreset(p preset.Preset) api.Preset {
	out := api.Preset{Kind: p.Kind, Label: p.Label, Own: p.Own(), Hosts: p.Hosts(), Repeat: p.Repeat}
	for _, a := range s.accounts.all() {
		if a.Kind == p.Kind {
			out.Accounts++
		}
	}
	return out
}

// Presets implements api.Agent.
func (s *Service) Presets(context.Context) ([]api.Preset, error) {
	s.edit.Lock()
	defer s.edit.Unlock()
	out := []api.Preset{}
	for _, p := range preset.Shipped() {
		out = append(out, s.viewPreset(p))
	}
	for _, kind := range slices.Sorted(maps.Keys(s.presets.own)) {
		out = append(out, s.viewPreset(s.presets.own[kind]))
	}
	return out, nil
}

// Preset implements api.Agent.
func (s *Service) Preset(_ context.Context, kind core.Kind) (api.Preset, error) {
	s.edit.Lock()
	defer s.edit.Unlock()
	p, err := s.presets.find(kind)
	if err != nil {
		return api.Preset{}, err
	}
	out := s.viewPreset(p)
	out.File = p.File
	return out, nil
}

// AddPreset implements api.Agent.
func (s *Service) AddPreset(ctx context.Context, in api.PresetFile) (api.PresetSaved, error) {
	p, err := s.presets.parse(in.File)
	if err != nil {
		return api.PresetSaved{}, err
	}
	s.edit.Lock()
	defer s.edit.Unlock()
	before, replaced := s.presets.own[p.Kind]
	if in.Check {
		if _, _, err := s.presets.with(&p, ""); err != nil {
			return api.PresetSaved{}, api.Invalid("%v", err)
		}
		paused, err := s.wouldPause(ctx, p)
		if err != nil {
			return api.PresetSaved{}, err
		}
		return api.PresetSaved{Preset: s.viewPreset(p), Replaced: replaced, Paused: paused}, nil
	}
	if replaced && !in.Replace && before.Fingerprint() != p.Fingerprint() {
		return api.PresetSaved{}, &core.Error{
			Class: core.Misuse, Remedy: core.RemedyPresetThere,
			Message: fmt.Sprintf("there is a preset %s already, which asks %s; replace it knowingly, and its accounts wait for their secret", p.Kind, strings.Join(before.Hosts(), ", ")),
		}
	}
	paused, err := s.putPreset(ctx, p)
	if err != nil {
		return api.PresetSaved{}, err
	}
	return api.PresetSaved{Preset: s.viewPreset(p), Replaced: replaced, Paused: paused}, nil
}

// putPreset saves a preset, makes it a kind, and pauses the accounts whose secret
// was entered for a different preset of this name. The edit lock is held.
func (s *Service) putPreset(ctx context.Context, p preset.Preset) (paused []string, err error) {
	elsewhere, err := s.elsewhereWith(ctx, p)
	if err != nil {
		return nil, err
	}
	set, sources, err := s.presets.with(&p, "")
	if err != nil {
		return nil, api.Invalid("%v", err)
	}
	parting := s.otherTokens(p.Kind, set, elsewhere)
	if err := s.teams.parting(parting...); err != nil {
		return nil, err
	}
	if err := s.presets.store.PutPreset(p.Kind, p.File); err != nil {
		return nil, core.AsError(err)
	}
	tidy := s.unshareOther(parting...)
	defer tidy(ctx) // after the accounts are paused
	_, had := s.kindSet().Of(p.Kind)
	if err := s.setKinds(set, sources); err != nil {
		return nil, err
	}
	s.presets.own[p.Kind] = p
	if !had {
		s.teams.kindIsThere(p.Kind)
	}
	for _, a := range s.accounts.all() {
		from, leaves := elsewhere[a.ID]
		if !leaves {
			continue
		}
		if err := s.await(a, from.SecretElsewhere(s.goes(a))); err != nil {
			return paused, err
		}
		paused = append(paused, a.Ref())
	}
	slices.Sort(paused)
	s.log.Info("a preset was saved", "kind", p.Kind, "hosts", p.Hosts(), "paused", len(paused))
	return paused, nil
}

// otherTokens are the accounts of a kind that would ask for other tokens than today if the
// kinds were those of set. While a kind is missing, nobody knows which tokens they are; then
// they are those whose secret would go elsewhere.
func (s *Service) otherTokens(kind core.Kind, set kinds.Set, elsewhere map[core.ID]core.Destination) []core.Account {
	var out []core.Account
	_, had := s.kindSet().Of(kind)
	for _, a := range s.accounts.all() {
		_, leaves := elsewhere[a.ID]
		if a.Kind == kind && (had && s.kindSet().TokenID(a) != set.TokenID(a) || !had && leaves) {
			out = append(out, a)
		}
	}
	return out
}

// wouldPause are the accounts that putPreset would pause. The edit lock is held.
func (s *Service) wouldPause(ctx context.Context, p preset.Preset) ([]string, error) {
	elsewhere, err := s.elsewhereWith(ctx, p)
	var out []string
	for _, a := range s.accounts.all() {
		if _, leaves := elsewhere[a.ID]; leaves {
			out = append(out, a.Ref())
		}
	}
	slices.Sort(out)
	return out, err
}

// elsewhereWith are the accounts whose secret would go elsewhere with a preset, and where
// it was entered for. For a missing kind only the vault knows that: while it is locked,
// nothing takes the kind's place. The edit lock is held.
func (s *Service) elsewhereWith(ctx context.Context, p preset.Preset) (map[core.ID]core.Destination, error) {
	now, had := s.kindSet().Of(p.Kind)
	then, out := p.Spec(), map[core.ID]core.Destination{}
	for _, a := range s.accounts.all() {
		if a.Kind != p.Kind {
			continue
		}
		to := then.Destination(a)
		from := now.Destination(a)
		if !had {
			e, err := s.vault.entry(ctx, a.ID)
			switch {
			case isMissing(err):
				continue // it has no secret to be sent anywhere
			case err != nil:
				return nil, err
			}
			from = e.bind(to).secretFor()
		}
		if !from.Takes(to) {
			out[a.ID] = from
		}
	}
	return out, nil
}

// await pauses an account until a person enters its secret again.
func (s *Service) await(a core.Account, why *core.Error) error {
	a.Auto = false
	if err := s.parts.Store.Update(a); err != nil {
		return core.AsError(err)
	}
	s.saveDraft(draft{account: a, elsewhere: why})
	return nil
}

// RemovePreset implements api.Agent.
func (s *Service) RemovePreset(_ context.Context, kind core.Kind) error {
	s.edit.Lock()
	defer s.edit.Unlock()
	if s.presets.taken(kind) {
		return &core.Error{Class: core.Misuse, Remedy: core.RemedyInput, Message: fmt.Sprintf("%s comes with this version and cannot be removed; name a preset of your own", kind)}
	}
	if _, err := s.presets.find(kind); err != nil {
		return err
	}
	return s.dropPreset(kind)
}

// dropPreset is RemovePreset for an existing preset. The edit lock is held.
func (s *Service) dropPreset(kind core.Kind) error {
	set, sources, err := s.presets.with(nil, kind)
	if err != nil {
		return core.AsError(err)
	}
	if err := s.setKinds(set, sources); err != nil { // an account has this kind
		return err
	}
	if err := s.presets.store.RemovePreset(kind); err != nil {
		return core.AsError(err)
	}
	delete(s.presets.own, kind)
	s.log.Info("a preset was removed", "kind", kind)
	return nil
}

// TryPreset implements api.Agent. The secret goes where the file says; the person
// who entered it agreed to that. Nothing stored is read or changed. A destructive kind is
// not tried on a live account.
func (s *Service) TryPreset(ctx context.Context, in api.PresetTry) (api.PresetTrial, error) {
	p, err := s.presetToTry(in)
	if err != nil {
		return api.PresetTrial{}, err
	}
	spec := p.Spec()
	set, err := kinds.New(spec)
	if err != nil {
		return api.PresetTrial{}, api.Invalid("%v", err)
	}
	a := set.Clean(core.Account{ID: core.NewID(), Name: "try", Env: cmp.Or(in.Env, core.Sandbox), Kind: p.Kind, AppID: in.AppID, BaseURL: in.BaseURL, Proxy: in.Proxy})
	secret, problems := spec.CleanSecret(core.NewSecret(in.Secret))
	if problems = append(problems, set.Check(a)...).Fatal(); len(problems) > 0 {
		e := invalid(problems)
		e.Kind = p.Kind
		return api.PresetTrial{}, e
	}
	if a.Env == core.Live && spec.Traits.Destructive() {
		return api.PresetTrial{}, &core.Error{
			Class: core.Misuse, Remedy: core.RemedyInput, Kind: p.Kind,
			Message: "each request of this kind kills the token that production uses, so it is not tried on a live account; try it with --env sandbox, or add the account, which asks you first",
		}
	}
	t := s.presets.asker.Try(ctx, p, core.Request{Account: a, Credentials: core.Credentials{Secret: secret, ProxyPassword: core.NewSecret(in.ProxyPassword)}})
	if ctx.Err() != nil {
		return api.PresetTrial{}, core.AsError(ctx.Err())
	}
	out := api.PresetTrial{
		Method: t.Method, URL: t.URL, Headers: t.Headers, Body: t.Body, Status: t.Status,
		Mask: core.Mask(t.Grant.Value), ExpiresIn: int64(t.Grant.ExpiresIn / time.Second), Error: api.FromError(t.Err),
	}
	for _, f := range t.Found {
		out.Found = append(out.Found, api.PresetFound{Field: f.Field, Path: string(f.Path), There: f.There, Value: f.Value})
	}
	return out, nil
}

func (s *Service) presetToTry(in api.PresetTry) (preset.Preset, error) {
	if (len(in.File) == 0) == (in.Kind == "") {
		return preset.Preset{}, api.Invalid("send a file or a kind, one of the two")
	}
	if len(in.File) > 0 {
		return s.presets.parse(in.File)
	}
	s.edit.Lock()
	defer s.edit.Unlock()
	return s.presets.find(in.Kind)
}

// files are the user's presets as they stand in a backup. The edit lock is held.
func (p *presets) files() map[core.Kind][]byte {
	out := map[core.Kind][]byte{}
	for kind, one := range p.own {
		out[kind] = one.File
	}
	return out
}
