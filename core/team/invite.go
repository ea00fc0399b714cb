package team

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"filippo.io/age"

	"tokentray/core"
	"tokentray/core/redisconn"
)

// Invite is what another machine needs to join. It is all secret.
type Invite struct {
	Team     string
	Redis    redisconn.URL
	Keys     Keys
	Password core.Secret // of the Redis
}

// inviteVersion is the form of invites that this program writes and reads.
const inviteVersion = 1

// What it costs to guess the passphrase of an invite, see interchange.WorkFactor, and
// how much work an invite may demand of the machine that opens it.
const (
	WorkFactor    = 18
	maxWorkFactor = 20
	maxInvite     = 64 << 10 // bytes
)

// secretForm is how the vault and an invite store a team. Redis is the URL for which
// the password was entered.
type secretForm struct {
	Redis    string   `json:"redis"`
	Keys     keysForm `json:"keys"`
	Password string   `json:"password,omitempty"`
}

type inviteForm struct {
	Version int    `json:"tokentray_team_invite"`
	Team    string `json:"team"`
	secretForm
}

// form returns the invite in its stored form.
func (i Invite) form() secretForm {
	return secretForm{i.Redis.String(), i.Keys.form(), i.Password.Reveal()}
}

// Secrets returns what the vault keeps of the invite: keys, password, and the Redis
// that they are for.
func (i Invite) Secrets() ([]byte, error) { return json.Marshal(i.form()) }

// WithSecrets returns the invite with what Secrets wrote. If an earlier version wrote
// no Redis, the invite keeps its own.
func (i Invite) WithSecrets(raw []byte) (Invite, error) {
	var f secretForm
	if json.Unmarshal(raw, &f) != nil {
		return i, errKeys()
	}
	keys, err := f.Keys.keys()
	if err == nil && f.Redis != "" {
		i.Redis, err = redisconn.Parse(f.Redis)
	}
	i.Keys, i.Password = keys, core.NewSecret(f.Password)
	return i, err
}

// Seal encrypts the invite under a passphrase, as an age file. workFactor 0 means
// WorkFactor.
func (i Invite) Seal(passphrase core.Secret, workFactor int) ([]byte, error) {
	defer debug.FreeOSMemory() // scrypt's
	plain, err := json.Marshal(inviteForm{inviteVersion, i.Team, i.form()})
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	to, err := age.NewScryptRecipient(passphrase.Reveal())
	if err != nil {
		return nil, &core.Error{Class: core.Invalid, Remedy: core.RemedyInput, Message: core.SaysPassphraseEmpty + "; enter one"}
	}
	if workFactor == 0 {
		workFactor = WorkFactor
	}
	to.SetWorkFactor(workFactor)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err == nil {
		_, err = w.Write(plain)
	}
	if err == nil {
		err = w.Close()
	}
	return out.Bytes(), err
}

// OpenInvite decrypts an invite. Its errors contain nothing of it.
func OpenInvite(file []byte, passphrase core.Secret) (Invite, error) {
	defer debug.FreeOSMemory()
	if len(file) > maxInvite || !bytes.HasPrefix(file, []byte("age-encryption.org/v1")) {
		return Invite{}, errInvite("the file is no invite to a team")
	}
	with, err := age.NewScryptIdentity(passphrase.Reveal())
	if err != nil {
		return Invite{}, errPass()
	}
	with.SetMaxWorkFactor(maxWorkFactor)
	r, err := age.Decrypt(bytes.NewReader(file), with)
	switch {
	case errors.Is(err, age.ErrIncorrectIdentity):
		return Invite{}, errPass()
	case err != nil:
		return Invite{}, errInvite("the file is damaged or no invite to a team")
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxInvite))
	defer clear(plain)
	if err != nil {
		return Invite{}, errInvite("the invite is cut off or damaged")
	}
	var f inviteForm
	switch err := json.Unmarshal(plain, &f); {
	case err != nil || f.Version == 0:
		return Invite{}, errInvite("the file is encrypted as an invite is, and holds none")
	case f.Version != inviteVersion:
		return Invite{}, errInvite(fmt.Sprintf("the invite is of another version of TokenTray (%d, and this one reads %d)", f.Version, inviteVersion))
	case !validName(f.Team):
		return Invite{}, errInvite("the invite names no team")
	}
	i := Invite{Team: f.Team, Password: core.NewSecret(f.Password)}
	if i.Keys, err = f.Keys.keys(); err != nil {
		return Invite{}, err
	}
	i.Redis, err = redisconn.Parse(f.Redis)
	return i, err
}

func errInvite(why string) error {
	return &core.Error{Class: core.Invalid, Remedy: core.RemedyTeamInvite, Message: why + "; " + core.SaysAskForAnInvite}
}

func errPass() error {
	return &core.Error{Class: core.Invalid, Remedy: core.RemedyTeamPass, Message: core.SaysInvitePassphrase + "; enter it again"}
}
