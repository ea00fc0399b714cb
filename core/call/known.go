package call

import (
	"context"
	"slices"
	"sync"

	"tokentray/core"
	"tokentray/core/kinds"
)

// maxMasks bounds how many masks are kept: one for each caller of each account.
const maxMasks = 64

// known is what an Engine keeps between calls. A desktop's vault runs in a process
// of its own for each request, which is too slow for each call; so credentials stay
// here until Forget, together with the masks made from them.
type known struct {
	mu    sync.Mutex
	creds map[core.ID]kept
	masks []keptMask // the newest last
	drops int        // how often Forget was called
}

// kept are the credentials of an account at that time.
type kept struct {
	account core.Account
	creds   core.Credentials
}

type keptMask struct {
	id   core.ID
	hide []string
	mask *Mask
}

// Forget drops everything about the accounts' secrets: the vault was closed, or an
// account changed.
func (e *Engine) Forget() {
	e.known.mu.Lock()
	defer e.known.mu.Unlock()
	e.known.creds, e.known.masks = nil, nil
	e.known.drops++
}

// credentials are those of an account; an account without a secret and a proxy's
// user needs no vault.
func (e *Engine) credentials(ctx context.Context, spec kinds.Spec, a core.Account) (core.Credentials, error) {
	if !spec.Traits.UsesVault(a) {
		return core.Credentials{}, nil
	}
	e.known.mu.Lock()
	have, ok := e.known.creds[a.ID]
	drops := e.known.drops
	e.known.mu.Unlock()
	if ok && sameAccount(have.account, a) {
		return have.creds, nil
	}
	creds, err := e.cfg.Credentials(ctx, a)
	if err != nil {
		return core.Credentials{}, err
	}
	e.known.mu.Lock()
	defer e.known.mu.Unlock()
	if e.known.drops != drops { // they may be outdated already
		return creds, nil
	}
	if e.known.creds == nil {
		e.known.creds = map[core.ID]kept{}
	}
	e.known.creds[a.ID] = kept{a, creds}
	return creds, nil
}

// sameAccount reports whether nothing changed that the credentials depend on.
func sameAccount(a, b core.Account) bool {
	return a.Kind == b.Kind && a.AppID == b.AppID && a.BaseURL == b.BaseURL && a.Proxy == b.Proxy
}

// mask is the mask of some secrets, made again only if one of them is new.
func (k *known) mask(id core.ID, hide []string) *Mask {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := len(k.masks) - 1; i >= 0; i-- {
		if k.masks[i].id == id && slices.Equal(k.masks[i].hide, hide) {
			return k.masks[i].mask
		}
	}
	m := NewMask(hide...)
	if len(k.masks) >= maxMasks {
		k.masks = slices.Delete(k.masks, 0, 1)
	}
	k.masks = append(k.masks, keptMask{id, hide, m})
	return m
}
