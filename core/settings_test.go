package core_test

import (
	"testing"
	"time"

	"tokentray/core"
)

func TestEverySettingTakesWhatItGives(t *testing.T) {
	for _, key := range core.SettingKeys() {
		s := core.DefaultSettings()
		value, ok := s.Get(key)
		if !ok {
			t.Errorf("%s: not known", key)
		}
		if err := s.Set(key, value); err != nil || s != core.DefaultSettings() {
			t.Errorf("%s: setting its own value: %v", key, err)
		}
	}
}

// TestTheHotkeyIsOffAtFirst: a new home takes no key of the desktop.
func TestTheHotkeyIsOffAtFirst(t *testing.T) {
	s := core.DefaultSettings()
	if value, ok := s.Get(core.SettingHotkey); s.Hotkey != "" || !ok || value != "off" {
		t.Errorf("%q, shown as %q", s.Hotkey, value)
	}
}

func TestSettings(t *testing.T) {
	for _, tt := range []struct {
		key, value, want string
		ok               bool
	}{
		{"language", "zh", "zh", true},
		{"language", "fr", "auto", false},
		{"theme", " dark ", "dark", true},
		{"text-size", "150%", "150", true},
		{"text-size", "79", "100", false},
		{"text-size", "201", "100", false},
		{"clear-after", "0s", "0s", true},
		{"clear-after", "5s", "5s", true},
		{"clear-after", "4s", "45s", false},
		{"clear-after", "2h", "45s", false},
		{"clear-after", "soon", "45s", false},
		{"ask-live-copy", "true", "true", true},
		{"ask-live-copy", "perhaps", "false", false},
		{"notify-person", "off", "false", true},
		{"notify-failing", "0", "false", true},
		{"clipboard-follow", "on", "true", true},
		{"clipboard-follow", "", "false", false},
		{"start-at-login", "true", "true", true},
		{"told-no-tray", "true", "true", true},
		{"copy-format", "postman", "postman", true},
		{"copy-format", "header", "header", true},
		{"copy-format", "morse", "raw", false},
		{"log-level", "debug", "debug", true},
		{"loopback", "on", "true", true},
		{"loopback-port", "8080", "8080", true},
		{"loopback-port", "0", "17278", false},
		{"loopback-port", "65536", "17278", false},
	} {
		s := core.DefaultSettings()
		err := s.Set(tt.key, tt.value)
		if got, _ := s.Get(tt.key); got != tt.want || (err == nil) != tt.ok {
			t.Errorf("%s = %q: got %q, %v; want %q", tt.key, tt.value, got, err, tt.want)
		}
		if err != nil && core.AsError(err).Class != core.Invalid {
			t.Errorf("%s = %q: class %s", tt.key, tt.value, core.AsError(err).Class)
		}
	}
	s := core.DefaultSettings()
	if err := s.Set("colour", "red"); err == nil {
		t.Error("an unknown key was taken")
	}
}

func TestStateOfASnapshot(t *testing.T) {
	now := time.Now()
	kept := func(c core.Class) *core.Error { return &core.Error{Class: c} }
	auto := core.Account{Auto: true}
	alive, gone := now.Add(time.Minute), now.Add(-time.Second)
	for _, tt := range []struct {
		s    core.Snapshot
		want core.State
	}{
		{core.Snapshot{Account: auto, Mask: "m", ExpiresAt: alive}, core.StateFresh},
		{core.Snapshot{Account: auto, Mask: "m", ExpiresAt: gone}, core.StateExpired},
		{core.Snapshot{Account: auto, Mask: "m", ExpiresAt: now}, core.StateExpired},
		{core.Snapshot{Account: auto}, core.StateEmpty},
		{core.Snapshot{Account: auto, Err: kept(core.Temporary), Mask: "m", ExpiresAt: alive}, core.StateRetrying},
		{core.Snapshot{Account: auto, Err: kept(core.Quota)}, core.StateRetrying},
		{core.Snapshot{Account: auto, Err: kept(core.Temporary), Renewing: true}, core.StateRenewing},
		{core.Snapshot{Err: kept(core.Temporary), Renewing: true}, core.StateRenewing},
		{core.Snapshot{Account: auto, PausedAll: true, Mask: "m", ExpiresAt: alive}, core.StatePaused},
		{core.Snapshot{Err: kept(core.Whitelist)}, core.StateBlocked},
		{core.Snapshot{Err: kept(core.BadSecret), Renewing: true}, core.StateBlocked},
		{core.Snapshot{Err: kept(core.VaultClosed)}, core.StateLocked},
		{core.Snapshot{Err: &core.Error{Class: core.VaultClosed, Remedy: core.RemedyReenter}}, core.StateBlocked},
		{core.Snapshot{Account: auto, Consent: kept(core.Misuse)}, core.StateBlocked},
		{core.Snapshot{Consent: kept(core.Misuse), Mask: "m", ExpiresAt: gone}, core.StateBlocked},
		{core.Snapshot{Account: auto, Consent: kept(core.Misuse), Mask: "m", ExpiresAt: alive}, core.StateFresh},
		{core.Snapshot{Consent: kept(core.Misuse), Err: kept(core.VaultClosed)}, core.StateLocked},
	} {
		if got := tt.s.State(now); got != tt.want {
			t.Errorf("%+v is %s, want %s", tt.s, got, tt.want)
		}
	}
}
