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

// kindSet are the kinds that the agent knows now. Who asks several questions about
// them keeps the answer.
func (s *Service) kindSet() kinds.Set { return *s.known.Load() }

// spec is what is known of a kind, empty when nothing is.
func (s *Service) spec(kind core.Kind) kinds.Spec {
	spec, _ := s.kindSet().Of(kind)
	return spec
}

// SetKinds takes another set of kinds with their sources, while the agent runs: a
// kind joined, or is described anew. Everybody who listens is told, and asks for
// the set. Errors: Invalid where kinds and sources do not fit each other; Misuse
// where an account has a kind that would be gone.
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
	s.known.Store(&set)
	s.sources.Store(&sources)
	s.keeper.SetUpstreams(upstreams)
	s.loopback.server.SetKinds(set)
	s.hub.publish(func() api.Event { return api.Event{Type: api.EventKinds} })
	return nil
}
