// Package icons holds the program's icon and those of the tray.
//
// The mark is a ring gauge, the arc of time left, around a key. In the tray the
// ring tells the environment by shape and colour: open and teal for sandbox,
// closed and orange-red for live. A disc with an exclamation mark says that
// something needs a person, a padlock that the vault is locked, two bars in the
// place of the key that renewal is paused, a tick that a token was just copied.
//
// assets/scripts/render-icons.sh makes the PNGs from the SVG sources.
package icons

import (
	"embed"
	"fmt"
	"runtime"
)

//go:embed tray-*.png
var tray embed.FS

//go:embed tokentray.png
var app []byte

//go:embed tokentray-64.png
var small []byte

// App is the program's icon, a PNG of 256x256 pixels.
func App() []byte { return app }

// Small is the program's icon, a PNG of 64x64 pixels.
func Small() []byte { return small }

// Look is what the tray's icon tells.
type Look struct {
	Live   bool // the active environment
	Paused bool // no background renewal at all
	Badge  bool // something needs a person
	Locked bool // the vault is, which is shown before Badge
	Copied bool // a token was just copied, which is shown before all but the environment
}

// name is the look's SVG source.
func (l Look) name() string {
	name := "tray-sandbox"
	if l.Live {
		name = "tray-live"
	}
	if l.Copied {
		return name + "-copied"
	}
	if l.Paused {
		name += "-paused"
	}
	switch {
	case l.Locked:
		name += "-locked"
	case l.Badge:
		name += "-badge"
	}
	return name
}

// Tray is the tray's icon in the format that the platform's tray takes: ICO on
// Windows, elsewhere a PNG of 48x48 pixels.
func Tray(l Look) []byte {
	if runtime.GOOS != "windows" {
		return l.png(48)
	}
	ico, err := ICO(l.png(16), l.png(24), l.png(32), l.png(48))
	if err != nil {
		panic(err) // of embedded pictures, which a test decodes
	}
	return ico
}

func (l Look) png(size int) []byte {
	b, err := tray.ReadFile(fmt.Sprintf("%s-%d.png", l.name(), size))
	if err != nil {
		panic(err) // the same
	}
	return b
}
