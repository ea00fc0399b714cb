package store

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"tokentray/core"
)

// clientRecord is a client key on disk. Its bucket's key is the name.
type clientRecord struct {
	Hash     string     `json:"sha256"` // hexadecimal
	Accounts []string   `json:"accounts,omitempty"`
	Envs     []core.Env `json:"envs"`
	Origins  []string   `json:"origins,omitempty"`
	Hosts    []string   `json:"hosts,omitempty"`
	core.CallRights
	Created  time.Time `json:"created"`
	LastUsed time.Time `json:"last_used,omitzero"`
}

func encodeClient(k core.ClientKey) ([]byte, error) {
	return json.Marshal(clientRecord{
		Hash: hex.EncodeToString(k.Hash[:]), Accounts: k.Accounts, Envs: k.Envs, Origins: k.Origins, Hosts: k.Hosts, CallRights: k.CallRights,
		Created: k.Created.UTC(), LastUsed: k.LastUsed.UTC(),
	})
}

// decodeClient reads a client key. One that does not say exactly what it may do is
// an error, because a misread scope may be too wide.
func decodeClient(name, value []byte) (core.ClientKey, error) {
	var r clientRecord
	if err := json.Unmarshal(value, &r); err != nil {
		return core.ClientKey{}, err
	}
	k := core.ClientKey{
		Name: string(name), Accounts: r.Accounts, Envs: r.Envs, Origins: r.Origins, Hosts: r.Hosts, CallRights: r.CallRights,
		Created: r.Created, LastUsed: r.LastUsed,
	}
	hash, err := hex.DecodeString(r.Hash)
	if err != nil || len(hash) != len(k.Hash) || len(r.Envs) == 0 {
		return core.ClientKey{}, errors.New("not a client key")
	}
	copy(k.Hash[:], hash)
	clean, problems := k.Clean()
	if len(problems) > 0 {
		return core.ClientKey{}, problems
	}
	return clean, nil
}

// ClientKeys returns the client keys by name.
func (s *Store) ClientKeys() ([]core.ClientKey, error) {
	var out []core.ClientKey
	err := s.view("read the client keys", func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(bucketClients)).ForEach(func(k, v []byte) error {
			key, err := decodeClient(k, v)
			if err != nil {
				return damage("client key %q: %v", k, err)
			}
			out = append(out, key)
			return nil
		})
	})
	slices.SortFunc(out, func(a, b core.ClientKey) int { return strings.Compare(a.Name, b.Name) })
	return out, err
}

// AddClientKey saves a new client key. A taken name, or one key too many, is
// refused with Invalid.
func (s *Store) AddClientKey(k core.ClientKey) error {
	value, err := encodeClient(k)
	if err != nil {
		return fail("save the client key", err)
	}
	return s.change("save the client key", func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(bucketClients))
		switch {
		case b.Get([]byte(k.Name)) != nil:
			return wrongKey(core.ProblemKeyTaken)
		case b.Stats().KeyN >= core.MaxClientKeys:
			return wrongKey(core.ProblemKeyMany)
		}
		return b.Put([]byte(k.Name), value)
	})
}

// RemoveClientKey forgets a client key. An unknown name is NotFound.
func (s *Store) RemoveClientKey(name string) error {
	return s.change("remove the client key", func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(bucketClients))
		if b.Get([]byte(name)) == nil {
			return &core.Error{
				Class: core.NotFound, Remedy: core.RemedyClientKey,
				Message: fmt.Sprintf("there is no client key %q; tokentray api key list shows those there are", name),
			}
		}
		return b.Delete([]byte(name))
	})
}

// TouchClientKeys stores when keys were last used. Keys that are gone are skipped.
func (s *Store) TouchClientKeys(used map[string]time.Time) error {
	return s.update("save when client keys were used", func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(bucketClients))
		for name, at := range used {
			value := b.Get([]byte(name))
			if value == nil {
				continue
			}
			k, err := decodeClient([]byte(name), value)
			if err != nil {
				return damage("client key %q: %v", name, err)
			}
			k.LastUsed = at
			if value, err = encodeClient(k); err != nil {
				return err
			}
			if err := b.Put([]byte(name), value); err != nil {
				return err
			}
		}
		return nil
	})
}

func wrongKey(problem string) *core.Error {
	p := core.Problems{{Field: "name", Key: problem}}
	return &core.Error{Class: core.Invalid, Remedy: core.RemedyInput, Message: p.Error(), Err: p}
}
