package cli

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

func (a *app) apiCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "api",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.loopback(cmd.Context(), api.Agent.Loopback)
		},
	}
	var port int
	var address string
	on := &cobra.Command{
		Use:  "on",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("port") && !core.ValidPort(port) {
				return usage("problem.port_bad")
			}
			if _, ok := core.CleanAddress(address); !ok && address != api.NoAddress && cmd.Flags().Changed("address") {
				return usage("problem.address_bad")
			}
			return a.setLoopback(cmd.Context(), api.LoopbackRequest{On: true, Port: port, Address: address})
		},
	}
	on.Flags().IntVar(&port, "port", 0, "flag.api_port")
	on.Flags().StringVar(&address, "address", "", "flag.api_address")
	off := &cobra.Command{
		Use:  "off",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.setLoopback(cmd.Context(), api.LoopbackRequest{})
		},
	}
	status := &cobra.Command{Use: "status", Args: noArgs, RunE: cmd.RunE}
	cmd.AddCommand(on, off, status, a.apiKeyCommand(), a.apiLogCommand(), a.apiSocketCommand())
	return cmd
}

// setLoopback opens or shuts the door and prints its state.
func (a *app) setLoopback(ctx context.Context, req api.LoopbackRequest) error {
	return a.loopback(ctx, func(agent api.Agent, ctx context.Context) (api.Loopback, error) {
		l, err := agent.SetLoopback(ctx, req)
		var e *core.Error
		if errors.As(err, &e) && e.Remedy == core.RemedyPort && !a.json {
			a.notePort(ctx, agent, req.Port)
		}
		return l, err
	})
}

// notePort says which port is taken, and by whose program: the one that was asked for,
// else the one that is set.
func (a *app) notePort(ctx context.Context, agent api.Agent, port int) {
	if port == 0 {
		l, err := agent.Loopback(ctx)
		if err != nil {
			return // the refusal itself is printed anyway
		}
		port = l.Port
	}
	a.note(a.say("api.port", "port", port))
	if a.Holder != nil {
		a.note(a.holderLines(api.Loopback{Holder: a.Holder(port)})...)
	}
}

func (a *app) loopback(ctx context.Context, ask func(api.Agent, context.Context) (api.Loopback, error)) error {
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	l, err := ask(agent, ctx)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(l)
	}
	return a.printLoopback(l)
}

// printLoopback prints the state of the door and what to do next.
func (a *app) printLoopback(l api.Loopback) error {
	t := table{}
	t.add(plain(a.say("status.loopback")), plain(a.known("loopback.", l.State)))
	addresses := "http://127.0.0.1:" + strconv.Itoa(l.Port)
	if len(l.Addresses) > 0 {
		addresses = "http://" + strings.Join(l.Addresses, "  http://")
	}
	t.add(plain(a.say("api.address")), plain(addresses))
	t.add(plain(a.say("api.keys")), plain(strconv.Itoa(l.Keys)))
	if err := a.print(t.lines(0)...); err != nil {
		return err
	}
	if l.AddressError != nil {
		a.note(a.explainWire(l.AddressError)...)
	}
	switch {
	case l.Error != nil:
		a.note(append(a.explainWire(l.Error), a.holderLines(l)...)...)
	case l.State == api.DoorOff:
		a.note(a.say("api.open"))
	case l.Keys == 0:
		a.note(a.say("api.first_key"))
	}
	return nil
}

// holderLines say whose program has the agent's port, where that is known.
func (a *app) holderLines(l api.Loopback) []string {
	switch {
	case l.Holder == nil:
		return nil
	case l.Holder.Own:
		return []string{"  " + a.say("api.holder_own")}
	}
	return []string{"  " + clean(a.say("api.holder_other", "user", l.Holder.User))}
}

func (a *app) apiKeyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "key",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.keys(cmd.Context()) },
	}
	var accounts, envs, origins, hosts []string
	var may core.CallRights
	add := &cobra.Command{
		Use:  "add NAME",
		Args: func(cmd *cobra.Command, args []string) error { return counted(cmd, args, 1, "usage.one_key") },
		RunE: func(cmd *cobra.Command, args []string) error {
			in := api.ClientKeyInput{Name: args[0], Accounts: accounts, Origins: origins, Hosts: hosts, CallRights: may}
			for _, e := range envs {
				env, err := parseEnv(e)
				if err != nil {
					return err
				}
				in.Envs = append(in.Envs, env)
			}
			return a.addKey(cmd.Context(), in)
		},
	}
	add.Flags().StringArrayVar(&accounts, "account", nil, "flag.key_account")
	add.Flags().StringArrayVar(&envs, "env", nil, "flag.key_env")
	add.Flags().StringArrayVar(&origins, "origin", nil, "flag.key_origin")
	add.Flags().StringArrayVar(&hosts, "host", nil, "flag.key_host")
	add.Flags().StringArrayVar(&may.Calls, "calls", nil, "flag.key_calls")
	add.Flags().BoolVar(&may.LiveWrite, "live-write", false, "flag.key_live_write")
	add.Flags().BoolVar(&may.NoToken, "no-token", false, "flag.key_no_token")
	add.Flags().IntVar(&may.Rate, "rate", 0, "flag.key_rate")
	add.Flags().IntVar(&may.Burst, "burst", 0, "flag.key_burst")
	_ = add.RegisterFlagCompletionFunc("account", a.completeName)
	_ = add.RegisterFlagCompletionFunc("env", completeWords(words(core.Envs())...)) // fails only for a flag that is not there
	list := &cobra.Command{Use: "list", Args: noArgs, RunE: cmd.RunE}
	revoke := &cobra.Command{
		Use:               "revoke NAME",
		Args:              func(cmd *cobra.Command, args []string) error { return counted(cmd, args, 1, "usage.one_key") },
		ValidArgsFunction: a.completeKey,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.revokeKey(cmd.Context(), args[0]) },
	}
	cmd.AddCommand(add, list, revoke)
	return cmd
}

// addKey makes a key. Standard output gets the key alone, so that a script can take
// it; it is never shown again.
func (a *app) addKey(ctx context.Context, in api.ClientKeyInput) error {
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	k, err := agent.AddClientKey(ctx, in)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(k)
	}
	a.note(a.say("api.key_made", "name", clean(k.Name), "scope", a.scope(k.ClientKey)), a.say("api.key_once"))
	if err := a.print(k.Key); err != nil {
		return err
	}
	if l, err := agent.Loopback(ctx); err == nil {
		example := "NAME"
		if len(k.Accounts) > 0 {
			example = clean(k.Accounts[0])
		}
		switch {
		case len(k.Calls) > 0:
			a.note(a.say("api.key_call", "port", l.Port, "account", example))
		default:
			a.note(a.say("api.key_use", "port", l.Port, "account", example))
		}
		if l.State == api.DoorOff {
			a.note(a.say("api.open"))
		}
	}
	return nil
}

// scope says what a key may do.
func (a *app) scope(k api.ClientKey) string {
	accounts := a.say("api.all_accounts")
	if len(k.Accounts) > 0 {
		accounts = strings.Join(k.Accounts, a.say("cli.comma"))
	}
	out := accounts + a.say("cli.paren", "text", strings.Join(words(k.Envs), a.say("cli.comma")))
	if len(k.Origins) > 0 {
		out += " " + strings.Join(k.Origins, " ")
	}
	if len(k.Hosts) > 0 {
		out += a.say("api.scope_hosts", "hosts", strings.Join(k.Hosts, a.say("cli.comma")))
	}
	if len(k.Calls) > 0 {
		out += a.say("api.scope_calls", "calls", strings.Join(k.Calls, a.say("cli.comma")))
	}
	for _, more := range []struct {
		on  bool
		key text.Key
	}{{k.LiveWrite, "api.scope_live_write"}, {k.NoToken, "api.scope_no_token"}} {
		if more.on {
			out += a.say(more.key)
		}
	}
	return clean(out)
}

func (a *app) keys(ctx context.Context) error {
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	keys, err := agent.ClientKeys(ctx)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(keys)
	}
	if len(keys) == 0 {
		a.note(a.say("api.first_key"))
		return nil
	}
	t := table{elastic: 1}
	t.add(styled(a.say("list.name"), styleHead), styled(a.say("api.scope"), styleHead), styled(a.say("api.used"), styleHead))
	for _, k := range keys {
		used := a.say("api.never")
		if !k.LastUsed.IsZero() {
			used = when(k.LastUsed)
		}
		t.add(plain(clean(k.Name)), plain(a.scope(k)), plain(used))
	}
	return a.print(t.lines(0)...)
}

func (a *app) revokeKey(ctx context.Context, name string) error {
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	if err := agent.RevokeClientKey(ctx, name); err != nil {
		return err
	}
	a.note(a.say("api.revoked", "name", clean(name)))
	return nil
}

func (a *app) apiLogCommand() *cobra.Command {
	var key string
	var limit int
	cmd := &cobra.Command{
		Use:  "log",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if limit < 1 {
				return usage("usage.limit")
			}
			return a.apiLog(cmd.Context(), key, limit)
		},
	}
	cmd.Flags().StringVar(&key, "key", "", "flag.log_key")
	cmd.Flags().IntVar(&limit, "limit", 50, "flag.limit")
	_ = cmd.RegisterFlagCompletionFunc("key", func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return a.completeKey(cmd, nil, typed)
	})
	return cmd
}

// allLines is more than the agent keeps of its access log.
const allLines = 10000

func (a *app) apiLog(ctx context.Context, key string, limit int) error {
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	all, err := agent.AccessLog(ctx, allLines)
	if err != nil {
		return err
	}
	lines := []api.Access{}
	for _, l := range all {
		if len(lines) < limit && (key == "" || l.Key == key) {
			lines = append(lines, l)
		}
	}
	if a.json {
		return a.printJSON(lines)
	}
	if len(lines) == 0 {
		a.note(a.say("api.log_empty"))
		return nil
	}
	t := table{}
	var head []cell
	for _, key := range []text.Key{"history.at", "api.log_key", "api.log_call", "api.log_account", "api.log_answer", "api.log_count"} {
		head = append(head, styled(a.say(key), styleHead))
	}
	t.add(head...)
	for _, l := range lines {
		answer := strconv.Itoa(l.Status)
		if l.Errcode != 0 {
			answer += " errcode " + strconv.Itoa(l.Errcode)
		}
		if l.Refused != "" {
			answer += " " + clean(a.refusedWhy(l.Refused))
		}
		who := clean(l.Key)
		if who == "" {
			who = "-"
		}
		t.add(plain(l.At.Local().Format(time.DateTime)), plain(who), plain(clean(l.Call)), plain(clean(l.Account)), plain(answer), plain("×"+strconv.Itoa(l.Count)))
	}
	return a.print(t.lines(0)...)
}

// refusedWhy says why a call was not made.
func (a *app) refusedWhy(remedy string) string {
	if key := text.Key("refused." + remedy); a.text().Has(key) {
		return a.say(key)
	}
	return remedy
}

// completeKey offers client keys to the shell. It starts no agent.
func (a *app) completeKey(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), completionTime)
	defer cancel()
	agent, err := a.Connect(ctx, a.home, false)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	keys, err := agent.ClientKeys(ctx)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var out []string
	for _, k := range keys {
		out = append(out, k.Name)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}
