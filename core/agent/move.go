package agent

import (
	"context"
	"encoding/json"
	"errors"

	"tokentray/core"
)

// moveToFile creates the passphrase file and puts into it what the keyring
// holds. When the keyring cannot be read the file begins empty, and the secrets
// have to be entered again. It returns the keys that the keyring still holds.
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
				return nil, k.failed(ctx, err) // the secrets are there: they must come along
			}
		}
	}
	if k.parts.Main != nil {
		// Until this entry goes, the keyring may still hold these keys; it comes to
		// be and lasts with the file, so that no crash makes anybody forget them.
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

// movedKey lists, in the passphrase file, what the keyring may still hold.
const movedKey = "moved-from-keyring"

// clearMoved ends the move from the keyring to the passphrase file: what the file
// does not have yet, because the keyring could not be reached when the file was
// made, comes into it, and only what the file has, or what a person removed,
// leaves the keyring. It returns the keys that stay for another time.
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
			break // the others would fail alike
		}
	}
	if len(left) == 0 {
		_ = k.parts.File.Delete(ctx, movedKey)
	}
	return left
}

// fetchMoved brings into the passphrase file what only the keyring has. It
// returns which keys may leave the keyring now, and which it did not give.
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
