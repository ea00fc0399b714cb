//go:build linux

package desktop

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

// Names of the Secret Service (freedesktop.org, Secret Service API 0.2) and of
// gnome-keyring.
const (
	secretsName   = "org.freedesktop.secrets"
	secretsPath   = dbus.ObjectPath("/org/freedesktop/secrets")
	loginPath     = dbus.ObjectPath("/org/freedesktop/secrets/collection/login")
	serviceIface  = "org.freedesktop.Secret.Service"
	unlockMaster  = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface.UnlockWithMasterPassword"
	collectionTag = "org.freedesktop.Secret.Collection"
	itemTag       = "org.freedesktop.Secret.Item"
)

// startKeyring starts gnome-keyring with an unlocked login keyring.
func (d *Desktop) startKeyring() error {
	if d.conn == nil {
		return errors.New("a keyring needs a session bus")
	}
	p := d.command("keyring", "gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets")
	p.cmd.Stdin = strings.NewReader(password)
	if err := p.start(); err != nil {
		return err
	}
	return Until(60*time.Second, "the unlocked keyring", func() error {
		if !d.HasName(secretsName) {
			return errors.New(secretsName + " is not there")
		}
		locked, err := d.keyringLocked()
		if err == nil && locked {
			err = errors.New("it is still locked")
		}
		return err
	})
}

func (d *Desktop) keyringLocked() (bool, error) {
	v, err := d.conn.Object(secretsName, loginPath).GetProperty(collectionTag + ".Locked")
	if err != nil {
		return false, err
	}
	return v.Value().(bool), nil
}

// LockKeyring locks the login keyring, as a screen lock may do.
func (d *Desktop) LockKeyring() error {
	var locked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	return d.conn.Object(secretsName, secretsPath).
		Call(serviceIface+".Lock", 0, []dbus.ObjectPath{loginPath}).Store(&locked, &prompt)
}

// secret is the structure that the Secret Service exchanges.
type secret struct {
	Session     dbus.ObjectPath
	Parameters  []byte
	Value       []byte
	ContentType string
}

// UnlockKeyring unlocks the login keyring, as its owner's password does.
func (d *Desktop) UnlockKeyring() error {
	session, err := d.secretSession()
	if err != nil {
		return err
	}
	s := secret{Session: session, Value: []byte(password), ContentType: "text/plain"}
	return d.conn.Object(secretsName, secretsPath).Call(unlockMaster, 0, loginPath, s).Err
}

// AnswerPrompt waits for the window in which the keyring asks for its password,
// and types it. What is typed before the window has the keyboard is lost, so it is
// typed again while the window stays.
func (d *Desktop) AnswerPrompt() error {
	prompts := func() []string {
		out, _ := d.Output("xdotool", "search", "--onlyvisible", "--class", "gcr-prompter") // it fails when there is none
		return strings.Fields(out)
	}
	err := Until(60*time.Second, "the keyring's prompt", func() error {
		ids := prompts()
		if len(ids) == 0 {
			return errors.New("no window of gcr-prompter is there")
		}
		return Window{ids[len(ids)-1], d}.Activate()
	})
	if err != nil {
		return err
	}
	for range 3 {
		if err := d.Key("ctrl+a"); err != nil {
			return err
		}
		if err := d.Type(password); err != nil {
			return err
		}
		if err := d.Key("Return"); err != nil {
			return err
		}
		stays := Until(5*time.Second, "", func() error {
			if len(prompts()) > 0 {
				return errors.New("the prompt is still there")
			}
			return nil
		})
		if stays == nil {
			break
		}
	}
	return nil // whoever asked sees whether it was the password
}

func (d *Desktop) secretSession() (dbus.ObjectPath, error) {
	var out dbus.Variant
	var session dbus.ObjectPath
	err := d.conn.Object(secretsName, secretsPath).
		Call(serviceIface+".OpenSession", 0, "plain", dbus.MakeVariant("")).Store(&out, &session)
	return session, err
}

// KeyringItem is one entry of the login keyring.
type KeyringItem struct {
	Label      string
	Attributes map[string]string
	Secret     string
}

// KeyringItems lists what the unlocked login keyring holds.
func (d *Desktop) KeyringItems() ([]KeyringItem, error) {
	session, err := d.secretSession()
	if err != nil {
		return nil, fmt.Errorf("opening a session with the keyring: %w", err)
	}
	v, err := d.conn.Object(secretsName, loginPath).GetProperty(collectionTag + ".Items")
	if err != nil {
		return nil, fmt.Errorf("listing the keyring: %w", err)
	}
	var out []KeyringItem
	for _, path := range v.Value().([]dbus.ObjectPath) {
		o := d.conn.Object(secretsName, path)
		var item KeyringItem
		var s secret
		label, err := o.GetProperty(itemTag + ".Label")
		if err != nil {
			return nil, fmt.Errorf("reading a keyring entry: %w", err)
		}
		attrs, err := o.GetProperty(itemTag + ".Attributes")
		if err != nil {
			return nil, fmt.Errorf("reading a keyring entry: %w", err)
		}
		if err := o.Call(itemTag+".GetSecret", 0, session).Store(&s); err != nil {
			return nil, fmt.Errorf("reading a keyring entry: %w", err)
		}
		item.Label, _ = label.Value().(string)
		item.Attributes, _ = attrs.Value().(map[string]string)
		item.Secret = string(s.Value)
		out = append(out, item)
	}
	return out, nil
}
