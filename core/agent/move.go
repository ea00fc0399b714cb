package agent

import (
	"context"
	"encoding/json"
	"errors"

	"tokentray/core"
)

// moveToFile creates the passphrase file and copies the keyring's entries into it.
// If the keyring cannot be read, the file starts empty and the secrets have to be
// entered again. It returns the keys that the keyring still holds.
func (k *vaultAccess) moveToFile(ctx context.Context, passphrase core.Secret, ids []core.ID) (left []string, err error) {
	entries := map[string][]byte{}
	if k.parts.Main != nil {
		for _, key := range append(names(ids), dataKeyName) {
			value, err := k.parts.Main.Get(core.Attended(ctx), key)
			switch {
			case err == nil:
				entries[key] = value
			case errors.Is(err, k.parts.NotFound):
			case errors.Is(err, k.parts.Locked) && len(ids) > 0, len(entries) > 0:
				return nil, k.failed(ctx, err) // the secrets exist, so they must be copied too
			}
		}
	}
	if k.parts.Main != nil {
		// While this entry exists, the keyring may still hold these keys. It is stored
		// in the file itself, so a crash cannot lose it.
		raw, err := json.Marshal(append(names(ids), dataKeyName))
		if err != nil {
			return nil, core.AsError(err)
		}
		entries[movedKey] = raw
	}
	if err := k.parts.File.Create(ctx, passphrase, entries); err != nil {
		return nil, core.AsError(err)
	}
	return k.clearMoved(context.WithoutCancel(ctx)), nil
}

// movedKey is the entry of the passphrase file that lists what the keyring may still
// hold.
const movedKey = "moved-from-keyring"

// clearMoved finishes the move from the keyring to the passphrase file. It copies
// what the file lacks because the keyring could not be reached when the file was
// made. Then it deletes from the keyring what the file has and what a person removed.
// It returns the keys that have to wait for another time.
func (k *vaultAccess) clearMoved(ctx context.Context) (left []string) {
	if !k.fileInUse() || k.parts.Main == nil {
		return nil
	}
	raw, err := k.parts.File.Get(ctx, movedKey)
	var moved []string
	if err != nil || json.Unmarshal(raw, &moved) != nil {
		return nil
	}
	moved, left, err = k.fetchMoved(ctx, moved)
	if err != nil {
		return append(moved, left...)
	}
	for i, key := range moved {
		if k.parts.Main.Delete(ctx, key) != nil {
			left = append(left, moved[i:]...)
			break // the rest would fail in the same way
		}
	}
	if len(left) == 0 {
		_ = k.parts.File.Delete(ctx, movedKey)
	}
	return left
}

// fetchMoved copies into the passphrase file what only the keyring has. It returns
// the keys that may be deleted from the keyring now, and those that it did not give.
func (k *vaultAccess) fetchMoved(ctx context.Context, keys []string) (clear, left []string, err error) {
	fetched := map[string][]byte{}
	for i, key := range keys {
		_, err := k.parts.File.Get(ctx, key)
		switch {
		case err == nil, k.parts.Index.Removed(key):
			clear = append(clear, key)
			continue
		case !errors.Is(err, k.parts.NotFound):
			return clear, keys[i:], err
		}
		value, err := k.parts.Main.Get(ctx, key)
		switch {
		case err == nil:
			fetched[key] = value
			clear = append(clear, key)
		case !errors.Is(err, k.parts.NotFound):
			left = append(left, keys[i:]...)
			return clear, left, k.keep(ctx, fetched)
		}
	}
	return clear, left, k.keep(ctx, fetched)
}

// keep puts entries into the passphrase file.
func (k *vaultAccess) keep(ctx context.Context, entries map[string][]byte) error {
	if len(entries) == 0 {
		return nil
	}
	if b, ok := k.parts.File.(batcher); ok {
		return b.Batch(ctx, entries, nil)
	}
	for key, value := range entries {
		if err := k.parts.File.Set(ctx, key, value); err != nil {
			return err
		}
	}
	return nil
}
