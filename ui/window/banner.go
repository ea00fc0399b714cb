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

// bannerLine is one thing that concerns the whole window.
type bannerLine struct {
	Text, Button string
	Act          bannerAct
	Loud         bool // something does not work
}

// bannerAct is what a banner's button does.
type bannerAct int

const (
	barNothing bannerAct = iota
	barRestart
	barUnlock
	barInit
	barResume
	barStart
)

// phase is how the window stands with the agent.
type phase int

const (
	phaseConnecting phase = iota
	phaseConnected
	phaseGone    // it was there, and the stream ended without a bye
	phaseFailed  // it could not be reached or started
	phaseVersion // it speaks another API number
	phaseRestart // it is being replaced
	phaseStopped // somebody ended it, and the window stayed for what was typed
)

// bannersOf says what stands above the list, the gravest first. Without an agent
// nothing else is known for certain, so nothing else is said.
func bannersOf(l *kit.Look, ph phase, failure *core.Error, m *model) []bannerLine {
	switch ph {
	case phaseGone:
		return []bannerLine{{Text: l.T("bar.gone"), Loud: true}}
	case phaseFailed:
		return []bannerLine{{Text: l.T("bar.failed", "cause", strings.TrimRight(causeOf(l, failure), ".。")), Loud: true}}
	case phaseVersion:
		return []bannerLine{{Text: versionWords(l, failure), Button: l.T("bar.restart"), Act: barRestart, Loud: true}}
	case phaseRestart:
		return []bannerLine{{Text: l.T("bar.restarting")}}
	case phaseStopped:
		return []bannerLine{{Text: l.T("bar.stopped"), Button: l.T("bar.start"), Act: barStart, Loud: true}}
	case phaseConnecting:
		return nil
	}
	var out []bannerLine
	if b, ok := vaultBanner(l, m.Vault); ok {
		out = append(out, b)
	}
	if m.Notice != "" {
		if s := noticeText(l, m.Notice); s != "" {
			out = append(out, bannerLine{Text: s})
		}
	}
	if len(m.Recovered) > 0 {
		out = append(out, bannerLine{Text: l.T("bar.recovered", "accounts", l.Words.Some(m.Recovered))})
	}
	if m.PausedAll {
		out = append(out, bannerLine{Text: l.T("bar.paused"), Button: l.T("bar.resume"), Act: barResume})
	}
	if m.Demo {
		out = append(out, bannerLine{Text: l.T("bar.demo")})
	}
	return out
}

// versionWords says what to do about an agent of another API number: an older
// one is replaced, beside a newer one this window is the old thing.
func versionWords(l *kit.Look, failure *core.Error) string {
	var v *api.VersionError
	switch {
	case failure == nil || !errors.As(failure, &v):
		return l.T("bar.version")
	case v.Agent < api.Version:
		return l.T("bar.version.older")
	}
	return l.T("bar.version.newer")
}

// drawBanners draws the lines under one another.
func drawBanners(l *kit.Look, lines []bannerLine, do func(bannerAct)) *fyne.Container {
	box := kit.Stack(0)
	for _, b := range lines {
		ground := l.Palette.Notice
		if b.Loud {
			ground = l.Palette.Warn
		}
		words := kit.NewProse(b.Text, 13, l.Palette.Text)
		parts := []fyne.CanvasObject{words}
		if b.Button != "" {
			parts = append(parts, kit.NewSmallButton(l, kit.Quiet, b.Button, func() { do(b.Act) }))
		}
		line := container.New(&kit.Bar{Gap: 2 * kit.Grid, PadX: kit.RowLeft, Height: 28}, parts...)
		box.Add(container.New(&backed{padY: 6}, canvas.NewRectangle(ground), line))
	}
	return box
}

// backed puts a ground behind one object, as high as that object wants.
type backed struct{ padX, padY, lift float32 }

func (b *backed) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	kit.Place(objects[0], 0, 0, size.Width, size.Height)
	kit.Place(objects[1], b.padX, b.padY-b.lift, size.Width-2*b.padX, size.Height-2*b.padY)
}

func (b *backed) HeightOf(objects []fyne.CanvasObject, width float32) float32 {
	return kit.HeightFor(objects[1], width-2*b.padX) + 2*b.padY
}

func (b *backed) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[1].MinSize().AddWidthHeight(2*b.padX, 2*b.padY)
}

// noticeText is something that the agent wants told.
func noticeText(l *kit.Look, key string) string {
	if k := text.Key("notice." + key); l.Words.Has(k) {
		return l.Words.Say(k)
	}
	return ""
}

// bannerAct does what a banner's button says.
func (w *Window) bannerAct(what bannerAct) {
	switch what {
	case barRestart:
		w.restart()
	case barUnlock:
		w.unlock()
	case barInit:
		w.askInit()
	case barResume:
		w.pauseAll(false)
	case barStart:
		w.startAgain()
	}
}

// fillBanners draws the lines above everything.
func (w *Window) fillBanners() {
	lines := bannersOf(w.look, w.phase, w.failure, &w.model)
	before := w.shelf.Position().Y
	w.banners.Objects = drawBanners(w.look, lines, w.bannerAct).Objects
	w.root.Refresh()
	w.list.shift(w.shelf.Position().Y - before) // the rows stay where they are
}
