// Package font holds the faces that the window writes with: a subset of Noto
// Sans SC in two weights, so that Chinese never shows as boxes and looks the
// same on every machine, and the ASCII of its monospaced sister for tokens.
//
// chars.txt lists what the subset holds: Latin, punctuation, symbols, the 3,755
// hanzi of GB2312 level 1, and the few beyond them that our sentences use.
// assets/scripts/subset-font.sh makes the files; OFL.txt is their licence.
package font

import _ "embed" // for the faces

// The faces, as OpenType files. Every figure of Regular and Bold is equally
// wide, so that a countdown does not shake.
var (
	//go:embed regular.otf
	Regular []byte
	//go:embed bold.otf
	Bold []byte
	//go:embed mono.otf
	Mono []byte
)
