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
	skin := fmt.Sprint(language, dark, set.TextSize, w.kindsSeen)
	if skin == w.skin {
		return
	}
	w.skin = skin
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
	w.look = &kit.Look{Palette: pal, Words: say, OnKey: w.typedKey, OnShortcut: w.typedShortcut, OnChar: w.typedRune}
	w.app.Settings().SetTheme(kit.NewTheme(pal, w.faces))
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
	offset := float32(0)
	if w.detail != nil {
		offset = w.detail.page.Offset()
	}
	w.parts = parts{}
	w.list = newListView(l, rowSource{row: w.rowNow, plain: w.plainRow}, listActions{
		rowActions: rowActions{copyToken: w.copyDefault, menu: w.openMenu, help: w.help, pick: w.point},
		step:       w.pick, bound: w.bound, find: w.findFrom,
	})
	w.list.selected = w.selected
	w.banners = newBanners(l, w.bannerAct)
	w.empty = newEmptyList(l, w.emptyActions())
	w.shelf = container.New(&shelf{}, w.drawHead(), w.drawFinder(), container.NewStack(w.list, w.empty.root))
	w.holder = container.NewStack()
	w.snackbar = newSnackbar(l, w.clearClipboard, w.dismiss)
	w.detail = newDetail(l, w.shown, w.detailActions())
	w.detail.page.ScrollTo(offset)
	w.nothing = container.New(&kit.Centered{Width: 320}, centred("", kit.SizeText, l.Palette.Muted))
	w.side = container.NewStack(w.nothing, w.detail.page.Root)
	w.frame = &frame{w: w}
	w.root = container.New(w.frame, w.banners.rows.Box, w.shelf, w.side, w.holder, w.snackbar, newRule(l))
	w.win.SetContent(w.root)
	w.win.SetTitle(w.title())

	if w.form != nil {
		w.form.draw(l)
		w.showPage(w.form.page.Root)
	}
	if w.settings != nil {
		w.settings.draw(l, w.model.Settings)
		w.redrawSettings()
	}
	w.fillBanners()
	w.fillList()
	w.fillDetail()
	if told && message.Clip && w.model.Clipboard.Held() {
		message = w.clipMessage()
	}
	if told {
		w.snackbar.show(message, w.now())
	}
	w.focusList()
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
