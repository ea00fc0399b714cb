//go:build linux

package e2e

import (
	"fmt"
	"image"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"tokentray/cmd/e2e/desktop"
)

// portal is a settings portal. Like xdg-desktop-portal it answers only a caller whose
// root folder it can inspect.
type portal struct {
	conn *dbus.Conn

	mu      sync.Mutex
	asked   int
	refused error
}

const portalSettings = "org.freedesktop.portal.Settings"

// Read implements the portal's interface.
func (p *portal) Read(sender dbus.Sender, space, key string) (dbus.Variant, *dbus.Error) {
	var pid uint32
	err := p.conn.BusObject().Call("org.freedesktop.DBus.GetConnectionUnixProcessID", 0, string(sender)).Store(&pid)
	if err == nil {
		look := exec.Command("readlink", fmt.Sprintf("/proc/%d/root", pid))
		if os.Getuid() == 0 { // as a user without this right
			look = exec.Command("setpriv", append([]string{"--bounding-set", "-sys_ptrace"}, look.Args...)...)
		}
		err = look.Run()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked++
	if err != nil {
		p.refused = err
		return dbus.Variant{}, dbus.NewError("org.freedesktop.DBus.Error.AccessDenied", []any{"unable to open /proc/PID/root"})
	}
	return dbus.MakeVariant(dbus.MakeVariant(uint32(1))), nil // dark
}

// TestTheWindowFollowsTheDesktop: dark or light, although a portal cannot inspect the
// window's process.
func TestTheWindowFollowsTheDesktop(t *testing.T) {
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked})
	conn, err := dbus.Connect(p.Bus)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	settings := &portal{conn: conn}
	const path = "/org/freedesktop/portal/desktop"
	if err := conn.Export(settings, path, portalSettings); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName("org.freedesktop.portal.Desktop", dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	w := p.open()
	shows := func(dark bool) {
		t.Helper()
		p.wait(15*time.Second, fmt.Sprintf("a window that is dark: %v", dark), func() error {
			img, err := p.Screenshot(w.ID)
			if err != nil {
				return err
			}
			if share := darkShare(img); share > 0.5 != dark {
				return fmt.Errorf("%.0f %% of the window is dark", 100*share)
			}
			return nil
		})
	}
	shows(true)
	if err := conn.Emit(path, portalSettings+".SettingChanged", "org.freedesktop.appearance", "color-scheme", dbus.MakeVariant(uint32(2))); err != nil {
		t.Fatal(err)
	}
	shows(false)
	settings.mu.Lock()
	defer settings.mu.Unlock()
	t.Logf("the portal was asked %d times, and the last refusal was: %v", settings.asked, settings.refused)
	for _, info := range p.Processes("tokentray", "tokentray-window") {
		limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", info.PID))
		if err != nil || !coreLimit.Match(limits) {
			t.Errorf("%v may dump its core: %v\n%s", info, err, limits)
		}
	}
}

// darkShare is how much of a picture is dark.
func darkShare(img image.Image) float64 {
	box := img.Bounds()
	dark := 0
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			if r, g, b, _ := img.At(x, y).RGBA(); r+g+b < 3*0x6000 {
				dark++
			}
		}
	}
	return float64(dark) / float64(box.Dx()*box.Dy())
}
