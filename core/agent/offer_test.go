package agent

import (
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// A test account that upstream refuses is offered the other kind and changed by
// nobody. That its owner declined outlives a restart, and changing to the kind
// takes it back.
func TestAnOfferIsAnsweredOnce(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a := r.add("shop", core.Sandbox)
	w.up.set(&core.Error{Class: core.Misuse, Remedy: core.RemedyKind, Code: 48001, Message: "not granted; check the kind"}, nil)
	refused := func() api.Account {
		t.Helper()
		if _, err := r.client.Refresh(t.Context(), a.Ref(), api.RefreshRequest{Person: true}); err == nil {
			t.Error("upstream refuses and nobody says so")
		}
		got, err := r.client.Account(t.Context(), a.Ref())
		if err != nil || got.Error == nil {
			t.Errorf("after a refusal: %+v, %v", got, err)
		}
		return got
	}
	edit := func(in core.Input) api.Account {
		t.Helper()
		s, err := r.client.Edit(t.Context(), a.Ref(), api.AccountInput{Input: in})
		if err != nil {
			t.Fatal(err)
		}
		return s.Account
	}
	if got := refused(); got.Offer != "" {
		t.Errorf("an Official Account is offered %q", got.Offer)
	}
	if a = edit(core.Input{Product: ptr(kinds.ProductTest)}); a.Offer != kinds.WeChatLegacy || a.Kind != kinds.WeChat {
		t.Errorf("after the refusal: kind %q, offer %q", a.Kind, a.Offer)
	}
	if a = edit(core.Input{Declined: ptr(kinds.WeChatLegacy)}); a.Offer != "" || a.Error == nil || a.Kind != kinds.WeChat {
		t.Errorf("after no: %+v", a)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	r = w.start()
	w.pass(time.Hour) // a refusal that waits for a person is not kept; the next one is answered
	if got := refused(); got.Offer != "" || got.Declined != kinds.WeChatLegacy {
		t.Errorf("after a restart: %+v", got)
	}
	w.up.set(nil, nil)
	if a = edit(core.Input{Kind: ptr(kinds.WeChatLegacy)}); a.Declined != "" || a.Offer != "" || a.Error != nil {
		t.Errorf("after the change: %+v", a)
	}
}
