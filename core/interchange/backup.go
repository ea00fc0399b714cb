package interchange

import (
	"bytes"
	"errors"
	"io"
	"runtime/debug"
	"time"

	"filippo.io/age"
	"filippo.io/age/armor"

	"tokentray/core"
	"tokentray/core/filefault"
)

// WorkFactor is the cost of guessing the passphrase of a backup: scrypt with
// N = 2^18 takes about a second and 256 MB for each guess.
const WorkFactor = 18

// maxWorkFactor bounds what a file may ask of the machine that opens it: four
// times the above.
const maxWorkFactor = 20

// Credential is an account with what its backup holds in addition.
type Credential struct {
	Account     core.Account
	Credentials core.Credentials // an account may have no secret yet
}

// SealBackup encrypts accounts, their secrets, settings and presets under a
// passphrase: JSON in an age file, so that `age -d` opens it too. workFactor 0 means
// WorkFactor. Tokens are left out: they live two hours, and a restored account
// fetches its own. So are IDs and consents, which belong to one home, and client
// keys, whose return could undo a revocation.
func SealBackup(accounts []Credential, settings []Setting, presets map[core.Kind][]byte, now time.Time, passphrase core.Secret, workFactor int) ([]byte, error) {
	defer debug.FreeOSMemory() // scrypt's
	doc := document{What: whatBackup, Version: Version, Created: now.UTC().Format(time.RFC3339), Accounts: make([]record, len(accounts)), Settings: map[string]string{}}
	for i, c := range accounts {
		doc.Accounts[i] = recordOf(c.Account, true)
		if secret := c.Credentials.Secret; !secret.Empty() {
			doc.Accounts[i] = append(doc.Accounts[i], pair{"secret", secret.Reveal()})
		}
		if password := c.Credentials.ProxyPassword; !password.Empty() {
			doc.Accounts[i] = append(doc.Accounts[i], pair{"proxy_password", password.Reveal()})
		}
	}
	if len(presets) > 0 {
		doc.Presets = map[string]string{}
	}
	for kind, file := range presets {
		doc.Presets[string(kind)] = string(file)
	}
	for _, s := range settings {
		doc.Settings[s.Key] = s.Value
	}
	plain, err := encodeJSON(doc)
	if err != nil {
		return nil, err
	}
	switch {
	case len(accounts) > MaxAccounts:
		return nil, Faults{{Code: filefault.Many, Other: MaxAccounts}}
	case len(plain) > MaxFile:
		return nil, Faults{{Code: filefault.Big, Other: MaxFile >> 20}}
	}
	recipient, err := age.NewScryptRecipient(passphrase.Reveal())
	if err != nil {
		return nil, err
	}
	if workFactor == 0 {
		workFactor = WorkFactor
	}
	recipient.SetWorkFactor(workFactor)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, recipient)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	err = w.Close()
	return out.Bytes(), err
}

const ageMagic = "age-encryption.org/v1"

// IsBackup reports whether a file is encrypted by age, armoured or not.
func IsBackup(data []byte) bool {
	return bytes.HasPrefix(data, []byte(ageMagic)) || bytes.HasPrefix(bytes.TrimSpace(data), []byte(armor.Header))
}

// readBackup opens a backup. It contains each account in full.
func readBackup(data []byte, o Options) (File, error) {
	if len(data) > MaxFile {
		return File{}, Faults{{Code: filefault.Big, Other: MaxFile >> 20}}
	}
	if !IsBackup(data) {
		return File{}, one(filefault.Unknown, 0)
	}
	plain, err := open(data, o.Passphrase)
	if err != nil {
		return File{}, err
	}
	text, _, err := prepare(plain)
	if err != nil {
		return File{}, err
	}
	f, err := readAccounts(text)
	if err != nil {
		return File{}, err
	}
	f.Source = Backup
	if len(f.Accounts) == 0 && len(f.Settings) > 0 {
		return f, nil
	}
	return finish(f, o)
}

func open(data []byte, passphrase core.Secret) ([]byte, error) {
	defer debug.FreeOSMemory()
	id, err := age.NewScryptIdentity(passphrase.Reveal())
	if err != nil {
		return nil, one(filefault.Passphrase, 0)
	}
	id.SetMaxWorkFactor(maxWorkFactor)
	var in io.Reader = bytes.NewReader(data)
	if !bytes.HasPrefix(data, []byte(ageMagic)) {
		in = armor.NewReader(bytes.NewReader(bytes.TrimSpace(data)))
	}
	r, err := age.Decrypt(in, id)
	var noMatch *age.NoIdentityMatchError
	switch {
	case errors.As(err, &noMatch) && errors.Is(err, age.ErrIncorrectIdentity):
		return nil, one(wrongOrOther(noMatch), 0)
	case err != nil:
		return nil, one(filefault.Damaged, 0)
	}
	plain, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return nil, one(filefault.Damaged, 0)
	}
	return plain, nil
}

// wrongOrOther tells a wrong passphrase from a file encrypted for somebody's key.
func wrongOrOther(e *age.NoIdentityMatchError) string {
	if len(e.StanzaTypes) > 0 && e.StanzaTypes[0] != "scrypt" {
		return filefault.OtherKey
	}
	return filefault.Passphrase
}
