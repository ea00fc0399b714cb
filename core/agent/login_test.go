package agent

import (
	"errors"
	"sync"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
)

// login is a system's entry in memory. The agent asks from several goroutines.
type login struct {
	mu  sync.Mutex
	on  bool
	bad error
}

func (l *login) Enabled() (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.on && l.bad == nil, l.bad
}

func (l *login) Set(on bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.bad == nil {
		l.on = on
	}
	return l.bad
}

func (l *login) is() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.on
}

func (l *login) becomes(on bool, bad error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.on, l.bad = on, bad
}

// TestStartAtLoginIsTheSystems: it is asked each time and nothing of it stored.
func TestStartAtLoginIsTheSystems(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	_, err := r.client.SetSetting(t.Context(), core.SettingStartAtLogin, "true")
	wantClass(t, err, core.Invalid) // this home is not the user's own
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	entry := &login{}
	w.login = entry
	r = w.start()
	events, err := r.client.Events(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	<-events // the snapshot
	shows := func(want bool) {
		t.Helper()
		if list, err := r.client.List(t.Context()); err != nil || list.Settings.StartAtLogin != want {
			t.Errorf("the list says %v, %v; want %v", list.Settings.StartAtLogin, err, want)
		}
	}
	shows(false)
	if set, err := r.client.SetSetting(t.Context(), core.SettingStartAtLogin, "true"); err != nil || !set.StartAtLogin || !entry.is() {
		t.Errorf("set: %v, %v", set.StartAtLogin, err)
	}
	for e := range events {
		if e.Type == api.EventSettings {
			if !e.Settings.StartAtLogin {
				t.Error("the event says that it is off")
			}
			break
		}
	}
	shows(true)
	if stored, err := r.parts.Store.Settings(); err != nil || stored.StartAtLogin {
		t.Errorf("it was stored: %v", err)
	}
	entry.becomes(false, nil) // switched off in the desktop's settings
	shows(false)
	if _, err := r.client.SetSetting(t.Context(), "theme", "dark"); err != nil || entry.is() {
		t.Errorf("another setting switched it on: %v", err)
	}
	entry.becomes(false, &core.Error{Class: core.Internal, Message: "cannot read it", Err: errors.New("EIO")})
	_, err = r.client.SetSetting(t.Context(), core.SettingStartAtLogin, "true")
	wantClass(t, err, core.Internal)
	shows(false)
}
