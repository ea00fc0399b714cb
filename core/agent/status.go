package agent

import (
	"context"
	"os"

	"tokentray/core"
	"tokentray/core/api"
)

// Status implements api.Agent.
func (s *Service) Status(context.Context) (api.Status, error) {
	now := s.now()
	snaps := s.keeper.Snapshots()
	need := 0
	for _, snap := range snaps {
		if snap.State(now) == core.StateBlocked {
			need++
		}
	}
	vault := s.vault.status()
	clipboard := "none"
	if s.parts.Clipboard != nil {
		clipboard = s.parts.Clipboard.Name()
	}
	recovered := s.recovered()
	var hotkey *api.Error
	if s.parts.Hotkey != nil {
		if err := s.parts.Hotkey.Err(); err != nil {
			hotkey = api.FromError(core.AsError(err))
		}
	}
	windows, loopback, failing := s.hub.windows(), s.loopbackState(), s.pushes.failing()
	s.mu.RLock()
	defer s.mu.RUnlock()
	return api.Status{
		Version: s.parts.Version, API: api.Version, PID: os.Getpid(), StartedAt: s.started,
		Home: s.parts.Home.Dir(), Demo: s.parts.Demo,
		Active: s.settings.Active, PausedAll: s.settings.PausedAll,
		Accounts: len(snaps), NeedYou: need, FailingPushes: failing, Vault: vault,
		Tray: s.tray, Clipboard: clipboard, Loopback: loopback, Windows: windows, Notice: s.parts.Notice, Recovered: recovered, Hotkey: hotkey,
	}, nil
}

// SetTray sets what Status says about the tray icon: shown, off, no bus, no host or
// waiting.
func (s *Service) SetTray(state string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tray = state
}
