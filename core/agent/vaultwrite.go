package agent

import (
	"context"
	"errors"
	"maps"
	"slices"

	"tokentray/core"
)

// kept is an entry for the vault, and its mark in the index.
type kept struct {
	entry entry
	mark  string
}

// kept is the new entry of an account for the vault.
func (k *vaultAccess) kept(a core.Account, e entry) kept {
	return kept{e.of(a, k.base(a)), k.markOf(a)}
}

// put saves an account's entry. The index lists it first, so that it can be found
// again in any case.
func (k *vaultAccess) put(ctx context.Context, id core.ID, e kept) error {
	defer k.forget()
	if err := k.closed(); err != nil {
		return err
	}
	raw, err := e.entry.encode()
	if err != nil {
		return err
	}
	if err := k.list(map[core.ID]kept{id: e}); err != nil {
		return err
	}
	err = k.inUse().Set(ctx, string(id), raw)
	if err == nil {
		return nil
	}
	_ = k.parts.Index.Keep(map[string]string{string(id): markUnknown}) // the database decides
	switch {
	case core.AsError(err).Class != core.VaultClosed: // too big: the vault itself works
		return core.AsError(err)
	}
	return k.failed(ctx, err)
}

// list puts entries into the index.
func (k *vaultAccess) list(entries map[core.ID]kept) error {
	marks := make(map[string]string, len(entries))
	for id, e := range entries {
		marks[string(id)] = e.mark
	}
	return k.parts.Index.Keep(marks)
}

// batcher is a vault that writes many entries at the cost of one.
type batcher interface {
	// Batch writes and removes everything or nothing.
	Batch(ctx context.Context, set map[string][]byte, remove []string) error
}

// putAll keeps the entries of many accounts, and takes out those of accounts that are
// removed and of accounts that stay without one. A vault that takes one at a time may,
// after an error, have taken some.
func (k *vaultAccess) putAll(ctx context.Context, entries map[core.ID]kept, removed, without []core.ID) error {
	if len(entries)+len(removed)+len(without) == 0 {
		return nil
	}
	defer k.forget()
	if err := k.parts.Index.Remove(names(removed)...); err != nil {
		return err
	}
	gone := slices.Concat(removed, without)
	if err := k.closed(); err != nil {
		return err
	}
	vault, atOnce := k.inUse().(batcher)
	if !atOnce {
		for _, id := range slices.Sorted(maps.Keys(entries)) {
			if err := k.put(ctx, id, entries[id]); err != nil {
				return err
			}
		}
		for _, id := range gone {
			if err := k.remove(ctx, id); err != nil {
				return err
			}
		}
		return nil
	}
	if err := k.list(entries); err != nil {
		return err
	}
	set := make(map[string][]byte, len(entries))
	for id, e := range entries {
		raw, err := e.entry.encode()
		if err != nil {
			return err
		}
		set[string(id)] = raw
	}
	if err := vault.Batch(ctx, set, names(gone)); err != nil {
		return k.failed(ctx, err)
	}
	return nil
}

// undo puts back what an import that failed wrote. Accounts that were there do not
// count as removed at any moment of it.
func (k *vaultAccess) undo(ctx context.Context, w newSecrets) error {
	if err := k.putAll(ctx, w.before, w.added, w.there); err != nil {
		return err
	}
	return k.parts.Index.Forget(names(w.there)...)
}

// drop deletes a removed account's entry from the vault. The removal is recorded
// whatever the vault answers.
func (k *vaultAccess) drop(ctx context.Context, id core.ID) error {
	if err := k.parts.Index.Remove(string(id)); err != nil {
		return err
	}
	return k.remove(ctx, id)
}

// remove takes an entry out of the vault.
func (k *vaultAccess) remove(ctx context.Context, id core.ID) error {
	defer k.forget()
	if err := k.closed(); err != nil {
		return err
	}
	vault := k.inUse()
	if err := vault.Delete(ctx, string(id)); err != nil && !errors.Is(err, k.parts.NotFound) {
		return k.failed(ctx, err)
	}
	return nil
}

// dropAll deletes the secrets of many accounts from the vault.
func (k *vaultAccess) dropAll(ctx context.Context, ids []core.ID) error {
	return k.putAll(ctx, nil, ids, nil)
}
