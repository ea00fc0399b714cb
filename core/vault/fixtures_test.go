package vault

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"tokentray/core"
)

// TestPassphraseFilesOfEarlierVersions: what any version put into a passphrase
// file comes out of it again, for every account that it had.
func TestPassphraseFilesOfEarlierVersions(t *testing.T) {
	for schema := 1; schema <= 4; schema++ {
		raw, err := os.ReadFile(fmt.Sprintf("../store/testdata/schema%d.json", schema))
		if err != nil {
			t.Fatal(err)
		}
		var made struct {
			Passphrase string
			DataKey    string `json:"data_key"`
			Secrets    map[string]string
			List       struct {
				Accounts []struct{ ID, Name, Env, Proxy string }
			}
		}
		if err := json.Unmarshal(raw, &made); err != nil {
			t.Fatal(err)
		}
		sealed, err := os.ReadFile(fmt.Sprintf("testdata/schema%d.age", schema))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "secrets.age")
		if err := os.WriteFile(path, sealed, 0o600); err != nil {
			t.Fatal(err)
		}
		f := NewFile(path, 2)
		if err := f.Unlock(t.Context(), core.NewSecret("wrong")); !errors.Is(err, ErrPassphrase) {
			t.Errorf("schema %d: a wrong passphrase: %v", schema, err)
		}
		if err := f.Unlock(t.Context(), core.NewSecret(made.Passphrase)); err != nil {
			t.Fatalf("schema %d: %v", schema, err)
		}
		if key, err := f.Get(t.Context(), "data-key"); err != nil || string(key) != made.DataKey {
			t.Errorf("schema %d: another data key: %v", schema, err)
		}
		for _, a := range made.List.Accounts {
			entry, err := f.Get(t.Context(), a.ID)
			var got struct {
				Secret        string `json:"secret"`
				ProxyPassword string `json:"proxy_password"`
			}
			if err == nil {
				err = json.Unmarshal(entry, &got)
			}
			if err != nil || got.Secret != made.Secrets[a.Name+"/"+a.Env] || (got.ProxyPassword == "proxy-password") != (a.Proxy != "") {
				t.Errorf("schema %d: %s/%s has other secrets: %v", schema, a.Name, a.Env, err)
			}
		}
	}
}
