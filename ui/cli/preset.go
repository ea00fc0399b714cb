package cli

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

func (a *app) presetCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "preset",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.presetList(cmd.Context()) },
	}
	list := &cobra.Command{
		Use:  "list",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.presetList(cmd.Context()) },
	}
	show := &cobra.Command{
		Use:               "show NAME",
		Args:              func(cmd *cobra.Command, args []string) error { return counted(cmd, args, 1, "usage.preset_name") },
		ValidArgsFunction: a.completePreset(false),
		RunE:              func(cmd *cobra.Command, args []string) error { return a.presetShow(cmd.Context(), args[0]) },
	}
	cmd.AddCommand(list, show, a.presetAddCommand(), a.presetRmCommand(), a.presetTryCommand())
	return cmd
}

func (a *app) presetAddCommand() *cobra.Command {
	var replace, yes bool
	cmd := &cobra.Command{
		Use:               "add FILE",
		Args:              func(cmd *cobra.Command, args []string) error { return counted(cmd, args, 1, "usage.preset_file") },
		ValidArgsFunction: completeFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.presetAdd(cmd.Context(), args[0], replace, yes)
		},
	}
	cmd.Flags().BoolVar(&replace, "replace", false, "flag.preset_replace")
	cmd.Flags().BoolVar(&yes, "yes", false, "flag.yes")
	return cmd
}

func (a *app) presetRmCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "rm NAME",
		Args:              func(cmd *cobra.Command, args []string) error { return counted(cmd, args, 1, "usage.preset_name") },
		ValidArgsFunction: a.completePreset(true),
		RunE: func(cmd *cobra.Command, args []string) error {
			agent, err := a.connect(cmd.Context())
			if err != nil {
				return err
			}
			if err := agent.RemovePreset(cmd.Context(), core.Kind(args[0])); err != nil {
				return err
			}
			a.note(a.say("preset.removed", "name", args[0]))
			return nil
		},
	}
}

func (a *app) presetTryCommand() *cobra.Command {
	var in api.PresetTry
	var env string
	var secrets inputFlags
	cmd := &cobra.Command{
		Use:               "try {FILE | NAME}",
		Args:              func(cmd *cobra.Command, args []string) error { return counted(cmd, args, 1, "usage.preset_try") },
		ValidArgsFunction: completeFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			in.Env = core.Env(env)
			return a.presetTry(cmd.Context(), args[0], in, secrets)
		},
	}
	s := cmd.Flags()
	s.StringVar(&in.AppID, "appid", "", "flag.appid")
	s.StringVar(&env, "env", "", "flag.preset_env")
	s.StringVar(&in.BaseURL, "base-url", "", "flag.base_url")
	s.StringVar(&in.Proxy, "proxy", "", "flag.proxy")
	s.BoolVar(&secrets.secretStdin, "secret-stdin", false, "flag.secret_stdin")
	s.BoolVar(&secrets.askProxyPassword, "proxy-password", false, "flag.proxy_password")
	s.BoolVar(&secrets.proxyPasswordStdin, "proxy-password-stdin", false, "flag.proxy_password_stdin")
	_ = cmd.RegisterFlagCompletionFunc("env", completeWords(words(core.Envs())...))
	return cmd
}

// completePreset completes the name of a preset, or of a user's own.
func (a *app) completePreset(own bool) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		all, _ := askRunning(a, api.Agent.Presets)
		var names []string
		for _, p := range all {
			if p.Own || !own {
				names = append(names, string(p.Kind))
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

func (a *app) presetList(ctx context.Context) error {
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	all, err := agent.Presets(ctx)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(all)
	}
	t := &table{colour: a.colour(), elastic: 2}
	t.add(styled(a.say("preset.head.name"), styleHead), styled(a.say("preset.head.label"), styleHead), styled(a.say("preset.head.hosts"), styleHead), styled(a.say("preset.head.accounts"), styleHead))
	for _, p := range all {
		name := plain(string(p.Kind))
		if p.Own {
			name = plain(string(p.Kind) + a.say("cli.paren", "text", a.say("preset.own")))
		}
		t.add(name, plain(clean(a.text().Kind(p.Kind))), plain(clean(strings.Join(p.Hosts, " "))), plain(strconv.Itoa(p.Accounts)))
	}
	width := 0
	if a.Term.OutIsTerminal() {
		width, _ = a.Term.Size()
	}
	return a.print(t.lines(width)...)
}

// presetShow prints the file of a preset, which add takes again under another name.
func (a *app) presetShow(ctx context.Context, name string) error {
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	p, err := agent.Preset(ctx, core.Kind(name))
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(p)
	}
	return a.print(strings.TrimRight(string(p.File), "\n"))
}

// maxPreset is how many bytes are read of a preset's file, a little more than one may
// have: the agent says that it is too long.
const maxPreset = 128 << 10

func (a *app) presetAdd(ctx context.Context, path string, replace, yes bool) error {
	in := api.PresetFile{Replace: replace}
	var err error
	if in.File, err = a.presetFile(ctx, path); err != nil {
		return err
	}
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	saved, err := agent.AddPreset(ctx, in)
	if e := core.AsError(err); e != nil && e.Remedy == core.RemedyPresetThere && a.Term.InIsTerminal() && !a.json {
		if err := a.confirm(ctx, yes, []string{clean(a.text().Cause(api.FromError(e), ""))}, "preset.ask_replace"); err != nil {
			return err
		}
		in.Replace = true
		saved, err = agent.AddPreset(ctx, in)
	}
	if err != nil {
		return err
	}
	a.forgetKinds()
	if a.json {
		return a.printJSON(saved)
	}
	p := saved.Preset
	a.note(clean(a.say("preset.added", "name", p.Kind, "hosts", strings.Join(p.Hosts, " "))))
	for _, account := range saved.Paused {
		a.note(a.say("cli.warning") + clean(a.say("preset.paused", "account", account)))
	}
	if len(saved.Paused) == 0 && p.Accounts == 0 {
		a.note(a.say("preset.next", "name", p.Kind))
	}
	return nil
}

func (a *app) presetFile(ctx context.Context, path string) ([]byte, error) {
	if path != "-" {
		return a.readFile(ctx, path, maxPreset)
	}
	return reading(ctx, func() ([]byte, error) { return readBounded(a.Term.In(), path, maxPreset) })
}

// presetTry makes the request of a file, or of a preset that is known.
func (a *app) presetTry(ctx context.Context, what string, in api.PresetTry, secrets inputFlags) error {
	switch {
	case what == "-":
		return usage("usage.preset_try")
	case in.AppID == "":
		return usage("usage.preset_appid")
	case in.Env != "" && !in.Env.Valid():
		return usage("problem.env_unknown")
	}
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	if _, err := agent.Preset(ctx, core.Kind(what)); err == nil && !strings.ContainsAny(what, "./\\") {
		in.Kind = core.Kind(what)
	} else if in.File, err = a.presetFile(ctx, what); err != nil {
		return err
	}
	var given api.AccountInput
	secrets.secretStdin = true // which is a hidden question at a terminal
	if err := a.readSecrets(ctx, &secrets, in.Kind, &given); err != nil {
		return err
	}
	in.Secret = *given.Secret
	if given.ProxyPassword != nil {
		in.ProxyPassword = *given.ProxyPassword
	}
	trial, err := agent.TryPreset(ctx, in)
	if err != nil {
		return err
	}
	if a.json {
		err = a.printJSON(trial)
	} else {
		err = a.print(a.trialLines(trial)...)
	}
	if err == nil && trial.Error != nil {
		if !a.json {
			a.note(a.explainWire(trial.Error)...)
		}
		return &errSilent{trial.Error.Core()}
	}
	return err
}

// trialLines are the request, and what each path found.
func (a *app) trialLines(t api.PresetTrial) []string {
	out := []string{clean(t.Method + " " + t.URL)}
	for _, h := range t.Headers {
		out = append(out, clean(h.Name+": "+h.Value))
	}
	if t.Body != "" {
		out = append(out, clean(t.Body))
	}
	out = append(out, "")
	if t.Status > 0 {
		out = append(out, a.say("preset.status", "status", t.Status))
	}
	for _, f := range t.Found {
		key := text.Key("preset.found")
		if !f.There {
			key = "preset.not_found"
		}
		out = append(out, "  "+clean(a.say(key, "field", f.Field, "path", f.Path, "value", f.Value)))
	}
	if t.Error == nil {
		out = append(out, a.say("preset.works", "token", t.Mask, "time", a.text().Coarse(time.Duration(t.ExpiresIn)*time.Second)))
	}
	return out
}

// presetFaultLines says what is wrong with a preset's file, line by line.
func (a *app) presetFaultLines(faults api.PresetFaults) []string {
	out := []string{"tokentray: " + a.say("preset.faults")}
	for _, f := range faults {
		out = append(out, "  "+clean(a.place(f.Line, f.Field)+a.text().PresetFault(f.Code, f.Other)))
	}
	return out
}
