package window

import (
	"cmp"
	"image/color"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// tone is the meaning of a text's colour; the text itself says it too.
type tone int

const (
	toneText tone = iota
	toneMuted
	toneSoon
	toneBad
	toneSandbox
)

// in is the colour of a tone in a palette.
func (t tone) in(p kit.Palette) color.NRGBA {
	switch t {
	case toneMuted:
		return p.Muted
	case toneSoon:
		return p.SoonText
	case toneBad:
		return p.LiveText
	case toneSandbox:
		return p.SandboxText
	}
	return p.Text
}

// row is everything that a row of the list shows, as comparable values.
type row struct {
	ID        core.ID
	Name      string
	Kind      string
	Live      bool
	Tag       string // the word LIVE, or the environment's if both are listed
	Mask      string
	State     string
	StateTone tone
	Time      string
	TimeTone  tone
	Fill      float32 // 0 to 1 of the token's life
	Soon      bool
	Problem   problem
	Head      string // the line over the group that begins here
	Grouped   bool   // it belongs to a group
	Apart     bool   // it belongs to none, and the row above does
	Compact   bool   // it has one line
	Open      bool   // its problem is shown in full
}

// rowOf is the row of an account at now. mixed is set where both environments
// are listed.
func rowOf(ui *kit.UI, a api.Account, mixed bool, now time.Time) row {
	r := row{
		ID: a.ID, Name: a.Name, Kind: ui.Words.KindLine(a.Kind, a.Product), Live: a.Env == core.Live,
		Mask: a.Mask,
	}
	switch {
	case r.Live:
		r.Tag = ui.T("tag.live")
	case mixed:
		r.Tag = ui.T("tag.sandbox")
	}
	left := a.Remaining(now)
	r.Time, r.TimeTone = timeLeft(a, now)
	if a.Life > 0 {
		r.Fill = min(1, float32(left.Seconds()/float64(a.Life)))
	}
	r.Soon = a.EndsSoon(now)
	r.State, r.StateTone = stateLine(ui, a, now)
	if r.Problem = problemOf(ui, a, now); r.Problem.Action == actionUnlock || r.Problem.Action == actionVaultInit {
		r.Problem = problem{} // one banner says it for all
	} else if r.Problem.Action != actionNone && a.Error != nil && ui.Words.HasOf("window.row", a.Error.Kind, a.Error.Remedy) {
		r.Problem.Remedy = ui.Words.SayOf("window.row", a.Error.Kind, a.Error.Remedy)
	}
	return r
}

// timeLeft is the countdown's text, in seconds, and its tone.
func timeLeft(a api.Account, now time.Time) (string, tone) {
	left := a.Remaining(now)
	switch {
	case a.Mask == "":
		return "–", toneMuted
	case left <= 0:
		return text.Clock(0), toneBad
	case a.EndsSoon(now):
		return text.Clock(left), toneSoon
	}
	return text.Clock(left), toneText
}

// stateLine says how renewal is doing, and that a push failed.
func stateLine(ui *kit.UI, a api.Account, now time.Time) (string, tone) {
	row := ui.Words.RowOf(a, now)
	words, tone := row.Word, toneMuted
	switch row.State {
	case core.StateRetrying:
		words, tone = cmp.Or(row.Retry, words), toneSoon
	case core.StateRenewing:
		tone = toneSandbox
	case core.StateBlocked, core.StateLocked:
		tone = toneSoon
	case core.StateExpired:
		words, tone = cmp.Or(row.Died, words), toneBad
	case core.StateFresh:
		switch {
		case row.Died != "":
			words, tone = row.Died, toneSoon
		case row.Push != "":
			return row.Push, toneBad
		case row.Soon: // the time has the colour of what ends soon
			tone = toneSoon
		case a.Team != nil:
			words, tone = teamLine(ui, *a.Team, words, now)
		}
	}
	if row.Push != "" {
		return row.Push + " · " + words, toneBad
	}
	return words, tone
}

// teamLine says who of a team renewed a token that lives, and when.
func teamLine(ui *kit.UI, team api.AccountTeam, word string, now time.Time) (string, tone) {
	switch {
	case team.Error != nil:
		return ui.T("state.team_away"), toneSoon
	case team.At.IsZero():
		return word, toneMuted
	}
	return ui.T("state.team", "member", text.Isolated(team.By), "time", moment(ui, team.At, now)), toneMuted
}

// least is how high the row is without a problem.
func (r row) least() float32 { return leastHeight(r.Compact) }

// leastHeight is how high a row of one line, or of two, is without a problem.
func leastHeight(compact bool) float32 {
	if compact {
		return compactHeight
	}
	return rowHeight
}

// Measures of a row.
const (
	rowHeight     = 68 // of two lines, with the bar
	compactHeight = 36 // of one line, with the bar
	barHeight     = 3
	edgeWidth     = 4
	railGap       = 4 // from the edge to the rail of a group
	railWidth     = 2
	moreWidth     = 36
	stateRoom     = 96                   // that the state keeps in a row of one line
	timeRight     = moreWidth + kit.Grid // from the row's right edge to the figures
)
