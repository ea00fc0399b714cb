package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/chacha20poly1305"

	"tokentray/core"
)

func FuzzUnseal(f *testing.F) {
	aead, err := chacha20poly1305.NewX(make([]byte, KeySize))
	if err != nil {
		f.Fatal(err)
	}
	f.Add("id", "78_token", []byte(nil))
	f.Add("id", "", seal(aead, "id", fieldToken, "78_token"))
	f.Fuzz(func(t *testing.T, id, value string, junk []byte) {
		sealed := seal(aead, core.ID(id), fieldToken, value)
		got, err := unseal(aead, core.ID(id), fieldToken, sealed)
		if err != nil || got != value {
			t.Errorf("unseal = %q, %v, want %q", got, err, value)
		}
		if value != "" {
			if _, err := unseal(aead, core.ID(id), fieldPrevious, sealed); err == nil {
				t.Error("opened as another field")
			}
			if _, err := unseal(aead, core.ID(id+"x"), fieldToken, sealed); err == nil {
				t.Error("opened for another account")
			}
		}
		if _, err := unseal(aead, core.ID(id), "junk", junk); err == nil && len(junk) > 0 {
			t.Error("junk opened")
		}
	})
}

func FuzzDecodeAccount(f *testing.F) {
	value, err := encodeAccount(account("shop"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("id"), value)
	f.Add([]byte("id"), []byte(`{"name":1}`))
	f.Fuzz(func(t *testing.T, id, value []byte) {
		a, err := decodeAccount(id, value)
		if err != nil {
			return
		}
		again, err := encodeAccount(a)
		if err != nil {
			t.Fatal(err)
		}
		b, err := decodeAccount(id, again)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(a, b); d != "" {
			t.Error(d)
		}
	})
}

func FuzzDecodeRecords(f *testing.F) {
	f.Add([]byte(`{"token":"aGk=","obtained":"2026-03-01T09:00:00Z","life":1}`))
	f.Add([]byte(`{"op":"save","at":"2026-03-01T09:00:00Z"}`))
	f.Add([]byte(`{"active":"live","text_size":100,"clear_after":5000000000}`))
	f.Fuzz(func(t *testing.T, value []byte) {
		_, _ = decodeToken(value) // must not panic
		if r, err := decodeIntent([]byte("id"), value); err == nil && r.Op != opSave && r.Op != opRemove {
			t.Errorf("intent %q", r.Op)
		}
		if s := decodeSettings(value); !valid(s) {
			t.Errorf("settings %+v", s)
		}
	})
}
