package window

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// inviteSheet writes an invite to a team into a file, with the team's key as it is or
// with a new one.
type inviteSheet struct {
	teamSheet
	team   string
	rotate bool

	own           bool   // the person's own passphrase
	made          string // the one that was made here
	file          *kit.Entry
	first, second *kit.Entry // the passphrase, twice
	age           []byte     // the invite, where the file could not be written
	sealed        string     // the passphrase that opens it
}

func (st *settings) inviteTo(t api.Team)   { st.openInvite(t, false) }
func (st *settings) rotateTeam(t api.Team) { st.openInvite(t, true) }

func (st *settings) openInvite(t api.Team, rotate bool) {
	s := &inviteSheet{team: t.Name, rotate: rotate, made: newPassphrase()}
	about, title, yes := "teams.invite.body", "teams.invite.title", "teams.invite.go"
	if rotate {
		about, title, yes = "teams.rotate.body", "teams.rotate.title", "teams.rotate.go"
	}
	s.begin(st, st.ui.T(title, "team", t.Name), func(ui *kit.UI) []fyne.CanvasObject {
		parts := []fyne.CanvasObject{kit.NewProse(ui.T(about), kit.SizeText, ui.Palette.Text)}
		if rotate {
			parts = append(parts, kit.NewProse(ui.T("teams.invite.body"), 13, ui.Palette.Muted))
		}
		name := exportSafe(t.Name) + ".invite"
		s.file = kit.NewEntry(ui, "", shortPath(freePath(exportFolder(), name)), func(string) { s.setMessage("", false) })
		hint, chosen := weakHint(ui, func() { s.sheet.Reflow() })
		s.first, s.second = kit.NewSecretEntry(ui, ui.T("teams.pass"), "", chosen), kit.NewSecretEntry(ui, ui.T("vault.again"), "", nil)
		for _, e := range []*kit.Entry{s.file, s.first, s.second} {
			e.OnSubmitted = func(string) { s.write() }
		}
		typed := kit.Stack(2*kit.Grid, s.first, hint, s.second)
		typed.Hide()
		how := kit.NewSegment(ui, "made", func(v string) {
			s.own = v == "own"
			kit.Visible(typed, s.own)
			s.setMessage("", false)
		}, kit.Choice{Value: "made", Label: ui.T("teams.pass.made")}, kit.Choice{Value: "own", Label: ui.T("teams.pass.own")})
		return append(parts, teamField(ui, "teams.join.file", st.browsed(ui, s.file)), teamField(ui, "teams.pass", how), typed)
	})
	s.end(st.ui.T(yes), func(bool) { s.write() })
	s.sheet.typed = func() bool { return s.first.Text+s.second.Text != "" || s.age != nil }
	s.sheet.first = s.file
	st.openSheet(s.sheet)
}

// newPassphrase is a passphrase that nobody guesses: 120 bits, in groups to be read
// aloud.
func newPassphrase() string {
	const group, groups = 4, 6
	letters := strings.ToLower(rand.Text())[:group*groups]
	var out []string
	for part := range slices.Chunk([]byte(letters), group) {
		out = append(out, string(part))
	}
	return strings.Join(out, "-")
}

// passphrase is the one that was chosen, and what is wrong with it.
func (s *inviteSheet) passphrase() (pass, wrong string) {
	if !s.own {
		return s.made, ""
	}
	return s.first.Text, passphraseProblem(s.st.ui, s.first.Text, s.second.Text)
}

// write has the invite sealed and writes it. One that could not be written is kept, for
// a new key is made only once.
func (s *inviteSheet) write() {
	st, ui := s.st, s.st.ui
	path := strings.TrimSpace(s.file.Text)
	pass, wrong := s.passphrase()
	if _, err := os.Lstat(fromHome(path)); err == nil {
		wrong = ui.T("export.exists")
	}
	if wrong != "" && (s.age == nil || pass == "") {
		s.setMessage(wrong, true)
		return
	}
	if s.age != nil {
		s.save(path)
		return
	}
	if !s.wait() {
		return
	}
	ask(st.shell, upstreamWait, func(ctx context.Context, g Agent) (api.Invite, error) {
		if s.rotate {
			return g.RotateTeam(ctx, s.team, core.NewSecret(pass))
		}
		return g.InviteTo(ctx, s.team, core.NewSecret(pass))
	}, func(i api.Invite, err *core.Error) {
		if !s.answered(err) {
			return
		}
		s.age, s.sealed = i.Age, pass
		s.save(path)
		st.showTeams()
	})
}

// save writes the invite into a new file.
func (s *inviteSheet) save(path string) {
	st, ui, data := s.st, s.st.ui, string(s.age)
	st.work.Go(func() {
		at, err := writeNew(path, data)
		st.do(func() {
			switch {
			case st.sheet != s.sheet:
			case errors.Is(err, fs.ErrExist):
				s.setMessage(ui.T("export.exists"), true)
			case err != nil:
				s.setMessage(ui.T("export.failed", "cause", cause(ui, err)), true)
			default:
				s.done(at)
			}
		})
	})
}

// done says where the invite is and how it is used, and shows the passphrase that was
// made here.
func (s *inviteSheet) done(path string) {
	st := s.st
	end := st.newSheet()
	ui := end.UI
	end.Add(kit.Title(ui, ui.T("teams.written", "file", shortPath(path))), kit.NewProse(ui.T("teams.written.say"), kit.SizeText, ui.Palette.Text))
	if s.rotate {
		end.Add(kit.NewProse(ui.T("teams.rotated.say"), kit.SizeText, ui.Palette.SoonText))
	}
	closing := kit.NewButton(ui, kit.Quiet, ui.T("close"), st.closeSheet)
	end.first = closing
	if s.own {
		end.Add(kit.AtRight(closing))
		st.openSheet(end)
		return
	}
	pass := s.sealed
	shown := kit.NewProse(pass, kit.SizeText, ui.Palette.Text)
	shown.Style.Monospace = true
	copying := kit.NewButton(ui, kit.Filled, ui.T("teams.pass.copy"), func() { st.copyPassphrase(s.team, pass) })
	end.Add(kit.Stack(2*kit.Grid, kit.NewProse(ui.T("teams.pass.once"), 13, ui.Palette.Muted), shown), kit.AtRight(closing, copying))
	end.first = copying
	st.openSheet(end)
}

// copyPassphrase lets the agent put a passphrase on the clipboard, concealed from
// histories, and clear it after the same time as tokens.
func (st *settings) copyPassphrase(team, pass string) {
	ask(st.shell, quickWait, func(ctx context.Context, g Agent) (api.Clipboard, error) {
		return g.CopyText(ctx, api.TextRequest{Text: core.NewSecret(pass), Secret: true, Key: text.InviteKey(team)})
	}, func(c api.Clipboard, err *core.Error) {
		if err != nil {
			st.showError(err, api.Ref{})
			return
		}
		st.model.Clipboard, st.clipboard.clipClosed = c, false
		st.showMessage(st.clipboard.clipMessage())
	})
}
