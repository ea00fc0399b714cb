package agent

import (
	"context"
	"encoding/json"
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

// loopback is the agent's side of the loopback door.
type loopback struct {
	door *door.Server

	keys sync.Mutex // held through each change of client keys

	mu     sync.Mutex // a leaf
	err    *core.Error
	waits  map[core.ID]chan struct{} // closed at the account's next event
	timer  *time.Timer               // until uses of keys go to the disk
	closed bool
}

var _ door.Agent = (*Service)(nil)

// initLoopback makes the door with the keys that the store has. It stays shut.
func (s *Service) initLoopback() error {
	s.loop.waits = map[core.ID]chan struct{}{}
	s.loop.door = door.New(door.Config{
		Kinds: s.parts.Kinds,
		Agent: s, OpenAPI: s.parts.OpenAPI, Now: s.parts.Now, Log: s.log, Used: s.keyUsed,
	})
	keys, err := s.parts.Store.ClientKeys()
	for _, k := range keys {
		s.loop.door.AddKey(k)
	}
	return err
}

// openLoopback opens the door if it is to be open. An agent whose port somebody
// else has does without and says so.
func (s *Service) openLoopback() {
	s.conf.Lock()
	defer s.conf.Unlock()
	set := s.current()
	if !set.Loopback {
		return
	}
	var err *core.Error
	if s.parts.Restored {
		err = &core.Error{
			Class: core.Misuse, Remedy: core.RemedyReviewKeys,
			Message: "the database was restored from a backup and may hold client keys that were revoked since; look at tokentray api key list, then tokentray api on",
		}
		set.Loopback = false
		if failed := s.keep(set); failed != nil {
			s.log.Error("keeping the loopback door shut failed", "error", failed)
		}
	} else {
		err = core.AsError(s.loop.door.Open(set.LoopbackPort))
	}
	if err != nil {
		s.log.Warn("the loopback door stays shut", "error", err)
	}
	s.setLoopbackError(err)
}

func (s *Service) setLoopbackError(err *core.Error) {
	s.loop.mu.Lock()
	defer s.loop.mu.Unlock()
	s.loop.err = err
}

// Loopback implements api.Agent.
func (s *Service) Loopback(context.Context) (api.Loopback, error) {
	keys, err := s.parts.Store.ClientKeys()
	if err != nil {
		return api.Loopback{}, core.AsError(err)
	}
	set := s.current()
	out := api.Loopback{State: api.DoorOff, Port: set.LoopbackPort, Addresses: s.loop.door.Addresses(), Keys: len(keys)}
	s.loop.mu.Lock()
	defer s.loop.mu.Unlock()
	switch {
	case len(out.Addresses) > 0:
		out.State = api.DoorOn
	case s.loop.err != nil:
		out.Error = api.FromError(s.loop.err)
		if set.Loopback {
			out.State = api.DoorTaken
		}
	}
	return out, nil
}

// loopbackState is the door in one word, for Status.
func (s *Service) loopbackState() string {
	switch {
	case len(s.loop.door.Addresses()) > 0:
		return api.DoorOn
	case s.current().Loopback:
		return api.DoorTaken
	}
	return api.DoorOff
}

// SetLoopback implements api.Agent.
func (s *Service) SetLoopback(ctx context.Context, req api.LoopbackRequest) (api.Loopback, error) {
	if req.Port != 0 && !core.ValidPort(req.Port) {
		return api.Loopback{}, invalid(core.Problems{{Field: "port", Key: core.ProblemPort}})
	}
	if err := s.setLoopback(req); err != nil {
		return api.Loopback{}, err
	}
	return s.Loopback(ctx)
}

func (s *Service) setLoopback(req api.LoopbackRequest) error {
	s.conf.Lock()
	defer s.conf.Unlock()
	return s.moveDoor(req)
}

// moveDoor opens, shuts or moves the door. The lock of settings is held.
func (s *Service) moveDoor(req api.LoopbackRequest) error {
	was := s.current()
	next := was
	next.Loopback = req.On
	if req.Port != 0 {
		next.LoopbackPort = req.Port
	}
	select {
	case <-s.stop:
		return stopping()
	default:
	}
	if next.Loopback {
		if err := s.loop.door.Open(next.LoopbackPort); err != nil {
			return core.AsError(err)
		}
	}
	if next != was {
		if err := s.keep(next); err != nil {
			s.restoreDoor(was)
			return err
		}
	}
	if !next.Loopback {
		s.loop.door.Close()
	}
	s.setLoopbackError(nil)
	return nil
}

// restoreDoor makes the door what the settings say, when a change of it could
// not be kept.
func (s *Service) restoreDoor(set core.Settings) {
	if !set.Loopback {
		s.loop.door.Close()
		return
	}
	if err := s.loop.door.Open(set.LoopbackPort); err != nil {
		s.log.Error("the loopback door is not where the settings have it", "error", err)
	}
}

// ClientKeys implements api.Agent.
func (s *Service) ClientKeys(context.Context) ([]api.ClientKey, error) {
	keys, err := s.parts.Store.ClientKeys()
	if err != nil {
		return nil, core.AsError(err)
	}
	out := make([]api.ClientKey, 0, len(keys))
	for _, k := range keys {
		if at := s.loop.door.LastUse(k.Name); at.After(k.LastUsed) {
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
		Name: in.Name, Hash: hash, Accounts: in.Accounts, Envs: in.Envs, Origins: in.Origins, Created: s.now(),
	}.Clean()
	if len(problems) > 0 {
		return api.NewClientKey{}, invalid(problems)
	}
	s.loop.keys.Lock()
	defer s.loop.keys.Unlock()
	if err := s.parts.Store.AddClientKey(k); err != nil {
		return api.NewClientKey{}, core.AsError(err)
	}
	s.loop.door.AddKey(k)
	s.log.Info("client key made", "key", k.Name, "accounts", k.Accounts, "envs", k.Envs)
	return api.NewClientKey{ClientKey: api.ShowClientKey(k), Key: secret.Reveal()}, nil
}

// RevokeClientKey implements api.Agent. The key ends first and is removed
// then: a disk that fails must not keep it alive.
func (s *Service) RevokeClientKey(_ context.Context, name string) error {
	clean, err := core.CleanName(name)
	if err != nil {
		return invalid(err)
	}
	s.loop.keys.Lock()
	defer s.loop.keys.Unlock()
	s.loop.door.RevokeKey(clean)
	if err := s.parts.Store.RemoveClientKey(clean); err != nil {
		return core.AsError(err)
	}
	s.log.Info("client key revoked", "key", clean)
	return nil
}

// AccessLog implements api.Agent.
func (s *Service) AccessLog(_ context.Context, limit int) ([]api.Access, error) {
	return s.loop.door.Accesses(limit), nil
}

// OpenAPI implements api.Agent.
func (s *Service) OpenAPI(context.Context) (json.RawMessage, error) { return s.parts.OpenAPI, nil }

// Active implements door.Agent.
func (s *Service) Active() core.Env { return s.current().Active }

// Living implements door.Agent.
func (s *Service) Living(ref api.Ref, minTTL time.Duration) (api.Token, bool) {
	a, ok := s.accounts.find(ref)
	if !ok {
		return api.Token{}, false
	}
	t, now, ok := s.keeper.Living(a.ID, minTTL)
	if !ok {
		return api.Token{}, false
	}
	s.uses.touch(a.ID, now)
	return s.answer(a, t, now), true
}

// ByAppID implements door.Agent.
func (s *Service) ByAppID(appID string, among []core.Kind) []api.Ref {
	return s.accounts.withAppID(appID, among)
}

// Changed implements door.Agent.
func (s *Service) Changed(ref api.Ref) <-chan struct{} {
	a, ok := s.accounts.find(ref)
	if !ok {
		return nil
	}
	s.loop.mu.Lock()
	defer s.loop.mu.Unlock()
	ch := s.loop.waits[a.ID]
	if ch == nil {
		ch = make(chan struct{})
		s.loop.waits[a.ID] = ch
	}
	return ch
}

// changed wakes those who wait for an account. The Keeper calls it under its
// own lock.
func (l *loopback) changed(id core.ID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if ch := l.waits[id]; ch != nil {
		close(ch)
		delete(l.waits, id)
	}
}

// keyUsed gathers uses of client keys for a while before they go to the disk.
func (s *Service) keyUsed() {
	s.loop.mu.Lock()
	defer s.loop.mu.Unlock()
	if s.loop.timer == nil && !s.loop.closed {
		s.loop.timer = time.AfterFunc(flushEvery, s.flushKeys)
	}
}

func (s *Service) flushKeys() {
	s.loop.keys.Lock()
	defer s.loop.keys.Unlock()
	s.loop.mu.Lock()
	s.loop.timer = nil
	s.loop.mu.Unlock()
	used := s.loop.door.Uses()
	if len(used) == 0 {
		return
	}
	if err := s.parts.Store.TouchClientKeys(used); err != nil {
		s.log.Warn("cannot save when client keys were used", "error", err)
	}
}

// closeLoopback shuts the door and saves what is left.
func (s *Service) closeLoopback() {
	s.loop.door.Close()
	s.loop.mu.Lock()
	s.loop.closed = true
	if s.loop.timer != nil {
		s.loop.timer.Stop()
	}
	s.loop.mu.Unlock()
	s.flushKeys()
}
