package kinds

import (
	"fmt"

	"tokentray/core"
)

// Upstreams joins each kind with the source of its tokens, for the Keeper. A kind
// without a source, or a source without a kind, is an error of the caller.
func (s Set) Upstreams(sources map[core.Kind]core.Source) (map[core.Kind]core.Upstream, error) {
	out := map[core.Kind]core.Upstream{}
	for _, spec := range s.specs {
		source, ok := sources[spec.Kind]
		if !ok {
			return nil, fmt.Errorf("kind %q has no source; compose one", spec.Kind)
		}
		up := core.Upstream{
			Source: source, Traits: spec.Traits, Base: spec.Base,
			Identity: spec.identity(), Sibling: spec.Sibling, Quota: map[core.Product]int{},
		}
		if spec.Sibling != "" {
			up.Probe = sources[spec.Sibling] // the same credentials, and no token of this kind dies
		}
		if spec.DayQuota > 0 {
			up.Quota[""] = spec.DayQuota
		}
		for _, p := range spec.Products {
			if p.Quota > 0 {
				up.Quota[p.Product] = p.Quota
			}
		}
		out[spec.Kind] = up
	}
	for kind := range sources {
		if _, ok := s.Of(kind); !ok {
			return nil, fmt.Errorf("the source of kind %q has no spec; add one", kind)
		}
	}
	return out, nil
}
