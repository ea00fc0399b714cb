package window

import (
	"errors"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// bannerLine is a message about the whole window.
type bannerLine struct {
	Name         string // its subject: lines with one name replace each other
	Text, Button string
	Action       bannerAction
	Loud         bool // something does not work
}

// bannerAction is what a banner's button does.
type bannerAction int

const (
	barNothing bannerAction = iota
	barRestart
	barUnlock
	barInit
	barResume
	barStart
)

// bannersOf are the banners above the list, the gravest first. Without an agent
// nothing else is certain, so nothing else is said.
func bannersOf(ui *kit.UI, ph phase, failure *core.Error, m *model) []bannerLine {
	switch ph {
	case phaseGone:
		return []bannerLine{{Name: "agent", Text: ui.T("bar.gone"), Loud: true}}
	case phaseFailed:
		return []bannerLine{{Name: "agent", Text: ui.T("bar.failed", "cause", strings.TrimRight(causeOf(ui, failure), ".。")), Loud: true}}
	case phaseVersion:
		return []bannerLine{{Name: "agent", Text: versionWords(ui, failure), Button: ui.T("bar.restart"), Action: barRestart, Loud: true}}
	case phaseRestart:
		return []bannerLine{{Name: "agent", Text: ui.T("bar.restarting")}}
	case phaseStopped:
		return []bannerLine{{Name: "agent", Text: ui.T("bar.stopped"), Button: ui.T("bar.start"), Action: barStart, Loud: true}}
	case phaseConnecting:
		return nil
	}
	var out []bannerLine
	if b, ok := vaultBanner(ui, m.Vault); ok {
		out = append(out, b)
	}
	if m.Notice != "" {
		if s := noticeText(ui, m.Notice); s != "" {
			out = append(out, bannerLine{Name: "notice", Text: s})
		}
	}
	if len(m.Recovered) > 0 {
		out = append(out, bannerLine{Name: "recovered", Text: ui.T("bar.recovered", "accounts", ui.Words.Some(m.Recovered))})
	}
	if m.PausedAll {
		out = append(out, bannerLine{Name: "paused", Text: ui.T("bar.paused"), Button: ui.T("bar.resume"), Action: barResume})
	}
	if m.Demo {
		out = append(out, bannerLine{Name: "demo", Text: ui.T("bar.demo")})
	}
	return out
}

// versionWords says what to do about an agent with another API number: replace an
// older agent, or this window beside a newer one.
func versionWords(ui *kit.UI, failure *core.Error) string {
	var v *api.VersionError
	switch {
	case failure == nil || !errors.As(failure, &v):
		return ui.T("bar.version")
	case v.Agent < api.Version:
		return ui.T("bar.version.older")
	}
	return ui.T("bar.version.newer")
}

// banners stand over everything, under one another.
type banners struct {
	ui   *kit.UI
	rows *kit.Rows[string, *bannerRow]
	do   func(bannerAction)
}

// bannerRow is what a banner is filled through.
type bannerRow struct {
	action bannerAction
	ground *canvas.Rectangle
	words  *kit.Prose
	button *kit.Button
}

func newBanners(ui *kit.UI, do func(bannerAction)) *banners {
	b := &banners{ui: ui, do: do}
	b.rows = kit.NewRows(kit.Stack(0), b.newRow)
	return b
}

func (b *banners) newRow(string) (fyne.CanvasObject, *bannerRow) {
	ui := b.ui
	r := &bannerRow{ground: canvas.NewRectangle(ui.Palette.Notice), words: kit.NewProse("", 13, ui.Palette.Text)}
	r.button = kit.NewSmallButton(ui, kit.Quiet, "", func() { b.do(r.action) })
	line := container.New(&kit.Bar{Gap: 2 * kit.Grid, PadX: kit.RowLeft, Height: 28}, r.words, r.button)
	return container.New(&kit.Backed{PadY: 6}, r.ground, line), r
}

// show shows the lines.
func (b *banners) show(lines []bannerLine) {
	byName := map[string]bannerLine{}
	var names []string
	for _, line := range lines {
		byName[line.Name] = line
		names = append(names, line.Name)
	}
	b.rows.Show(names, func(name string, r *bannerRow) {
		line := byName[name]
		r.action = line.Action
		r.ground.FillColor = b.ui.Palette.Notice
		if line.Loud {
			r.ground.FillColor = b.ui.Palette.Warn
		}
		r.ground.Refresh()
		r.words.Set(line.Text, b.ui.Palette.Text)
		r.button.Rename(line.Button)
		kit.Visible(r.button, line.Button != "")
	})
	b.rows.Box.Refresh()
}

// noticeText is a message from the agent.
func noticeText(ui *kit.UI, key string) string {
	if k := text.Key("notice." + key); ui.Words.Has(k) {
		return ui.Words.Say(k)
	}
	return ""
}

func vaultBanner(ui *kit.UI, v api.Vault) (bannerLine, bool) {
	switch v.State {
	case "locked":
		return bannerLine{Name: "vault", Text: ui.T("bar.locked"), Button: ui.T("bar.unlock"), Action: barUnlock, Loud: true}, true
	case "unavailable":
		if v.Error != nil && v.Error.Remedy == core.RemedyVaultDamaged {
			return bannerLine{Name: "vault", Text: ui.T("bar.damaged"), Button: ui.T("bar.init"), Action: barInit, Loud: true}, true
		}
		if v.Kind == "file" {
			return bannerLine{Name: "vault", Text: ui.T("bar.unavailable.file"), Button: ui.T("bar.retry"), Action: barUnlock, Loud: true}, true
		}
		return bannerLine{Name: "vault", Text: ui.T("bar.unavailable"), Button: ui.T("bar.init"), Action: barInit, Loud: true}, true
	case "missing":
		return bannerLine{Name: "vault", Text: ui.T("bar.missing"), Button: ui.T("bar.init"), Action: barInit, Loud: true}, true
	}
	return bannerLine{}, false
}
