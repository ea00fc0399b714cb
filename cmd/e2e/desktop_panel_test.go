//go:build linux

package e2e

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"tokentray/cmd/e2e/desktop"
	"tokentray/core"
)

// pointed moves the pointer to a place on the screen and presses a button there; 0: none.
func (p *product) pointed(at image.Point, button int) {
	p.t.Helper()
	args := []string{"mousemove", "--sync", strconv.Itoa(at.X), strconv.Itoa(at.Y)}
	if button > 0 {
		args = append(args, "click", strconv.Itoa(button))
	}
	if out, err := p.Output("xdotool", args...); err != nil {
		p.t.Fatalf("%v %s", err, out)
	}
}

// screen takes a picture, and keeps it where somebody wants to look at it.
func (p *product) screen(name string) image.Image {
	p.t.Helper()
	img, err := p.Screenshot("")
	if err != nil {
		p.t.Fatal(err)
	}
	if folder := os.Getenv("TOKENTRAY_E2E_PICTURES"); folder != "" {
		if err := desktop.SavePNG(filepath.Join(folder, name+".png"), img); err != nil {
			p.t.Fatal(err)
		}
	}
	return img
}

// middleOf is the middle of what has a colour, within a box; false where too little has.
func middleOf(img image.Image, box image.Rectangle, want color.NRGBA) (image.Point, bool) {
	near := func(a, b uint32) bool { d := int(a>>8) - int(b); return d > -24 && d < 24 }
	sum, n := image.Point{}, 0
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			r, g, b, _ := img.At(x, y).RGBA()
			if near(r, uint32(want.R)) && near(g, uint32(want.G)) && near(b, uint32(want.B)) {
				sum, n = sum.Add(image.Pt(x, y)), n+1
			}
		}
	}
	if n < 20 {
		return image.Point{}, false
	}
	return sum.Div(n), true
}

// onPanel is where the icon is on the panel.
func (p *product) onPanel() image.Point {
	p.t.Helper()
	at := image.Point{}
	p.wait(15*time.Second, "the icon on the panel", func() error {
		img := p.screen("panel")
		var ok bool
		if at, ok = middleOf(img, image.Rect(0, 0, img.Bounds().Dx(), 60), color.NRGBA{0x1b, 0x8a, 0x9b, 0xff}); !ok {
			return errors.New("nothing there has its colour")
		}
		return nil
	})
	return at
}

// TestThePanelItself uses the icon on a real panel by the mouse: it has a tick after a
// copy, for a moment; a middle click copies again what was copied last, and the menu opens with its submenu of live accounts.
func TestThePanelItself(t *testing.T) {
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked, Panel: true})
	shop := p.add("shop", core.Sandbox, 0)
	p.add("shop", core.Live, 0)
	p.add("mall", core.Live, 0)
	p.icon()
	at := p.onPanel()
	icon := image.Rect(at.X-12, at.Y-12, at.X+12, at.Y+12)
	still := p.screen("still")
	// The tick is there for two seconds: a busy machine may take no picture meanwhile, and
	// then it is copied again.
	p.wait(3*patience, "the tick on the icon", func() error {
		p.click("shop")
		return desktop.Until(3*time.Second, "", func() error {
			if differs(still, p.screen("tick"), icon).Empty() {
				return errors.New("it looks as before")
			}
			return nil
		})
	})
	p.wantCopied(p.issued(shop))
	p.wait(10*time.Second, "the icon as before", func() error {
		if !differs(still, p.screen("again"), icon).Empty() {
			return errors.New("it has the tick")
		}
		return nil
	})
	p.do("", "get", "shop", "--copy")
	p.click("Clear the clipboard now")
	p.wantCleared(5 * time.Second)
	p.pointed(at, 2)
	p.wantCopied(p.issued(shop))

	// The tooltip and the tick go before the picture with which the menu is compared.
	p.pointed(image.Pt(640, 600), 0)
	_ = desktop.Until(4*time.Second, "", func() error {
		if !differs(still, p.screen("before"), icon).Empty() {
			return errors.New("the icon is not as before")
		}
		return nil
	})
	before := p.screen("before")
	p.pointed(at, 3)
	opened := image.Rectangle{}
	p.wait(10*time.Second, "the menu on the screen", func() error {
		time.Sleep(300 * time.Millisecond)
		opened = differs(before, p.screen("menu"), before.Bounds())
		if opened.Dx() < 100 || opened.Dy() < 100 {
			return fmt.Errorf("what changed is %v", opened)
		}
		return nil
	})
	// Down the menu until a submenu unfolds beside it.
	p.wait(20*time.Second, "the submenu", func() error {
		if err := p.Key("Down"); err != nil {
			return err
		}
		if err := p.Key("Right"); err != nil {
			return err
		}
		time.Sleep(300 * time.Millisecond)
		if both := differs(before, p.screen("submenu"), before.Bounds()); both.Dx() < opened.Dx()*3/2 {
			return fmt.Errorf("the menus are %v, and the first is %v", both, opened)
		}
		return nil
	})
}

// differs is the box, within a box, in which two pictures differ.
func differs(a, b image.Image, in image.Rectangle) image.Rectangle {
	out := image.Rectangle{}
	for y := in.Min.Y; y < in.Max.Y; y++ {
		for x := in.Min.X; x < in.Max.X; x++ {
			if a.At(x, y) != b.At(x, y) {
				out = out.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return out
}
