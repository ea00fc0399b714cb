package agent

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/door"
)

// keyStore keeps client keys.
type keyStore interface {
	ClientKeys() ([]core.ClientKey, error)
	AddClientKey(core.ClientKey) error
	RemoveClientKey(name string) error
	TouchClientKeys(used map[string]time.Time) error
}

// clientKeys are the keys that programs present at the loopback: kept in the store
// and known to the server, with their last uses.
type clientKeys struct {
	store  keyStore
	server *door.Server
	log    *slog.Logger

	edit sync.Mutex // held through each change of keys and each write of uses

	mu     sync.Mutex  // guards what follows; nothing else is locked under it
	timer  *time.Timer // until uses go to the disk
	closed bool
}

// load gives the server the keys in the store.
func (k *clientKeys) load() error {
	keys, err := k.store.ClientKeys()
	for _, key := range keys {
		k.server.AddKey(key)
	}
	return err
}

// used gathers uses of keys for a while before they go to the disk.
func (k *clientKeys) used() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.timer == nil && !k.closed {
		k.timer = time.AfterFunc(flushEvery, k.flush)
	}
}

func (k *clientKeys) flush() {
	k.edit.Lock()
	defer k.edit.Unlock()
	k.mu.Lock()
	k.timer = nil
	k.mu.Unlock()
	used := k.server.Uses()
	if len(used) == 0 {
		return
	}
	if err := k.store.TouchClientKeys(used); err != nil {
		k.log.Warn("cannot save when client keys were used", "error", err)
	}
}

// close saves the remaining uses and collects no more.
func (k *clientKeys) close() {
	k.mu.Lock()
	k.closed = true
	if k.timer != nil {
		k.timer.Stop()
	}
	k.mu.Unlock()
	k.flush()
}

// ClientKeys implements api.Agent.
func (s *Service) ClientKeys(context.Context) ([]api.ClientKey, error) {
	keys, err := s.keys.store.ClientKeys()
	if err != nil {
		return nil, core.AsError(err)
	}
	out := make([]api.ClientKey, 0, len(keys))
	for _, k := range keys {
		if at := s.keys.server.LastUse(k.Name); at.After(k.LastUsed) {
			k.LastUsed = at
		}
		out = append(out, api.ShowClientKey(k))
	}
	return out, nil
}

// AddClientKey implements api.Agent.
func (s *Service) AddClientKey(_ context.Context, in api.ClientKeyInput) (api.NewClientKey, error) {
	secret, hash := core.NewClientSecret()
	k, problems := core.ClientKey{
		Name: in.Name, Hash: hash, Accounts: in.Accounts, Envs: in.Envs, Origins: in.Origins, Hosts: in.Hosts, CallRights: in.CallRights, Created: s.now(),
	}.Clean()
	if len(problems) > 0 {
		return api.NewClientKey{}, invalid(problems)
	}
	s.keys.edit.Lock()
	defer s.keys.edit.Unlock()
	if err := s.keys.store.AddClientKey(k); err != nil {
		return api.NewClientKey{}, core.AsError(err)
	}
	s.keys.server.AddKey(k)
	s.log.Info("client key made", "key", k.Name, "accounts", k.Accounts, "envs", k.Envs)
	return api.NewClientKey{ClientKey: api.ShowClientKey(k), Key: secret.Reveal()}, nil
}

// RevokeClientKey implements api.Agent. The key stops working first and is removed
// then, so that a disk that fails does not keep it alive.
func (s *Service) RevokeClientKey(_ context.Context, name string) error {
	clean, err := core.CleanName(name)
	if err != nil {
		return invalid(err)
	}
	s.keys.edit.Lock()
	defer s.keys.edit.Unlock()
	s.keys.server.RevokeKey(clean)
	if err := s.keys.store.RemoveClientKey(clean); err != nil {
		return core.AsError(err)
	}
	s.log.Info("client key revoked", "key", clean)
	return nil
}
