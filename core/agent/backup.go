package agent

import (
	"context"
	"errors"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/interchange"
)

// Backup implements api.Agent. The secrets leave the vault and this process only
// in the encrypted file. If a passphrase file keeps them, the backup must have the
// same passphrase: otherwise any program of the same user could get the AppSecrets
// from the agent under a passphrase of its own. A keyring gives them to such a
// program anyway. The edit lock makes the backup one state of the home.
func (s *Service) Backup(ctx context.Context, passphrase core.Secret) (api.Backup, error) {
	if passphrase.Empty() {
		return api.Backup{}, emptyPassphrase()
	}
	s.retryVault(ctx)
	s.edit.Lock()
	defer s.edit.Unlock()
	if err := s.knows(ctx, passphrase); err != nil {
		return api.Backup{}, err
	}
	var out api.Backup
	var all []interchange.Credential
	for _, a := range s.list(func() {}).Accounts {
		account, err := s.resolve(a.Ref())
		if err != nil {
			return api.Backup{}, err
		}
		c, err := s.vault.Credentials(ctx, account)
		switch {
		case isMissing(err), isElsewhere(err): // a restored backup would send it to the account's host
			out.NoSecret = append(out.NoSecret, account.Ref())
		case err != nil:
			return api.Backup{}, core.AsError(err)
		}
		all = append(all, interchange.Credential{Account: account, Credentials: c})
	}
	data, err := interchange.SealBackup(all, portable(s.current()), s.presets.files(), s.now(), passphrase, s.parts.BackupWork)
	if err != nil {
		return api.Backup{}, &core.Error{
			Class: core.Internal, Remedy: core.RemedyLog, Err: err,
			Message: "the backup could not be encrypted: " + err.Error(),
		}
	}
	out.Age, out.Accounts = data, len(all)
	s.log.Info("backup made", "accounts", len(all))
	return out, nil
}

// knows refuses a passphrase other than that of the passphrase file in use.
func (s *Service) knows(ctx context.Context, passphrase core.Secret) error {
	if err := s.vault.closed(); err != nil || !s.vault.fileInUse() {
		return err
	}
	if err := s.parts.Vaults.File.Unlock(ctx, passphrase); err != nil {
		e := *core.AsError(err)
		if errors.Is(err, s.parts.Vaults.Locked) {
			e.Remedy = core.RemedyBackupPass
			e.Message = "a backup has the passphrase of the passphrase file, and that is another; enter it"
		}
		e.Err = err
		return &e
	}
	return nil
}

// isMissing reports whether the vault works and has no secret of an account.
func isMissing(err error) bool {
	var e *core.Error
	return errors.As(err, &e) && e.Class == core.VaultClosed && e.Remedy == core.RemedyReenter
}

// ofThisHome reports whether a setting belongs to this home alone: no file may open
// the loopback door, start anything or take a key of the desktop.
func ofThisHome(key string) bool {
	return key == core.SettingStartAtLogin || key == core.SettingHotkey || key == core.SettingLoopback || key == core.SettingLoopbackPort
}

// portable are the settings that another home can take over: those that people
// set, except what the operating system keeps. The active environment and the
// loopback door belong to a home: a restore must not point tools at live accounts
// or open the door.
func portable(set core.Settings) []interchange.Setting {
	var out []interchange.Setting
	for _, key := range core.SettingKeys() {
		if value, ok := set.Get(key); ok && !ofThisHome(key) {
			out = append(out, interchange.Setting{Key: key, Value: value})
		}
	}
	return out
}
