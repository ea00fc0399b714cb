package core

import (
	"slices"
	"strings"
)

// Hotkey is a key that works on the whole desktop, as Ctrl+Alt+K: modifiers in a fixed
// order and the key. Empty: none.
type Hotkey string

// The modifiers of a hotkey, in their order. Super is the key with the logo of Windows.
const (
	ModCtrl  = "Ctrl"
	ModAlt   = "Alt"
	ModShift = "Shift"
	ModSuper = "Super"
)

// hotkeyOff is how a setting says that there is no hotkey.
const hotkeyOff = "off"

// HotkeyExamples are hotkeys that most desktops leave free.
func HotkeyExamples() []Hotkey { return []Hotkey{"Ctrl+Alt+K", "Ctrl+Shift+F9", "Super+F9"} }

// ParseHotkey reads a hotkey; off and nothing mean none. A letter or a figure needs
// Ctrl, Alt or Super, for alone it could no longer be typed.
func ParseHotkey(s string) (Hotkey, bool) {
	if s = strings.TrimSpace(s); s == "" || strings.EqualFold(s, hotkeyOff) {
		return "", true
	}
	var mods []string
	key := ""
	for part := range strings.SplitSeq(s, "+") {
		part = strings.TrimSpace(part)
		if m := modifier(part); m != "" && key == "" {
			mods = append(mods, m)
			continue
		}
		if key != "" {
			return "", false
		}
		if key = hotkeyKey(part); key == "" {
			return "", false
		}
	}
	strong := slices.ContainsFunc(mods, func(m string) bool { return m != ModShift })
	if key == "" || !strong && !isFunctionKey(key) {
		return "", false
	}
	var out []string
	for _, m := range []string{ModCtrl, ModAlt, ModShift, ModSuper} {
		if slices.Contains(mods, m) {
			out = append(out, m)
		}
	}
	return Hotkey(strings.Join(append(out, key), "+")), true
}

// modifier is the modifier of a name; empty: it is none.
func modifier(name string) string {
	switch strings.ToLower(name) {
	case "ctrl", "control":
		return ModCtrl
	case "alt", "option":
		return ModAlt
	case "shift":
		return ModShift
	case "super", "win", "windows", "meta":
		return ModSuper
	}
	return ""
}

// hotkeyKey is the key of a name: a letter, a figure, Space, or F1 to F12.
func hotkeyKey(name string) string {
	up := strings.ToUpper(name)
	switch {
	case len(up) == 1 && (up[0] >= 'A' && up[0] <= 'Z' || up[0] >= '0' && up[0] <= '9'):
		return up
	case up == "SPACE":
		return "Space"
	case isFunctionKey(up):
		return up
	}
	return ""
}

func isFunctionKey(key string) bool {
	return slices.Contains([]string{"F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12"}, key)
}

// Parts are the modifiers and the key.
func (h Hotkey) Parts() (mods []string, key string) {
	parts := strings.Split(string(h), "+")
	return parts[:len(parts)-1], parts[len(parts)-1]
}

// Setting is the hotkey as a setting has it.
func (h Hotkey) Setting() string {
	if h == "" {
		return hotkeyOff
	}
	return string(h)
}
