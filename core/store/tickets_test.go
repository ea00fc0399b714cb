package store

import (
	"bytes"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"tokentray/core"
)

func (h *home) ticket(value string) core.Ticket {
	now := h.clock.now()
	return core.Ticket{
		Token:  core.Token{Value: value, ObtainedAt: now, ExpiresAt: now.Add(time.Hour), Life: 2 * time.Hour},
		Wanted: now.Add(-time.Minute),
	}
}

func (h *home) keep(a core.Account, name, value string) {
	h.t.Helper()
	if err := h.SaveTicket(a, name, h.ticket(value)); err != nil {
		h.t.Fatal(err)
	}
}

func (h *home) tickets() map[core.ID]map[string]core.Ticket {
	h.t.Helper()
	out, err := h.Tickets()
	if err != nil {
		h.t.Fatal(err)
	}
	return out
}

// Tickets are sealed, each bound to its account and its name, and outlive a reopen.
func TestTicketsAreSealed(t *testing.T) {
	h := newHome(t)
	a, b := h.add("a"), h.add("b")
	if got := h.tickets(); len(got) != 0 {
		t.Errorf("a new home has tickets: %v", got)
	}
	const corp, agent = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvk", "the-ticket-of-an-application-of-a"
	h.keep(a, "corp", corp)
	h.keep(a, "agent", agent)
	h.reopen()
	got := h.tickets()[a.ID]
	if got["corp"] != h.ticket(corp) || got["agent"] != h.ticket(agent) {
		t.Errorf("kept %+v", got)
	}

	h.Seal()
	_, err := h.Tickets()
	wantError(t, err, core.VaultClosed, ErrSealed)
	wantError(t, h.SaveTicket(a, "corp", h.ticket(corp)), core.VaultClosed, ErrSealed)
	if err := h.Unseal(bytes.Repeat([]byte{8}, KeySize)); err != nil {
		t.Fatal(err)
	}
	if got := h.tickets(); len(got[a.ID]) != 0 {
		t.Errorf("with another key: %v", got)
	}
	if err := h.Unseal(bytes.Repeat([]byte{7}, KeySize)); err != nil {
		t.Fatal(err)
	}

	// What is moved to another account or another name does not open there.
	if err := h.update("move", func(tx *bbolt.Tx) error {
		tickets := tx.Bucket([]byte(bucketTickets))
		moved := bytes.Clone(tickets.Get([]byte(a.ID)))
		renamed := bytes.Replace(bytes.Replace(bytes.Replace(moved, []byte(`"corp"`), []byte(`"x"`), 1), []byte(`"agent"`), []byte(`"corp"`), 1), []byte(`"x"`), []byte(`"agent"`), 1)
		if err := tickets.Put([]byte(a.ID), renamed); err != nil {
			return err
		}
		return tickets.Put([]byte(b.ID), moved)
	}); err != nil {
		t.Fatal(err)
	}
	if got := h.tickets(); len(got[a.ID])+len(got[b.ID]) != 0 {
		t.Errorf("moved, they open: %v", got)
	}

	h.clock.add(2 * time.Hour)
	h.close()
	searchFiles(t, filepath.Dir(h.path), corp, agent)
	if log := h.log.String(); bytes.Contains([]byte(log), []byte(corp)) || bytes.Contains([]byte(log), []byte(agent)) {
		t.Errorf("the log holds a ticket: %s", log)
	}
}

// A ticket goes with its account, and with what the account asks for; one that comes
// later is not kept.
func TestTicketsGoWithTheirAccount(t *testing.T) {
	h := newHome(t)
	a, b := h.add("a"), h.add("b")
	was := b
	h.keep(a, "jsapi", "of a")
	h.keep(b, "jsapi", "of b")
	if err := h.Remove(t.Context(), a.ID, fine); err != nil {
		t.Fatal(err)
	}
	b.AppID += "0"
	if err := h.Update(b); err != nil {
		t.Fatal(err)
	}
	h.keep(a, "jsapi", "late")
	if err := h.SaveTicket(was, "jsapi", h.ticket("late")); err != nil {
		t.Fatal(err)
	}
	if got := h.tickets(); len(got) != 0 {
		t.Errorf("there still are %v", got)
	}
	h.keep(b, "jsapi", "new")
	b.Note = "another note"
	if err := h.Update(b); err != nil {
		t.Fatal(err)
	}
	if got := h.tickets()[b.ID]["jsapi"].Value; got != "new" {
		t.Errorf("after another note the ticket is %q", got)
	}
}

// A record that nobody can read is no damage: the ticket is fetched anew.
func TestATicketThatCannotBeRead(t *testing.T) {
	h := newHome(t)
	a := h.add("a")
	h.keep(a, "jsapi", "first")
	if err := h.update("spoil", func(tx *bbolt.Tx) error { return tx.Bucket([]byte(bucketTickets)).Put([]byte(a.ID), []byte("{")) }); err != nil {
		t.Fatal(err)
	}
	if got := h.tickets(); len(got[a.ID]) != 0 {
		t.Errorf("read %v", got)
	}
	h.keep(a, "jsapi", "second")
	if got := h.tickets()[a.ID]["jsapi"].Value; got != "second" {
		t.Errorf("kept %q", got)
	}
}
