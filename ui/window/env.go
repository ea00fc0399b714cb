package window

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// envWord is the word for an environment.
func envWord(l *kit.Look, e core.Env) string { return l.Words.Say(text.Key("env." + string(e))) }

func otherEnv(e core.Env) core.Env {
	if e == core.Live {
		return core.Sandbox
	}
	return core.Live
}

func envChoices(l *kit.Look) []kit.Choice {
	return []kit.Choice{
		{Value: string(core.Sandbox), Label: l.Words.Say("env.sandbox"), Paths: kit.IconSandbox, Hue: l.Palette.Sandbox},
		{Value: string(core.Live), Label: l.Words.Say("env.live"), Paths: kit.IconLive, Hue: l.Palette.Live},
	}
}

// newTag is the word of an environment in its box.
func newTag(l *kit.Look, live bool) fyne.CanvasObject {
	label, ink, ground := l.T("tag.live"), l.Palette.OnDanger, l.Palette.Danger
	box := canvas.NewRectangle(ground)
	box.CornerRadius = 3
	if !live {
		label, ink = l.T("tag.sandbox"), l.Palette.SandboxText
		box.FillColor, box.StrokeColor, box.StrokeWidth = color.Transparent, l.Palette.SandboxText, 1
	}
	t := kit.BoldText(label, 11, ink)
	return kit.Beside(container.New(&backed{padX: kit.Grid, lift: kit.Lift(t.TextSize)}, box, t))
}
