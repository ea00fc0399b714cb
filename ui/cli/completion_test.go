package cli

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
	"tokentray/core/kinds"
)

// offered is what the shell is offered for a command line, and the directive
// that says whether it adds files.
func offered(t *testing.T, r *run, args ...string) (words []string, directive cobra.ShellCompDirective) {
	t.Helper()
	out, _ := r.try(t, 0, append([]string{"__complete"}, args...)...)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	n, err := strconv.Atoi(strings.TrimPrefix(lines[len(lines)-1], ":"))
	if err != nil {
		t.Fatalf("%v: %q", args, out)
	}
	for _, line := range lines[:len(lines)-1] {
		word, _, _ := strings.Cut(line, "\t")
		words = append(words, word)
	}
	return words, cobra.ShellCompDirective(n)
}

func withPushes() *run {
	r := withToken(newRun())
	r.agent.list.Accounts[0].Pushes = []api.Push{{Number: 1, Kind: core.PushFile, Target: "/srv/.env T"}, {Number: 4, Kind: core.PushCommand, Target: "deploy"}}
	return r
}

func TestWhatTheShellIsOffered(t *testing.T) {
	names := []string{"shop", "shop/sandbox", "shop/live"}
	none, files := cobra.ShellCompDirectiveNoFileComp, cobra.ShellCompDirectiveDefault
	for _, tt := range []struct {
		line string // its last word is being typed
		want []string
		how  cobra.ShellCompDirective
	}{
		{"get ", names, none},
		{"get shop/sandbox ", nil, none},
		{"push add ", names, none},
		{"push add shop --as ", words(core.PushForms()), none},
		{"push add shop --file ", nil, files},
		{"push add shop -- ", nil, files},
		{"push rm ", names, none},
		{"push rm shop ", []string{"1", "4"}, none},
		{"push test shop/sandbox ", []string{"1", "4"}, none},
		{"push test shop/live ", nil, none},
		{"push test shop 1 ", nil, none},
		{"exec ", names, none},
		{"exec shop/sandbox ", []string{"shop", "shop/live"}, none},
		{"exec shop -- ", nil, files},
		{"exec shop --renew-file ", nil, files},
		{"get shop --format ", append(format.Names(), format.Export), none},
		{"add shop --kind ", words(kinds.Builtin().Names()), none},
		{"edit shop --product ", words(kinds.Builtin().Products()), none},
		{"list --env ", words(core.Envs()), none},
		{"use ", words(core.Envs()), none},
		{"settings get ", core.SettingKeys(), none},
		{"settings get theme ", nil, none},
		{"settings set ", core.SettingKeys(), none},
		{"settings set theme ", []string{"system", "light", "dark"}, none},
		{"settings set copy-format ", core.Formats(), none},
		{"settings set notify-person ", []string{"true", "false"}, none},
		{"settings set text-size ", nil, none},
		{"settings set no-such ", nil, none},
		{"api key add ci --account ", []string{"shop"}, none},
		{"api key add ci --env ", words(core.Envs()), none},
		{"completion ", []string{"bash", "zsh", "fish", "powershell"}, none},
		{"stop ", nil, none},
		{"status --home ", nil, cobra.ShellCompDirectiveFilterDirs},
		{"add shop --appid ", nil, none},
		{"watch ", nil, none},
		{"import ", nil, files},
		{"export backup --out ", nil, files},
	} {
		r := withPushes()
		args := strings.Split(tt.line, " ")
		got, how := offered(t, r, args...)
		if !slices.Equal(got, tt.want) || how != tt.how || r.started {
			t.Errorf("%q: offered %q (%v), want %q (%v); an agent was started: %v", tt.line, got, how, tt.want, tt.how, r.started)
		}
	}
}

// TestEveryAccountIsCompleted: wherever a command takes an account, Tab offers
// those there are; and no Tab starts an agent or fails without one.
func TestEveryAccountIsCompleted(t *testing.T) {
	r := withPushes()
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		path := strings.Fields(cmd.CommandPath())[1:]
		if cmd.Runnable() && len(path) > 0 && path[0] != "help" {
			if _, rest, _ := strings.Cut(cmd.Use, " "); strings.HasPrefix(strings.Trim(rest, "[{"), "NAME[/ENV]") && cmd.Name() != "add" {
				if got, _ := offered(t, withPushes(), append(path, "sh")...); !slices.Contains(got, "shop/live") {
					t.Errorf("%s offers %q", cmd.CommandPath(), got)
				}
			}
			alone := newRun()
			alone.none = true
			if offered(t, alone, append(path, "")...); alone.started {
				t.Errorf("%s started an agent", cmd.CommandPath())
			}
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(New(Parts{Term: r.term, Getenv: func(string) string { return "en" }}))
}

// TestTabDoesNotWait for an agent that does not answer.
func TestTabDoesNotWait(t *testing.T) {
	r := withToken(newRun())
	r.parts = func(p *Parts) {
		p.Connect = func(ctx context.Context, _ string, start bool) (api.Agent, error) {
			if start {
				t.Error("Tab started an agent")
			}
			<-ctx.Done()
			return nil, ctx.Err()
		}
	}
	began := time.Now()
	if got, _ := offered(t, r, "get", ""); len(got) > 0 {
		t.Errorf("offered %q", got)
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("it took %v", took)
	}
}
