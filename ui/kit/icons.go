package kit

import (
	"fmt"
	"hash/crc32"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// The window's icons, drawn for this program on a grid of 24 with strokes of 1.75.
// Each is an SVG path, drawn in the colour that is asked for.
const (
	IconSearch   = `<circle cx="11" cy="11" r="6.25"/><path d="M15.8 15.8 20.5 20.5"/>`
	IconAdd      = `<path d="M12 5v14M5 12h14"/>`
	IconLess     = `<path d="M5 12h14"/>`
	IconSettings = `<path d="M4 7.5h9M18 7.5h2M4 16.5h2M11 16.5h9"/><circle cx="15.5" cy="7.5" r="2.5"/><circle cx="8.5" cy="16.5" r="2.5"/>`
	IconToday    = `<path d="M5 19.5V12M12 19.5V4.5M19 19.5V9" stroke-width="2.5"/>`
	IconMore     = `<path d="M12 5.5v.01M12 12v.01M12 18.5v.01" stroke-width="3"/>`
	IconBack     = `<path d="M19.5 12H5M11 5.5 4.5 12 11 18.5"/>`
	IconUnfold   = `<path d="M6 9.5l6 6 6-6"/>`
	IconFolded   = `<path d="M9.5 6l6 6-6 6"/>`
	IconCheck    = `<path d="M5 12.5l4.75 4.75L19 7.5" stroke-width="2.5"/>`
	IconClose    = `<path d="M6 6l12 12M18 6 6 18"/>`
	IconCopy     = `<rect x="8.5" y="8.5" width="11" height="11" rx="2"/><path d="M15.5 8.5V6A1.5 1.5 0 0 0 14 4.5H6A1.5 1.5 0 0 0 4.5 6v8A1.5 1.5 0 0 0 6 15.5h2.5"/>`
	IconShow     = `<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/><circle cx="12" cy="12" r="2.75"/>`
	IconHide     = `<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/><circle cx="12" cy="12" r="2.75"/><path d="M4.5 4.5l15 15"/>`
	IconKey      = `<path d="M12 3.25A8.75 8.75 0 1 1 3.25 12"/><path d="M12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 1 0 0-7M15.5 12h4M18 12v2.5"/>`
	// The shapes of the environments, as in the tray: an open and a closed ring.
	IconSandbox = `<path d="M7.8 5.2a8 8 0 1 0 8.4 0" stroke-width="2.5"/>`
	IconLive    = `<circle cx="12" cy="12" r="7" stroke-width="5.5"/>`
)

// svg wraps paths in an SVG document with one colour.
func svg(paths, colour string) []byte {
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="%s" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">%s</svg>`, colour, paths)
}

// coloured returns an icon in one colour. Fyne caches drawings by the resource's
// name, so the name contains everything that the drawing depends on.
func coloured(name, paths string, c color.NRGBA) fyne.Resource {
	hex := fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B)
	return fyne.NewStaticResource("tokentray-"+name+hex+".svg", svg(paths, hex))
}

func resource(paths string, c color.NRGBA) fyne.Resource {
	return coloured(fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(paths))), paths, c)
}

// Icon draws one of the constants above.
func Icon(paths string, c color.NRGBA) *canvas.Image {
	img := canvas.NewImageFromResource(resource(paths, c))
	img.FillMode = canvas.ImageFillContain
	return img
}
