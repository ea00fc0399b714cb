package agent

import (
	"context"
	"fmt"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// Kinds implements api.Agent.
func (s *Service) Kinds(context.Context) (kinds.Set, error) { return s.kindSet(), nil }

// kindSet is the current set of kinds. A caller with several questions keeps the
// result.
func (s *Service) kindSet() kinds.Set { return *s.known.Load() }

// spec is the spec of a kind, empty when it is unknown.
func (s *Service) spec(kind core.Kind) kinds.Spec {
	spec, _ := s.kindSet().Of(kind)
	return spec
}

// SetKinds replaces the set of kinds and their sources at run time: a kind was added,
// or its description changed. Every listener is told to ask for the set. Errors:
// Invalid if kinds and sources do not match; Misuse if an account has a kind that
// would be removed.
func (s *Service) SetKinds(set kinds.Set, sources map[core.Kind]core.Source) error {
	s.edit.Lock()
	defer s.edit.Unlock()
	return s.setKinds(set, sources)
}

// setKinds is SetKinds with the edit lock held.
func (s *Service) setKinds(set kinds.Set, sources map[core.Kind]core.Source) error {
	upstreams, err := set.Upstreams(sources)
	if err != nil {
		return api.Invalid("%v", err)
	}
	for _, a := range s.accounts.all() {
		_, had := s.kindSet().Of(a.Kind)
		if _, has := set.Of(a.Kind); had && !has {
			return &core.Error{
				Class: core.Misuse, Remedy: core.RemedyInput,
				Message: fmt.Sprintf("account %s is of kind %s; remove the account or change its kind first", a.Ref(), a.Kind),
			}
		}
	}
	s.keeper.SetUpstreams(upstreams, func() {
		s.known.Store(&set)
		s.sources.Store(&sources)
	})
	s.loopback.server.SetKinds(set)
	s.hub.publish(func() api.Event { return api.Event{Type: api.EventKinds} })
	return nil
}
