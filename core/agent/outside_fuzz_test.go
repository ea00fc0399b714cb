package agent

import (
	"context"
	"encoding/json"
	"errors"
	"path"
	"slices"
	"strings"
	"testing"

	"tokentray/core/vault"
)

// FuzzSockets: whatever a client says of its session, what is asked there is one socket of
// the display's folder, or what stands in the address of the bus.
func FuzzSockets(f *testing.F) {
	for _, s := range []string{":0", "unix:1.0", "host:0", ":../../etc/x", ":/", "unix:path=/run/user/1000/bus", "unix:abstract=/tmp/dbus-x,guid=1", "tcp:host=a;unix:path=/b", "autolaunch:", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, said string) {
		if at := displaySocket(said); at != "" && (!strings.HasPrefix(at, "/tmp/.X11-unix/X") || path.Dir(path.Clean(at)) != "/tmp/.X11-unix") {
			t.Fatalf("the display %q is %q", said, at)
		}
		if at := busSocket(said); at != "" && !strings.Contains(said, "path="+at) && !strings.Contains(said, "abstract="+strings.TrimPrefix(at, "@")) {
			t.Fatalf("the bus %q is %q", said, at)
		}
	})
}

// memoryFile is a passphrase file that is open.
type memoryFile struct {
	FileVault
	in *vault.Memory
}

func (f memoryFile) Exists() bool { return true }

func (f memoryFile) Get(ctx context.Context, key string) ([]byte, error) { return f.in.Get(ctx, key) }

func (f memoryFile) Set(ctx context.Context, key string, value []byte) error {
	return f.in.Set(ctx, key, value)
}

func (f memoryFile) Delete(ctx context.Context, key string) error { return f.in.Delete(ctx, key) }

// fuzzedIndex knows one key that a person removed.
type fuzzedIndex struct{ VaultIndex }

func (fuzzedIndex) Removed(key string) bool { return key == "removed" }

// FuzzMoved: whatever the list says that the keyring still holds, what is deleted there is
// in the file or was removed by a person, and what the list does not name stays.
func FuzzMoved(f *testing.F) {
	for _, list := range []string{`["a","b","removed","c"]`, `["a","a",""]`, `["data-key"]`, `["moved-from-keyring","a"]`, `[]`, `null`, `{"a":1}`, `["a",1]`, `[`} {
		f.Add([]byte(list), uint8(0))
		f.Add([]byte(list), uint8(2))
	}
	all := []string{"a", "b", "c", "removed", dataKeyName, ""}
	f.Fuzz(func(t *testing.T, list []byte, refuse uint8) {
		ctx := t.Context()
		main, file := &ring{Memory: vault.NewMemory()}, vault.NewMemory()
		for _, key := range all {
			_ = main.Memory.Set(ctx, key, []byte("main "+key))
		}
		_ = file.Set(ctx, "b", []byte("file b"))
		_ = file.Set(ctx, movedKey, list)
		asked := 0
		main.noGet = func(context.Context, string) error {
			if asked++; refuse > 0 && asked >= int(refuse) {
				return closedBy(errors.New("locked"))
			}
			return nil
		}
		k := newVaultAccess(Vaults{Main: main, File: memoryFile{in: file}, Index: fuzzedIndex{}, NotFound: vault.ErrNotFound}, nil, nil, nil, nil)
		left := k.clearMoved(ctx)
		var named []string
		whole := json.Unmarshal(list, &named) == nil
		for _, key := range all {
			_, there := main.Memory.Get(ctx, key)
			kept, err := file.Get(ctx, key)
			switch {
			case there != nil && (!whole || !slices.Contains(named, key)):
				t.Fatalf("%q is deleted by the list %q", key, list)
			case there != nil && err != nil && key != "removed", err == nil && key == "b" && string(kept) != "file b":
				t.Fatalf("%q is lost by the list %q: %q, %v", key, list, kept, err)
			case there == nil && whole && slices.Contains(named, key) && !slices.Contains(left, key):
				t.Fatalf("%q stays without a word by the list %q, and %q", key, list, left)
			}
		}
		if _, err := file.Get(ctx, movedKey); whole && len(left) > 0 && err != nil {
			t.Fatalf("the list %q is forgotten, and %q is left", list, left)
		}
	})
}
