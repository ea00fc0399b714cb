//go:build linux || freebsd || netbsd || openbsd || dragonfly

package vault

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/godbus/dbus/v5"
)

// childEnv is the child's whole environment: where the bus is. Without a bus it is
// ErrUnavailable, and no child is started, because the D-Bus library would run
// dbus-launch, which leaves a bus and a daemon behind.
func childEnv(getenv func(string) string, bus string) ([]string, error) {
	runtime := getenv("XDG_RUNTIME_DIR")
	if bus == "" {
		bus = getenv("DBUS_SESSION_BUS_ADDRESS")
	}
	if bus == "" || strings.HasPrefix(bus, "autolaunch:") {
		socket := filepath.Join(runtime, "bus")
		info, err := os.Stat(socket)
		if runtime == "" || err != nil || info.Mode().Type() != os.ModeSocket {
			return nil, problem(ErrUnavailable, "there is no desktop session and so no keyring; use a passphrase file: tokentray vault init")
		}
		bus = "unix:path=" + dbus.EscapeBusAddressValue(socket)
	}
	env := []string{"DBUS_SESSION_BUS_ADDRESS=" + bus}
	for _, name := range []string{"HOME", "XDG_RUNTIME_DIR"} { // the D-Bus library authenticates with them
		if v := getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	return env, nil
}

// childAttr keeps the terminal's Ctrl-C from a child that is about to write.
func childAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// rootDir is the child's working folder: it keeps no other folder busy.
func rootDir() string { return "/" }

// Names of the Secret Service (specifications.freedesktop.org/secret-service).
const (
	secretsName    = "org.freedesktop.secrets"
	secretsPath    = "/org/freedesktop/secrets"
	secretsService = "org.freedesktop.Secret.Service"
	collection     = "org.freedesktop.Secret.Collection"
	loginPath      = secretsPath + "/collection/login"
)

// closed tells, without raising a prompt, why the keyring's collection cannot be
// used; didIt when it can. It checks the collection that go-keyring would use:
// login, else the default one.
func closed() (outcome, string) {
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		return isAbsent, err.Error()
	}
	defer func() { _ = conn.Close() }()
	v, err := conn.Object(secretsName, secretsPath).GetProperty(secretsService + ".Collections")
	if err != nil {
		return isAbsent, err.Error()
	}
	path := dbus.ObjectPath("/")
	all, ok := v.Value().([]dbus.ObjectPath)
	if !ok {
		return isAbsent, "the list of collections is of another type"
	}
	for _, p := range all {
		if p == loginPath {
			path = p
		}
	}
	if path == "/" {
		err := conn.Object(secretsName, secretsPath).Call(secretsService+".ReadAlias", 0, "default").Store(&path)
		if err != nil {
			return isAbsent, err.Error()
		}
	}
	if path == "/" {
		return noKeyringAt, "no collection is the default one"
	}
	v, err = conn.Object(secretsName, path).GetProperty(collection + ".Locked")
	var gone dbus.Error
	switch {
	case errors.As(err, &gone):
		return noKeyringAt, gone.Error()
	case err != nil:
		return isAbsent, err.Error()
	}
	if locked, ok := v.Value().(bool); !ok || locked {
		return isLocked, "the collection is locked"
	}
	return didIt, ""
}
