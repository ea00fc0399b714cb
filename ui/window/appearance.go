package window

import (
	"encoding/json"
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"tokentray/core/kinds"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// appearance is the theme, the language and the text size.
type appearance struct {
	*shell
	fonts   kit.Fonts
	words   *text.Text
	made    string // what the UI was made from, to see whether that changed
	percent int    // its text size
	desktop *bool  // the desktop is dark, according to itself; nil: ask the toolkit
	build   func() // makes all parts anew
	least   func() fyne.Size

	onKey      func(*fyne.KeyEvent)
	onShortcut func(fyne.Shortcut)
	onChar     func(rune)
	onTip      func(fyne.CanvasObject, string)
	keyOf      func(string) string
}

// applyTheme takes theme, language and text size from the settings, and redraws
// everything if that changed anything.
func (ap *appearance) applyTheme() {
	if ap.overdue = ap.choosing(); ap.overdue {
		return
	}
	set := ap.model.Settings
	dark := set.Theme == "dark" || set.Theme == "system" && ap.desktopIsDark()
	language := text.Choose(set.Language)
	made := fmt.Sprint(language, dark, set.TextSize)
	if made == ap.made {
		return
	}
	ap.made = made
	before := ap.win.Canvas().Size()
	if ap.cfg.Rescale != nil {
		ap.cfg.Rescale(set.TextSize)
	}
	pal := kit.LightPalette()
	if dark {
		pal = kit.DarkPalette()
	}
	say := ap.words.In(language).Knowing(ap.kinds)
	ap.translateFyne(say)
	ap.ui = &kit.UI{Palette: pal, Words: say, OnKey: ap.onKey, OnShortcut: ap.onShortcut, OnChar: ap.onChar, OnTip: ap.onTip, Key: ap.keyOf, ReadClipboard: ap.readClipboard}
	ap.app.Settings().SetTheme(kit.NewTheme(pal, ap.fonts))
	ap.build()
	if ap.percent != 0 && ap.percent != set.TextSize {
		ap.refit(before, float32(ap.percent)/float32(set.TextSize))
	}
	ap.percent = set.TextSize
}

// desktopIsDark is what the theme follows while the settings say system.
func (ap *appearance) desktopIsDark() bool {
	if ap.desktop != nil {
		return *ap.desktop
	}
	return ap.app.Settings().ThemeVariant() == theme.VariantDark
}

// follow notes the desktop's answer.
func (ap *appearance) follow(dark bool) {
	ap.desktop = &dark
	ap.applyTheme()
}

// know takes the kinds that the agent knows; the sentences about them are made
// again.
func (ap *appearance) know(set kinds.Set) {
	if !ap.kinds.Equal(set) {
		ap.kinds, ap.made = set, ""
		ap.applyTheme()
	}
}

// refit keeps the window as large on the screen as it was before its units changed,
// but leaves room for its content.
func (ap *appearance) refit(before fyne.Size, by float32) {
	ap.win.Resize(fyne.NewSize(before.Width*by, before.Height*by).Max(ap.least()))
}

// translateFyne gives Fyne its own words that are visible here, those of an entry's
// menu and of the dialog that chooses files, in the language of the settings. Fyne
// itself only knows the system's language.
func (ap *appearance) translateFyne(say *text.Text) {
	words := map[string]string{"Cancel": say.Say("window.cancel"), "file.name": say.Say("window.form.name")}
	for _, word := range []string{"Cut", "Copy", "Paste", "Select all", "Undo", "Redo", "Show Hidden Files", "Create Folder", "New Folder", "file.parent"} {
		words[word] = say.Say(text.Key("window.entry." + strings.ToLower(strings.ReplaceAll(word, " ", "_"))))
	}
	data, err := json.Marshal(words)
	if err == nil {
		err = lang.AddTranslationsForLocale(data, lang.SystemLocale())
	}
	if err != nil {
		ap.cfg.Log.Warn("cannot translate the toolkit", "error", err)
	}
}
