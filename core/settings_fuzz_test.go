package core_test

import (
	"testing"

	"tokentray/core"
)

// FuzzSettings: a value is refused and changes nothing, or what is shown of it can
// be set again and is the same.
func FuzzSettings(f *testing.F) {
	for _, key := range core.SettingKeys() {
		value, _ := core.DefaultSettings().Get(key)
		f.Add(key, value)
	}
	f.Add("clear-after", "1h0.5s")
	f.Add("text-size", "080%")
	f.Add("loopback-port", "+1")
	f.Fuzz(func(t *testing.T, key, value string) {
		s := core.DefaultSettings()
		if err := s.Set(key, value); err != nil {
			if core.AsError(err).Class != core.Invalid || s != core.DefaultSettings() {
				t.Fatalf("%v, and the settings are %+v", err, s)
			}
			return
		}
		shown, ok := s.Get(key)
		if !ok {
			t.Fatalf("%q can be set and is not shown", key)
		}
		again := core.DefaultSettings()
		if err := again.Set(key, shown); err != nil || again != s {
			t.Fatalf("%q is shown as %q, which gives %+v, %v; want %+v", value, shown, again, err, s)
		}
	})
}
