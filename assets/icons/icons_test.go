package icons

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"testing"
)

func allLooks() []Look {
	var all []Look
	for i := range 4 {
		l := Look{Live: i&1 != 0, Paused: i&2 != 0}
		badge, locked := l, l
		badge.Badge, locked.Locked = true, true
		all = append(all, l, badge, locked)
	}
	return append(all, Look{Copied: true}, Look{Copied: true, Live: true})
}

func decode(t *testing.T, b []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestEveryLookHasEverySize(t *testing.T) {
	seen := map[string]Look{}
	for _, l := range allLooks() {
		for _, size := range []int{16, 24, 32, 48} {
			if got := decode(t, l.png(size)).Bounds().Size(); got != image.Pt(size, size) {
				t.Errorf("%+v: picture for %d is %v", l, size, got)
			}
		}
		if other, twice := seen[string(Tray(l))]; twice {
			t.Errorf("%+v and %+v look alike", l, other)
		}
		seen[string(Tray(l))] = l
	}
	if got := decode(t, App()).Bounds().Size(); got != image.Pt(256, 256) {
		t.Errorf("the program's icon is %v", got)
	}
}

// The environment is told by shape, not by colour alone: the upper left of the
// ring is missing for sandbox.
func TestShapeTellsTheEnvironment(t *testing.T) {
	for _, l := range allLooks() {
		img := decode(t, l.png(48))
		_, _, _, alpha := img.At(11, 11).RGBA()
		if solid := alpha > 0x8000; solid != l.Live {
			t.Errorf("%+v: ring closed at the upper left: %v", l, solid)
		}
	}
}

// Each colour of an icon stands out from the panels, light and dark, at the 3:1
// that WCAG 1.4.11 asks of graphics.
func TestContrastOnPanels(t *testing.T) {
	panels := map[string]color.Color{"light": color.Gray{0xf2}, "dark": color.NRGBA{0x20, 0x23, 0x26, 0xff}}
	for _, l := range allLooks() {
		ring := decode(t, l.png(48)).At(37, 8) // in the upper right, where both have it
		for name, panel := range panels {
			if got := contrast(ring, panel); got < 3 {
				t.Errorf("%+v on a %s panel: contrast %.2f", l, name, got)
			}
		}
	}
}

func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(c color.Color) float64 {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	lin := func(v uint8) float64 { f := float64(v) / 255; return f * f * (0.6 + 0.4*f) } // near enough to sRGB
	return 0.2126*lin(n.R) + 0.7152*lin(n.G) + 0.0722*lin(n.B)
}

func TestICOHoldsThePictures(t *testing.T) {
	src := []image.Image{decode(t, Look{}.png(16)), decode(t, Look{Live: true}.png(48))}
	ico, err := ICO(Look{}.png(16), Look{Live: true}.png(48))
	if err != nil {
		t.Fatal(err)
	}
	le := binary.LittleEndian
	if got := le.Uint16(ico[4:]); got != 2 {
		t.Fatalf("%d pictures", got)
	}
	end := 0
	for i, img := range src {
		e := ico[6+16*i:]
		size := img.Bounds().Dx()
		if int(e[0]) != size || int(e[1]) != size || le.Uint16(e[6:]) != 32 {
			t.Errorf("picture %d: entry % x", i, e[:16])
		}
		offset := int(le.Uint32(e[12:]))
		b := ico[offset : offset+int(le.Uint32(e[8:]))]
		if le.Uint32(b) != 40 || int(le.Uint32(b[4:])) != size || int(le.Uint32(b[8:])) != 2*size {
			t.Errorf("picture %d: header % x", i, b[:40])
		}
		for y := range size {
			for x := range size {
				at := 40 + ((size-1-y)*size+x)*4
				got := color.NRGBA{b[at+2], b[at+1], b[at], b[at+3]}
				if want := color.NRGBAModel.Convert(img.At(x, y)); got != want {
					t.Fatalf("picture %d at %d,%d: %v, want %v", i, x, y, got, want)
				}
			}
		}
		end = offset + len(b)
	}
	if end != len(ico) {
		t.Errorf("%d bytes, the pictures end at %d", len(ico), end)
	}
}

func TestICORefuses(t *testing.T) {
	var wide bytes.Buffer
	if err := png.Encode(&wide, image.NewNRGBA(image.Rect(0, 0, 16, 8))); err != nil {
		t.Fatal(err)
	}
	for name, pngs := range map[string][][]byte{"nothing": {}, "no picture": {[]byte("x")}, "not square": {wide.Bytes()}} {
		if _, err := ICO(pngs...); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
