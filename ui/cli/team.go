package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/durable"
)

func (a *app) teamCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "team",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.teamStatus(cmd.Context(), "") },
	}
	status := &cobra.Command{
		Use:               "status [TEAM]",
		Args:              maybeOneTeam,
		ValidArgsFunction: a.completeTeam,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.teamStatus(cmd.Context(), slices.Concat(args, []string{""})[0])
		},
	}
	cmd.AddCommand(
		a.teamCreateCommand(), a.teamFileCommand("invite", false), a.teamJoinCommand(), a.teamLeaveCommand(),
		a.teamEditCommand(), a.teamFileCommand("rotate-key", true), a.teamShareCommand(), a.teamUnshareCommand(), status,
	)
	return cmd
}

func maybeOneTeam(cmd *cobra.Command, args []string) error {
	return counted(cmd, args, min(1, len(args)), "usage.one_team")
}

func oneTeam(cmd *cobra.Command, args []string) error { return counted(cmd, args, 1, "usage.one_team") }

func (a *app) teamCreateCommand() *cobra.Command {
	var in api.TeamInput
	var password bool
	cmd := &cobra.Command{
		Use:  "create TEAM --redis URL",
		Args: oneTeam,
		RunE: func(cmd *cobra.Command, args []string) error {
			in.Name = args[0]
			if in.Redis == "" {
				return usage("usage.team_redis")
			}
			return a.teamCreate(cmd.Context(), in, password)
		},
	}
	s := cmd.Flags()
	s.StringVar(&in.Redis, "redis", "", "flag.team_redis")
	s.BoolVar(&password, "redis-password-stdin", false, "flag.redis_password_stdin")
	s.StringVar(&in.Member, "member", "", "flag.team_member")
	s.BoolVar(&in.Plain, "plaintext", false, "flag.team_plaintext")
	return cmd
}

// teamPassword reads the password of the Redis from standard input, or asks for it at a
// terminal. There may be none.
func (a *app) teamPassword(ctx context.Context, stdin bool) (string, error) {
	switch {
	case stdin:
		return a.stdin(ctx, "ask.team_password")
	case !a.Term.InIsTerminal() || a.json:
		return "", nil
	}
	s, err := a.askHidden(ctx, a.say("ask.team_password"))
	return s.Reveal(), err
}

func (a *app) teamCreate(ctx context.Context, in api.TeamInput, password bool) (err error) {
	if in.Password, err = a.teamPassword(ctx, password); err != nil {
		return err
	}
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	t, err := agent.CreateTeam(ctx, in)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(t)
	}
	a.note(a.say("team.created", "team", t.Name, "member", clean(t.Self)), a.say("team.next_share"), a.say("team.next_invite", "team", t.Name))
	a.notePlain(t.Plain)
	return nil
}

// notePlain warns of a Redis to which everything goes in the clear.
func (a *app) notePlain(plain bool) {
	if plain {
		a.note(a.say("cli.warning") + a.say("team.plain"))
	}
}

// teamFileCommand is a command that writes an invite.
func (a *app) teamFileCommand(name string, rotate bool) *cobra.Command {
	var out string
	var stdin, force bool
	cmd := &cobra.Command{
		Use:               name + " [TEAM] --out FILE",
		Args:              maybeOneTeam,
		ValidArgsFunction: a.completeTeam,
		RunE: func(cmd *cobra.Command, args []string) error {
			if out == "" {
				return usage("usage.team_out")
			}
			return a.teamFile(cmd.Context(), slices.Concat(args, []string{""})[0], out, stdin, force, rotate)
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "flag.team_out")
	cmd.Flags().BoolVar(&stdin, "passphrase-stdin", false, "flag.passphrase_stdin")
	cmd.Flags().BoolVar(&force, "force", false, "flag.team_force")
	_ = cmd.MarkFlagFilename("out")
	return cmd
}

func (a *app) teamFile(ctx context.Context, team, out string, stdin, force, rotate bool) error {
	if err := a.mayWrite(out); err != nil {
		return err
	}
	if _, err := os.Lstat(out); err == nil && !force {
		return usage("export.exists", "files", out)
	}
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	if team, err = a.teamName(ctx, agent, team); err != nil {
		return err
	}
	p, err := a.newPassphrase(ctx, stdin, true)
	if err != nil {
		return err
	}
	write := agent.InviteTo
	if rotate {
		write = agent.RotateTeam
	}
	invite, err := write(ctx, team, p)
	if err != nil {
		return err
	}
	if err := durable.Write(out, func(w io.Writer) error {
		_, err := w.Write(invite.Age)
		return err
	}); err != nil {
		return noOut(fmt.Errorf("write %s: %w", out, cause(err)))
	}
	if a.json {
		return a.printJSON(struct {
			Team string `json:"team"`
			File string `json:"file"`
		}{team, out})
	}
	if rotate {
		a.note(a.say("team.rotated", "team", team, "file", out), a.say("team.rotated_next"), a.say("team.rotated_password", "team", team))
		return nil
	}
	a.note(a.say("team.invited", "team", team, "file", out), a.say("team.invited_next"))
	return nil
}

// newPassphrase is one for a file that goes to others: never that of this machine's vault.
func (a *app) newPassphrase(ctx context.Context, stdin, twice bool) (core.Secret, error) {
	if stdin {
		return a.passphrase(ctx, true, twice)
	}
	return a.askPassphrase(ctx, twice)
}

func (a *app) teamEditCommand() *cobra.Command {
	var in api.TeamEdit
	var password bool
	cmd := &cobra.Command{
		Use:               "edit [TEAM]",
		Args:              maybeOneTeam,
		ValidArgsFunction: a.completeTeam,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.teamEdit(cmd.Context(), slices.Concat(args, []string{""})[0], in, password)
		},
	}
	s := cmd.Flags()
	s.StringVar(&in.Redis, "redis", "", "flag.team_redis")
	s.BoolVar(&password, "redis-password-stdin", false, "flag.redis_password_stdin")
	s.BoolVar(&in.Plain, "plaintext", false, "flag.team_plaintext")
	return cmd
}

func (a *app) teamEdit(ctx context.Context, team string, in api.TeamEdit, stdin bool) error {
	if stdin || in.Redis == "" { // else the password is the one that is known
		if !stdin && (!a.Term.InIsTerminal() || a.json) {
			return usage("usage.team_edit")
		}
		password, err := a.teamPassword(ctx, stdin)
		if err != nil {
			return err
		}
		in.Password = &password
	}
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	if team, err = a.teamName(ctx, agent, team); err != nil {
		return err
	}
	t, err := agent.EditTeam(ctx, team, in)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(t)
	}
	a.note(a.say("team.edited", "team", t.Name))
	a.notePlain(t.Plain)
	return nil
}

// teamName is the team that is meant: the only one where none is named.
func (a *app) teamName(ctx context.Context, agent api.Agent, name string) (string, error) {
	all, err := agent.Teams(ctx)
	switch {
	case err != nil:
		return "", err
	case name != "":
		return name, nil
	case len(all) == 0:
		return "", usage("usage.team_none")
	case len(all) > 1:
		return "", usage("usage.team_which")
	}
	return all[0].Name, nil
}

func (a *app) teamLeaveCommand() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:               "leave [TEAM]",
		Args:              maybeOneTeam,
		ValidArgsFunction: a.completeTeam,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.teamLeave(cmd.Context(), slices.Concat(args, []string{""})[0], yes)
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "flag.yes")
	return cmd
}

func (a *app) teamLeave(ctx context.Context, team string, yes bool) error {
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	if team, err = a.teamName(ctx, agent, team); err != nil {
		return err
	}
	if err := a.confirm(ctx, yes, nil, "team.leave_ask", "team", team); err != nil {
		return err
	}
	left, err := agent.LeaveTeam(ctx, team)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(left)
	}
	a.note(a.say("team.left", "team", team))
	if len(left.Paused) > 0 {
		a.note(a.say("team.left_paused", "accounts", clean(a.text().Some(left.Paused))))
	}
	return nil
}

// completeTeam offers the teams of this machine.
func (a *app) completeTeam(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	all, err := askRunning(a, api.Agent.Teams)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var out []string
	for _, t := range all {
		out = append(out, t.Name)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// completeTeamFlag is completeTeam for a flag, which stands beside arguments.
func (a *app) completeTeamFlag(cmd *cobra.Command, _ []string, text string) ([]string, cobra.ShellCompDirective) {
	return a.completeTeam(cmd, nil, text)
}
