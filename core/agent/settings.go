package agent

import (
	"context"

	"tokentray/core"
	"tokentray/core/api"
)

// settingsStore keeps the settings.
type settingsStore interface {
	Settings() (core.Settings, error)
	PutSettings(core.Settings) error
}

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
	s.hub.publish(func() api.Event { return api.Event{Type: api.EventEnv, Env: env} })
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

// Settings implements api.Agent.
func (s *Service) Settings(context.Context) (core.Settings, error) { return s.shown(s.current()), nil }

// SetSetting implements api.Agent.
func (s *Service) SetSetting(_ context.Context, key, value string) (core.Settings, error) {
	if key == core.SettingLoopback || key == core.SettingLoopbackPort {
		return s.setLoopbackSetting(key, value)
	}
	s.conf.Lock()
	defer s.conf.Unlock()
	next := s.current()
	if err := next.Set(key, value); err != nil {
		return core.Settings{}, core.AsError(err)
	}
	if err := s.offered(key, next); err != nil {
		return core.Settings{}, err
	}
	if key == core.SettingStartAtLogin {
		if err := s.startAtLogin(next.StartAtLogin); err != nil {
			return core.Settings{}, err
		}
		next.StartAtLogin = false // the system keeps it
	}
	was := s.current().Hotkey
	if key == core.SettingHotkey {
		if err := s.setHotkey(next.Hotkey); err != nil {
			return core.Settings{}, err
		}
	}
	if err := s.keep(next); err != nil {
		if key == core.SettingHotkey {
			_ = s.setHotkey(was)
		}
		return core.Settings{}, err
	}
	s.parts.Log.SetLevel(next.LogLevel)
	return s.shown(next), nil
}

// offered refuses settings that the desktop's clipboard does not support.
func (s *Service) offered(key string, next core.Settings) error {
	if s.parts.Clipboard == nil {
		return nil
	}
	on := key == core.SettingClipboardOnce && next.ClipboardOnce || key == core.SettingClipboardPrimary && next.ClipboardPrimary
	if name := s.parts.Clipboard.Name(); on && (name == "windows" || name == "macos") {
		return &core.Error{
			Class: core.Misuse, Remedy: core.RemedyNotHere,
			Message: "setting " + key + ": the clipboard of this system cannot do that; leave it off",
		}
	}
	return nil
}

// setLoopbackSetting is SetSetting for the loopback door, which must open before the
// setting is saved.
func (s *Service) setLoopbackSetting(key, value string) (core.Settings, error) {
	s.conf.Lock()
	defer s.conf.Unlock()
	next := s.current()
	if err := next.Set(key, value); err != nil {
		return core.Settings{}, core.AsError(err)
	}
	if err := s.applyLoopback(api.LoopbackRequest{On: next.Loopback, Port: next.LoopbackPort}); err != nil {
		return core.Settings{}, err
	}
	return s.shown(s.current()), nil
}

// keep saves the settings, then applies and publishes them. The lock of settings is
// held.
func (s *Service) keep(next core.Settings) error {
	if err := s.parts.Store.PutSettings(next); err != nil {
		return core.AsError(err)
	}
	s.mu.Lock()
	s.settings = next
	s.mu.Unlock()
	s.applyHabits(next)
	told := s.shown(next)
	s.hub.publish(func() api.Event { return api.Event{Type: api.EventSettings, Settings: &told} })
	return nil
}

// applyHabits gives the clipboard its settings.
func (s *Service) applyHabits(set core.Settings) {
	if s.parts.Clipboard != nil {
		s.parts.Clipboard.SetHabits(set.ClipboardPrimary, set.ClipboardOnce)
	}
}

// shown are the settings as clients see them, with those that the system keeps.
func (s *Service) shown(set core.Settings) core.Settings {
	set.StartAtLogin = false
	if s.parts.Login != nil {
		on, err := s.parts.Login.Enabled()
		if err != nil {
			s.log.Warn("whether the agent starts at login is not known", "error", err)
		}
		set.StartAtLogin = on
	}
	return set
}

// startAtLogin switches on or off that the system starts the agent at login.
func (s *Service) startAtLogin(on bool) error {
	if s.parts.Login == nil {
		return &core.Error{
			Class: core.Invalid, Remedy: core.RemedyOwnHome,
			Message: core.SaysOtherHome + "; " + core.SaysLeaveHomeOut,
		}
	}
	if err := s.parts.Login.Set(on); err != nil {
		return core.AsError(err)
	}
	return nil
}

// setHotkey takes another key of the desktop.
func (s *Service) setHotkey(key core.Hotkey) error {
	if s.parts.Hotkey == nil {
		if key == "" {
			return nil
		}
		return &core.Error{Class: core.Misuse, Remedy: core.RemedyNoHotkey, Message: "setting hotkey: this agent has no desktop; bind a shortcut of the desktop to the command: tokentray open --search"}
	}
	if err := s.parts.Hotkey.Set(key); err != nil {
		return core.AsError(err)
	}
	return nil
}
