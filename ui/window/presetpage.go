package window

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// presetPage lists the user's presets, and adds, replaces and removes them. It is
// over the settings.
type presetPage struct {
	on    presetActions
	all   []api.Preset // the user's own
	known bool
	lost  *core.Error // why they could not be fetched
	wrong saying      // the faults of the chosen file

	page   *kit.Page
	add    *kit.Button
	say    *kit.Prose // there are none, or why nothing is known
	faults *kit.Prose
	rows   *kit.Rows[core.Kind, *presetRow]
}

// presetActions are what the page needs of the window.
type presetActions struct {
	add    func()
	remove func(api.Preset)
}

// presetRow is one preset: its name, where its secrets go, and whose it is.
type presetRow struct {
	name   *canvas.Text
	hosts  *kit.Prose
	remove *kit.Button
}

func (p *presetPage) changed() bool         { return false }
func (p *presetPage) top() *kit.Page        { return p.page }
func (p *presetPage) first() fyne.Focusable { return p.add }

func (p *presetPage) draw(ui *kit.UI, back func()) {
	p.page = kit.NewPage(ui, 4*kit.Grid, kit.NewHead(ui, kit.NewIconButton(ui, kit.IconBack, ui.T("back"), back).Keyed(ui.KeyOf("back")), ui.T("presets")))
	ui = p.page.UI
	p.say, p.faults = kit.NewProse("", 13, ui.Palette.Muted), kit.NewProse("", 13, ui.Palette.LiveText)
	p.add = kit.NewSmallButton(ui, kit.Quiet, ui.T("presets.add"), p.on.add)
	p.rows = kit.NewRows(kit.Stack(4*kit.Grid), p.newRow)
	p.page.Add(kit.NewProse(ui.T("presets.about"), 13, ui.Palette.Text), kit.Beside(p.add), p.faults, p.say, p.rows.Box)
}

func (p *presetPage) newRow(kind core.Kind) (fyne.CanvasObject, *presetRow) {
	ui := p.page.UI
	r := &presetRow{name: kit.BoldText("", kit.SizeText, ui.Palette.Text), hosts: kit.NewProse("", 13, ui.Palette.Muted)}
	r.remove = kit.NewSmallButton(ui, kit.Quiet, ui.T("presets.remove"), func() {
		for _, one := range p.all {
			if one.Kind == kind {
				p.on.remove(one)
			}
		}
	})
	return kit.Stack(kit.Grid, container.New(&kit.Bar{Gap: 2 * kit.Grid}, r.name, r.remove), r.hosts), r
}

func (p *presetPage) show(time.Time) {
	ui := p.page.UI
	words, ink := "", ui.Palette.Muted
	switch {
	case p.lost != nil:
		words, ink = causeOf(ui, p.lost), ui.Palette.SoonText
	case p.known && len(p.all) == 0:
		words = ui.T("presets.none")
	}
	p.say.SetOrHide(words, ink)
	p.faults.SetOrHide(p.wrong.in(ui), ui.Palette.LiveText)
	var keys []core.Kind
	by := map[core.Kind]api.Preset{}
	for _, one := range p.all {
		keys, by[one.Kind] = append(keys, one.Kind), one
	}
	p.rows.Show(keys, func(kind core.Kind, r *presetRow) {
		one := by[kind]
		kit.SetText(r.name, presetName(ui, one), ui.Palette.Text)
		r.hosts.Set(ui.T("presets.goes", "kind", string(kind), "hosts", strings.Join(one.Hosts, "  "))+"\n"+ui.T("presets.used", "n", one.Accounts), ui.Palette.Muted)
		r.remove.Enable(one.Accounts == 0)
	})
	p.page.Reflow()
}

// presetName is what a preset is called, in the language of the window.
func presetName(ui *kit.UI, p api.Preset) string {
	return text.Isolated(ui.Words.Labelled("", p.Label, string(p.Kind)))
}

// openPresets shows the user's presets over the settings.
func (st *settings) openPresets() {
	if st.page == nil {
		return
	}
	st.enter(&presetPage{on: presetActions{add: st.choosePreset, remove: st.askRemovePreset}})
	st.loadPresets()
}

func (st *settings) loadPresets() {
	ask(st.shell, quickWait, func(ctx context.Context, g Agent) ([]api.Preset, error) { return g.Presets(ctx) }, func(all []api.Preset, err *core.Error) {
		st.onPresets(func(p *presetPage) {
			p.all, p.known, p.lost = nil, err == nil, err
			for _, one := range all {
				if one.Own {
					p.all = append(p.all, one)
				}
			}
		})
	})
}

// onPresets changes the page of presets, if it is open, and shows it anew.
func (st *settings) onPresets(change func(*presetPage)) {
	if st.page == nil {
		return
	}
	if p, ok := st.page.sub.(*presetPage); ok {
		change(p)
		st.redrawSettings()
	}
}

// maxPresetFile is how many bytes of a file are read, more than a preset may have:
// the agent says that it is too long.
const maxPresetFile = 128 << 10

// choosePreset lets a person choose a file, has it checked, and asks before it is saved,
// with the hosts to which secrets and tokens would go.
func (st *settings) choosePreset() {
	home, _ := os.UserHomeDir()
	st.choose(choosing{at: home}, func(path string) {
		st.work.Go(func() {
			file, err := readBounded(path, maxPresetFile)
			st.do(func() {
				if err != nil {
					st.presetIsWrong(func(ui *kit.UI) string { return ui.T("presets.unread", "cause", cause(ui, err)) })
					return
				}
				st.checkPreset([]byte(file))
			})
		})
	})
}

func (st *settings) checkPreset(file []byte) {
	ask(st.shell, quickWait, func(ctx context.Context, g Agent) (api.PresetSaved, error) {
		return g.AddPreset(ctx, api.PresetFile{File: file, Check: true})
	}, func(would api.PresetSaved, err *core.Error) {
		if err != nil {
			st.presetIsWrong(func(ui *kit.UI) string { return presetTrouble(ui, err) })
			return
		}
		st.presetIsWrong(nil)
		st.question(func(ui *kit.UI) question { return presetQuestion(ui, would) }, func() { st.savePreset(file) })
	})
}

// presetQuestion asks before a preset is added or replaced.
func presetQuestion(ui *kit.UI, would api.PresetSaved) question {
	title, yes, role := "presets.ask", "presets.ask.go", kit.Filled
	body := ui.T("presets.ask.say", "hosts", strings.Join(would.Preset.Hosts, "\n"))
	if would.Replaced {
		title, yes = "presets.replace", "presets.replace.go"
	}
	if len(would.Paused) > 0 {
		role = kit.Danger
		body += "\n" + ui.T("presets.replace.paused", "accounts", strings.Join(would.Paused, ", "))
	}
	return question{title: ui.T(title, "name", presetName(ui, would.Preset)), body: body, yes: ui.T(yes), role: role}
}

// savePreset saves the bytes that were checked and confirmed, even if the file has
// changed since.
func (st *settings) savePreset(file []byte) {
	ask(st.shell, quickWait, func(ctx context.Context, g Agent) (api.PresetSaved, error) {
		return g.AddPreset(ctx, api.PresetFile{File: file, Replace: true})
	}, func(saved api.PresetSaved, err *core.Error) {
		if err != nil {
			st.presetIsWrong(func(ui *kit.UI) string { return presetTrouble(ui, err) })
			return
		}
		st.showInfo(st.ui.T("presets.added", "name", presetName(st.ui, saved.Preset)))
		st.loadPresets()
	})
}

func (st *settings) presetIsWrong(words saying) {
	st.onPresets(func(p *presetPage) { p.wrong = words })
}

// presetTrouble says what is wrong with a file, line by line.
func presetTrouble(ui *kit.UI, err *core.Error) string {
	var faults api.PresetFaults
	if !errors.As(err, &faults) {
		return explained(ui, wire(err), "")
	}
	lines := []string{ui.Words.Say("preset.faults")}
	for _, f := range faults {
		at := ui.Words.Say("import.at", "line", f.Line)
		if f.Field != "" {
			at += ui.Words.Say("cli.comma") + f.Field
		}
		lines = append(lines, at+ui.Words.Say("cli.colon")+ui.Words.PresetFault(f.Code, f.Other))
	}
	return strings.Join(lines, "\n")
}

// askRemovePreset removes a preset that no account uses, after a question.
func (st *settings) askRemovePreset(one api.Preset) {
	st.question(func(ui *kit.UI) question {
		return question{title: ui.T("presets.remove.ask", "name", presetName(ui, one)), body: ui.T("presets.remove.say"), yes: ui.T("presets.remove"), role: kit.Danger}
	}, func() {
		ask(st.shell, quickWait, func(ctx context.Context, g Agent) (none, error) { return nothing(g.RemovePreset(ctx, one.Kind)) }, func(_ none, err *core.Error) {
			if err != nil {
				st.showError(err, api.Ref{})
			}
			st.loadPresets()
		})
	})
}
