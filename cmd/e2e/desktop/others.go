//go:build linux

package desktop

import (
	"errors"
	"fmt"
	"image/color"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

// lxqtConfig is one bar at the top with the open windows and a system tray.
const lxqtConfig = `[General]
panels=panel1
iconTheme=

[panel1]
alignment=-1
desktop=0
iconSize=22
lineCount=1
panelSize=32
plugins=taskbar,statusnotifier
position=Top
width=100
width-percent=true

[taskbar]
type=taskbar

[statusnotifier]
type=statusnotifier
`

// StartLXQtPanel starts the panel of LXQt, whose system tray is not that of Xfce, and
// waits until its tray answers.
func (d *Desktop) StartLXQtPanel() error {
	dir := filepath.Join(d.Home(), ".config", "lxqt")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "panel.conf"), []byte(lxqtConfig), 0o600); err != nil {
		return err
	}
	var err error
	if d.panel, err = d.Start("lxqt-panel", "lxqt-panel"); err != nil {
		return err
	}
	return Until(60*time.Second, "the tray of LXQt", func() error {
		if !d.HasName(watcherName) {
			return errors.New(watcherName + " is not there")
		}
		return nil
	})
}

// kwalletConfig lets KWallet serve other programs by the Secret Service, without the
// assistant that asks at its first use.
const kwalletConfig = `[Wallet]
Enabled=true
First Use=false
Prompt on Open=false
Default Wallet=kdewallet
Use One Wallet=true

[org.freedesktop.secrets]
apiEnabled=true
`

// kwalletKey is the key of KWallet's file, which it takes from the login's password. It
// has this length.
var kwalletKey = [56]byte{'T', 'o', 'k', 'e', 'n', 'T', 'r', 'a', 'y'}

// StartKWallet starts KDE's KWallet with an unlocked wallet, as a login does: the key
// comes by one pipe and the environment by a socket.
func (d *Desktop) StartKWallet() error {
	if d.conn == nil {
		return errors.New("a keyring needs a session bus")
	}
	config := filepath.Join(d.Home(), ".config")
	if err := os.MkdirAll(config, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(config, "kwalletrc"), []byte(kwalletConfig), 0o600); err != nil {
		return err
	}
	// At its first start it makes the wallet, and only at the next one it is served.
	first, err := d.kwallet()
	if err != nil {
		return err
	}
	err = Until(60*time.Second, "the wallet's file", func() error {
		info, err := os.Stat(d.WalletFile())
		if err == nil && info.Size() == 0 {
			err = errors.New("it is empty")
		}
		return err
	})
	first.Stop()
	if err != nil {
		return err
	}
	if _, err := d.kwallet(); err != nil {
		return err
	}
	return Until(60*time.Second, "the wallet", func() error {
		if !d.HasName(secretsName) {
			return errors.New(secretsName + " is not there")
		}
		_, err := d.defaultCollection() // it says that it is locked until it is asked to unlock
		return err
	})
}

// kwallet starts KWallet as a login does.
func (d *Desktop) kwallet() (*Process, error) {
	path := filepath.Join(d.Dir, "run", "kwallet5.socket")
	login, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	defer login.Close()
	listening, err := login.File()
	if err != nil {
		return nil, err
	}
	defer listening.Close()
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	defer w.Close()
	p := d.command("kwalletd5", "kwalletd5", "--pam-login", "3", "4")
	p.cmd.ExtraFiles = []*os.File{r, listening}
	p.cmd.Env = append(d.Env(), "PAM_KWALLET5_LOGIN="+path)
	if err := p.start(); err != nil {
		return nil, err
	}
	if _, err := w.Write(kwalletKey[:]); err != nil {
		return nil, err
	}
	conn, err := net.Dial("unix", path)
	if err != nil {
		return nil, err
	}
	for _, v := range d.env {
		if _, err := fmt.Fprintln(conn, v); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	return p, conn.Close()
}

// defaultCollection is the collection in which programs keep secrets.
func (d *Desktop) defaultCollection() (dbus.ObjectPath, error) {
	var path dbus.ObjectPath
	if err := d.conn.Object(secretsName, secretsPath).Call(serviceIface+".ReadAlias", 0, "default").Store(&path); err != nil {
		return "", err
	}
	if path == "/" {
		return "", errors.New("there is no default collection")
	}
	return path, nil
}

// WalletFile is the file of the wallet, encrypted.
func (d *Desktop) WalletFile() string {
	return filepath.Join(d.Home(), ".local", "share", "kwalletd", "kdewallet.kwl")
}

// PanelIcon finds the middle of an icon in colour in the bar at the top of the screen.
func (d *Desktop) PanelIcon() (x, y int, err error) {
	img, err := d.Screenshot("")
	if err != nil {
		return 0, 0, err
	}
	const bar, colourful, least = 32, 60, 20
	n := 0
	for at := img.Bounds().Min.Y; at < bar; at++ {
		for across := img.Bounds().Min.X; across < img.Bounds().Max.X; across++ {
			c := color.NRGBAModel.Convert(img.At(across, at)).(color.NRGBA)
			if int(max(c.R, c.G, c.B))-int(min(c.R, c.G, c.B)) > colourful {
				x, y, n = x+across, y+at, n+1
			}
		}
	}
	if n < least {
		return 0, 0, fmt.Errorf("%d pixels of the bar have a colour", n)
	}
	return x / n, y / n, nil
}

// ClickAt clicks with a button of the mouse at a place of the screen.
func (d *Desktop) ClickAt(x, y, button int) error {
	// Not --sync: see Window.Click.
	_, err := d.Output("xdotool", "mousemove", strconv.Itoa(x), strconv.Itoa(y), "click", strconv.Itoa(button))
	return err
}

// MenuOpens waits for a menu of LXQt's panel: a second window of it.
func (d *Desktop) MenuOpens(limit time.Duration) error {
	return Until(limit, "a menu of the panel", func() error {
		out, err := d.Output("xdotool", "search", "--onlyvisible", "--class", "lxqt-panel")
		if n := len(strings.Fields(out)); err == nil && n < 2 {
			err = fmt.Errorf("the panel has %d windows", n)
		}
		return err
	})
}
