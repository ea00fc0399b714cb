package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/door"
)

// loopback is the agent's side of the loopback door.
type loopback struct {
	server *door.Server

	mu      sync.Mutex  // guards what follows; nothing else is locked under it
	err     *core.Error // why it is off although it should be on
	lanFail *core.Error // why it does not listen at the further address
}

var _ door.Agent = (*Service)(nil)

// initLoopback makes the server with the keys in the store. It does not serve yet.
func (s *Service) initLoopback() error {
	s.loopback.server = door.New(door.Config{
		Kinds: s.kindSet(),
		Agent: s, OpenAPI: s.parts.OpenAPI, Now: s.parts.Now, Log: s.log, Used: s.keys.used, Adopt: s.adoptChildKey,
	})
	s.keys.store, s.keys.server, s.keys.log = s.parts.Store, s.loopback.server, s.log
	return s.keys.load()
}

// openLoopback begins to serve the loopback if that is switched on. If another
// program has the port, the agent runs without it and says so.
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
			s.log.Error("cannot keep the loopback door shut", "error", failed)
		}
	} else {
		err = core.AsError(s.loopback.server.Open(set.LoopbackPort))
	}
	if err != nil {
		s.log.Warn("the loopback door stays shut", "error", err)
	}
	s.pace(err == nil)
	s.setLoopbackError(err)
	if err == nil {
		s.extendLoopback(set)
	}
}

// extendLoopback has the open door listen at the further address of the settings. One
// that is not there, as before Docker has made its bridge, is tried again by upkeep.
func (s *Service) extendLoopback(set core.Settings) *core.Error {
	address, _ := core.CleanAddress(set.LoopbackAddress)
	var failed *core.Error
	if err := s.loopback.server.Extend(address); err != nil {
		failed = core.AsError(err)
	}
	s.loopback.mu.Lock()
	was := s.loopback.lanFail
	s.loopback.lanFail = failed
	s.loopback.mu.Unlock()
	if failed != nil && (was == nil || was.Message != failed.Message) {
		s.log.Warn("the door listens on the loopback alone", "address", set.LoopbackAddress, "error", failed)
	}
	return failed
}

// mendLoopback looks at the further address again: it comes and goes with a bridge, and
// a network can be joined by it.
func (s *Service) mendLoopback() {
	if set := s.current(); !set.Loopback || set.LoopbackAddress == "" {
		return
	}
	s.conf.Lock()
	defer s.conf.Unlock()
	if set := s.current(); set.Loopback && set.LoopbackAddress != "" {
		s.extendLoopback(set)
	}
}

func (s *Service) setLoopbackError(err *core.Error) {
	s.loopback.mu.Lock()
	defer s.loopback.mu.Unlock()
	s.loopback.err = err
}

// Loopback implements api.Agent. While the door is shut it checks whether another
// program listens there, which would get the keys that clients send.
func (s *Service) Loopback(ctx context.Context) (api.Loopback, error) {
	keys, err := s.parts.Store.ClientKeys()
	if err != nil {
		return api.Loopback{}, core.AsError(err)
	}
	set := s.current()
	out := api.Loopback{State: api.DoorOff, Port: set.LoopbackPort, Addresses: s.loopback.server.Addresses(), Keys: len(keys), Address: set.LoopbackAddress}
	s.loopback.mu.Lock()
	shut := s.loopback.err
	if lan := s.loopback.lanFail; lan != nil && len(out.Addresses) > 0 {
		out.AddressError = api.FromError(lan)
	}
	s.loopback.mu.Unlock()
	switch {
	case len(out.Addresses) > 0:
		out.State = api.DoorOn
	case shut != nil:
		out.Error = api.FromError(shut)
		if set.Loopback {
			out.State = api.DoorTaken
		}
	case door.PortTaken(ctx, out.Port):
		out.Error = api.FromError(&core.Error{
			Class: core.Misuse, Remedy: core.RemedyPort,
			Message: fmt.Sprintf("another program listens on port %d of the loopback; end it, or choose another port with tokentray api on --port", out.Port),
		})
	}
	if out.Error != nil && out.Error.Remedy == core.RemedyPort {
		if h := door.HolderOf(out.Port); h != nil {
			out.Holder = &api.Holder{User: h.Name, Own: h.Own}
		}
	}
	return out, nil
}

// loopbackState is the state in one word, for Status.
func (s *Service) loopbackState() string {
	switch {
	case len(s.loopback.server.Addresses()) > 0:
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
	if _, ok := core.CleanAddress(req.Address); !ok && req.Address != "" && req.Address != api.NoAddress {
		return api.Loopback{}, invalid(core.Problems{{Field: "address", Key: core.ProblemAddress}})
	}
	if err := s.setLoopback(req); err != nil {
		return api.Loopback{}, err
	}
	return s.Loopback(ctx)
}

func (s *Service) setLoopback(req api.LoopbackRequest) error {
	s.conf.Lock()
	defer s.conf.Unlock()
	return s.applyLoopback(req)
}

// applyLoopback opens or shuts the loopback door, or moves it to another port.
// The lock of settings is held.
func (s *Service) applyLoopback(req api.LoopbackRequest) error {
	was := s.current()
	next := was
	next.Loopback = req.On
	if req.Port != 0 {
		next.LoopbackPort = req.Port
	}
	switch address, ok := core.CleanAddress(req.Address); {
	case ok:
		next.LoopbackAddress = address.String()
	case req.Address == api.NoAddress:
		next.LoopbackAddress = ""
	}
	select {
	case <-s.stop:
		return core.ErrStopping()
	default:
	}
	if next.Loopback {
		if err := s.loopback.server.Open(next.LoopbackPort); err != nil {
			return core.AsError(err)
		}
		if failed := s.extendLoopback(next); failed != nil && req.Address != "" {
			s.restoreLoopback(was)
			return failed
		}
	}
	if next != was {
		if err := s.keep(next); err != nil {
			s.restoreLoopback(was)
			return err
		}
	}
	if !next.Loopback {
		s.loopback.server.Close()
	}
	s.pace(next.Loopback)
	s.setLoopbackError(nil)
	return nil
}

// restoreLoopback makes the loopback door match the settings, after a change could
// not be saved.
func (s *Service) restoreLoopback(set core.Settings) {
	if !set.Loopback {
		s.loopback.server.Close()
		return
	}
	if err := s.loopback.server.Open(set.LoopbackPort); err != nil {
		s.log.Error("the loopback door is not where the settings have it", "error", err)
		return
	}
	s.extendLoopback(set)
}

// AccessLog implements api.Agent.
func (s *Service) AccessLog(_ context.Context, limit int) ([]api.Access, error) {
	return s.loopback.server.Accesses(limit), nil
}

// OpenAPI implements api.Agent.
func (s *Service) OpenAPI(context.Context) (json.RawMessage, error) { return s.parts.OpenAPI, nil }

// Active implements door.Agent.
func (s *Service) Active() core.Env { return s.current().Active }

// Living implements door.Agent.
func (s *Service) Living(ref api.Ref, minTTL time.Duration) (api.Token, bool) {
	known := s.known.Load()
	a := s.accounts.listed(ref)
	if a == nil {
		return api.Token{}, false
	}
	t, now, ok := s.keeper.Living(a, minTTL)
	if !ok {
		return api.Token{}, false
	}
	s.uses.touch(a.ID, now)
	return s.answer(*a, t, now), known == s.known.Load() // else its host may be that of another preset
}

// ByAppID implements door.Agent.
func (s *Service) ByAppID(appID string, among []core.Kind) []api.Ref {
	return s.accounts.withAppID(appID, among)
}

// OneToken implements door.Agent.
func (s *Service) OneToken(refs []api.Ref) bool {
	var first core.Account
	for i, ref := range refs {
		a, ok := s.accounts.find(ref)
		switch {
		case !ok:
			return false
		case i == 0:
			first = a
		case !s.sameToken(first, a) || first.CA != a.CA:
			return false
		}
	}
	return true
}

// Waits implements door.Agent.
func (s *Service) Waits(ref api.Ref) bool {
	a, ok := s.accounts.find(ref)
	if !ok {
		return true
	}
	snap, ok := s.keeper.Snapshot(a.ID)
	return !ok || snap.State(s.now()) == core.StateBlocked
}

// Changed implements door.Agent.
func (s *Service) Changed(ref api.Ref) <-chan struct{} {
	a, ok := s.accounts.find(ref)
	if !ok {
		return nil
	}
	return s.waiters.wait(a.ID)
}

// closeLoopback shuts the loopback door and saves the remaining uses.
func (s *Service) closeLoopback() {
	s.children.close()
	s.loopback.server.Close()
	s.keys.close()
}
