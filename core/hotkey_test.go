package core

import "testing"

func TestParseHotkey(t *testing.T) {
	for in, want := range map[string]Hotkey{
		"ctrl+alt+k": "Ctrl+Alt+K", " Alt + Control + k ": "Ctrl+Alt+K", "off": "", "OFF": "", "": "", "f9": "F9", "shift+F12": "Shift+F12",
		"win+space": "Super+Space", "Ctrl+Ctrl+7": "Ctrl+7", "super+shift+a": "Shift+Super+A",
	} {
		if got, ok := ParseHotkey(in); !ok || got != want {
			t.Errorf("%q is %q, %v; want %q", in, got, ok, want)
		}
	}
	for _, in := range []string{"k", "shift+k", "ctrl", "ctrl+", "ctrl+alt", "ctrl+kk", "ctrl+k+alt", "f13", "ctrl+é", "hyper+k", "+"} {
		if got, ok := ParseHotkey(in); ok {
			t.Errorf("%q is taken as %q", in, got)
		}
	}
	for _, h := range HotkeyExamples() {
		if got, ok := ParseHotkey(string(h)); !ok || got != h {
			t.Errorf("the example %s is %q, %v", h, got, ok)
		}
	}
	mods, key := Hotkey("Ctrl+Shift+F9").Parts()
	if len(mods) != 2 || mods[0] != ModCtrl || mods[1] != ModShift || key != "F9" {
		t.Errorf("parts %v, %s", mods, key)
	}
}

func TestHotkeySetting(t *testing.T) {
	s := DefaultSettings()
	if got, _ := s.Get(SettingHotkey); got != "off" {
		t.Errorf("at first it is %q", got)
	}
	if err := s.Set(SettingHotkey, "alt+ctrl+k"); err != nil || s.Hotkey != "Ctrl+Alt+K" {
		t.Errorf("%q, %v", s.Hotkey, err)
	}
	if err := s.Set(SettingHotkey, "k"); err == nil || s.Hotkey != "Ctrl+Alt+K" {
		t.Errorf("a letter alone: %q, %v", s.Hotkey, err)
	}
	if err := s.Set(SettingHotkey, "off"); err != nil || s.Hotkey != "" {
		t.Errorf("%q, %v", s.Hotkey, err)
	}
}
