package kinds

import (
	"slices"

	"tokentray/core"
)

// Fallback is another kind for accounts to which the upstream definitely gives no
// token of this one. It is offered to their owner; nothing changes automatically.
type Fallback struct {
	Kind core.Kind `json:"kind"`
	// Products are those whose accounts it is offered to; none: all.
	Products []core.Product `json:"products,omitempty"`
	// Codes are the refusals of the upstream that asking again does not change.
	Codes []Span `json:"codes"`
}

// Span is a range of codes, both ends included.
type Span struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// meets reports whether the fallback is for a refusal of an account.
func (f *Fallback) meets(a core.Account, code int) bool {
	return f != nil && code != 0 && (len(f.Products) == 0 || slices.Contains(f.Products, a.Product)) &&
		slices.ContainsFunc(f.Codes, func(s Span) bool { return s.From <= code && code <= s.To })
}

// Offer is the kind to which an account's owner can change it after its upstream
// refused, because that kind may get a token; empty: there is none, or its owner
// declined it. A kind that would break production is offered to no live account.
func (s Set) Offer(a core.Account, refusal *core.Error) core.Kind {
	if refusal == nil {
		return ""
	}
	spec, _ := s.Of(a.Kind)
	offer := core.Kind("")
	switch {
	case refusal.Remedy == core.RemedyQuotaKind:
		offer = spec.Sibling
	case spec.Fallback.meets(a, refusal.Code):
		offer = spec.Fallback.Kind
	}
	to, known := s.Of(offer)
	if !known || offer == a.Declined || to.Traits.Destructive() && a.Env == core.Live {
		return ""
	}
	return offer
}
