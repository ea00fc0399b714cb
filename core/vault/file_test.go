package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"filippo.io/age"

	"tokentray/core"
)

// cheap is a work factor that no person should use.
const cheap = 1

var pass = core.NewSecret("correct horse")

func newFile(t testing.TB) *File {
	t.Helper()
	f := NewFile(filepath.Join(t.TempDir(), "home", "secrets.age"), cheap)
	if err := f.Create(t.Context(), pass, nil); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFile(t *testing.T) {
	f := newFile(t)
	exercise(t, f)
	hammer(t, f, 20)
	if runtime.GOOS == "windows" {
		return
	}
	for path, want := range map[string]os.FileMode{f.path: 0o600, filepath.Dir(f.path): 0o700} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v, want %v", path, info.Mode(), err, want)
		}
	}
}

// TestAFileKeepsItsWorkFactor: who wrote it with another program chose how much work it
// takes. A new file in its place has the program's own factor.
func TestAFileKeepsItsWorkFactor(t *testing.T) {
	f := newFile(t)
	g := NewFile(f.path, 0)
	if err := g.Unlock(t.Context(), pass); err != nil {
		t.Fatal(err)
	}
	if err := g.Set(t.Context(), "key", []byte("secret")); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(f.path)
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := factorOf(data); !ok || got != cheap {
		t.Errorf("the factor is %d, and was %d", got, cheap)
	}

	h := NewFile(f.path, cheap+1)
	if err := h.Unlock(t.Context(), pass); err != nil {
		t.Fatal(err)
	}
	h.Lock()
	if err := errors.Join(os.Remove(f.path), h.Create(t.Context(), pass, nil)); err != nil {
		t.Fatal(err)
	}
	if data, err = os.ReadFile(f.path); err != nil {
		t.Fatal(err)
	}
	if got, ok := factorOf(data); !ok || got != cheap+1 {
		t.Errorf("the factor of a new file is %d, want %d", got, cheap+1)
	}
}

func TestFileOutlivesTheProcess(t *testing.T) {
	f := newFile(t)
	const secret = "the-secret-that-must-not-be-seen"
	if err := f.Set(t.Context(), "key", []byte(secret)); err != nil {
		t.Fatal(err)
	}
	g := NewFile(f.path, cheap)
	if !g.Exists() {
		t.Error("the file is not there")
	}
	_, err := g.Get(t.Context(), "key")
	wantError(t, err, core.VaultClosed, ErrLocked)
	wantError(t, g.Set(t.Context(), "key", []byte("x")), core.VaultClosed, ErrLocked)
	wantError(t, g.Delete(t.Context(), "key"), core.VaultClosed, ErrLocked)

	for _, wrong := range []string{"", "wrong", "correct horse "} {
		err := g.Unlock(t.Context(), core.NewSecret(wrong))
		wantError(t, err, core.VaultClosed, ErrLocked)
		if !errors.Is(err, ErrPassphrase) || strings.Contains(err.Error(), "correct") {
			t.Errorf("passphrase %q: %v", wrong, err)
		}
	}
	if err := g.Unlock(t.Context(), pass); err != nil {
		t.Fatal(err)
	}
	if got, err := g.Get(t.Context(), "key"); err != nil || string(got) != secret {
		t.Errorf("after unlocking: %q, %v", got, err)
	}
	g.Lock()
	_, err = g.Get(t.Context(), "key")
	wantError(t, err, core.VaultClosed, ErrLocked)

	data, err := os.ReadFile(f.path)
	if err != nil || bytes.Contains(data, []byte(secret)) || bytes.Contains(data, []byte(pass.Reveal())) {
		t.Errorf("the file holds a secret in the clear, %v", err)
	}
}

func TestFileIsNeverOverwritten(t *testing.T) {
	f := newFile(t)
	if err := f.Set(t.Context(), "key", []byte("value")); err != nil {
		t.Fatal(err)
	}
	sound, err := os.ReadFile(f.path)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"text":      []byte("not an age file"),
		"empty":     {},
		"cut":       sound[:len(sound)-3],
		"cut short": sound[:20],
		"flipped":   append(bytes.Clone(sound[:len(sound)-1]), sound[len(sound)-1]^1),
		"other":     encrypted(t, []byte(`["no map"]`)),
		"null":      encrypted(t, []byte(`null`)),
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(f.path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			g := NewFile(f.path, cheap)
			err := g.Unlock(t.Context(), pass)
			wantError(t, err, core.VaultClosed, ErrUnavailable)
			if !errors.Is(err, ErrDamaged) {
				t.Errorf("%v, want damaged", err)
			}
			_, err = g.Get(t.Context(), "key")
			wantError(t, err, core.VaultClosed, ErrUnavailable)
			wantError(t, g.Set(t.Context(), "key", []byte("new")), core.VaultClosed, ErrUnavailable)
			if after, err := os.ReadFile(f.path); err != nil || !bytes.Equal(after, data) {
				t.Error("the damaged file was changed")
			}
			if e := core.AsError(err); e.Remedy != core.RemedyVaultDamaged || !g.Damaged() {
				t.Errorf("remedy %s, damaged %v", e.Remedy, g.Damaged())
			}
			// Whoever wants a new one gets it, and keeps the damaged one.
			if err := g.Create(t.Context(), pass, map[string][]byte{"key": []byte("new")}); err != nil {
				t.Fatal(err)
			}
			aside, _ := filepath.Glob(f.path + ".damaged-*")
			if len(aside) != 1 {
				t.Fatalf("aside are %v", aside)
			}
			if kept, err := os.ReadFile(aside[0]); err != nil || !bytes.Equal(kept, data) {
				t.Errorf("the damaged file was not kept: %v", err)
			}
			if err := os.Remove(aside[0]); err != nil {
				t.Fatal(err)
			}
		})
	}
	if err := os.WriteFile(f.path, sound, 0o600); err != nil {
		t.Fatal(err)
	}
	g := NewFile(f.path, cheap)
	if err := g.Unlock(t.Context(), pass); err != nil {
		t.Errorf("the copy put back: %v", err)
	}
}

func encrypted(t *testing.T, plain []byte) []byte {
	t.Helper()
	r, err := age.NewScryptRecipient(pass.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	r.SetWorkFactor(cheap)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, r)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write(plain)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestFileChangedByAnother(t *testing.T) {
	f := newFile(t)
	g := NewFile(f.path, cheap)
	if err := g.Unlock(t.Context(), pass); err != nil {
		t.Fatal(err)
	}
	if err := g.Set(t.Context(), "theirs", []byte("1")); err != nil {
		t.Fatal(err)
	}
	wantError(t, f.Set(t.Context(), "ours", []byte("2")), core.VaultClosed, ErrLocked)
	if err := f.Unlock(t.Context(), pass); err != nil {
		t.Fatal(err)
	}
	if err := f.Set(t.Context(), "ours", []byte("2")); err != nil {
		t.Fatal(err)
	}
	if got, err := f.Get(t.Context(), "theirs"); err != nil || string(got) != "1" {
		t.Errorf("what the other wrote: %q, %v", got, err)
	}
}

func TestFileThatIsNotThere(t *testing.T) {
	f := NewFile(filepath.Join(t.TempDir(), "secrets.age"), cheap)
	if f.Exists() {
		t.Error("it exists")
	}
	_, err := f.Get(t.Context(), "key")
	wantError(t, err, core.VaultClosed, ErrUnavailable)
	wantError(t, f.Unlock(t.Context(), pass), core.VaultClosed, ErrUnavailable)
	wantError(t, f.Create(t.Context(), core.Secret{}, nil), core.Invalid, nil)
}

func TestFileThatCannotBeWritten(t *testing.T) {
	f := newFile(t)
	if err := f.Set(t.Context(), "key", []byte("old")); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(f.path)
	if err != nil {
		t.Fatal(err)
	}
	// A folder in the place of the file: no mode stops root, but a rename fails.
	g := NewFile(filepath.Join(t.TempDir(), "file", "secrets.age"), cheap)
	if err := os.WriteFile(filepath.Dir(g.path), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wantError(t, g.Create(t.Context(), pass, nil), core.Internal, nil)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.Set(ctx, "key", []byte("new")); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if after, err := os.ReadFile(f.path); err != nil || !bytes.Equal(after, data) {
		t.Error("a cancelled change changed the file")
	}
	if got, _ := f.Get(t.Context(), "key"); string(got) != "old" {
		t.Errorf("a cancelled change counts: %q", got)
	}
}

func TestErrorsPrintNoPassphrase(t *testing.T) {
	f := newFile(t)
	f.Lock()
	err := f.Unlock(t.Context(), core.NewSecret("hunter2hunter2"))
	if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, "hunter2") {
		t.Errorf("the error holds the passphrase: %s", text)
	}
}

// dear finds a header that asks for more than 2^9 rounds.
var dear = regexp.MustCompile(`-> scrypt \S+ \d\d`)

// TestMemoryIsTheLastCopy: while the file is unlocked nothing that befalls it
// loses an entry.
func TestMemoryIsTheLastCopy(t *testing.T) {
	for name, c := range map[string]struct {
		data  []byte // nil: it is removed
		aside bool
	}{
		"removed": {},
		"emptied": {[]byte{}, true},
		"spoilt":  {[]byte("what is this"), true},
	} {
		for _, by := range []string{"a change", "a look"} {
			t.Run(name+", "+by, func(t *testing.T) {
				f := newFile(t)
				if err := f.Set(t.Context(), "key", []byte("value")); err != nil {
					t.Fatal(err)
				}
				if mended, err := f.Mend(); err != nil || mended {
					t.Fatalf("a sound file was mended: %v", err)
				}
				if err := os.Remove(f.path); err != nil {
					t.Fatal(err)
				}
				if c.data != nil {
					if err := os.WriteFile(f.path, c.data, 0o600); err != nil {
						t.Fatal(err)
					}
				}
				if !f.Exists() {
					t.Error("it does not exist any more, so another vault would be used")
				}
				if by == "a change" {
					if err := f.Set(t.Context(), "more", []byte("value")); err != nil {
						t.Fatal(err)
					}
				} else if mended, err := f.Mend(); err != nil || !mended {
					t.Fatalf("mended %v, %v", mended, err)
				}
				if mended, err := f.Mend(); err != nil || mended {
					t.Errorf("mended twice: %v", err)
				}
				g := NewFile(f.path, cheap)
				if err := g.Unlock(t.Context(), pass); err != nil {
					t.Fatal(err)
				}
				if got, err := g.Get(t.Context(), "key"); err != nil || string(got) != "value" {
					t.Errorf("the entry is %q, %v", got, err)
				}
				if aside, _ := filepath.Glob(f.path + ".damaged-*"); (len(aside) == 1) != c.aside {
					t.Errorf("aside are %v", aside)
				}
			})
		}
	}
}

// TestAnOlderFileInItsPlace counts after it is unlocked, and what it lacks is
// beside it under the passphrase that it had.
func TestAnOlderFileInItsPlace(t *testing.T) {
	f := newFile(t)
	older, err := os.ReadFile(f.path)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Set(t.Context(), "key", []byte("value")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(f.path, older, 0o600); err != nil {
		t.Fatal(err)
	}
	if mended, err := f.Mend(); err != nil || mended {
		t.Errorf("a file that somebody put there was overwritten: %v", err)
	}
	wantBeside(t, f)
	wantError(t, f.Set(t.Context(), "more", []byte("x")), core.VaultClosed, ErrLocked)
	wantBeside(t, f)
	if err := f.Unlock(t.Context(), pass); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(f.path); err != nil || !bytes.Equal(got, older) {
		t.Errorf("the file is another: %v", err)
	}
	f.Lock()
	wantBeside(t, f)
}

// wantBeside wants one copy beside the file, with the entry that it lacks.
func wantBeside(t *testing.T, f *File) {
	t.Helper()
	beside, _ := filepath.Glob(f.path + ".replaced-*")
	if len(beside) != 1 {
		t.Fatalf("beside it are %v", beside)
	}
	g := NewFile(beside[0], cheap)
	if err := g.Unlock(t.Context(), pass); err != nil {
		t.Fatal(err)
	}
	if got, err := g.Get(t.Context(), "key"); err != nil || string(got) != "value" {
		t.Errorf("the entry is %q, %v", got, err)
	}
}

// TestALockLosesNoEntry, whatever somebody put in the file's place.
func TestALockLosesNoEntry(t *testing.T) {
	for name, data := range map[string][]byte{"empty": encrypted(t, []byte("{}")), "damaged": []byte("notes")} {
		t.Run(name, func(t *testing.T) {
			f := newFile(t)
			if err := f.Set(t.Context(), "key", []byte("value")); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(f.path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			f.Lock()
			wantBeside(t, f)
			if _, err := f.Get(t.Context(), "key"); err == nil {
				t.Error("it is not locked")
			}
		})
	}
}

// TestAnotherFileIsNotReadWhileUnlocked: whatever lies in the file's place, an Unlock
// checks the passphrase of the entries in memory, and they stay.
func TestAnotherFileIsNotReadWhileUnlocked(t *testing.T) {
	other := core.NewSecret("somebody else's passphrase")
	theirs, err := encode(map[string][]byte{"key": []byte("theirs")}, other, cheap)
	if err != nil {
		t.Fatal(err)
	}
	f := newFile(t)
	older, err := os.ReadFile(f.path)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Set(t.Context(), "key", []byte("value")); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"older": older, "of another passphrase": theirs, "damaged": []byte("notes"), "removed": nil} {
		t.Run(name, func(t *testing.T) {
			if err := os.RemoveAll(f.path); err != nil {
				t.Fatal(err)
			}
			if data != nil {
				if err := os.WriteFile(f.path, data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for _, wrong := range []core.Secret{other, {}} {
				if e := wantError(t, f.Unlock(t.Context(), wrong), core.VaultClosed, ErrLocked); !errors.Is(e, ErrPassphrase) {
					t.Errorf("a passphrase that is not its own: %v", e)
				}
			}
			if err := f.Unlock(t.Context(), pass); err != nil {
				t.Error(err)
			}
			if got, err := f.Get(t.Context(), "key"); err != nil || string(got) != "value" {
				t.Errorf("the entry is %q, %v", got, err)
			}
			if after, _ := os.ReadFile(f.path); !bytes.Equal(after, data) {
				t.Error("the file was changed")
			}
		})
	}
}

// TestAFileThatAsksForTooMuch is refused before a byte of that is taken.
func TestAFileThatAsksForTooMuch(t *testing.T) {
	f := newFile(t)
	f.Lock()
	data, err := os.ReadFile(f.path)
	if err != nil {
		t.Fatal(err)
	}
	hard := regexp.MustCompile(`(-> scrypt \S+) 1\n`).ReplaceAll(data, []byte("$1 22\n"))
	if err := os.WriteFile(f.path, hard, 0o600); err != nil {
		t.Fatal(err)
	}
	for what, try := range map[string]func() error{
		"unlock": func() error { return f.Unlock(t.Context(), pass) },
		"read":   func() error { _, err := f.Get(t.Context(), "key"); return err },
	} {
		e := wantError(t, try(), core.VaultClosed, ErrUnavailable)
		if !errors.Is(e, ErrTooHard) || errors.Is(e, ErrDamaged) || e.Remedy != core.RemedyVaultHard || !strings.Contains(e.Message, "4096 MB") {
			t.Errorf("%s: %v, remedy %s", what, e, e.Remedy)
		}
	}
	if f.Damaged() {
		t.Error("it counts as damaged, and init would put it aside")
	}
}

func FuzzDecodeFile(f *testing.F) {
	sound, err := encode(map[string][]byte{"key": []byte("value")}, pass, cheap)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sound)
	f.Add(sound[:60])
	f.Add([]byte("age-encryption.org/v1\n-> scrypt AAAA 30\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if dear.Match(data) {
			return // it would only be slow; age itself refuses more than 2^22
		}
		entries, err := decode(data, pass)
		if err != nil {
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrPassphrase) && !errors.Is(err, ErrTooHard) {
				t.Errorf("error %v", err)
			}
			return
		}
		if entries == nil {
			t.Error("no error and no entries")
		}
	})
}

func BenchmarkFileUnlock(b *testing.B) {
	f := NewFile(filepath.Join(b.TempDir(), "secrets.age"), 0)
	if err := f.Create(b.Context(), pass, nil); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		f.Lock()
		if err := f.Unlock(b.Context(), pass); err != nil {
			b.Fatal(err)
		}
	}
}

// TestABatchIsOneChange: many entries cost one passphrase's work, and all of
// them or none are in the file.
func TestABatchIsOneChange(t *testing.T) {
	f := newFile(t)
	if err := f.Set(t.Context(), "old", []byte("1")); err != nil {
		t.Fatal(err)
	}
	if err := f.Batch(t.Context(), map[string][]byte{"a": []byte("2"), "b": []byte("3")}, []string{"old", "none"}); err != nil {
		t.Fatal(err)
	}
	if err := f.Batch(t.Context(), nil, nil); err != nil {
		t.Fatal(err)
	}
	g := NewFile(f.path, cheap)
	wantError(t, g.Batch(t.Context(), map[string][]byte{"c": nil}, nil), core.VaultClosed, ErrLocked)
	if err := g.Unlock(t.Context(), pass); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"a": "2", "b": "3"} {
		if got, err := g.Get(t.Context(), key); err != nil || string(got) != want {
			t.Errorf("%s is %q, %v", key, got, err)
		}
	}
	_, err := g.Get(t.Context(), "old")
	wantError(t, err, core.VaultClosed, ErrNotFound)
}
