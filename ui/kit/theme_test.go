package kit

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

// contrast is the contrast ratio of WCAG 2.
func contrast(a, b color.NRGBA) float64 {
	x, y := luminance(a), luminance(b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

func luminance(c color.NRGBA) float64 {
	part := func(v uint8) float64 {
		f := float64(v) / 255
		if f <= 0.03928 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c.R) + 0.7152*part(c.G) + 0.0722*part(c.B)
}

func TestContrast(t *testing.T) {
	for name, p := range map[string]Palette{"light": LightPalette(), "dark": DarkPalette()} {
		grounds := map[string]color.NRGBA{"ground": p.Ground, "raised": p.Raised, "hover": p.Hover, "warn": p.Warn, "notice": p.Notice}
		inks := map[string]color.NRGBA{
			"text": p.Text, "muted": p.Muted, "sandbox": p.SandboxText, "live": p.LiveText, "soon": p.SoonText,
		}
		for g, ground := range grounds {
			for i, ink := range inks {
				if c := contrast(ink, ground); c < 4.5 {
					t.Errorf("%s: %s on %s has %.2f:1", name, i, g, c)
				}
			}
			if c := contrast(p.Border, ground); c < 3 {
				t.Errorf("%s: the outline of controls on %s has %.2f:1", name, g, c)
			}
		}
		for _, pair := range []struct {
			name        string
			ink, ground color.NRGBA
		}{
			{"filled button", p.OnAccent, p.Accent},
			{"danger and LIVE", p.OnDanger, p.Danger},
			{"snackbar", p.OnInv, p.Inverse},
			{"a failure on the snackbar", p.InvLive, p.Inverse},
			{"snackbar's countdown", p.InvMuted, p.Inverse},
			{"selected text", p.Text, p.Select},
		} {
			if c := contrast(pair.ink, pair.ground); c < 4.5 {
				t.Errorf("%s: %s has %.2f:1", name, pair.name, c)
			}
		}
	}
}

// The theme answers for every colour, size and font that Fyne's widgets ask for,
// without falling back to a colour of the other theme.
func TestTheme(t *testing.T) {
	test.NewTempApp(t) // Fyne asks for a colour that it does not know
	f := NewFonts()
	for _, p := range []Palette{LightPalette(), DarkPalette()} {
		s := NewTheme(p, f)
		// The variant that Fyne passes does not matter.
		for _, n := range []struct{ a, b any }{
			{s.Color(theme.ColorNameBackground, theme.VariantDark), s.Color(theme.ColorNameBackground, theme.VariantLight)},
			{s.Color(theme.ColorNamePressed, theme.VariantDark), s.Color(theme.ColorNamePressed, theme.VariantLight)},
			{s.Color("unheard-of", theme.VariantDark), s.Color("unheard-of", theme.VariantLight)},
		} {
			if n.a != n.b {
				t.Errorf("%v is not %v", n.a, n.b)
			}
		}
	}
}
