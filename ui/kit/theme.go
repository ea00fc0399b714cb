package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"tokentray/assets/font"
)

// Palette is every colour of the window, for the light or the dark theme. Names say
// what a colour is for. Text has a contrast of at least 4.5:1 on every background it
// is used on; theme_test.go lists the pairs.
type Palette struct {
	Dark bool

	Ground  color.NRGBA // the window
	Raised  color.NRGBA // bars, sheets, inputs
	Hover   color.NRGBA
	Line    color.NRGBA // thin lines, the empty part of a bar
	Border  color.NRGBA // of inputs and quiet buttons; 3:1, which WCAG asks of a control's outline
	Text    color.NRGBA
	Muted   color.NRGBA // secondary text
	Sandbox color.NRGBA // edges, bars, shapes
	Live    color.NRGBA
	Soon    color.NRGBA

	SandboxText color.NRGBA // the same hues, with enough contrast for text
	LiveText    color.NRGBA
	SoonText    color.NRGBA

	Accent   color.NRGBA // the filled button
	OnAccent color.NRGBA
	Danger   color.NRGBA // filled: the LIVE tag, deleting
	OnDanger color.NRGBA
	Warn     color.NRGBA // background of what needs a person
	Notice   color.NRGBA // background of a banner
	Inverse  color.NRGBA // background of the snackbar
	OnInv    color.NRGBA
	InvMuted color.NRGBA
	InvLive  color.NRGBA // a failure on the snackbar
	Shade    color.NRGBA // over what a sheet covers
	Select   color.NRGBA // selected text
}

func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 0xff}
}

// LightPalette is the palette of the light theme.
func LightPalette() Palette {
	return Palette{
		Ground: rgb(0xF5F7F7), Raised: rgb(0xFFFFFF), Hover: rgb(0xEAEFF0), Line: rgb(0xDBE2E4), Border: rgb(0x76858B),
		Text: rgb(0x172124), Muted: rgb(0x566368),
		Sandbox: rgb(0x1B8A9B), Live: rgb(0xE4572E), Soon: rgb(0xD9930D),
		SandboxText: rgb(0x136E7C), LiveText: rgb(0xB23A14), SoonText: rgb(0x8A5A00),
		Accent: rgb(0x14707E), OnAccent: rgb(0xFFFFFF), Danger: rgb(0xBF3F16), OnDanger: rgb(0xFFFFFF),
		Warn: rgb(0xFFF4DE), Notice: rgb(0xE6EEF0),
		Inverse: rgb(0x1E2A2E), OnInv: rgb(0xF2F6F7), InvMuted: rgb(0xAEBBC0), InvLive: rgb(0xFF9A78),
		Shade: color.NRGBA{R: 0x0B, G: 0x12, B: 0x14, A: 0x66}, Select: rgb(0xBFE3E9),
	}
}

// DarkPalette is the palette of the dark theme.
func DarkPalette() Palette {
	return Palette{
		Dark:   true,
		Ground: rgb(0x12181A), Raised: rgb(0x1B2326), Hover: rgb(0x212B2E), Line: rgb(0x2C383C), Border: rgb(0x6B7A80),
		Text: rgb(0xE7EEF0), Muted: rgb(0x9BA9AE),
		Sandbox: rgb(0x1B8A9B), Live: rgb(0xE4572E), Soon: rgb(0xD9930D),
		SandboxText: rgb(0x55BECD), LiveText: rgb(0xFF8A63), SoonText: rgb(0xEDB04A),
		Accent: rgb(0x4DB6C6), OnAccent: rgb(0x062025), Danger: rgb(0xC64317), OnDanger: rgb(0xFFFFFF),
		Warn: rgb(0x2E2614), Notice: rgb(0x1D292D),
		Inverse: rgb(0xE7EEF0), OnInv: rgb(0x172124), InvMuted: rgb(0x4C585D), InvLive: rgb(0xA83410),
		Shade: color.NRGBA{A: 0x99}, Select: rgb(0x1F4F58),
	}
}

// Hue returns the colour of an environment, for shapes and edges.
func (p Palette) Hue(live bool) color.NRGBA {
	if live {
		return p.Live
	}
	return p.Sandbox
}

// Text sizes, in Fyne's units. The line is about 1.45 times as high.
const (
	SizeSmall   = 12
	SizeText    = 14
	SizeName    = 15
	SizeHeading = 20
	SizeTime    = 20
)

// Grid is the unit of all distances.
const Grid = 4

// Theme is the Fyne theme made from a palette. It ignores the variant that Fyne
// passes: the user's setting chose the palette.
type Theme struct {
	pal                 Palette
	regular, bold, mono fyne.Resource
	base                fyne.Theme
}

var _ fyne.Theme = (*Theme)(nil)

// Fonts are the three fonts as resources. They are made once, because Fyne parses a
// font again for each new resource object.
type Fonts struct{ regular, bold, mono fyne.Resource }

// NewFonts returns the embedded fonts.
func NewFonts() Fonts {
	return Fonts{
		regular: fyne.NewStaticResource("TokenTraySans-Regular.otf", font.Regular),
		bold:    fyne.NewStaticResource("TokenTraySans-Bold.otf", font.Bold),
		mono:    fyne.NewStaticResource("TokenTrayMono-Regular.otf", font.Mono),
	}
}

// NewTheme returns the theme for Fyne's own widgets.
func NewTheme(p Palette, f Fonts) *Theme {
	return &Theme{pal: p, regular: f.regular, bold: f.bold, mono: f.mono, base: theme.DefaultTheme()}
}

func (s *Theme) Font(style fyne.TextStyle) fyne.Resource {
	switch {
	case style.Monospace:
		return s.mono
	case style.Symbol:
		return s.base.Font(style)
	case style.Bold:
		return s.bold
	}
	return s.regular
}

func (s *Theme) Icon(name fyne.ThemeIconName) fyne.Resource {
	return s.base.Icon(name)
}

func (s *Theme) Color(name fyne.ThemeColorName, _ fyne.ThemeVariant) color.Color {
	p := s.pal
	switch name {
	case theme.ColorNameBackground:
		return p.Ground
	case theme.ColorNameForeground:
		return p.Text
	case theme.ColorNamePlaceHolder, theme.ColorNameDisabled:
		return p.Muted
	case theme.ColorNamePrimary, theme.ColorNameHyperlink, theme.ColorNameSuccess:
		return p.SandboxText
	case theme.ColorNameFocus:
		return Alpha(p.Sandbox, 0x40)
	case theme.ColorNameForegroundOnPrimary, theme.ColorNameForegroundOnSuccess:
		return p.OnAccent
	case theme.ColorNameError:
		return p.LiveText
	case theme.ColorNameWarning:
		return p.SoonText
	case theme.ColorNameInputBackground, theme.ColorNameMenuBackground, theme.ColorNameOverlayBackground,
		theme.ColorNameHeaderBackground:
		return p.Raised
	case theme.ColorNameInputBorder:
		return p.Border
	case theme.ColorNameButton, theme.ColorNameHover, theme.ColorNamePressed, theme.ColorNameDisabledButton:
		return p.Hover
	case theme.ColorNameSelection:
		return p.Select
	case theme.ColorNameSeparator:
		return p.Line
	case theme.ColorNameScrollBar:
		return Alpha(p.Muted, 0x99)
	case theme.ColorNameScrollBarBackground:
		return color.NRGBA{}
	case theme.ColorNameShadow:
		return color.NRGBA{A: 0x28}
	}
	variant := theme.VariantLight
	if p.Dark {
		variant = theme.VariantDark
	}
	return s.base.Color(name, variant)
}

func (s *Theme) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case theme.SizeNameText:
		return SizeText
	case theme.SizeNameCaptionText:
		return SizeSmall
	case theme.SizeNameHeadingText, theme.SizeNameSubHeadingText:
		return SizeHeading
	case theme.SizeNamePadding:
		return Grid
	case theme.SizeNameInnerPadding:
		return 2 * Grid
	case theme.SizeNameInputBorder, theme.SizeNameSeparatorThickness:
		return 1
	case theme.SizeNameInputRadius, theme.SizeNameSelectionRadius, theme.SizeNameMenuRadius,
		theme.SizeNameButtonRadius:
		return Radius
	case theme.SizeNamePopupRadius, theme.SizeNameDialogRadius, theme.SizeNameCardRadius:
		return 2 * Radius
	case theme.SizeNameModalBlurRadius:
		return 0 // blurring the window in software is too slow
	case theme.SizeNameScrollBar:
		return 8
	case theme.SizeNameScrollBarSmall:
		return 4
	case theme.SizeNameInlineIcon:
		return 20
	}
	return s.base.Size(name)
}

// Radius is the corner radius of controls.
const Radius = 4
