package vault

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"runtime/debug"
	"strconv"

	"filippo.io/age"

	"tokentray/core"
)

// maxWorkFactor bounds the work that a file may demand: with N = 2^20 four seconds
// and 1 GB.
const maxWorkFactor = 20

// header is the beginning of every file that this program writes: the version,
// one passphrase and its work factor.
var header = regexp.MustCompile(`^age-encryption\.org/v1\n-> scrypt [A-Za-z0-9+/]{22} ([1-9][0-9]{0,2})\n`)

// inspect reads the beginning of a file without its passphrase: it recognises a file
// that cannot be opened, and one that demands too much work.
func inspect(data []byte) error {
	factor, ok := factorOf(data)
	if !ok {
		return damaged(errors.New("it does not begin as one"))
	}
	if factor > maxWorkFactor {
		e := problem(ErrUnavailable, fmt.Sprintf(
			"the passphrase file asks for a scrypt work factor of %d, which takes %d MB; no more than %d is taken, so write it anew with age and less", factor, 1<<(min(factor, 40)-10), maxWorkFactor), ErrTooHard)
		e.Remedy = core.RemedyVaultHard
		return e
	}
	return nil
}

// factorOf is the work factor at the beginning of a file; ok is false if it does not begin
// as one.
func factorOf(data []byte) (factor int, ok bool) {
	found := header.FindSubmatch(data)
	if found == nil {
		return 0, false
	}
	factor, _ = strconv.Atoi(string(found[1])) // three digits at most
	return factor, true
}

// encode encrypts entries under a passphrase.
func encode(entries map[string][]byte, pass core.Secret, factor int) ([]byte, error) {
	defer debug.FreeOSMemory() // scrypt's
	r, err := age.NewScryptRecipient(pass.Reveal())
	if err != nil {
		return nil, err
	}
	r.SetWorkFactor(factor)
	plain, err := json.Marshal(entries)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, r)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// decode is the reverse of encode. Its errors contain nothing of the content.
func decode(data []byte, pass core.Secret) (map[string][]byte, error) {
	defer debug.FreeOSMemory()
	if err := inspect(data); err != nil {
		return nil, err
	}
	id, err := age.NewScryptIdentity(pass.Reveal())
	if err != nil {
		return nil, wrongPassphrase()
	}
	id.SetMaxWorkFactor(maxWorkFactor)
	r, err := age.Decrypt(bytes.NewReader(data), id)
	var noMatch *age.NoIdentityMatchError
	switch {
	case errors.As(err, &noMatch) && errors.Is(err, age.ErrIncorrectIdentity):
		return nil, wrongPassphrase()
	case err != nil:
		return nil, damaged(err)
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxFile))
	defer clear(plain)
	if err != nil {
		return nil, damaged(err)
	}
	var entries map[string][]byte
	if err := json.Unmarshal(plain, &entries); err != nil || entries == nil {
		return nil, damaged(errors.New("it holds something else"))
	}
	return entries, nil
}

func wrongPassphrase() error {
	return problem(ErrLocked, "the passphrase is wrong; try again with tokentray vault unlock", ErrPassphrase)
}

func damaged(cause error) error {
	e := problem(ErrUnavailable, core.SaysPassphraseFileDamaged+"; put a copy of it back, or make a new one with tokentray vault init, which keeps the damaged one beside it", ErrDamaged, cause)
	e.Remedy = core.RemedyVaultDamaged
	return e
}
