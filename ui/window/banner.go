package window

import (
	"errors"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
	"tokentray/core/api"
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
func bannersOf(l *look, ph phase, failure *core.Error, m *model) []bannerLine {
	switch ph {
	case phaseGone:
		return []bannerLine{{Text: l.t("bar.gone"), Loud: true}}
	case phaseFailed:
		return []bannerLine{{Text: l.t("bar.failed", "cause", strings.TrimRight(causeOf(l, failure), ".。")), Loud: true}}
	case phaseVersion:
		return []bannerLine{{Text: versionWords(l, failure), Button: l.t("bar.restart"), Act: barRestart, Loud: true}}
	case phaseRestart:
		return []bannerLine{{Text: l.t("bar.restarting")}}
	case phaseStopped:
		return []bannerLine{{Text: l.t("bar.stopped"), Button: l.t("bar.start"), Act: barStart, Loud: true}}
	case phaseConnecting:
		return nil
	}
	var out []bannerLine
	if b, ok := vaultBanner(l, m.vault); ok {
		out = append(out, b)
	}
	if m.notice != "" {
		if s := noticeText(l, m.notice); s != "" {
			out = append(out, bannerLine{Text: s})
		}
	}
	if len(m.recovered) > 0 {
		out = append(out, bannerLine{Text: l.t("bar.recovered", "accounts", l.say.Some(m.recovered))})
	}
	if m.pausedAll {
		out = append(out, bannerLine{Text: l.t("bar.paused"), Button: l.t("bar.resume"), Act: barResume})
	}
	if m.demo {
		out = append(out, bannerLine{Text: l.t("bar.demo")})
	}
	return out
}

// versionWords says what to do about an agent of another API number: an older
// one is replaced, beside a newer one this window is the old thing.
func versionWords(l *look, failure *core.Error) string {
	var v *api.VersionError
	switch {
	case failure == nil || !errors.As(failure, &v):
		return l.t("bar.version")
	case v.Agent < api.Version:
		return l.t("bar.version.older")
	}
	return l.t("bar.version.newer")
}

func vaultBanner(l *look, v api.Vault) (bannerLine, bool) {
	switch v.State {
	case "locked":
		return bannerLine{Text: l.t("bar.locked"), Button: l.t("bar.unlock"), Act: barUnlock, Loud: true}, true
	case "unavailable":
		if v.Kind == "file" {
			return bannerLine{Text: l.t("bar.unavailable.file"), Button: l.t("bar.retry"), Act: barUnlock, Loud: true}, true
		}
		return bannerLine{Text: l.t("bar.unavailable"), Button: l.t("bar.init"), Act: barInit, Loud: true}, true
	case "missing":
		return bannerLine{Text: l.t("bar.missing"), Button: l.t("bar.init"), Act: barInit, Loud: true}, true
	}
	return bannerLine{}, false
}

// causeOf is what went wrong, in the language of the window.
func causeOf(l *look, e *core.Error) string {
	if e == nil {
		return ""
	}
	return l.say.Cause(wire(e), "")
}

// wire is an error as the API carries it.
func wire(e *core.Error) *api.Error { return api.FromError(e) }

// drawBanners draws the lines under one another.
func drawBanners(l *look, lines []bannerLine, do func(bannerAct)) *fyne.Container {
	box := stack(0)
	for _, b := range lines {
		ground := l.pal.Notice
		if b.Loud {
			ground = l.pal.Warn
		}
		words := newProse(b.Text, 13, l.pal.Text)
		parts := []fyne.CanvasObject{words}
		if b.Button != "" {
			parts = append(parts, smallButton(l, quiet, b.Button, func() { do(b.Act) }))
		}
		line := container.New(&bar{gap: 2 * grid, padX: rowLeft, height: 28}, parts...)
		box.Add(container.New(&backed{padY: 6}, canvas.NewRectangle(ground), line))
	}
	return box
}

// backed puts a ground behind one object, as high as that object wants.
type backed struct{ padX, padY, lift float32 }

func (b *backed) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	put(objects[0], 0, 0, size.Width, size.Height)
	put(objects[1], b.padX, b.padY-b.lift, size.Width-2*b.padX, size.Height-2*b.padY)
}

func (b *backed) heightOf(objects []fyne.CanvasObject, width float32) float32 {
	return heightFor(objects[1], width-2*b.padX) + 2*b.padY
}

func (b *backed) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[1].MinSize().AddWidthHeight(2*b.padX, 2*b.padY)
}

// noticeText is something that the agent wants told.
func noticeText(l *look, key string) string {
	if k := text.Key("notice." + key); l.say.Has(k) {
		return l.say.Say(k)
	}
	return ""
}
