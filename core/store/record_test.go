package store

import (
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"tokentray/core"
)

// renewal is what a round leaves behind that brought a token.
func (h *home) renewal(value string) core.Record {
	t := core.Token{Value: value, ObtainedAt: h.clock.now(), ExpiresAt: h.clock.now().Add(2 * time.Hour), Life: 2 * time.Hour}
	line := core.Entry{At: h.clock.now(), What: core.DidRenew, Mask: core.Mask(value), Expires: t.ExpiresAt, Calls: 1}
	return core.Record{Token: &t, Line: &line, Day: "2026-03-01", Calls: 1}
}

// kept is what the file holds of an account's last renewal.
func (h *home) kept(id core.ID) (token string, lines, calls int) {
	h.t.Helper()
	tokens, err := h.Tokens()
	if err != nil {
		h.t.Fatal(err)
	}
	history, err := h.History(id, time.Time{}, 0)
	if err != nil {
		h.t.Fatal(err)
	}
	counts, err := h.Counts()
	if err != nil {
		h.t.Fatal(err)
	}
	return tokens[id].Value, len(history), counts[id].Calls
}

// transactions is how many changed the file so far.
func (h *home) transactions() (n int) {
	h.t.Helper()
	if err := h.view("look", func(tx *bbolt.Tx) error { n = tx.ID(); return nil }); err != nil {
		h.t.Fatal(err)
	}
	return n
}

// A renewal is one transaction, so a crash leaves all of it or nothing.
func TestARenewalIsOneTransaction(t *testing.T) {
	h := newHome(t)
	a := h.add("shop")
	before := h.transactions()
	if err := h.Record(a.ID, h.renewal("first")); err != nil {
		t.Fatal(err)
	}
	if n := h.transactions() - before; n != 1 {
		t.Errorf("a renewal took %d transactions", n)
	}
	h.reopen()
	if token, lines, calls := h.kept(a.ID); token != "first" || lines != 1 || calls != 1 {
		t.Errorf("kept %q, %d lines, %d calls", token, lines, calls)
	}
}

func TestARenewalThatFailsLeavesNothing(t *testing.T) {
	h := newHome(t)
	a := h.add("shop")
	if err := h.Record(a.ID, h.renewal("first")); err != nil {
		t.Fatal(err)
	}
	h.close()
	h.opt.MaxSize = 64 << 10
	h.open()
	big := h.renewal("second")
	big.Line.Message = strings.Repeat("n", 256<<10) // what follows the token does not fit
	wantError(t, h.Record(a.ID, big), core.Internal, ErrFull)
	for range 2 {
		if token, lines, calls := h.kept(a.ID); token != "first" || lines != 1 || calls != 1 {
			t.Errorf("kept %q, %d lines, %d calls; want what was there before", token, lines, calls)
		}
		h.reopen()
	}
}

// Without the data key no token can be kept, of an account that needs no secret
// either; its history and its calls are.
func TestARenewalBehindALockedVault(t *testing.T) {
	h := newHome(t)
	a := h.add("shop")
	if err := h.Record(a.ID, h.renewal("first")); err != nil {
		t.Fatal(err)
	}
	h.Seal()
	wantError(t, h.Record(a.ID, h.renewal("second")), core.VaultClosed, ErrSealed)
	h.reopen()
	if token, lines, calls := h.kept(a.ID); token != "first" || lines != 2 || calls != 2 {
		t.Errorf("kept %q, %d lines, %d calls; want the first token and all else of both", token, lines, calls)
	}
	h.Seal() // that there is no token any more needs no key
	if err := h.Record(a.ID, core.Record{Token: &core.Token{}}); err != nil {
		t.Fatal(err)
	}
	h.reopen()
	if token, _, _ := h.kept(a.ID); token != "" {
		t.Errorf("kept %q", token)
	}
}

func TestARenewalOfAnAccountThatIsGone(t *testing.T) {
	h := newHome(t)
	a := h.add("shop")
	if err := h.Remove(t.Context(), a.ID, fine); err != nil {
		t.Fatal(err)
	}
	if err := h.Record(a.ID, h.renewal("late")); err != nil {
		t.Fatal(err)
	}
	if token, lines, calls := h.kept(a.ID); token != "" || lines != 0 || calls != 0 {
		t.Errorf("kept %q, %d lines, %d calls of an account that is gone", token, lines, calls)
	}
}
