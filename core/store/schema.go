package store

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.etcd.io/bbolt"

	"tokentray/core"
)

// The buckets. Values are JSON except a few in meta.
const (
	bucketMeta     = "meta"     // the keys below
	bucketSettings = "settings" // keySettings
	bucketAccounts = "accounts" // id -> accountRecord
	bucketTokens   = "tokens"   // id -> tokenRecord
	bucketHistory  = "history"  // id, 8 bytes of a growing number -> core.Entry
	bucketIntents  = "intents"  // id -> intentRecord
	bucketForced   = "forced"   // id -> dayRecord
	bucketUsed     = "used"     // id -> time
	bucketClients  = "clients"  // name -> clientRecord, since schema 2
	bucketPushes   = "pushes"   // id -> pushesRecord, since schema 3
	bucketTickets  = "tickets"  // id -> ticketsRecord; made with the first ticket
	bucketTeams    = "teams"    // name -> a team's record, since schema 4
)

const (
	keySchema   = "schema"  // decimal
	keyHome     = "home"    // random id of this home, part of the keyring's names
	keyChanged  = "changed" // when accounts last changed; backups follow it
	keyDigest   = "digest"  // over accounts and intents, see digest
	keySettings = "settings"
)

// migration brings the database one version up.
type migration struct {
	what  string
	apply func(*bbolt.Tx) error
}

// migrations lists them in order; a database's schema is the number of those
// applied. New ones are only appended. Whatever an earlier program could not read, or
// would lose when it writes, needs one: a new kind of push does. By the schema that
// program knows a newer database and leaves it alone.
func migrations() []migration {
	return []migration{
		{"create the buckets", createBuckets},
		{"make room for client keys", createClients},
		{"make room for pushes", createPushes},
		{"make room for teams and for pushes into a Redis", createTeams},
		{"let accounts have a group and be pinned", func(*bbolt.Tx) error { return nil }}, // which an earlier program would lose
	}
}

func createClients(tx *bbolt.Tx) error {
	_, err := tx.CreateBucketIfNotExists([]byte(bucketClients))
	return err
}

func createPushes(tx *bbolt.Tx) error {
	_, err := tx.CreateBucketIfNotExists([]byte(bucketPushes))
	return err
}

// createTeams also moves the teams that were kept among the settings. Pushes into a
// Redis stand beside the others.
func createTeams(tx *bbolt.Tx) error {
	teams, err := tx.CreateBucketIfNotExists([]byte(bucketTeams))
	if err != nil {
		return err
	}
	const former = "team/"
	moved := map[string][]byte{}
	settings := tx.Bucket([]byte(bucketSettings))
	c := settings.Cursor()
	for k, v := c.Seek([]byte(former)); bytes.HasPrefix(k, []byte(former)); k, v = c.Next() {
		moved[string(k)] = bytes.Clone(v)
	}
	for key, record := range moved {
		if err := teams.Put([]byte(strings.TrimPrefix(key, former)), record); err != nil {
			return err
		}
		if err := settings.Delete([]byte(key)); err != nil {
			return err
		}
	}
	return nil
}

func createBuckets(tx *bbolt.Tx) error {
	for _, name := range []string{
		bucketMeta, bucketSettings, bucketAccounts, bucketTokens,
		bucketHistory, bucketIntents, bucketForced, bucketUsed,
	} {
		if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
			return err
		}
	}
	meta := tx.Bucket([]byte(bucketMeta))
	if err := meta.Put([]byte(keyHome), []byte(core.NewID())); err != nil {
		return err
	}
	return meta.Put([]byte(keyDigest), digest(tx))
}

// schemaOf reads the version: 0 for a new, empty database. Anything that is not
// ours counts as damage.
func schemaOf(tx *bbolt.Tx) (int, error) {
	meta := tx.Bucket([]byte(bucketMeta))
	if meta == nil {
		if k, _ := tx.Cursor().First(); k != nil {
			return 0, fmt.Errorf("%w: it is not TokenTray's", ErrDamaged)
		}
		return 0, nil
	}
	n, err := strconv.Atoi(string(meta.Get([]byte(keySchema))))
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%w: the schema version is unreadable", ErrDamaged)
	}
	return n, nil
}

// migrate brings the database to the schema of this program, one transaction a
// step, after a backup of each earlier state.
func (s *Store) migrate(steps []migration) error {
	var have int
	err := s.view("read the schema", func(tx *bbolt.Tx) (err error) {
		have, err = schemaOf(tx)
		return err
	})
	if err != nil {
		return err
	}
	s.isNew = have == 0
	isNew := s.isNew
	for ; have < len(steps); have++ {
		step := steps[have]
		if !isNew {
			if err := s.backup(fmt.Sprintf("-schema%d", have)); err != nil {
				return err
			}
		}
		err := s.update(step.what, func(tx *bbolt.Tx) error {
			if err := step.apply(tx); err != nil {
				return err
			}
			meta := tx.Bucket([]byte(bucketMeta))
			if meta == nil {
				return errors.New("a migration lost the meta bucket")
			}
			return meta.Put([]byte(keySchema), []byte(strconv.Itoa(have+1)))
		})
		if err != nil {
			return err
		}
		s.log.Info("database migrated", "schema", have+1, "what", step.what)
	}
	return nil
}
