package store

import (
	"encoding/json"
	"time"

	"go.etcd.io/bbolt"

	"tokentray/core"
)

// ticketRecord is a ticket on disk: its value sealed, times in the clear.
type ticketRecord struct {
	Ticket   []byte        `json:"ticket"` // sealed
	Obtained time.Time     `json:"obtained"`
	Expires  time.Time     `json:"expires"`
	Life     time.Duration `json:"life"`
	Wanted   time.Time     `json:"wanted"`
}

// ticketsRecord are an account's tickets by name.
type ticketsRecord map[string]ticketRecord

// fieldTicket is the sealed field of a ticket of a name.
func fieldTicket(name string) string { return "ticket " + name }

var _ core.TicketJournal = (*Store)(nil)

// SaveTicket stores a ticket of a name, sealed, for the account as it was when the
// ticket was asked for. Nothing is stored for an account that is gone, or has
// another TokenID by now: a call for a ticket may outlive its account.
func (s *Store) SaveTicket(asked core.Account, name string, t core.Ticket) error {
	const doing = "save the ticket"
	aead, err := s.opened(doing)
	if err != nil {
		return err
	}
	id := asked.ID
	kept := ticketRecord{
		Ticket:   seal(aead, id, fieldTicket(name), t.Value),
		Obtained: t.ObtainedAt.UTC(), Expires: t.ExpiresAt.UTC(), Life: t.Life, Wanted: t.Wanted.UTC(),
	}
	return s.update(doing, func(tx *bbolt.Tx) error {
		v := tx.Bucket([]byte(bucketAccounts)).Get([]byte(id))
		if v == nil {
			return nil
		}
		if a, err := decodeAccount([]byte(id), v); err != nil || s.tokenID(a) != s.tokenID(asked) {
			return err
		}
		// Homes of earlier versions have no such bucket, and most never need it.
		b, err := tx.CreateBucketIfNotExists([]byte(bucketTickets))
		if err != nil {
			return err
		}
		var all ticketsRecord
		if json.Unmarshal(b.Get([]byte(id)), &all) != nil || all == nil { // one that cannot be read is fetched anew
			all = ticketsRecord{}
		}
		all[name] = kept
		value, err := json.Marshal(all)
		if err != nil {
			return err
		}
		return b.Put([]byte(id), value)
	})
}

// Tickets returns the stored tickets by account and name. One that does not open
// with the data key is skipped and logged: it is fetched again when needed.
func (s *Store) Tickets() (map[core.ID]map[string]core.Ticket, error) {
	const doing = "read the tickets"
	aead, err := s.opened(doing)
	if err != nil {
		return nil, err
	}
	out := map[core.ID]map[string]core.Ticket{}
	err = s.view(doing, func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(bucketTickets))
		if b == nil {
			return nil
		}
		return b.ForEach(func(k, v []byte) error {
			id, all := core.ID(k), ticketsRecord{}
			if err := json.Unmarshal(v, &all); err != nil {
				s.log.Warn("kept tickets cannot be read and are fetched anew", "account", id, "err", err)
				return nil
			}
			out[id] = map[string]core.Ticket{}
			for name, r := range all {
				value, err := unsealRequired(aead, id, fieldTicket(name), r.Ticket)
				if err != nil {
					s.log.Warn("a kept ticket cannot be read and is fetched anew", "account", id, "err", err)
					continue
				}
				out[id][name] = core.Ticket{
					Token:  core.Token{Value: value, ObtainedAt: r.Obtained, ExpiresAt: r.Expires, Life: r.Life},
					Wanted: r.Wanted,
				}
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// dropTickets forgets the tickets of an account.
func dropTickets(tx *bbolt.Tx, id core.ID) error {
	b := tx.Bucket([]byte(bucketTickets))
	if b == nil {
		return nil
	}
	return b.Delete([]byte(id))
}
