package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"tokentray/core"
)

// clientKey is a key with its secret.
func clientKey(name string) (core.ClientKey, string) {
	secret, hash := core.NewClientSecret()
	return core.ClientKey{
		Name: name, Hash: hash, Accounts: []string{"shop", "商店"}, Envs: []core.Env{core.Sandbox, core.Live},
		Origins: []string{"http://localhost:3000"}, Created: newClock().now(),
	}, secret.Reveal()
}

func TestClientKeysOutliveTheProcess(t *testing.T) {
	h := newHome(t)
	postman, secret := clientKey("postman")
	ci, _ := clientKey("CI 流水线")
	for _, k := range []core.ClientKey{postman, ci} {
		if err := h.AddClientKey(k); err != nil {
			t.Fatal(err)
		}
	}
	used := h.clock.now().Add(time.Hour)
	if err := h.TouchClientKeys(map[string]time.Time{"postman": used, "gone": used}); err != nil {
		t.Fatal(err)
	}
	h.reopen()
	postman.LastUsed = used
	got, err := h.ClientKeys()
	if d := cmp.Diff([]core.ClientKey{ci, postman}, got); err != nil || d != "" {
		t.Errorf("%v %s", err, d)
	}
	if err := h.RemoveClientKey("postman"); err != nil {
		t.Fatal(err)
	}
	h.reopen()
	if got, _ := h.ClientKeys(); len(got) != 1 || got[0].Name != ci.Name {
		t.Errorf("after a removal: %v", got)
	}
	h.close()
	dir := filepath.Dir(h.path)
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if bytes.Contains(raw, []byte(secret)) || bytes.Contains(raw, []byte(strings.TrimPrefix(secret, "ttk_"))) {
			t.Errorf("the key itself is in %s", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatClientKeysAreRefused(t *testing.T) {
	h := newHome(t)
	k, _ := clientKey("postman")
	if err := h.AddClientKey(k); err != nil {
		t.Fatal(err)
	}
	wantProblem := func(err error, key string) {
		t.Helper()
		var p core.Problems
		if !errors.As(err, &p) || p[0].Key != key || core.AsError(err).Class != core.Invalid {
			t.Errorf("got %v, want %s", err, key)
		}
	}
	wantProblem(h.AddClientKey(k), core.ProblemKeyTaken)
	if e := core.AsError(h.RemoveClientKey("nobody")); e == nil || e.Class != core.NotFound || e.Remedy != core.RemedyClientKey {
		t.Errorf("an unknown key: %v", e)
	}
	for i := range core.MaxClientKeys - 1 {
		k.Name = fmt.Sprint("key ", i)
		if err := h.update("add", func(tx *bbolt.Tx) error {
			value, err := encodeClient(k)
			return errors.Join(err, tx.Bucket([]byte(bucketClients)).Put([]byte(k.Name), value))
		}); err != nil {
			t.Fatal(err)
		}
	}
	k.Name = "one too many"
	wantProblem(h.AddClientKey(k), core.ProblemKeyMany)
}

// TestAScopeIsNeverMisread: a record that does not say exactly what the key may
// do is damage, not a key that may do everything.
func TestAScopeIsNeverMisread(t *testing.T) {
	hash := strings.Repeat("ab", 32)
	for _, value := range []string{
		``, `null`, `{}`, `{"sha256":"` + hash + `"}`, `{"sha256":"` + hash + `","envs":[]}`, `{"sha256":"` + hash + `","envs":["moon"]}`,
		`{"sha256":"abab","envs":["live"]}`, `{"sha256":"` + hash + `","envs":["live"],"accounts":[""]}`, `{"sha256":"` + hash + `","envs":["live"],"accounts":"shop"}`,
		`{"sha256":"` + hash + `","envs":["live"],"origins":["null"]}`,
	} {
		if k, err := decodeClient([]byte("postman"), []byte(value)); err == nil {
			t.Errorf("%s was read as %+v", value, k)
		}
	}
}

func FuzzDecodeClient(f *testing.F) {
	k, _ := clientKey("postman")
	value, err := encodeClient(k)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("postman"), value)
	f.Fuzz(func(t *testing.T, name, value []byte) {
		k, err := decodeClient(name, value)
		if err != nil {
			return
		}
		if len(k.Envs) == 0 || k.AllowsOrigin("null") {
			t.Errorf("read %+v", k)
		}
		again, err := encodeClient(k)
		if err != nil {
			return // a time beyond what JSON can say
		}
		if b, err := decodeClient([]byte(k.Name), again); err != nil || !cmp.Equal(k, b) {
			t.Errorf("%v %s", err, cmp.Diff(k, b))
		}
	})
}
