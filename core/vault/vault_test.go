package vault

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"tokentray/core"
)

// wantError checks the class, the cause and the remedy of an error.
func wantError(t *testing.T, err error, class core.Class, cause error) *core.Error {
	t.Helper()
	var e *core.Error
	if !errors.As(err, &e) {
		t.Fatalf("error %v (%T) is no *core.Error", err, err)
	}
	if e.Class != class || e.Remedy == "" || e.Message == "" {
		t.Errorf("error %+v, want class %s, a message and a remedy", e, class)
	}
	for _, other := range []error{ErrNotFound, ErrLocked, ErrUnavailable, ErrTooBig} {
		if errors.Is(err, other) != (other == cause) && !errors.Is(cause, other) {
			t.Errorf("%q: is %q = %v, want the cause %v", err, other, errors.Is(err, other), cause)
		}
	}
	if cause != nil && !errors.Is(err, cause) {
		t.Errorf("%q does not come from %q", err, cause)
	}
	return e
}

// exercise is what holds for every open vault.
func exercise(t *testing.T, v Vault) {
	t.Helper()
	ctx := t.Context()
	_, err := v.Get(ctx, "key")
	wantError(t, err, core.VaultClosed, ErrNotFound)
	if err := v.Delete(ctx, "key"); err != nil {
		t.Errorf("delete what is not there: %v", err)
	}
	for _, value := range []string{"one", `{"secret":"密 \" \n\x00","proxy_password":""}`, ""} {
		if err := v.Set(ctx, "key", []byte(value)); err != nil {
			t.Fatalf("set %q: %v", value, err)
		}
		if got, err := v.Get(ctx, "key"); err != nil || string(got) != value {
			t.Errorf("get = %q, %v, want %q", got, err, value)
		}
	}
	if err := v.Set(ctx, "other", []byte("other")); err != nil {
		t.Fatal(err)
	}
	if err := v.Delete(ctx, "key"); err != nil {
		t.Fatal(err)
	}
	_, err = v.Get(ctx, "key")
	wantError(t, err, core.VaultClosed, ErrNotFound)
	if got, err := v.Get(ctx, "other"); err != nil || string(got) != "other" {
		t.Errorf("another key: %q, %v", got, err)
	}
}

func TestMemory(t *testing.T) {
	exercise(t, NewMemory())
}

func TestMemoryKeepsCopies(t *testing.T) {
	m, value := NewMemory(), []byte("value")
	if err := m.Set(t.Context(), "k", value); err != nil {
		t.Fatal(err)
	}
	clear(value)
	got, err := m.Get(t.Context(), "k")
	if err != nil || string(got) != "value" {
		t.Errorf("got %q, %v", got, err)
	}
	clear(got)
	if again, _ := m.Get(t.Context(), "k"); string(again) != "value" {
		t.Error("the caller's copy is the vault's")
	}
}

// hammer uses a vault from many sides; the race detector judges.
func hammer(t *testing.T, v Vault, n int) {
	t.Helper()
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			key := fmt.Sprint("key", i%3)
			if err := v.Set(context.WithoutCancel(t.Context()), key, []byte(key)); err != nil {
				t.Error(err)
			}
			if got, err := v.Get(t.Context(), key); err == nil && string(got) != key || err != nil && !errors.Is(err, ErrNotFound) {
				t.Errorf("get %s = %q, %v", key, got, err)
			}
			if i%5 == 0 {
				if err := v.Delete(t.Context(), key); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func TestMemoryManyAtOnce(t *testing.T) { hammer(t, NewMemory(), 50) }
