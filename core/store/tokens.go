package store

import (
	"encoding/json"
	"time"

	"go.etcd.io/bbolt"

	"tokentray/core"
)

// tokenRecord is a token on disk: values sealed, times in the clear.
type tokenRecord struct {
	Token     []byte        `json:"token"` // sealed
	Obtained  time.Time     `json:"obtained"`
	Expires   time.Time     `json:"expires"`
	Life      time.Duration `json:"life"`
	Dead      bool          `json:"dead,omitempty"`
	Previous  []byte        `json:"previous,omitempty"` // sealed
	PrevUntil time.Time     `json:"prev_until,omitzero"`
}

func decodeToken(value []byte) (tokenRecord, error) {
	var r tokenRecord
	err := json.Unmarshal(value, &r)
	return r, err
}

// Record stores the results of a round in one transaction: the token, sealed, a line
// of history and the calls of the day. When anything fails nothing is stored; but if
// only the token cannot be sealed, without the data key, the rest is stored, and the
// error has ErrSealed in its chain. Results for an account that is gone are dropped,
// because a fetch may outlive its account.
func (s *Store) Record(id core.ID, r core.Record) error {
	const doing = "keep what a renewal brought"
	token, sealed := s.sealToken(id, r.Token)
	if sealed != nil {
		r.Token = nil
	}
	err := s.update(doing, func(tx *bbolt.Tx) error {
		if tx.Bucket([]byte(bucketAccounts)).Get([]byte(id)) == nil {
			return nil
		}
		if r.Token != nil {
			if err := putToken(tx, id, token); err != nil {
				return err
			}
		}
		if r.Line != nil {
			if err := appendLine(tx, id, *r.Line); err != nil {
				return err
			}
		}
		if r.Calls == 0 && r.Looked.IsZero() {
			return nil
		}
		return count(tx, id, r.Day, func(day *dayRecord) {
			day.Calls += r.Calls
			if !r.Looked.IsZero() {
				day.Looked = r.Looked.UTC()
			}
		})
	})
	if err != nil {
		return err
	}
	return fail(doing, sealed)
}

// sealToken encodes a token as it is on disk; nil for none.
func (s *Store) sealToken(id core.ID, t *core.Token) ([]byte, error) {
	if t == nil || t.Value == "" {
		return nil, nil
	}
	aead, err := s.opened("save the token")
	if err != nil {
		return nil, err
	}
	return json.Marshal(tokenRecord{
		Token:    seal(aead, id, fieldToken, t.Value),
		Obtained: t.ObtainedAt.UTC(), Expires: t.ExpiresAt.UTC(), Life: t.Life, Dead: t.Dead,
		Previous:  seal(aead, id, fieldPrevious, t.Previous.Value),
		PrevUntil: t.Previous.Until.UTC(),
	})
}

// putToken keeps an encoded token, or none.
func putToken(tx *bbolt.Tx, id core.ID, token []byte) error {
	tokens := tx.Bucket([]byte(bucketTokens))
	if token == nil {
		return tokens.Delete([]byte(id))
	}
	return tokens.Put([]byte(id), token)
}

// Tokens returns the stored tokens. One that does not open with the data key,
// because the vault lost the key it was sealed with, is skipped and logged: the next
// fetch replaces it.
func (s *Store) Tokens() (map[core.ID]core.Token, error) {
	const doing = "read the tokens"
	aead, err := s.opened(doing)
	if err != nil {
		return nil, err
	}
	out := map[core.ID]core.Token{}
	err = s.view(doing, func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(bucketTokens)).ForEach(func(k, v []byte) error {
			id := core.ID(k)
			r, err := decodeToken(v)
			if err != nil {
				return damage("a token: %v", err)
			}
			t := core.Token{
				ObtainedAt: r.Obtained, ExpiresAt: r.Expires, Life: r.Life, Dead: r.Dead,
				Previous: core.Previous{Until: r.PrevUntil},
			}
			if t.Value, err = unsealRequired(aead, id, fieldToken, r.Token); err == nil {
				t.Previous.Value, err = unseal(aead, id, fieldPrevious, r.Previous)
			}
			if err != nil {
				s.log.Warn("a kept token cannot be read and is fetched anew", "account", id, "err", err)
				return nil
			}
			out[id] = t
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
