package clipboard

import "strings"

// Hint says whether a clipboard manager keeps texts marked as secret
// (x-kde-passwordManagerHint) out of its history.
type Hint string

// What is known about a clipboard manager and the hint.
const (
	HintHonoured Hint = "honoured"
	HintSince    Hint = "since" // honoured from a version on, see Program.Since
	HintIgnored  Hint = "ignored"
	HintUnknown  Hint = "unknown"
	HintNeedless Hint = "needless" // it keeps no history
	HintBuffer   Hint = "buffer"   // it keeps a copy in the cut buffer, which is emptied too
)

// Program is a clipboard manager.
type Program struct {
	ID    string // the key of what is known about it, empty for an unknown one
	Name  string // its name for people
	Hint  Hint
	Since string // the version, with HintSince
}

// managerOf is the clipboard manager whose process has that name. Linux keeps 15
// bytes of it.
func managerOf(process string) (Program, bool) {
	// In the panel of Xfce, plugins have process names such as panel-6-clipman.
	if strings.HasPrefix(process, "panel-") && strings.HasSuffix(process, "-clipman") {
		process = "xfce4-clipman"
	}
	switch process {
	case "xfce4-clipman":
		return Program{ID: "clipman", Name: "Xfce Clipman", Hint: HintIgnored}, true
	case "copyq":
		return Program{ID: "copyq", Name: "CopyQ", Hint: HintSince, Since: "8.0"}, true
	case "klipper", "plasmashell":
		return Program{ID: "klipper", Name: "Klipper", Hint: HintHonoured}, true
	case "gpaste-daemon":
		return Program{ID: "gpaste", Name: "GPaste", Hint: HintUnknown}, true
	case "autocutsel", "cutsel":
		return Program{ID: "autocutsel", Name: "autocutsel", Hint: HintBuffer}, true
	case "diodon":
		return Program{ID: "diodon", Name: "Diodon", Hint: HintIgnored}, true
	case "parcellite":
		return Program{ID: "parcellite", Name: "Parcellite", Hint: HintIgnored}, true
	case "clipit":
		return Program{ID: "clipit", Name: "ClipIt", Hint: HintIgnored}, true
	case "greenclip":
		return Program{ID: "greenclip", Name: "Greenclip", Hint: HintUnknown}, true
	case "clipmenud":
		return Program{ID: "clipmenu", Name: "clipmenu", Hint: HintUnknown}, true
	case "clipcatd":
		return Program{ID: "clipcat", Name: "Clipcat", Hint: HintUnknown}, true
	case "xfsettingsd", "gsd-clipboard", "csd-clipboard", "mate-settings-d":
		return Program{ID: "keeper", Name: process, Hint: HintNeedless}, true
	}
	return Program{}, false
}
