//go:build linux

package e2e

import (
	"fmt"
	"image/color"
	"reflect"
	"strings"
	"testing"
	"time"

	"tokentray/cmd/e2e/desktop"
	"tokentray/core"
)

// bandColours are the colours of the band over the window's list, in the light
// theme.
func bandColours() map[core.Env]color.NRGBA {
	return map[core.Env]color.NRGBA{
		core.Sandbox: {R: 0x1B, G: 0x8A, B: 0x9B, A: 0xff},
		core.Live:    {R: 0xE4, G: 0x57, B: 0x2E, A: 0xff},
	}
}

// TestEnvironmentsFollowEachOther switches between sandbox and live in each place
// that has the switch, and checks that the others follow at once: the agent, the
// tray's icon, the command line and the window.
func TestEnvironmentsFollowEachOther(t *testing.T) {
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked, Panel: true})
	p.add("shop", core.Sandbox, 0)
	p.add("shop", core.Live, 0)
	p.do("", "settings", "set", "theme", "light")
	item := p.icon()
	icons := map[core.Env]any{}
	icon, err := item.Property("IconPixmap")
	if err != nil {
		t.Fatal(err)
	}
	icons[core.Sandbox] = icon
	w := p.open()
	if err := w.Activate(); err != nil {
		t.Fatal(err)
	}

	follow := func(how string, env core.Env) {
		t.Helper()
		p.wait(10*time.Second, how+": all to be "+string(env), func() error {
			list, err := p.client.List(t.Context())
			if err != nil {
				return err
			}
			if list.Active != env {
				return fmt.Errorf("the agent is %s", list.Active)
			}
			img, err := p.Screenshot(w.ID)
			if err != nil {
				return err
			}
			at := img.Bounds().Min
			if got := color.NRGBAModel.Convert(img.At(at.X+img.Bounds().Dx()/2, at.Y+1)); got != bandColours()[env] {
				return fmt.Errorf("the window's band is %v", got)
			}
			icon, err := item.Property("IconPixmap")
			if err != nil {
				return err
			}
			if known := icons[env]; known != nil && !reflect.DeepEqual(icon, known) {
				return fmt.Errorf("the icon is not that of %s", env)
			} else if known == nil && reflect.DeepEqual(icon, icons[core.Sandbox]) {
				return fmt.Errorf("the icon is still that of the sandbox")
			}
			icons[env] = icon
			return nil
		})
		// Without an environment the command line means the active one.
		if got := p.do("", "show", "shop"); !strings.Contains(strings.ToLower(got), string(env)) {
			t.Errorf("%s: the command line shows\n%s", how, got)
		}
	}
	press := func(keys ...string) {
		t.Helper()
		if err := p.Key(keys...); err != nil {
			t.Fatal(err)
		}
	}
	follow("at first", core.Sandbox)
	p.click("Live")
	follow("the tray", core.Live)
	p.do("", "use", "sandbox")
	follow("tokentray use", core.Sandbox)
	press("ctrl+2")
	follow("the window", core.Live)
	// One key of the window switches to the other environment of the selected
	// account.
	press("Down", "F6")
	follow("the window's F6", core.Sandbox)
	// The selection follows: Enter copies the sandbox account.
	// The window may be a moment behind the agent, and then takes no key for the row.
	p.wait(2*patience, "the copy", func() error {
		press("Return")
		return desktop.Until(3*time.Second, "", func() error {
			list, err := p.client.List(t.Context())
			if err != nil {
				return err
			}
			if list.Clipboard.Account != "shop" || list.Clipboard.Env != core.Sandbox {
				return fmt.Errorf("copied is %+v", list.Clipboard)
			}
			return nil
		})
	})
	press("ctrl+t")
	follow("the window's Ctrl+T", core.Live)
}
