package cli

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// members is an agent that is in teams.
type members struct {
	*fake
	teams []api.Team
	in    api.TeamInput
	edit  api.TeamEdit
	share api.ShareInput
	join  []api.TeamJoin
}

func (m *members) Teams(context.Context) ([]api.Team, error) { return m.teams, m.did("teams") }

func (m *members) CreateTeam(_ context.Context, in api.TeamInput) (api.Team, error) {
	m.in = in
	return api.Team{Name: in.Name, Redis: in.Redis, Self: "laptop", Plain: in.Plain}, m.did("create " + in.Name)
}

func (m *members) EditTeam(_ context.Context, team string, in api.TeamEdit) (api.Team, error) {
	m.edit = in
	return api.Team{Name: team, Plain: in.Plain}, m.did("edit team " + team)
}

func (m *members) InviteTo(_ context.Context, team string, _ core.Secret) (api.Invite, error) {
	return api.Invite{Team: team, Age: []byte("age")}, m.did("invite to " + team)
}

func (m *members) RotateTeam(_ context.Context, team string, _ core.Secret) (api.Invite, error) {
	return api.Invite{Team: team, Age: []byte("age")}, m.did("rotate " + team)
}

func (m *members) JoinTeam(_ context.Context, in api.TeamJoin) (api.TeamJoined, error) {
	m.join = append(m.join, in)
	return api.TeamJoined{Team: "five", Redis: "redis://10.0.0.7:6379", Plain: true, Odd: 2, Done: in.Apply, Roster: []api.TeamListed{
		{Name: "shop", Env: core.Live, Kind: "wechat", AppID: "wx0123456789abcdef", New: true, Here: "shop/live"},
	}}, m.did("join")
}

func (m *members) LeaveTeam(_ context.Context, team string) (api.TeamLeft, error) {
	return api.TeamLeft{Paused: []string{"shop/live"}}, m.did("leave " + team)
}

func (m *members) Share(_ context.Context, r api.Ref, in api.ShareInput) (api.Account, error) {
	m.share = in
	a := account(r.Name, r.Env, time.Hour)
	a.Team = &api.AccountTeam{Name: in.Team}
	return a, m.did("share " + r.String())
}

func (m *members) Unshare(_ context.Context, r api.Ref) (api.Account, error) {
	return account(r.Name, r.Env, time.Hour), m.did("unshare " + r.String())
}

// teamRun is a call of a program whose machine is in teams.
func teamRun(teams ...api.Team) (*run, *members) {
	r := newRun()
	m := &members{fake: r.agent, teams: teams}
	r.parts = func(p *Parts) {
		p.Connect = func(context.Context, string, bool) (api.Agent, error) { return m, nil }
	}
	return r, m
}

// whole is a team of which everything is to be told, and much is wrong.
func whole() api.Team {
	return api.Team{
		Name: "five", Redis: "redis://10.0.0.7:6379", Plain: true, Self: "laptop", Latency: 1500 * time.Microsecond, Eviction: "allkeys-lru", Evicts: true,
		Error: &api.Error{Class: core.Misuse, Remedy: core.RemedyTeamKey, Message: "another key"},
		Members: []api.TeamMember{
			{Name: "laptop", Version: "1.2.3", Seen: 7, Self: true}, {Name: "ci-1", Version: "1.2.2", Seen: 95, OldKey: true}, {Seen: 4000},
		},
		Accounts: []api.TeamAccount{{
			Account: "shop/live", Holder: "server", Fence: 4711, By: "ci-1", At: start().Add(-time.Minute), ExpiresAt: start().Add(time.Hour),
			NextTry: start().Add(55 * time.Minute), CallsToday: 31, Reported: true,
			Error: &api.Error{Class: core.Misuse, Remedy: core.RemedyTeamValue, Message: "tampered"},
		}},
	}
}

// TestStatusTellsAllOfATeam: its members with version and when each was seen last; of
// each account holder, fence, last and next renewal and calls; the Redis; what is wrong.
func TestStatusTellsAllOfATeam(t *testing.T) {
	r, _ := teamRun(whole(), api.Team{Name: "lab", Redis: "unix:///run/redis.sock", Self: "laptop", Latency: time.Millisecond})
	out, _ := r.try(t, 0, "team", "status")
	line := func(head string, words ...string) {
		t.Helper()
		for l := range strings.Lines(out) {
			if !strings.HasPrefix(strings.TrimSpace(l), head) {
				continue
			}
			for _, w := range words {
				at := strings.Index(l, w)
				if at < 0 {
					t.Errorf("the line of %s lacks %q, or has it elsewhere:\n%s", head, w, out)
					return
				}
				l = l[at+len(w):]
			}
			return
		}
		t.Errorf("no line of %s:\n%s", head, out)
	}
	line("team", "five")
	line("Redis", "redis://10.0.0.7:6379")
	line("this machine", "laptop")
	line("round trip", "1.5 ms")
	line("when its memory is full", "allkeys-lru")
	line("MEMBER", "VERSION", "LAST SEEN")
	line("laptop *", "1.2.3", "7 s", "ago")
	line("ci-1", "1.2.2", "1 min", "ago")
	line("?", "1 h", "ago")
	line("ACCOUNT", "RENEWED", "EXPIRES", "NEXT RENEWAL", "HOLDER", "FENCE", "CALLS TODAY")
	line("shop/live", "ci-1, "+when(start().Add(-time.Minute)), when(start().Add(time.Hour)), when(start().Add(55*time.Minute)), "server", "4711", "31")
	for _, wrong := range []string{
		"a key that this machine does not have", "Still with the team's old key: ci-1", "throws away any key", "Without TLS",
		"shop/live was reported as dead", "was not written by the team", "unix:///run/redis.sock",
	} {
		if !strings.Contains(out, wrong) {
			t.Errorf("status does not say %q:\n%s", wrong, out)
		}
	}
	r, _ = teamRun(whole(), api.Team{Name: "lab"})
	if out, _ := r.try(t, 0, "team", "status", "lab"); !strings.Contains(out, "lab") || strings.Contains(out, "five") {
		t.Errorf("status of one team:\n%s", out)
	}
	r, _ = teamRun(whole())
	raw, _ := r.try(t, 0, "team", "status", "--json")
	var got []api.Team
	if err := json.Unmarshal([]byte(raw), &got); err != nil || len(got) != 1 || len(got[0].Members) != 3 || got[0].Accounts[0].Fence != 4711 || got[0].Error == nil {
		t.Errorf("%+v, %v", got, err)
	}
	r, _ = teamRun()
	if raw, _ := r.try(t, 0, "team", "status", "--json"); strings.TrimSpace(raw) != "[]" {
		t.Errorf("no team is %q", raw)
	}
}

// TestTheRowSaysWhoRenewed: in list and show, and in what both tell programs.
func TestTheRowSaysWhoRenewed(t *testing.T) {
	shared := account("shop", core.Sandbox, time.Hour)
	shared.Team = &api.AccountTeam{Name: "five", By: "ci-1", At: start().Add(-time.Minute)}
	away := account("till", core.Sandbox, time.Hour)
	away.Team = &api.AccountTeam{Name: "five", By: "ci-1", At: start().Add(-time.Minute), Error: &api.Error{Class: core.Temporary, Remedy: core.RemedyRedisAway}}
	ask := func(args ...string) string {
		t.Helper()
		r := newRun()
		r.agent.list.Accounts = []api.Account{shared, away, account("own", core.Sandbox, time.Hour)}
		out, _ := r.try(t, 0, args...)
		return out
	}
	at := when(start().Add(-time.Minute))
	rows := map[string]string{}
	for l := range strings.Lines(ask("list")) {
		if words := strings.Fields(l); len(words) > 1 {
			rows[words[1]] = l
		}
	}
	if l := rows["shop"]; !strings.Contains(l, "ci-1 renewed "+at) {
		t.Errorf("the row of a shared token: %q", l)
	}
	if l := rows["till"]; !strings.Contains(l, "the team's last token") || strings.Contains(l, "renewed") {
		t.Errorf("the row of a token whose Redis is away: %q", l)
	}
	if l := rows["own"]; l == "" || strings.Contains(l, "renewed") || strings.Contains(l, "team") {
		t.Errorf("the row of a token that is not shared: %q", l)
	}
	if out := ask("show", "shop"); !strings.Contains(out, "five, renewed by ci-1, "+at) {
		t.Errorf("show says\n%s", out)
	}
	for _, args := range [][]string{{"list", "--json"}, {"show", "shop", "--json"}} {
		if out := ask(args...); !strings.Contains(out, `"by": "ci-1"`) && !strings.Contains(out, `"by":"ci-1"`) {
			t.Errorf("%v says\n%s", args, out)
		}
	}
}

// TestWhichTeamIsMeant: the only one, or the named one; a command that several teams
// could get does nothing.
func TestWhichTeamIsMeant(t *testing.T) {
	five, lab := api.Team{Name: "five"}, api.Team{Name: "lab"}
	for _, c := range []struct {
		command []string
		did     string
	}{
		{[]string{"leave", "--yes"}, "leave "},
		{[]string{"edit", "--redis", "rediss://r.example"}, "edit team "},
		{[]string{"invite", "--passphrase-stdin", "--out"}, "invite to "},
		{[]string{"rotate-key", "--passphrase-stdin", "--out"}, "rotate "},
	} {
		ask := func(want int, name string, teams ...api.Team) (string, *members) {
			t.Helper()
			r, m := teamRun(teams...)
			r.term.in = strings.NewReader("correct horse battery staple\n")
			args := append([]string{"team"}, c.command...)
			if args[len(args)-1] == "--out" {
				args = append(args, filepath.Join(t.TempDir(), "x"))
			}
			if name != "" {
				args = append(args, name)
			}
			_, errOut := r.try(t, want, args...)
			return errOut, m
		}
		if errOut, m := ask(2, "", five, lab); !strings.Contains(errOut, "several teams") || len(m.calls) != 1 {
			t.Errorf("%v with two teams: %v, %q", c.command, m.calls, errOut)
		}
		if errOut, m := ask(2, ""); !strings.Contains(errOut, "in no team") || len(m.calls) != 1 {
			t.Errorf("%v without a team: %v, %q", c.command, m.calls, errOut)
		}
		if _, m := ask(0, "lab", five, lab); !slices.Contains(m.calls, c.did+"lab") {
			t.Errorf("%v lab: %v", c.command, m.calls)
		}
		errOut, m := ask(0, "", five)
		if !slices.Contains(m.calls, c.did+"five") {
			t.Errorf("%v: %v", c.command, m.calls)
		}
		if c.command[0] == "rotate-key" && !strings.Contains(errOut, "still knows the password of the Redis. Change it there") {
			t.Errorf("rotate-key says %q", errOut)
		}
		if c.command[0] == "leave" && !strings.Contains(errOut, "Paused") {
			t.Errorf("leave says %q", errOut)
		}
	}
}

// TestUnshareOfATeam: with --team only the token that this team shares.
func TestUnshareOfATeam(t *testing.T) {
	for team, want := range map[string]int{"": 0, "five": 0, "lab": 2} {
		r, m := teamRun(api.Team{Name: "five"}, api.Team{Name: "lab"})
		a := account("shop", core.Sandbox, time.Hour)
		a.Team = &api.AccountTeam{Name: "five"}
		r.agent.list.Accounts = []api.Account{a}
		args := []string{"team", "unshare", "shop"}
		if team != "" {
			args = append(args, "--team", team)
		}
		_, errOut := r.try(t, want, args...)
		if did := slices.Contains(m.calls, "unshare shop/sandbox"); did != (want == 0) || want == 2 && !strings.Contains(errOut, "not shared with lab") {
			t.Errorf("--team %q: %v, %q", team, m.calls, errOut)
		}
	}
}

// TestConsentToTheClear goes on with each command that needs it, and only where it was
// given; that the way is open is said each time.
func TestConsentToTheClear(t *testing.T) {
	for _, agreed := range []bool{false, true} {
		with := func(args ...string) *members {
			t.Helper()
			r, m := teamRun(api.Team{Name: "five"})
			r.term.in = strings.NewReader("correct horse battery staple\n")
			r.agent.list.Accounts = []api.Account{account("shop", core.Live, time.Hour)}
			if agreed {
				args = append(args, "--plaintext")
			}
			_, errOut := r.try(t, 0, append([]string{"team"}, args...)...)
			if args[0] != "share" && (agreed || args[0] == "join") && !strings.Contains(errOut, "Without TLS") {
				t.Errorf("%v says %q", args, errOut)
			}
			return m
		}
		if m := with("create", "five", "--redis", "redis://10.0.0.7"); m.in.Plain != agreed {
			t.Errorf("create with %v", m.in.Plain)
		}
		if m := with("edit", "--redis", "redis://10.0.0.7"); m.edit.Plain != agreed || m.edit.Password != nil {
			t.Errorf("edit with %+v", m.edit)
		}
		if m := with("share", "shop/live"); m.share.Plain != agreed {
			t.Errorf("share with %v", m.share.Plain)
		}
		file := filepath.Join(t.TempDir(), "x")
		if err := os.WriteFile(file, []byte("age"), 0o600); err != nil {
			t.Fatal(err)
		}
		if m := with("join", file, "--passphrase-stdin", "--yes"); len(m.join) != 2 || m.join[0].Plain != agreed || m.join[1].Plain != agreed || m.join[0].Apply || !m.join[1].Apply {
			t.Errorf("join with %+v", m.join)
		}
	}
}

// TestJoinShowsAndAsks: what the team shares is shown before a person agrees; without
// agreement nothing is joined.
func TestJoinShowsAndAsks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(file, []byte("age"), 0o600); err != nil {
		t.Fatal(err)
	}
	for answer, want := range map[string]int{"n": 1, "y": 0} {
		r, m := teamRun()
		r.term.tty, r.term.answers = true, []string{"correct horse battery staple", answer}
		code, _, errOut := r.do(t.Context(), "team", "join", file)
		if (code != 0) != (want != 0) || len(m.join) != 2-want {
			t.Errorf("%s: code %d, asked %d times", answer, code, len(m.join))
		}
		asked := strings.Index(errOut, "Join five?")
		for _, shown := range []string{"shop/live", "wx0123456789abcdef", "new here", "not the team's: 2", "Without TLS"} {
			if at := strings.Index(errOut, shown); at < 0 || asked < at {
				t.Errorf("before the question it does not say %q:\n%s", shown, errOut)
			}
		}
	}
}

// TestAddPaused: nothing is fetched and nothing renewed, by the agent's word.
func TestAddPaused(t *testing.T) {
	for _, paused := range []bool{false, true} {
		r := newRun()
		r.term.in = strings.NewReader("0123456789abcdef0123456789abcdef\n")
		r.agent.saved = api.Saved{Account: account("shop", core.Sandbox, 0)}
		args := []string{"add", "shop", "--appid", "wx0123456789abcdef", "--secret-stdin"}
		if paused {
			args = append(args, "--paused")
		}
		r.try(t, 0, args...)
		if r.agent.added.Paused != paused {
			t.Errorf("paused is %v, want %v", r.agent.added.Paused, paused)
		}
	}
}
