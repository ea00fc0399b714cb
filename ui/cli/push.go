package cli

import (
	"context"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

func (a *app) pushCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "push",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.pushList(cmd.Context(), "") },
	}
	list := &cobra.Command{
		Use: "list [NAME[/ENV]]",
		Args: func(cmd *cobra.Command, args []string) error {
			return counted(cmd, args, min(1, len(args)), "usage.one_account")
		},
		ValidArgsFunction: a.completeRef,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.pushList(cmd.Context(), slices.Concat(args, []string{""})[0])
		},
	}
	rm := &cobra.Command{
		Use:               "rm NAME[/ENV] NUMBER",
		Args:              func(cmd *cobra.Command, args []string) error { return counted(cmd, args, 2, "usage.push_number") },
		ValidArgsFunction: a.completePush,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.pushRemove(cmd.Context(), args[0], args[1])
		},
	}
	test := &cobra.Command{
		Use: "test NAME[/ENV] [NUMBER]",
		Args: func(cmd *cobra.Command, args []string) error {
			return counted(cmd, args, max(1, min(2, len(args))), "usage.push_number")
		},
		ValidArgsFunction: a.completePush,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.pushTest(cmd.Context(), args[0], args[1:])
		},
	}
	cmd.AddCommand(a.pushAddCommand(), list, rm, test)
	return cmd
}

func (a *app) pushAddCommand() *cobra.Command {
	var in api.PushInput
	var form, timeout string
	var redis redisFlags
	cmd := &cobra.Command{
		Use:                   "add NAME[/ENV] {--file FILE | --redis URL --layout LAYOUT | -- COMMAND [ARGUMENT…]} [flags]",
		DisableFlagsInUseLine: true,
		Args:                  accountThenCommand,
		ValidArgsFunction:     a.completePushAdd,
		RunE: func(cmd *cobra.Command, args []string) error {
			in.Form = core.PushForm(form)
			if timeout != "" {
				d, err := parseLife(timeout)
				if err != nil {
					return err
				}
				in.Timeout = int64(max(d.Round(time.Second), time.Second) / time.Second)
			}
			accounts, command := split(cmd, args)
			if err := a.redisInput(cmd.Context(), &in, redis); err != nil {
				return err
			}
			if err := pushInput(&in, command); err != nil {
				return err
			}
			return a.pushAdd(cmd.Context(), accounts[0], in)
		},
	}
	s := cmd.Flags()
	s.StringVar(&in.Path, "file", "", "flag.push_file")
	s.StringVar(&form, "as", "", "flag.push_as")
	s.StringVar(&in.Key, "key", "", "flag.push_key")
	s.BoolVar(&in.Overwrite, "overwrite", false, "flag.push_overwrite")
	s.BoolVar(&in.InPlace, "in-place", false, "flag.push_in_place")
	s.BoolVar(&in.Private, "private", false, "flag.push_private")
	s.IntVar(&in.Replace, "replace", 0, "flag.push_replace")
	s.StringVar(&timeout, "timeout", "", "flag.push_timeout")
	redis.register(cmd)
	_ = cmd.RegisterFlagCompletionFunc("file", completeFile)
	_ = cmd.RegisterFlagCompletionFunc("as", completeWords(words(core.PushForms())...))
	return cmd
}

// split separates the arguments before a -- from the command after it.
func split(cmd *cobra.Command, args []string) (before, command []string) {
	if n := cmd.ArgsLenAtDash(); n >= 0 {
		return args[:n], args[n:]
	}
	return args, nil
}

// accountThenCommand checks the arguments NAME[/ENV] [-- COMMAND…].
func accountThenCommand(cmd *cobra.Command, args []string) error {
	before, _ := split(cmd, args)
	return counted(cmd, before, 1, "usage.one_account")
}

// pushInput completes what was entered: the agent has another working folder and may
// have another PATH, so it gets absolute paths.
func pushInput(in *api.PushInput, command []string) error {
	if in.Form != "" && !slices.Contains(core.PushForms(), in.Form) {
		return usage("usage.push_as")
	}
	switch {
	case in.Redis != nil && (in.Path != "" || len(command) > 0), in.Path != "" && len(command) > 0:
		return usage("usage.push_both")
	case in.Redis != nil:
		in.Kind = core.PushRedis
	case in.Path != "":
		in.Kind = core.PushFile
		path, err := filepath.Abs(in.Path)
		if err != nil {
			return usage("problem.push_path")
		}
		in.Path = path
	case len(command) > 0:
		in.Kind = core.PushCommand
		program, err := exec.LookPath(command[0])
		if err == nil {
			program, err = filepath.Abs(program)
		}
		if err != nil {
			return usage("usage.push_program", "name", command[0])
		}
		in.Command = slices.Concat([]string{program}, command[1:])
	default:
		return usage("usage.push_what")
	}
	return nil
}

func (a *app) pushAdd(ctx context.Context, arg string, in api.PushInput) error {
	agent, acc, err := a.findAccount(ctx, arg)
	if err != nil {
		return err
	}
	p, err := agent.AddPush(ctx, acc.Ref(), in)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(p)
	}
	if in.DryRun {
		return a.printPushPlan(p)
	}
	a.note(a.say("push.added", "n", p.Number, "account", acc.Ref(), "target", clean(p.Target)))
	switch {
	case p.Last == nil:
		a.note(a.say("push.added_on"))
	case p.Failing():
		a.note(a.explainWire(p.Last.Error)...)
	default:
		a.note(a.say("push.added_now"))
	}
	a.noteOpen(p)
	return nil
}

// noteOpen warns of a file that others can read.
func (a *app) noteOpen(p api.Push) {
	if p.Open {
		a.note(a.say("cli.warning") + a.say("push.open", "file", clean(p.Path)))
	}
}

// accountPushes is what --json prints of an account's pushes.
type accountPushes struct {
	Account string     `json:"account"`
	Env     core.Env   `json:"env"`
	Pushes  []api.Push `json:"pushes"`
}

// pushList shows the pushes of an account, or of all.
func (a *app) pushList(ctx context.Context, arg string) error {
	var accounts []api.Account
	if arg != "" {
		_, acc, err := a.findAccount(ctx, arg)
		if err != nil {
			return err
		}
		accounts = []api.Account{acc}
	} else {
		agent, err := a.connect(ctx)
		if err != nil {
			return err
		}
		l, err := agent.List(ctx)
		if err != nil {
			return err
		}
		accounts = l.Accounts
	}
	accounts = slices.DeleteFunc(slices.Clone(accounts), func(acc api.Account) bool { return len(acc.Pushes) == 0 })
	switch {
	case a.json:
		out := []accountPushes{}
		for _, acc := range accounts {
			out = append(out, accountPushes{acc.Name, acc.Env, acc.Pushes})
		}
		return a.printJSON(out)
	case len(accounts) == 0 && arg == "":
		a.note(a.say("push.none_all"))
		return nil
	case len(accounts) == 0:
		a.note(a.say("push.none", "account", a.account))
		return nil
	}
	return a.printPushes(accounts)
}

func (a *app) printPushes(accounts []api.Account) error {
	t := table{colour: a.colour(), elastic: 2}
	head := func(key text.Key) cell { return styled(a.say(key), styleHead) }
	t.add(head("push.account"), head("push.number"), head("push.target"), head("push.how"), head("push.last"))
	for _, acc := range accounts {
		for _, p := range acc.Pushes {
			how := string(p.Form)
			switch p.Kind {
			case core.PushCommand:
				how = a.say("push.command")
			case core.PushRedis:
				how = "redis"
			}
			words, style := a.pushWords(p)
			t.add(styled(clean(acc.Ref().String()), envStyle(acc.Env)), plain(strconv.Itoa(p.Number)), plain(clean(p.Target)), plain(how), styled(words, style))
		}
	}
	width := 0
	if a.Term.OutIsTerminal() {
		width, _ = a.Term.Size()
	}
	if err := a.print(t.lines(width)...); err != nil {
		return err
	}
	for _, acc := range accounts {
		for _, p := range acc.Pushes {
			if p.Failing() {
				a.account = acc.Ref().String()
				a.note(a.explainWire(p.Last.Error)...)
			}
		}
	}
	return nil
}

// pushWords says how the last try of a push ended.
func (a *app) pushWords(p api.Push) (string, style) {
	switch last := p.Last; {
	case last == nil:
		return a.say("push.waits"), styleDim
	case last.Error == nil:
		return a.say("push.fine", "time", when(last.At)), noStyle
	case last.Error.Remedy == core.RemedyReviewPush:
		return a.say("push.held", "time", when(last.At)), styleWarn
	case last.NextTry.After(a.Now()):
		return a.say("push.failed", "time", when(last.At)) + a.say("cli.comma") + a.say("push.again", "time", when(last.NextTry)), styleWarn
	default:
		return a.say("push.failed", "time", when(last.At)), styleWarn
	}
}

func (a *app) pushRemove(ctx context.Context, arg, number string) error {
	n, err := pushNumber(number)
	if err != nil {
		return err
	}
	agent, acc, err := a.findAccount(ctx, arg)
	if err != nil {
		return err
	}
	if err := agent.RemovePush(ctx, acc.Ref(), n); err != nil {
		return err
	}
	a.note(a.say("push.removed", "n", n, "account", acc.Ref()))
	return nil
}

func pushNumber(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, usage("usage.push_number")
	}
	return n, nil
}

// pushTest does pushes now. It tries all; if one fails, the exit code is 1.
func (a *app) pushTest(ctx context.Context, arg string, number []string) error {
	only := 0
	if len(number) > 0 {
		n, err := pushNumber(number[0])
		if err != nil {
			return err
		}
		only = n
	}
	agent, acc, err := a.findAccount(ctx, arg)
	if err != nil {
		return err
	}
	numbers := []int{only}
	if only == 0 {
		numbers = nil
		for _, p := range acc.Pushes {
			numbers = append(numbers, p.Number)
		}
	}
	done := []api.Push{}
	var failure error
	for _, n := range numbers {
		p, err := agent.RunPush(ctx, acc.Ref(), n)
		if err != nil {
			return err
		}
		done = append(done, p)
		if p.Failing() {
			failure = &errSilent{p.Last.Error.Core()}
		}
		switch {
		case a.json:
		case p.Failing():
			a.note(a.explainWire(p.Last.Error)...)
		default:
			a.note(a.say("push.done", "account", acc.Ref(), "n", p.Number, "target", clean(p.Target)))
			a.noteOpen(p)
		}
	}
	switch {
	case a.json:
		if err := a.printJSON(done); err != nil {
			return err
		}
	case len(numbers) == 0:
		a.note(a.say("push.none", "account", acc.Ref()))
	}
	return failure
}

// completePushAdd offers an account, and after the -- what the shell offers.
func (a *app) completePushAdd(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if a.behindDash() {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return a.completeRef(cmd, args, typed)
}

// completePush offers an account, then the numbers of its pushes.
func (a *app) completePush(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return a.completeRef(cmd, args, typed)
	}
	var out []string
	if len(args) == 1 {
		l, _ := a.running(cmd)
		for _, acc := range l.Accounts {
			if args[0] == acc.Ref().String() || args[0] == acc.Name && acc.Env == l.Active {
				for _, p := range acc.Pushes {
					out = append(out, strconv.Itoa(p.Number)+"\t"+clean(p.Target))
				}
			}
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}
