package window

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// grantSheet allows an AI agent calls: those that it asked for, or those that a person
// enters.
type grantSheet struct {
	st  *settings
	ask *api.Ask // nil: nobody asked

	client, account, calls string
	all                    bool // all that reads, in the place of calls
	write                  bool
	life                   time.Duration // of all but writing of a live account

	sheet *sheet
	live  fyne.CanvasObject
	typed *kit.Entry // the calls
	times fyne.CanvasObject
	short *kit.Prose // how long writing of a live account lasts
	say   *kit.Prose // what is wrong
	yes   *kit.Button
	busy  bool
}

// The lives that are offered for a grant.
func grantLives() []time.Duration {
	return []time.Duration{10 * time.Minute, time.Hour, api.MaxGrant}
}

// openAsk asks a person about what an AI agent wanted to call. The keyboard stands on
// the button that declines, since the person may just be typing.
func (st *settings) openAsk(q api.Ask) {
	s := &grantSheet{st: st, ask: &q, client: q.Client, account: q.Ref().String(), calls: q.Call, all: q.Call == "", write: q.Write, life: api.MaxGrant}
	s.begin(st.ui.T("agents.ask", "client", text.Isolated(q.Client), "account", refWords(q.Ref())))
	ui := s.sheet.UI
	what := kit.NewProse(askWords(ui, q), kit.SizeText, ui.Palette.Text)
	what.Style.Bold = true
	says := "agents.ask.reads"
	switch {
	case q.Call == "":
		says = "agents.ask.sign"
	case q.Write:
		says = "agents.ask.writes"
	}
	s.sheet.Add(what, kit.NewProse(ui.T(says), 13, ui.Palette.Muted))
	if q.Call != "" && !q.Write {
		s.sheet.Add(kit.NewSegment(ui, "call", func(v string) { s.all = v == "reads" },
			kit.Choice{Value: "call", Label: ui.T("agents.only")}, kit.Choice{Value: "reads", Label: ui.T("agents.reads")}))
	}
	decline := kit.NewButton(ui, kit.Quiet, ui.T("agents.decline"), s.decline)
	s.end(decline)
	s.sheet.first = decline
	st.openSheet(s.sheet)
}

// allowAgent lets a person enter what an AI agent may call.
func (st *settings) allowAgent() {
	s := &grantSheet{st: st, client: "claude-code", all: true, life: api.MaxGrant}
	s.begin(st.ui.T("agents.allow.title"))
	ui := s.sheet.UI
	client := kit.NewEntry(ui, "claude-code", s.client, func(v string) { s.client = v; s.show() })
	var accounts []kit.Choice
	for _, a := range st.model.Accounts {
		accounts = append(accounts, kit.Choice{Value: a.Ref().String(), Label: refWords(a.Ref())})
	}
	if i := slices.IndexFunc(st.model.Accounts, func(a api.Account) bool { return a.Env == core.Sandbox }); i >= 0 {
		s.account = accounts[i].Value
	}
	account := kit.NewPicker(ui, s.account, func(v string) { s.account = v; s.likeCall(); s.show() }, accounts...)
	account.Resized = s.sheet.Reflow
	may := kit.NewSegment(ui, "reads", func(v string) { s.all, s.write = v == "reads", v == "writes"; s.show() },
		kit.Choice{Value: "reads", Label: ui.T("agents.reads")}, kit.Choice{Value: "only", Label: ui.T("agents.some")}, kit.Choice{Value: "writes", Label: ui.T("agents.write")})
	s.typed = kit.NewNoteEntry(ui, "", func(v string) { s.calls = v; s.show() })
	s.likeCall()
	field := func(key string, o fyne.CanvasObject) fyne.CanvasObject {
		return kit.Stack(kit.Grid, kit.BoldText(ui.T(key), 13, ui.Palette.Text), o)
	}
	s.sheet.Add(field("agents.client", client), field("agents.account", account), field("agents.may", may), s.typed)
	s.end(kit.NewButton(ui, kit.Quiet, ui.T("cancel"), st.closeSheet))
	s.sheet.first = client
	s.sheet.typed = func() bool { return s.calls != "" }
	st.openSheet(s.sheet)
}

// likeCall shows a call that the chosen account may make where calls are entered.
func (s *grantSheet) likeCall() {
	path := "/path"
	for _, a := range s.st.model.Accounts {
		if a.Ref().String() == s.account {
			path = cmp.Or(pathAlone(s.st.ui.Words.Spec(a.Kind).TryPath), path)
		}
	}
	s.typed.SetPlaceHolder("GET " + path)
}

// begin makes the sheet with its title.
func (s *grantSheet) begin(title string) {
	s.sheet = s.st.newSheet()
	s.live = newTag(s.sheet.UI, true)
	s.sheet.Add(s.live, kit.Title(s.sheet.UI, title))
}

// end adds what every such sheet ends with: for how long, what is wrong, the buttons.
func (s *grantSheet) end(no *kit.Button) {
	ui := s.sheet.UI
	var lives []kit.Choice
	for _, d := range grantLives() {
		lives = append(lives, kit.Choice{Value: d.String(), Label: ui.Words.Coarse(d)})
	}
	s.times = kit.Stack(kit.Grid, kit.BoldText(ui.T("agents.for"), 13, ui.Palette.Text),
		kit.NewSegment(ui, s.life.String(), func(v string) { s.life, _ = time.ParseDuration(v) }, lives...))
	s.short = kit.NewProse(ui.T("agents.short", "n", api.LiveWriteCalls, "time", ui.Words.Coarse(api.MaxLiveWrite)), 13, ui.Palette.SoonText)
	s.say = kit.NewProse("", 13, ui.Palette.LiveText)
	role := kit.Filled
	if s.ask != nil && s.ask.Write && s.ask.Env == core.Live {
		role = kit.Danger
	}
	s.yes = kit.NewButton(ui, role, ui.T("agents.yes"), s.allow)
	s.sheet.Add(s.times, s.short, s.say, kit.AtRight(no, s.yes))
	s.show()
}

// show fits the sheet to what is chosen.
func (s *grantSheet) show() {
	if s.yes == nil { // it is being made
		return
	}
	live := strings.HasSuffix(s.account, "/"+string(core.Live))
	kit.Visible(s.live, live)
	kit.Visible(s.times, !live || !s.write)
	kit.Visible(s.short, live && s.write)
	if s.typed != nil {
		kit.Visible(s.typed, !s.all)
	}
	s.setMessage("")
}

func (s *grantSheet) setMessage(words string) {
	s.say.SetOrHide(words, s.sheet.UI.Palette.LiveText)
	s.yes.Enable(!s.busy)
	s.sheet.Reflow()
}

// ref is the account that was chosen.
func (s *grantSheet) ref() api.Ref {
	at := strings.LastIndexByte(s.account, '/')
	if at < 0 {
		return api.Ref{}
	}
	return api.Ref{Name: s.account[:at], Env: core.Env(s.account[at+1:])}
}

// input is what the agent is asked for.
func (s *grantSheet) input() api.GrantInput {
	in := api.GrantInput{Client: strings.TrimSpace(s.client), Write: s.write, Seat: s.st.seat}
	if !s.all {
		for line := range strings.Lines(s.calls) {
			if line = strings.TrimSpace(line); line != "" {
				in.Calls = append(in.Calls, line)
			}
		}
	}
	if ref := s.ref(); ref.Env != core.Live || !s.write {
		in.Seconds = int64(s.life / time.Second)
	}
	return in
}

func (s *grantSheet) allow() {
	in, ref, ui := s.input(), s.ref(), s.sheet.UI
	switch {
	case s.busy:
		return
	case in.Client == "":
		s.setMessage(ui.T("agents.client.empty"))
		return
	case ref.Name == "":
		s.setMessage(ui.T("agents.account.empty"))
		return
	case !s.all && len(in.Calls) == 0:
		s.setMessage(ui.T("agents.calls.empty"))
		return
	}
	s.busy = true
	s.setMessage("")
	ask(s.st.shell, quickWait, func(ctx context.Context, g Agent) (api.Grant, error) { return g.Grant(ctx, ref, in) }, func(_ api.Grant, err *core.Error) {
		s.busy = false
		if err != nil {
			if s.st.sheet == s.sheet {
				s.setMessage(refusal(ui, err, ref.String()))
			}
			return
		}
		s.over()
	})
}

func (s *grantSheet) decline() {
	number := s.ask.Number
	ask(s.st.shell, quickWait, func(ctx context.Context, g Agent) (none, error) { return nothing(g.DeclineAsk(ctx, number)) }, func(_ none, err *core.Error) {
		if err != nil {
			s.st.showError(err, api.Ref{})
		}
		s.over()
	})
}

// over closes the sheet, if it is still open. What an AI agent asked for meanwhile is
// asked next.
func (s *grantSheet) over() {
	if s.st.sheet == s.sheet {
		s.st.closeSheet()
	}
	s.st.showAgents()
	if s.ask != nil {
		s.st.showAsks()
	}
}

// showAsks asks a person about what an AI agent asked for last. What stands over the
// window already stays: a click that was meant for it must not allow something else.
func (st *settings) showAsks() {
	ask(st.shell, quickWait, func(ctx context.Context, g Agent) (api.Grants, error) { return g.Grants(ctx) }, func(all api.Grants, err *core.Error) {
		now := st.now()
		i := slices.IndexFunc(all.Asks, func(q api.Ask) bool { return !q.Declined.After(now) && now.Sub(q.At) < api.AskQuiet })
		if err == nil && i >= 0 && st.win.Canvas().Overlays().Top() == nil {
			st.openAsk(all.Asks[i])
		}
	})
}
