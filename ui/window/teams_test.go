package window

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
)

func (f *fakeAgent) Teams(context.Context) ([]api.Team, error) {
	return slices.Clone(read(f, &f.teams)), f.called("teams")
}

func (f *fakeAgent) CreateTeam(_ context.Context, in api.TeamInput) (api.Team, error) {
	t := api.Team{Name: in.Name, Redis: in.Redis, Self: "here"}
	if err := f.called("create team ", fmt.Sprintf("%+v", in)); err != nil && !in.Plain {
		return t, err
	}
	f.change(func(f *fakeAgent) { f.teams = append(slices.Clone(f.teams), t) })
	return t, nil
}

func (f *fakeAgent) EditTeam(_ context.Context, team string, in api.TeamEdit) (api.Team, error) {
	word := "as it is"
	if in.Password != nil {
		word = "“" + *in.Password + "”"
	}
	return api.Team{Name: team}, f.called("edit team ", team, " ", in.Redis, " password=", word, " plain=", in.Plain)
}

func (f *fakeAgent) InviteTo(_ context.Context, team string, passphrase core.Secret) (api.Invite, error) {
	f.change(func(f *fakeAgent) { f.text = passphrase.Reveal() })
	return api.Invite{Team: team, Age: []byte("age-encryption.org/v1 invite")}, f.called("invite to ", team)
}

func (f *fakeAgent) RotateTeam(_ context.Context, team string, passphrase core.Secret) (api.Invite, error) {
	f.change(func(f *fakeAgent) { f.text = passphrase.Reveal() })
	return api.Invite{Team: team, Age: []byte("age-encryption.org/v1 rotated")}, f.called("rotate team ", team)
}

func (f *fakeAgent) JoinTeam(_ context.Context, in api.TeamJoin) (api.TeamJoined, error) {
	if err := f.called("join team ", base64.StdEncoding.EncodeToString(in.Age), " as ", in.Member, " plain=", in.Plain, " apply=", in.Apply); err != nil && !in.Plain {
		return api.TeamJoined{}, err
	}
	out := read(f, &f.joins)
	if out.Done = in.Apply; in.Apply {
		f.change(func(f *fakeAgent) { f.teams = someTeams() })
	}
	return out, nil
}

func (f *fakeAgent) LeaveTeam(_ context.Context, team string) (api.TeamLeft, error) {
	f.change(func(f *fakeAgent) {
		f.teams = slices.DeleteFunc(slices.Clone(f.teams), func(t api.Team) bool { return t.Name == team })
	})
	return api.TeamLeft{Paused: []string{"shop/live"}}, f.called("leave team ", team)
}

func (f *fakeAgent) Share(_ context.Context, ref api.Ref, in api.ShareInput) (api.Account, error) {
	err := f.called("share ", ref, " ", fmt.Sprintf("%+v", in))
	f.mu.Lock()
	defer f.mu.Unlock()
	a := *f.find(ref)
	if err == nil || in.Plain {
		a.Team, err = &api.AccountTeam{Name: in.Team}, nil
	}
	return a, err
}

func (f *fakeAgent) Unshare(_ context.Context, ref api.Ref) (api.Account, error) {
	err := f.called("unshare ", ref)
	f.mu.Lock()
	defer f.mu.Unlock()
	a := *f.find(ref)
	a.Team, a.Auto = nil, false
	return a, err
}

// someTeams are a team in good order, and one in trouble.
func someTeams() []api.Team {
	return []api.Team{
		{
			Name: "five", Redis: "rediss://tt@redis.example.com:6379", Self: "mei-laptop", Latency: 1840 * time.Microsecond, Eviction: "noeviction",
			Members: []api.TeamMember{{Name: "mei-laptop", Version: "0.1.0", Self: true}, {Name: "ci-1", Version: "0.1.0", Seen: 4}, {Name: "server", Seen: 95, OldKey: true}},
			Accounts: []api.TeamAccount{
				{Account: "shop/sandbox", Fence: 12, By: "ci-1", At: noon.Add(-2 * time.Minute), ExpiresAt: noon.Add(118 * time.Minute), NextTry: noon.Add(113 * time.Minute), CallsToday: 3},
				{
					Account: "shop/live", Holder: "server", Fence: 40, CallsToday: 9, ForcedToday: 1, Reported: true,
					Error: &api.Error{Class: core.Misuse, Remedy: core.RemedyTeamConsent, Message: "not allowed here"},
				},
			},
		},
		{
			Name: "lab", Redis: "redis://10.0.0.7:6379", Plain: true, Self: "mei-laptop", Eviction: "allkeys-lru", Evicts: true, Latency: 300 * time.Microsecond,
			Error: &api.Error{Class: core.Misuse, Remedy: core.RemedyTeamKey, Message: "another key"},
		},
	}
}

// someRoster is what an invite shows.
func someRoster() api.TeamJoined {
	return api.TeamJoined{Team: "five", Redis: "redis://10.0.0.7:6379", Plain: true, Odd: 1, Roster: []api.TeamListed{
		{Name: "shop", Env: core.Live, Kind: kinds.WeChat, AppID: "wx1234567890abcdef", Here: "shop/live"},
		{Name: "office", Env: core.Sandbox, Kind: kinds.WeCom, AppID: "ww1234567890abcdef", Params: core.ParamsOf(map[string]string{"agentid": "1000002"}), Here: "office/sandbox", New: true},
		{Name: "odd", Env: core.Sandbox, Kind: "not-here"},
	}}
}

// teamsStage is the page of teams.
func teamsStage(t *testing.T, teams ...api.Team) *stage {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	s := newStage(t, town(noon)...)
	s.agent.change(func(f *fakeAgent) { f.teams, f.joins = teams, someRoster() })
	s.open()
	s.settings.openSettings()
	s.press("Show the teams")
	s.until("the teams", func() bool { return s.settings.page.sub.(*teamsPage).known })
	return s
}

// TestTeamsAreShown: members, accounts and what is wrong, and it is kept up to date.
func TestTeamsAreShown(t *testing.T) {
	s := teamsStage(t, someTeams()...)
	s.mustSay("five", "rediss://tt@redis.example.com:6379", "1.8 ms", "noeviction", "mei-laptop", "this machine", "ci-1", "0.1.0 · seen 4 s ago", "seen 1 min ago · still with the old key",
		"renewed by ci-1, "+moment(s.ui, noon.Add(-2*time.Minute), noon), "next renewal", "fence 12", "calls today: 3",
		"no token yet", "server may fetch now", "forced: 1", "reported as failing", "allow it.",
		"lab", "join by it in the settings", "throws away any key", "Without TLS")
	s.agent.change(func(f *fakeAgent) { f.teams = someTeams()[:1]; f.teams[0].Members[1].Seen = 5 })
	s.time = noon.Add(doorEvery * time.Second)
	s.tick()
	s.untilSays("seen 5 s ago")
	s.mustNotSay("lab", "Without TLS")
	s.agent.fails("teams", failure(core.Internal, core.RemedyLog))
	s.settings.showTeams()
	s.until("the fault", func() bool { return s.settings.page.sub.(*teamsPage).lost != nil })
	s.mustSay("five") // what was known stays
}

// TestATeamIsCreated: the password goes to the agent alone, and without TLS a person is
// asked again.
func TestATeamIsCreated(t *testing.T) {
	s := teamsStage(t)
	s.mustSay("This machine is in no team.")
	s.press("Create a team…")
	s.press("Create")
	s.mustSay("Name the team.")
	fields := entriesOf(s.sheet)
	fields[0].SetText("five")
	s.press("Create")
	s.mustSay("Enter the Redis")
	fields[1].SetText("redis://10.0.0.7")
	fields[2].SetText("hunter2-of-redis")
	fields[3].SetText("mei")
	s.agent.fails("create team ", failure(core.Misuse, core.RemedyTeamPlain))
	s.press("Create")
	s.untilSays("Go on only if you know that network")
	s.mustNotSay("hunter2-of-redis")
	s.press("Go on without TLS")
	s.untilCalled(createCall(true))
	s.untilSays("five is there.")
	if s.sheet != nil {
		t.Error("the sheet stays")
	}
	s.until("the team on the page", func() bool { return len(s.settings.page.sub.(*teamsPage).all) == 1 })

	s.press("Create a team…")
	if !s.sheet.typed() {
		fields = entriesOf(s.sheet)
		fields[1].SetText("rediss://x")
	}
	if !s.sheet.typed() {
		t.Error("closing the window would not ask")
	}
}

func createCall(plain bool) string {
	return fmt.Sprintf("create team {Name:five Redis:redis://10.0.0.7 Password:hunter2-of-redis Member:mei Plain:%v}", plain)
}

// TestAnInviteIsWritten: with a passphrase that is made and shown once, with one's own,
// and with a new key; a file that is there already stays.
func TestAnInviteIsWritten(t *testing.T) {
	s := teamsStage(t, someTeams()[:1]...)
	file := filepath.Join(t.TempDir(), "five.invite")
	s.press("Invite…")
	s.mustSay("Invite another machine to five", "tell the passphrase in another way")
	entriesOf(s.sheet)[0].SetText(file)
	s.press("Write the invite")
	s.untilSays("five.invite", "which is shown only now")
	made := s.agent.copied()
	if parts := strings.Split(made, "-"); len(parts) != 6 || len(made) != 29 {
		t.Errorf("the passphrase has %d parts and %d characters", len(parts), len(made))
	}
	s.mustSay(made)
	if got, err := os.ReadFile(file); err != nil || string(got) != "age-encryption.org/v1 invite" {
		t.Errorf("%q, %v", got, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
		t.Errorf("others can read it: %v, %v", info, err)
	}
	s.agent.change(func(f *fakeAgent) { f.text = "" })
	s.press("Copy the passphrase")
	s.untilCalled("text invite five secret=true")
	s.untilSays("The passphrase of the invite to five is copied")
	if s.agent.copied() != made {
		t.Error("another passphrase was copied")
	}
	s.press("Close")
	s.mustNotSay(made)

	s.press("New key…")
	s.mustSay("Give five a new key?", "Every other machine joins again")
	entriesOf(s.sheet)[0].SetText(file)
	s.press("Change the key")
	s.mustSay("There is a file of this name")
	next := filepath.Join(t.TempDir(), "none", "five.invite") // a folder that is not there
	entriesOf(s.sheet)[0].SetText(next)
	for _, o := range kit.Focusables(s.sheet.Box) {
		if g, ok := o.(*kit.Segment); ok {
			g.Pick(1)
		}
	}
	s.press("Change the key")
	s.mustSay("At least 8")
	own := entriesOf(s.sheet)
	own[1].SetText("correct horse")
	own[2].SetText("correct horse")
	s.press("Change the key")
	s.untilSays("It cannot be written")
	if err := os.Mkdir(filepath.Dir(next), 0o700); err != nil {
		t.Fatal(err)
	}
	s.press("Change the key")
	s.untilSays("change that too")
	s.mustNotSay("correct horse")
	if n := countOf(s.agent.log(), "rotate team five"); n != 1 {
		t.Errorf("the key was changed %d times", n)
	}
	if got, err := os.ReadFile(next); err != nil || string(got) != "age-encryption.org/v1 rotated" {
		t.Errorf("%q, %v", got, err)
	}
}

// TestATeamIsJoined: what it shares is shown before a person agrees.
func TestATeamIsJoined(t *testing.T) {
	s := teamsStage(t)
	file := filepath.Join(t.TempDir(), "five.invite")
	if err := os.WriteFile(file, []byte("age"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.chooses(&file)
	s.press("Join by an invite…")
	s.press("Look inside")
	s.mustSay("Choose the file and enter its passphrase.")
	s.press("Browse…")
	fields := entriesOf(s.sheet)
	if fields[0].Text != file {
		t.Errorf("the path is %q", fields[0].Text)
	}
	fields[1].SetText("correct horse")
	fields[2].SetText("mei")
	s.agent.fails("join team ", failure(core.Misuse, core.RemedyTeamPlain))
	s.press("Look inside")
	s.untilSays("Go on only if you know that network")
	s.press("Go on without TLS")
	s.untilSays("five on redis://10.0.0.7:6379 shares:", "shop/live", "LIVE", "wx1234567890abcdef", "here: shop/live", "new here: office/sandbox", "agentid=1000002",
		"its kind is not known here", "not the team's: 1", "Without TLS")
	if slices.Contains(s.agent.log(), "join team YWdl as mei plain=true apply=true") {
		t.Fatal("it joined before anybody agreed")
	}
	if f, ok := s.win.Canvas().Focused().(*kit.Button); !ok || f.Label() != "Join" {
		t.Error("the keyboard is not on Join")
	}
	s.press("Join")
	s.untilCalled("join team YWdl as mei plain=true apply=true")
	s.untilSays("Joined five. New accounts are paused")

	s.press("Join by an invite…")
	fields = entriesOf(s.sheet)
	fields[0].SetText(file + ".none")
	fields[1].SetText("correct horse")
	s.press("Look inside")
	s.untilSays("The file cannot be read")
	fields[0].SetText(file)
	s.agent.fails("join team ", failure(core.Invalid, core.RemedyTeamPass))
	s.press("Look inside")
	s.untilSays("The passphrase does not open the invite.")
}

// TestAccountsAreSharedAndTeamsLeft: each after a question, live ones with consent where
// there is no TLS.
func TestAccountsAreSharedAndTeamsLeft(t *testing.T) {
	s := teamsStage(t, someTeams()...)
	page := s.settings.page.sub.(*teamsPage)
	page.on.share(page.all[1])
	s.mustSay("Share an account with lab", "Its secret is not.")
	for _, o := range kit.Focusables(s.sheet.Box) {
		if p, ok := o.(*kit.Picker); ok {
			p.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
			for p.Value() != "shop/live" {
				before := p.Value()
				p.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
				p.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
				p.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
				if p.Value() == before {
					t.Fatal("shop/live is not offered")
				}
			}
		}
	}
	s.mustSay("LIVE")
	s.agent.fails("share ", failure(core.Misuse, core.RemedyTeamPlain))
	s.press("Share")
	s.untilSays("Go on only if you know that network")
	s.press("Go on without TLS")
	s.untilCalled("share shop/live {Team:lab Plain:true}")
	s.untilSays("The token of shop/live is lab's by now.")

	page.on.edit(page.all[1]) // what was agreed to once need not be again
	fields := entriesOf(s.sheet)
	fields[1].SetText("another-password")
	s.press("Save")
	s.untilCalled("edit team lab redis://10.0.0.7:6379 password=“another-password” plain=true")
	s.untilSays("lab uses what you entered")
	page.on.edit(page.all[0])
	s.press("Save")
	s.untilCalled("edit team five rediss://tt@redis.example.com:6379 password=as it is plain=false")
	s.until("the sheet is gone", func() bool { return s.sheet == nil })
	page.on.edit(page.all[0])
	for _, o := range kit.Focusables(s.sheet.Box) {
		if g, ok := o.(*kit.Toggle); ok {
			g.Flip()
		}
	}
	s.press("Save")
	s.untilCalled("edit team five rediss://tt@redis.example.com:6379 password=“” plain=false")

	page.on.unshare("five", "shop/sandbox")
	s.mustSay("Use a token of this machine's own for shop/sandbox?")
	s.press("Unshare")
	s.untilCalled("unshare shop/sandbox")
	s.untilSays("this machine's own again. It is paused.")

	s.until("the teams again", func() bool { return !page.loading })
	page.on.leave(page.all[0])
	s.mustSay("Leave five?")
	s.press("Leave")
	s.untilCalled("leave team five")
	s.untilSays("Left five.", "Paused, because", "shop/live")
	s.until("one team less", func() bool { return len(page.all) == 1 })
}

// TestTheRowSaysWhoRenewed: a shared account's row names the member, and says when the
// team's Redis is of no use.
func TestTheRowSaysWhoRenewed(t *testing.T) {
	a := town(noon)[0]
	a.State, a.Error, a.Lost, a.Pushes = core.StateFresh, nil, nil, nil
	a.ExpiresAt, a.Mask, a.Life = noon.Add(time.Hour), "83_a••••wxyz", 7200
	a.Team = &api.AccountTeam{Name: "five", By: "ci-1", At: noon.Add(-time.Minute)}
	ui := uiIn(0)
	if r := rowOf(ui, a, false, noon); r.State != "ci-1 renewed "+moment(ui, noon.Add(-time.Minute), noon) {
		t.Error(r.State)
	}
	a.Team.Error = &api.Error{Class: core.Temporary}
	if r := rowOf(ui, a, false, noon); r.State != "the team's last token" || r.StateTone != toneSoon {
		t.Error(r.State)
	}
}

// entriesOf are the fields of a sheet, in their order.
func entriesOf(s *sheet) []*kit.Entry {
	var out []*kit.Entry
	for _, o := range kit.Focusables(s.Box) {
		if e, ok := o.(*kit.Entry); ok {
			out = append(out, e)
		}
	}
	return out
}
