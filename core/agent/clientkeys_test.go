package agent

import (
	"net"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
)

func TestClientKeysAreShownOnce(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	made, err := r.client.AddClientKey(t.Context(), api.ClientKeyInput{
		Name: "ci", Accounts: []string{"shop"}, Envs: core.Envs(), Origins: []string{"HTTP://Localhost:3000/"},
	})
	if err != nil || !strings.HasPrefix(made.Key, "ttk_") || made.Origins[0] != "http://localhost:3000" {
		t.Fatalf("%+v, %v", made, err)
	}
	keys, err := r.client.ClientKeys(t.Context())
	if err != nil || len(keys) != 1 || keys[0].Name != "ci" || !keys[0].LastUsed.IsZero() {
		t.Errorf("%+v, %v", keys, err)
	}
	_, err = r.client.AddClientKey(t.Context(), api.ClientKeyInput{Name: "ci"})
	wantClass(t, err, core.Invalid)
	_, err = r.client.AddClientKey(t.Context(), api.ClientKeyInput{Name: "x", Origins: []string{"*"}})
	wantClass(t, err, core.Invalid)
	if e := wantClass(t, r.client.RevokeClientKey(t.Context(), "nobody"), core.NotFound); e.Remedy != core.RemedyClientKey {
		t.Errorf("remedy %s", e.Remedy)
	}
	if err := r.client.RevokeClientKey(t.Context(), "ci"); err != nil {
		t.Error(err)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	if files := found(t, w.home.Dir(), made.Key); len(files) > 0 || strings.Contains(w.log.String(), made.Key) {
		t.Errorf("the key is in %v, or in the log", files)
	}
}

// TestRevocationOutlivesTheProcess: a revoked key is dead now and later.
func TestRevocationOutlivesTheProcess(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	r.add("shop", core.Sandbox)
	base := r.openDoor()
	key := r.key(api.ClientKeyInput{Name: "ci"})
	if err := r.client.RevokeClientKey(t.Context(), "ci"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if code, _ := request(t, "GET", base+"/v1/token/shop", key, ""); code != 401 {
			t.Errorf("a revoked key: %d", code)
		}
		if err := r.end(); err != nil {
			t.Fatal(err)
		}
		r = w.start()
	}
}

// TestARestoredBackupOpensNoDoor: it may hold keys that were revoked after it
// was made.
func TestARestoredBackupOpensNoDoor(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	base := r.openDoor()
	key := r.key(api.ClientKeyInput{Name: "ci"})
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	w.restored = true
	r = w.start()
	got, err := r.client.Loopback(t.Context())
	if err != nil || got.State != api.DoorOff || got.Error == nil || got.Error.Remedy != core.RemedyReviewKeys || got.Keys != 1 {
		t.Errorf("after a restore: %+v, %v", got, err)
	}
	if c, err := net.Dial("tcp", strings.TrimPrefix(base, "http://")); err == nil {
		_ = c.Close()
		t.Error("the door is open")
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	w.restored = false
	r = w.start()
	if got, _ := r.client.Loopback(t.Context()); got.State != api.DoorOff {
		t.Errorf("at the start after that: %+v", got)
	}
	if got, err := r.client.SetLoopback(t.Context(), api.LoopbackRequest{On: true}); err != nil || got.State != api.DoorOn || got.Error != nil {
		t.Errorf("opened by somebody: %+v, %v", got, err)
	}
	if code, _ := request(t, "GET", base+"/v1/status", key, ""); code != 200 {
		t.Errorf("a key that was kept: %d", code)
	}
}
