package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"tokentray/core"
)

// pushesRecord are the pushes of an account on disk. Its bucket's key is the
// account's id. A number is never used again, because the history names it.
type pushesRecord struct {
	Last   int          `json:"last"` // the highest number ever given
	Pushes []pushRecord `json:"pushes"`
}

type pushRecord struct {
	Number  int              `json:"number"`
	Kind    core.PushKind    `json:"kind"`
	Path    string           `json:"path,omitempty"`
	Form    core.PushForm    `json:"form,omitempty"`
	Key     string           `json:"key,omitempty"`
	InPlace bool             `json:"in_place,omitempty"`
	Private bool             `json:"private,omitempty"`
	Command []string         `json:"command,omitempty"`
	Timeout time.Duration    `json:"timeout,omitempty"`
	Redis   core.RedisPlace  `json:"redis,omitzero"`
	Result  pushResultRecord `json:"result,omitzero"`
}

// pushResultRecord is the result of the last try, without what upstream would add to
// an error.
type pushResultRecord struct {
	At      time.Time     `json:"at"`
	Took    time.Duration `json:"took,omitempty"`
	Tries   int           `json:"tries,omitempty"`
	Mask    string        `json:"mask,omitempty"`
	Token   string        `json:"token,omitempty"` // its print
	Expires time.Time     `json:"expires,omitzero"`
	Class   core.Class    `json:"class,omitempty"`
	Remedy  string        `json:"remedy,omitempty"`
	Message string        `json:"message,omitempty"`
	Print   string        `json:"print,omitempty"` // of what is in the entry of a Redis
	Ends    time.Time     `json:"ends,omitzero"`
}

func (r pushRecord) push() core.KeptPush {
	out := core.KeptPush{Push: core.Push{
		Number: r.Number, Kind: r.Kind, Path: r.Path, Form: r.Form, Key: r.Key, InPlace: r.InPlace, Private: r.Private, Command: r.Command, Timeout: r.Timeout, Redis: r.Redis,
	}}
	if x := r.Result; !x.At.IsZero() {
		out.Result = core.PushResult{At: x.At, Took: x.Took, Tries: x.Tries, Mask: x.Mask, Print: x.Token, Expires: x.Expires, Entry: core.RedisEntry{Print: x.Print, Ends: x.Ends}}
		if x.Class != "" {
			out.Result.Err = &core.Error{Class: x.Class, Remedy: x.Remedy, Message: x.Message}
		}
	}
	return out
}

func newPushRecord(p core.Push) pushRecord {
	return pushRecord{Number: p.Number, Kind: p.Kind, Path: p.Path, Form: p.Form, Key: p.Key, InPlace: p.InPlace, Private: p.Private, Command: p.Command, Timeout: p.Timeout, Redis: p.Redis}
}

// decodePushes reads an account's pushes. One that is not exactly valid is an error:
// a misread command must not run.
func decodePushes(value []byte) (pushesRecord, error) {
	var r pushesRecord
	if value == nil {
		return r, nil
	}
	if err := json.Unmarshal(value, &r); err != nil {
		return r, err
	}
	for _, p := range r.Pushes {
		if len(p.push().CheckKept()) > 0 || p.Number < 1 || p.Number > r.Last {
			return r, fmt.Errorf("push %d is none that can be kept", p.Number)
		}
	}
	return r, nil
}

// Pushes returns the pushes of all accounts, in the order of their numbers.
func (s *Store) Pushes() (map[core.ID][]core.KeptPush, error) {
	out := map[core.ID][]core.KeptPush{}
	err := s.view("read the pushes", func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(bucketPushes)).ForEach(func(k, v []byte) error {
			r, err := decodePushes(v)
			if err != nil {
				return damage("the pushes of account %q: %v", k, err)
			}
			for _, p := range r.Pushes {
				out[core.ID(k)] = append(out[core.ID(k)], p.push())
			}
			return nil
		})
	})
	return out, err
}

// AddPush saves a new push of an account and returns it with its number. An
// unknown account is NotFound, one push too many Invalid.
func (s *Store) AddPush(id core.ID, p core.Push) (core.Push, error) {
	err := s.change("save the push", func(tx *bbolt.Tx) error {
		if tx.Bucket([]byte(bucketAccounts)).Get([]byte(id)) == nil {
			return noAccount(id)
		}
		return editPushes(tx, id, func(r *pushesRecord) error {
			if len(r.Pushes) >= core.MaxPushes {
				return invalid(core.Problems{{Field: "push", Key: core.ProblemPushMany}}, "the account has %d pushes already; remove one", core.MaxPushes)
			}
			r.Last++
			p.Number = r.Last
			r.Pushes = append(r.Pushes, newPushRecord(p))
			return nil
		})
	})
	return p, err
}

// ReplacePush saves a push in the place of another one of its account and returns it
// with its number, which is a new one. An unknown one is NotFound.
func (s *Store) ReplacePush(id core.ID, number int, p core.Push) (core.Push, error) {
	err := s.change("change the push", func(tx *bbolt.Tx) error {
		return editPushes(tx, id, func(r *pushesRecord) error {
			if err := r.remove(number); err != nil {
				return err
			}
			r.Last++
			p.Number = r.Last
			r.Pushes = append(r.Pushes, newPushRecord(p))
			return nil
		})
	})
	return p, err
}

// RemovePush forgets a push. An unknown one is NotFound.
func (s *Store) RemovePush(id core.ID, number int) error {
	return s.change("remove the push", func(tx *bbolt.Tx) error {
		return editPushes(tx, id, func(r *pushesRecord) error { return r.remove(number) })
	})
}

// remove takes a push out.
func (r *pushesRecord) remove(number int) error {
	before := len(r.Pushes)
	r.Pushes = slices.DeleteFunc(r.Pushes, func(p pushRecord) bool { return p.Number == number })
	if len(r.Pushes) == before {
		return &core.Error{
			Class: core.NotFound, Remedy: core.RemedyNoPush,
			Message: fmt.Sprintf("the account has no push %d; tokentray push list shows those there are", number),
		}
	}
	return nil
}

// SavePushResult stores the result of the last try of a push. A push that is gone is
// skipped, because the try may outlive it.
func (s *Store) SavePushResult(id core.ID, number int, result core.PushResult) error {
	return s.update("save the result of a push", func(tx *bbolt.Tx) error {
		if tx.Bucket([]byte(bucketPushes)).Get([]byte(id)) == nil {
			return nil
		}
		return editPushes(tx, id, func(r *pushesRecord) error {
			for i := range r.Pushes {
				if r.Pushes[i].Number == number {
					r.Pushes[i].Result = newPushResultRecord(result)
				}
			}
			return nil
		})
	})
}

func newPushResultRecord(r core.PushResult) pushResultRecord {
	out := pushResultRecord{At: r.At.UTC(), Took: r.Took, Tries: r.Tries, Mask: r.Mask, Token: r.Print, Expires: r.Expires.UTC(), Print: r.Entry.Print, Ends: r.Entry.Ends.UTC()}
	if r.Err != nil {
		out.Class, out.Remedy, out.Message = r.Err.Class, r.Err.Remedy, r.Err.Message
	}
	return out
}

// editPushes changes an account's pushes within a transaction.
func editPushes(tx *bbolt.Tx, id core.ID, edit func(*pushesRecord) error) error {
	b := tx.Bucket([]byte(bucketPushes))
	r, err := decodePushes(b.Get([]byte(id)))
	if err != nil {
		return damage("the pushes of account %q: %v", id, err)
	}
	if err := edit(&r); err != nil {
		return err
	}
	value, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return b.Put([]byte(id), value)
}
