package cli

import (
	"context"
	_ "embed"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tokentray/core/api"
	"tokentray/core/collection"
)

// direnv is a function for direnv.
//
//go:embed direnv.txt
var direnv string

func (a *app) envCommand() *cobra.Command {
	var name string
	var forDirenv bool
	var names []string
	for _, one := range collection.SDKs() {
		names = append(names, one.Name)
	}
	cmd := &cobra.Command{
		Use: "env {NAME[/ENV] --sdk SDK | --direnv}",
		Args: func(cmd *cobra.Command, args []string) error {
			if forDirenv {
				return noArgs(cmd, args)
			}
			return oneAccount(cmd, args)
		},
		ValidArgsFunction: a.completeRef,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := notBoth(cmd, "sdk", "direnv"); err != nil {
				return err
			}
			if forDirenv {
				return a.printDirenv()
			}
			i := slices.Index(names, name)
			if i < 0 {
				return usage("usage.env_sdk", "sdks", strings.Join(names, ", "))
			}
			return a.env(cmd.Context(), args[0], collection.SDKs()[i])
		},
	}
	cmd.Flags().StringVar(&name, "sdk", "", "flag.env_sdk")
	cmd.Flags().BoolVar(&forDirenv, "direnv", false, "flag.env_direnv")
	_ = cmd.RegisterFlagCompletionFunc("sdk", completeWords(names...))
	return cmd
}

// printDirenv prints a function for direnv, which gives a folder the variables of
// its .env file while somebody is in it. direnv keeps them only in the shell: no
// token is written anywhere.
func (a *app) printDirenv() error {
	return a.print(strings.TrimSuffix(direnv, "\n"))
}

// env prints how an SDK makes an account's calls without a token.
func (a *app) env(ctx context.Context, account string, one collection.SDK) error {
	agent, acc, err := a.findAccount(ctx, account)
	if err != nil {
		return err
	}
	if !one.Takes(a.text().Spec(acc.Kind)) {
		return usage("usage.env_kind", "account", acc.Ref())
	}
	l, err := agent.Loopback(ctx)
	if err != nil {
		return err
	}
	base := callURL(l.Port, acc.Ref())
	if a.json {
		return a.printJSON(map[string]string{"base_url": base, "appid": acc.AppID, "code": one.Code(base, acc.AppID)})
	}
	if !one.Run {
		a.note(a.say("env.not_run"))
	}
	if err := a.print(one.Code(base, clean(acc.AppID))); err != nil {
		return err
	}
	a.note(a.say("env.key", "account", clean(acc.Name), "env", string(acc.Env)))
	if l.State == api.DoorOff {
		a.note(a.say("api.open"))
	}
	return nil
}

// callURL is where an account's calls are made at a port of the loopback.
func callURL(port int, ref api.Ref) string {
	return "http://127.0.0.1:" + strconv.Itoa(port) + "/call/" + url.PathEscape(ref.Name) + "/" + string(ref.Env)
}
