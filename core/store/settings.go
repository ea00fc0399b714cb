package store

import (
	"encoding/json"

	"go.etcd.io/bbolt"

	"tokentray/core"
)

// Settings returns the home's settings. A setting that is missing, or invalid in
// this version, has its default.
func (s *Store) Settings() (core.Settings, error) {
	out := core.DefaultSettings()
	err := s.view("read the settings", func(tx *bbolt.Tx) error {
		out = decodeSettings(tx.Bucket([]byte(bucketSettings)).Get([]byte(keySettings)))
		return nil
	})
	return out, err
}

// decodeSettings reads each field by itself, so that one odd value costs no other.
func decodeSettings(value []byte) core.Settings {
	out := core.DefaultSettings()
	var fields map[string]json.RawMessage
	if json.Unmarshal(value, &fields) != nil {
		return out
	}
	for name, raw := range fields {
		one, err := json.Marshal(map[string]json.RawMessage{name: raw})
		if err != nil {
			continue
		}
		next := out
		if json.Unmarshal(one, &next) == nil && valid(next) {
			out = next
		}
	}
	return out
}

// valid reports whether every setting has a value that Set would take.
func valid(s core.Settings) bool {
	for _, key := range core.SettingKeys() {
		if v, ok := s.Get(key); !ok || s.Set(key, v) != nil {
			return false
		}
	}
	if _, ok := core.CleanAddress(s.LoopbackAddress); !ok && s.LoopbackAddress != "" {
		return false
	}
	return s.Active.Valid() && core.ValidPort(s.LoopbackPort)
}

// PutSettings saves the settings. Settings of another version that this one
// does not know are kept.
func (s *Store) PutSettings(set core.Settings) error {
	return s.update("save the settings", func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(bucketSettings))
		fields := map[string]json.RawMessage{}
		_ = json.Unmarshal(b.Get([]byte(keySettings)), &fields) // nothing yet, or unreadable
		known, err := json.Marshal(set)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(known, &fields); err != nil {
			return err
		}
		value, err := json.Marshal(fields)
		if err != nil {
			return err
		}
		return b.Put([]byte(keySettings), value)
	})
}
