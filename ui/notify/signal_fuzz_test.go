//go:build !windows && !darwin

package notify

import (
	"slices"
	"testing"

	"github.com/godbus/dbus/v5"
)

// FuzzSignals: whatever comes over the bus, a button is of a notification that is shown,
// and what is gone is forgotten.
func FuzzSignals(f *testing.F) {
	for _, name := range []string{serverName + ".ActionInvoked", serverName + ".NotificationClosed", busName + ".NameOwnerChanged", serverName + ".Other", ""} {
		for _, parts := range []uint8{0, 1, 2, 3, 18, 35} {
			f.Add(name, uint32(7), "copy", parts)
			f.Add(name, uint32(0), "", parts)
		}
	}
	f.Fuzz(func(t *testing.T, name string, id uint32, text string, parts uint8) {
		s := newDesktop(Config{}).(*server)
		s.ids[person], s.ids[failing] = 7, 9
		s.capabilities = map[string]bool{"actions": true}
		forms := [][]any{{id, text, text}, {text, id, id}, {nil, nil, nil}, {int32(id), []byte(text), id}}
		body := forms[int(parts>>4)%len(forms)][:min(int(parts&15), 3)]
		got := s.read(&dbus.Signal{Name: name, Body: slices.Clone(body)}, true)
		shown := id == 7 || id == 9
		pressed := name == serverName+".ActionInvoked" && len(body) == 2 && body[0] == any(id) && shown
		if got.lost || got.button != "" && !pressed || pressed && (got.kind != map[uint32]kind{7: person, 9: failing}[id]) || got.back && name != busName+".NameOwnerChanged" {
			t.Fatalf("%q with %v is %+v", name, body, got)
		}
		if name == serverName+".NotificationClosed" && len(body) == 2 && body[0] == any(id) && shown && len(s.ids) != 1 {
			t.Fatalf("%d is gone, and %v are shown", id, s.ids)
		}
		if got := s.read(nil, false); !got.lost {
			t.Fatalf("the bus is gone: %+v", got)
		}
	})
}
