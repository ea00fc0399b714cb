package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"tokentray/core/api"
)

func (a *app) teamJoinCommand() *cobra.Command {
	var in api.TeamJoin
	var stdin, yes bool
	cmd := &cobra.Command{
		Use:               "join FILE",
		Args:              func(cmd *cobra.Command, args []string) error { return counted(cmd, args, 1, "usage.team_file") },
		ValidArgsFunction: completeFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			data, err := a.readFile(cmd.Context(), args[0], maxInvite)
			if err != nil {
				return err
			}
			in.Age = data
			return a.teamJoin(cmd.Context(), in, stdin, yes)
		},
	}
	s := cmd.Flags()
	s.BoolVar(&stdin, "passphrase-stdin", false, "flag.passphrase_stdin")
	s.StringVar(&in.Member, "member", "", "flag.team_member")
	s.BoolVar(&in.Plain, "plaintext", false, "flag.team_plaintext")
	s.BoolVar(&yes, "yes", false, "flag.yes")
	return cmd
}

// maxInvite is how long an invite may be, in bytes.
const maxInvite = 64 << 10

func (a *app) teamJoin(ctx context.Context, in api.TeamJoin, stdin, yes bool) error {
	p, err := a.newPassphrase(ctx, stdin, false)
	if err != nil {
		return err
	}
	in.Passphrase = p.Reveal()
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	plan, err := agent.JoinTeam(ctx, in)
	if err != nil {
		return err
	}
	if !a.json {
		a.noteRoster(plan)
	}
	if err := a.confirm(ctx, yes, nil, "team.join_ask", "team", plan.Team); err != nil {
		return err
	}
	in.Apply = true
	done, err := agent.JoinTeam(ctx, in)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(done)
	}
	a.note(a.say("team.joined", "team", done.Team))
	for _, one := range done.Roster {
		if one.New {
			a.note(a.say("team.joined_new"))
			break
		}
	}
	return nil
}

// noteRoster shows what a team shares, before anybody agrees to it.
func (a *app) noteRoster(plan api.TeamJoined) {
	a.note(a.say("team.roster", "team", plan.Team, "redis", clean(plan.Redis)))
	if len(plan.Roster) == 0 {
		a.note("  " + a.say("team.roster_empty"))
	}
	t := table{}
	for _, one := range plan.Roster {
		what := []string{one.AppID}
		if one.BaseURL != "" {
			what = append(what, one.BaseURL)
		}
		for key, value := range one.Params.All() {
			what = append(what, key+"="+value)
		}
		here := a.say("team.roster_unknown")
		switch {
		case one.New:
			here = a.say("team.roster_new", "account", one.Here)
		case one.Here != "":
			here = a.say("team.roster_here", "account", one.Here)
		}
		t.add(plain("  "+clean(one.Name+"/"+string(one.Env))), plain(string(one.Kind)), plain(clean(strings.Join(what, " "))), plain(clean(here)))
	}
	a.note(t.lines(0)...)
	if plan.Odd > 0 {
		a.note(a.say("cli.warning") + a.say("team.roster_odd", "n", plan.Odd))
	}
	a.notePlain(plan.Plain)
}
