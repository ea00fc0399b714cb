package interchange

import (
	"errors"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
)

// FuzzBackup: a backup gives back what went into it, under its own passphrase
// alone, and one in which a byte was changed is refused, never misread.
func FuzzBackup(f *testing.F) {
	f.Add("shop", "a note\nof two lines", "wx0123456789abcdef", "0123456789abcdef0123456789abcdef", "p", uint32(9), byte(1))
	f.Add("=1", "", "", "", "", uint32(200), byte(128))
	f.Fuzz(func(t *testing.T, name, note, appID, secret, passphrase string, at uint32, mask byte) {
		a := kinds.Builtin().Clean(core.Account{Name: name, Env: core.Live, Kind: kinds.WeChat, AppID: appID, Note: lineEnds.Replace(note)})
		if len(kinds.Builtin().Check(a).Fatal()) > 0 || passphrase == "" {
			return
		}
		kept := core.NewSecret(secret)
		if spec := kinds.Builtin().Default(); secret != "" {
			clean, odd := spec.CleanSecret(kept)
			if len(odd.Fatal()) > 0 {
				return
			}
			kept = clean
		}
		data, err := SealBackup([]Credential{{a, core.Credentials{Secret: kept}}}, nil, nil, time.Unix(0, 0), core.NewSecret(passphrase), 1)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Read(data, Options{From: Backup, Passphrase: core.NewSecret(passphrase)})
		if err != nil || len(got.Accounts) != 1 {
			t.Fatalf("%d accounts, %v", len(got.Accounts), err)
		}
		in := got.Accounts[0]
		if in.Name != a.Name || in.AppID != a.AppID || in.Secret.Reveal() != kept.Reveal() {
			t.Fatalf("%+v came back as %q, %q", a, in.Name, in.AppID)
		}
		var bad Faults
		if _, err := Read(data, Options{From: Backup, Passphrase: core.NewSecret(passphrase + "x")}); !errors.As(err, &bad) {
			t.Fatalf("another passphrase: %v", err)
		}
		if mask == 0 {
			return
		}
		data[int(at)%len(data)] ^= mask
		if _, err := Read(data, Options{From: Backup, Passphrase: core.NewSecret(passphrase)}); !errors.As(err, &bad) {
			t.Fatalf("byte %d of %d changed: %v", int(at)%len(data), len(data), err)
		}
	})
}
