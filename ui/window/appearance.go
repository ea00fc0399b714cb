package window

import (
	"encoding/json"
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// applyLook makes theme, language and size what the settings say, and draws
// everything anew if that changed anything.
func (w *Window) applyLook() {
	set := w.model.Settings
	dark := set.Theme == "dark" || set.Theme == "system" && w.app.Settings().ThemeVariant() == theme.VariantDark
	language := text.Choose(set.Language)
	made := fmt.Sprint(language, dark, set.TextSize)
	if made == w.drawn {
		return
	}
	w.drawn = made
	before := w.win.Canvas().Size()
	if w.cfg.Rescale != nil {
		w.cfg.Rescale(set.TextSize)
	}
	pal := kit.LightPalette()
	if dark {
		pal = kit.DarkPalette()
	}
	say := text.New(language).Knowing(w.kinds)
	w.translateFyne(say)
	w.look = &kit.Look{Palette: pal, Words: say, OnKey: w.keys.typedKey, OnShortcut: w.keys.typedShortcut, OnChar: w.keys.typedRune}
	w.app.Settings().SetTheme(kit.NewTheme(pal, w.fonts))
	w.build()
	if w.percent != 0 && w.percent != set.TextSize {
		w.refit(before, float32(w.percent)/float32(set.TextSize))
	}
	w.percent = set.TextSize
}

// refit keeps the window as large on the screen as it was before its units
// changed, but leaves room for what it shows.
func (w *Window) refit(before fyne.Size, by float32) {
	w.win.Resize(fyne.NewSize(before.Width*by, before.Height*by).Max(w.root.MinSize()))
}

// build makes every part anew from what the window knows. What was typed is in
// the drafts and stays.
func (w *Window) build() {
	l := w.look
	had := w.focusPlace()
	var message snack
	var told bool
	if w.snackbar != nil && w.snackbar.Visible() {
		message, told = w.snackbar.shown, true
	}
	w.snackbar = newSnackbar(l, w.copies.clearClipboard, w.copies.dismiss)
	w.banners = newBanners(l, w.acts.bannerAct)
	w.listing.draw()
	w.pane.draw()
	w.pages.draw()
	w.root = container.New(&frame{pages: w.pages, pane: w.pane}, w.banners.rows.Box, w.listing.shelf, w.pane.side, w.pages.holder, w.snackbar, newRule(l))
	w.win.SetContent(w.root)
	w.win.SetTitle(w.title())

	w.fillBanners()
	w.listing.fillList()
	w.pane.fillDetail()
	if told && message.Clip && w.model.Clipboard.Held() {
		message = w.copies.clipMessage()
	}
	if told {
		w.snackbar.show(message, w.now())
	}
	w.listing.focusList()
	w.focusAt(had)
}

// translateFyne gives Fyne the words of its own that are seen here, those of an
// entry's menu, in the language of the settings. Fyne itself knows the system's
// language alone.
func (w *Window) translateFyne(say *text.Text) {
	words := map[string]string{}
	for _, word := range []string{"Cut", "Copy", "Paste", "Select all", "Undo", "Redo"} {
		words[word] = say.Say(text.Key("window.entry." + strings.ToLower(strings.ReplaceAll(word, " ", "_"))))
	}
	data, err := json.Marshal(words)
	if err == nil {
		err = lang.AddTranslationsForLocale(data, lang.SystemLocale())
	}
	if err != nil {
		w.cfg.Log.Warn("cannot translate the toolkit", "error", err)
	}
}
