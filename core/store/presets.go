package store

import (
	"strings"

	"go.etcd.io/bbolt"

	"tokentray/core"
)

// presetKey begins the keys of a user's presets, which are among the settings: an
// earlier version ignores them.
const presetKey = "preset/"

// Presets returns the files of the user's presets, by kind.
func (s *Store) Presets() (map[core.Kind][]byte, error) {
	out := map[core.Kind][]byte{}
	err := s.view("read the presets", func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(bucketSettings)).ForEach(func(k, v []byte) error {
			if kind, ok := strings.CutPrefix(string(k), presetKey); ok {
				out[core.Kind(kind)] = append([]byte(nil), v...)
			}
			return nil
		})
	})
	return out, err
}

// PutPreset saves the file of a preset, in place of one of that kind.
func (s *Store) PutPreset(kind core.Kind, file []byte) error {
	return s.change("save the preset", func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(bucketSettings)).Put([]byte(presetKey+string(kind)), file)
	})
}

// RemovePreset forgets a preset. One that is not there is no error.
func (s *Store) RemovePreset(kind core.Kind) error {
	return s.change("remove the preset", func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(bucketSettings)).Delete([]byte(presetKey + string(kind)))
	})
}
