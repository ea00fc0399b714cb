package window

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
	"tokentray/ui/kit"
)

func envChoices(ui *kit.UI) []kit.Choice {
	return []kit.Choice{
		{Value: string(core.Sandbox), Label: ui.Words.Say("env.sandbox"), Paths: kit.IconSandbox, Hue: ui.Palette.Sandbox},
		{Value: string(core.Live), Label: ui.Words.Say("env.live"), Paths: kit.IconLive, Hue: ui.Palette.Live},
	}
}

// envTag is the word of an environment in its box.
type envTag struct {
	ui    *kit.UI
	root  *fyne.Container
	box   *canvas.Rectangle
	label *canvas.Text
}

func newEnvTag(ui *kit.UI, live bool) *envTag {
	t := &envTag{ui: ui, box: canvas.NewRectangle(color.Transparent), label: kit.BoldText("", 11, ui.Palette.Text)}
	t.box.CornerRadius = 3
	t.root = kit.Beside(container.New(&kit.Backed{PadX: kit.Grid, Lift: kit.Lift(t.label.TextSize)}, t.box, t.label))
	t.set(live)
	return t
}

// set shows the word for live, or that for the sandbox.
func (t *envTag) set(live bool) {
	ui, p := t.ui, t.ui.Palette
	if live {
		t.box.FillColor, t.box.StrokeColor, t.box.StrokeWidth = p.Danger, nil, 0
		kit.SetText(t.label, ui.T("tag.live"), p.OnDanger)
	} else {
		t.box.FillColor, t.box.StrokeColor, t.box.StrokeWidth = color.Transparent, p.SandboxText, 1
		kit.SetText(t.label, ui.T("tag.sandbox"), p.SandboxText)
	}
	t.root.Refresh()
}

// newTag is an envTag that stays as it is.
func newTag(ui *kit.UI, live bool) fyne.CanvasObject { return newEnvTag(ui, live).root }
