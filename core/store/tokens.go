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

// SaveToken keeps the current token of an account, sealed. The zero Token
// removes it. Without the data key it is an error with ErrSealed in its chain;
// when anything fails the token kept before stays. A token of an account that
// is gone is dropped, for its fetch may outlive it.
func (s *Store) SaveToken(id core.ID, t core.Token) error {
	const doing = "save the token"
	aead, err := s.opened(doing)
	if err != nil {
		return err
	}
	value, err := json.Marshal(tokenRecord{
		Token:    seal(aead, id, fieldToken, t.Value),
		Obtained: t.ObtainedAt.UTC(), Expires: t.ExpiresAt.UTC(), Life: t.Life, Dead: t.Dead,
		Previous:  seal(aead, id, fieldPrevious, t.Previous.Value),
		PrevUntil: t.Previous.Until.UTC(),
	})
	if err != nil {
		return fail(doing, err)
	}
	err = s.update(doing, func(tx *bbolt.Tx) error {
		tokens := tx.Bucket([]byte(bucketTokens))
		if t.Value == "" {
			return tokens.Delete([]byte(id))
		}
		if tx.Bucket([]byte(bucketAccounts)).Get([]byte(id)) == nil {
			return nil
		}
		return tokens.Put([]byte(id), value)
	})
	if err == nil {
		s.backupIfDue()
	}
	return err
}

// Tokens returns the kept tokens. One that does not open with the data key, for
// the vault lost the key it was sealed with, is left out and logged: the next
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
			if t.Value, err = unseal(aead, id, fieldToken, r.Token); err == nil {
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
