package icons

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
)

// ICO packs square PNGs of at most 256 pixels a side into one icon file of
// Windows. The pictures become 32-bit bitmaps, which every part of Windows
// reads; PNGs inside an icon are not read everywhere below 256 pixels.
func ICO(pngs ...[]byte) ([]byte, error) {
	if len(pngs) == 0 {
		return nil, errors.New("an icon file needs a picture")
	}
	const header, entry = 6, 16
	var dir, body []byte
	le := binary.LittleEndian
	dir = le.AppendUint16(dir, 0)
	dir = le.AppendUint16(dir, 1) // an icon
	dir = le.AppendUint16(dir, uint16(len(pngs)))
	for i, p := range pngs {
		img, err := png.Decode(bytes.NewReader(p))
		if err != nil {
			return nil, fmt.Errorf("picture %d of the icon: %w", i+1, err)
		}
		size := img.Bounds().Size()
		if size.X != size.Y || size.X == 0 || size.X > 256 {
			return nil, fmt.Errorf("picture %d of the icon is %dx%d; use a square of at most 256", i+1, size.X, size.Y)
		}
		bits := bitmap(img)
		side := byte(size.X) // 256 is written 0
		dir = append(dir, side, side, 0, 0)
		dir = le.AppendUint16(dir, 1)  // planes
		dir = le.AppendUint16(dir, 32) // bits a pixel
		dir = le.AppendUint32(dir, uint32(len(bits)))
		dir = le.AppendUint32(dir, uint32(header+entry*len(pngs)+len(body)))
		body = append(body, bits...)
	}
	return append(dir, body...), nil
}

// bitmap is img as icon files hold it: a header that counts the rows twice, for
// pixels and mask; the pixels from the bottom row up; the mask, all zero, since
// the pixels have their own transparency.
func bitmap(img image.Image) []byte {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	le := binary.LittleEndian
	var out []byte
	for _, v := range []uint32{40, uint32(w), uint32(2 * h), 1 | 32<<16, 0, uint32(w * h * 4), 0, 0, 0, 0} {
		out = le.AppendUint32(out, v)
	}
	for y := b.Max.Y - 1; y >= b.Min.Y; y-- {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			out = append(out, c.B, c.G, c.R, c.A)
		}
	}
	maskRow := (w + 31) / 32 * 4
	return append(out, make([]byte, maskRow*h)...)
}
