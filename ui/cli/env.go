package cli

import (
	"context"
	"embed"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tokentray/core/api"
	"tokentray/core/kinds"
)

// sdk is how to make an SDK send its calls through TokenTray.
type sdk struct {
	code string // {url}, {appid}
	// run: the tests run it; for the others only the makers' documentation is known.
	run bool
}

// snippets are the lines of each SDK.
//
//go:embed snippets/*.txt
var snippets embed.FS

// sdks are those for WeChat. They read the client key from the environment, in place
// of the AppSecret.
func sdks() map[string]sdk {
	out := map[string]sdk{}
	for name, run := range map[string]bool{"silenceper": true, "co-wechat-api": true, "wxjava": false, "easywechat": false} {
		code, err := snippets.ReadFile("snippets/" + name + ".txt")
		if err != nil {
			panic("cli: " + err.Error()) // it is part of the program
		}
		out[name] = sdk{code: strings.TrimSuffix(string(code), "\n"), run: run}
	}
	return out
}

// sdkPath is the token path that all of them ask.
const sdkPath = "/cgi-bin/token"

func (a *app) envCommand() *cobra.Command {
	var name string
	var forDirenv bool
	names := slices.Sorted(maps.Keys(sdks()))
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
			if forDirenv {
				return a.printDirenv()
			}
			one, ok := sdks()[name]
			if !ok {
				return usage("usage.env_sdk", "sdks", strings.Join(names, ", "))
			}
			return a.env(cmd.Context(), args[0], one)
		},
	}
	cmd.Flags().StringVar(&name, "sdk", "", "flag.env_sdk")
	cmd.Flags().BoolVar(&forDirenv, "direnv", false, "flag.env_direnv")
	cmd.MarkFlagsMutuallyExclusive("sdk", "direnv")
	_ = cmd.RegisterFlagCompletionFunc("sdk", completeWords(names...))
	return cmd
}

// printDirenv prints a function for direnv, which gives a folder the variables of
// its .env file while somebody is in it. direnv keeps them only in the shell: no
// token is written anywhere.
func (a *app) printDirenv() error {
	code, err := snippets.ReadFile("snippets/direnv.txt")
	if err != nil {
		return err
	}
	return a.print(strings.TrimSuffix(string(code), "\n"))
}

// env prints how an SDK makes an account's calls without a token.
func (a *app) env(ctx context.Context, account string, one sdk) error {
	agent, acc, err := a.findAccount(ctx, account)
	if err != nil {
		return err
	}
	door := a.text().Spec(acc.Kind).Door
	if door == nil || !slices.ContainsFunc(door.Paths, func(p kinds.TokenPath) bool { return p.Path == sdkPath }) {
		return usage("usage.env_kind", "account", acc.Ref())
	}
	l, err := agent.Loopback(ctx)
	if err != nil {
		return err
	}
	base := callURL(l.Port, acc.Ref())
	if a.json {
		return a.printJSON(map[string]string{"base_url": base, "appid": acc.AppID, "code": one.fill(base, acc.AppID)})
	}
	if !one.run {
		a.note(a.say("env.not_run"))
	}
	if err := a.print(one.fill(base, clean(acc.AppID))); err != nil {
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

func (s sdk) fill(url, appID string) string {
	return strings.NewReplacer("{url}", url, "{appid}", appID).Replace(s.code)
}
