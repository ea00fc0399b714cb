package agent

import (
	"context"

	"tokentray/core"
	"tokentray/core/api"
)

// Use implements api.Agent.
func (s *Service) Use(_ context.Context, env core.Env) error {
	if !env.Valid() {
		return invalid(core.Problems{{Field: "env", Key: core.ProblemEnv}})
	}
	s.conf.Lock()
	defer s.conf.Unlock()
	next := s.current()
	if next.Active == env {
		return nil
	}
	next.Active = env
	if err := s.keep(next); err != nil {
		return err
	}
	s.hub.publish(false, func() api.Event { return api.Event{Type: api.EventEnv, Env: env} })
	return nil
}

// PauseAll implements api.Agent.
func (s *Service) PauseAll(_ context.Context, paused bool) error {
	s.conf.Lock()
	defer s.conf.Unlock()
	next := s.current()
	if next.PausedAll == paused {
		return nil
	}
	next.PausedAll = paused
	if err := s.keep(next); err != nil {
		return err
	}
	s.keeper.PauseAll(paused)
	return nil
}

// SetSetting implements api.Agent.
func (s *Service) SetSetting(_ context.Context, key, value string) (core.Settings, error) {
	s.conf.Lock()
	defer s.conf.Unlock()
	next := s.current()
	if err := next.Set(key, value); err != nil {
		return core.Settings{}, core.AsError(err)
	}
	if err := s.keep(next); err != nil {
		return core.Settings{}, err
	}
	s.parts.Log.SetLevel(next.LogLevel)
	return next, nil
}

// keep saves the settings, then lets them count. The lock of settings
// is held.
func (s *Service) keep(next core.Settings) error {
	if err := s.parts.Store.PutSettings(next); err != nil {
		return core.AsError(err)
	}
	s.mu.Lock()
	s.settings = next
	s.mu.Unlock()
	s.hub.publish(false, func() api.Event { return api.Event{Type: api.EventSettings, Settings: &next} })
	return nil
}
