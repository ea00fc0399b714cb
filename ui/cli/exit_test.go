package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
	"tokentray/core/kinds"
	"tokentray/ui/text"
)

// TestExitCodes: each class of failure has the code that help exit-codes lists,
// whatever stands around the error.
func TestExitCodes(t *testing.T) {
	class := func(c core.Class) error { return fmt.Errorf("get: %w", &core.Error{Class: c, Message: "m"}) }
	tests := []struct {
		name string
		err  error
		want int
	}{
		{"whitelist", class(core.Whitelist), 4},
		{"confirm", class(core.Confirm), 4},
		{"quota", class(core.Quota), 4},
		{"credentials", class(core.BadSecret), 4},
		{"frozen", class(core.Frozen), 4},
		{"misuse", class(core.Misuse), 4},
		{"temporary", class(core.Temporary), 5},
		{"vault", class(core.VaultClosed), 6},
		{"not found", class(core.NotFound), 3},
		{"invalid", class(core.Invalid), 2},
		{"internal", class(core.Internal), 1},
		{"of a newer agent", class("tomorrow"), 1},
		{"no agent", &core.Error{Class: core.Internal, Remedy: core.RemedyNoAgent}, 7},
		{"could not be started, for a reason of its own", fmt.Errorf("%w: %w", api.ErrNoAgent, &core.Error{Class: core.Internal, Remedy: core.RemedyDisk}), 7},
		{"another version", &core.Error{Class: core.Internal, Remedy: core.RemedyRestart, Err: api.ErrVersion}, 7},
		{"no clipboard", &core.Error{Class: core.Misuse, Remedy: core.RemedyClipboard, Message: "m"}, 1},
		{"copied too late", &core.Error{Class: core.Misuse, Remedy: core.RemedyCopyLate, Message: "m"}, 1},
		{"not ours", errors.New("disk"), 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRun()
			r.agent.list.Accounts = []api.Account{account("shop", core.Sandbox, 0)}
			r.agent.err = tt.err
			out, errOut := r.try(t, tt.want, "get", "shop")
			if out != "" || errOut == "" {
				t.Errorf("an error goes to standard error alone: stdout %q, stderr %q", out, errOut)
			}
			r = newRun()
			r.agent.err = tt.err
			out, errOut = r.try(t, tt.want, "get", "shop", "--json")
			var body struct{ Error api.Error }
			if err := json.Unmarshal([]byte(errOut), &body); err != nil || body.Error.Class == "" || out != "" {
				t.Errorf("with --json: stdout %q, stderr %q, %v", out, errOut, err)
			}
		})
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := newRun()
	r.agent.err = core.AsError(context.Canceled)
	if code, _, errOut := r.do(ctx, "get", "shop"); code != exitInterrupted || strings.TrimSpace(errOut) != "" {
		t.Errorf("code %d, stderr %q", code, errOut)
	}
}

func TestHelpListsEveryExitCode(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		r := newRun()
		r.env["TOKENTRAY_LANG"] = lang
		out, _ := r.try(t, 0, "help", "exit-codes")
		tx := text.New(text.Choose(lang))
		for _, c := range []int{0, 1, 2, 3, 4, 5, 6, 7, 130} {
			key := text.Key(fmt.Sprint("exit.", c))
			if !tx.Has(key) || !strings.Contains(out, fmt.Sprintf("%3d  %s", c, tx.Say(key))) {
				t.Errorf("%s: code %d is missing in\n%s", lang, c, out)
			}
		}
		if n := len(ExitCodes()); n != 9 {
			t.Errorf("%d codes are listed", n)
		}
	}
}

// TestUsage: wrong usage is code 2, and the message names the help. It repeats no
// argument, because that may be a secret.
func TestUsage(t *testing.T) {
	tests := []struct {
		args []string
		want string
	}{
		{[]string{"nonsense"}, "there is no command nonsense"},
		{[]string{"lst"}, "did you mean list"},
		{[]string{"get"}, "name the account"},
		{[]string{"get", "shop", "hunter2"}, "secrets and tokens are never arguments"},
		{[]string{"get", "shop/prod"}, "ENV is sandbox or live"},
		{[]string{"get", "shop/live/x"}, "ENV is sandbox or live"},
		{[]string{"get", ""}, "Give the account a name."},
		{[]string{"get", strings.Repeat("x", 10<<10)}, "at most 200 characters"},
		{[]string{"get", "a\x1b[2Jb"}, "no control or invisible characters"},
		{[]string{"get", "shop", "--hunter"}, "there is no flag --hunter"},
		{[]string{"get", "-shop"}, "put -- before a name that begins with a dash"},
		{[]string{"get", "shop", "--min-ttl", "hunter2"}, "90s or 5m"},
		{[]string{"get", "shop", "--min-ttl", "-5m"}, "90s or 5m"},
		{[]string{"get", "shop", "--min-ttl"}, "--min-ttl needs a value"},
		{[]string{"get", "shop", "--format", "hunter2"}, strings.Join(format.Names(), ", ")},
		{[]string{"add", "shop", "--appid", "wx1", "--secret-stdin=hunter2"}, "--secret-stdin cannot be used"},
		{[]string{"add", "shop", "--secret-stdin", "hunter2"}, "never arguments"},
		{[]string{"add", "shop/live", "--env", "sandbox", "--appid", "wx1"}, "different environments"},
		{[]string{"add", "shop", "--appid", "wx1"}, "the secret is missing"},
		{[]string{"edit", "shop"}, "say what to change"},
		{[]string{"edit", "shop", "--secret"}, "the secret is missing"},
		{[]string{"refresh", "shop", "--stale", "hunter2"}, "--stale takes only -"},
		{[]string{"refresh", "shop", "--stale", "-", "--force"}, "not both"},
		{[]string{"refresh", "shop", "--stale", "-"}, "holds no token"},
		{[]string{"refresh", "shop/live", "--force"}, "--yes"},
		{[]string{"sign", "shop"}, "--url https://"},
		{[]string{"sign", "shop", "--url", "https://x/", "--timestamp", "0"}, "unix seconds"},
		{[]string{"sign", "shop", "--url", "https://x/", "--corp", "--agent"}, "one ticket"},
		{[]string{"sign", "shop", "--url", "https://x/", "--reveal"}, "--yes"},
		{[]string{"rm", "shop"}, "--yes"},
		{[]string{"reset"}, "--yes"},
		{[]string{"use"}, "sandbox or live"},
		{[]string{"use", "production"}, "sandbox or live"},
		{[]string{"pause"}, "--all"},
		{[]string{"pause", "shop", "--all"}, "takes no arguments"},
		{[]string{"watch", "hunter2"}, "takes no arguments"},
		{[]string{"list", "--env", "x"}, "sandbox or live"},
		{[]string{"history", "shop", "--limit", "0"}, "from 1"},
		{[]string{"history", "shop", "--limit", "x"}, "--limit cannot be used"},
		{[]string{"settings", "get"}, "name the setting"},
		{[]string{"settings", "get", "color"}, "language, theme"},
		{[]string{"settings", "set", "theme"}, "its new value"},
		{[]string{"settings", "set", "theme", "pink"}, "system, light, dark"},
		{[]string{"settings", "nonsense"}, "takes no arguments"},
		{[]string{"vault", "nonsense"}, "takes no arguments"},
		{[]string{"vault", "init"}, "--passphrase-stdin"},
		{[]string{"completion"}, "bash, zsh, fish"},
		{[]string{"completion", "tcsh"}, "bash, zsh, fish"},
		{[]string{"help", "nonsense"}, "no help about nonsense"},
		{[]string{"open"}, "no display"},
		{[]string{"sim", "--life", "0s"}, "at least 1s"},
		{[]string{"sim", "--error-percent", "101"}, "between 0 and 100"},
	}
	for _, tt := range tests {
		t.Run(strings.Join(tt.args[:min(2, len(tt.args))], " "), func(t *testing.T) {
			r := newRun()
			r.agent.list.Accounts = []api.Account{account("shop", core.Sandbox, 0), account("shop", core.Live, 0)}
			out, errOut := r.try(t, exitUsage, tt.args...)
			if !strings.Contains(errOut, tt.want) || out != "" {
				t.Errorf("stdout %q, stderr %q; want %q", out, errOut, tt.want)
			}
			if strings.Contains(errOut, "hunter2") || strings.Contains(errOut, "\x1b") {
				t.Errorf("an argument is repeated: %q", errOut)
			}
			for _, call := range r.agent.calls {
				t.Errorf("the agent was asked: %s", call)
			}
			again := newRun()
			again.agent.list = r.agent.list
			_, errOut = again.try(t, exitUsage, append([]string{"--json"}, tt.args...)...)
			if !json.Valid([]byte(errOut)) {
				t.Errorf("with --json: %q", errOut)
			}
		})
	}
}

// TestUsageInChinese: a mistake is explained in the person's language.
func TestUsageInChinese(t *testing.T) {
	r := newRun()
	r.env["TOKENTRAY_LANG"] = "zh"
	_, errOut := r.try(t, exitUsage, "get", "shop", "--min-ttl", "x")
	if want := "tokentray: 时长请写作 90s 或 5m\n"; errOut != want {
		t.Errorf("%q, want %q", errOut, want)
	}
}

// TestARefusalOfTheVaultSpeaksOfTheKind: it tells no kind itself, and not every secret
// is an AppSecret.
func TestARefusalOfTheVaultSpeaksOfTheKind(t *testing.T) {
	r := newRun()
	cache := account("cache", core.Sandbox, 0)
	cache.Kind = kinds.Redis
	r.agent.list.Accounts = []api.Account{cache}
	r.agent.err = &core.Error{Class: core.Misuse, Remedy: core.RemedySecretAgain, SecretHost: "redis://one", Message: "m"}
	if _, errOut := r.try(t, exitRefused, "get", "cache"); !strings.Contains(errOut, "Password of the Redis was entered for redis://one") {
		t.Errorf("it says %q", errOut)
	}
}

// What was typed in the wrong place and looks like a secret or a token is not repeated:
// logs of others' programs keep what a command says.
func TestWhatLooksLikeASecretIsNotRepeated(t *testing.T) {
	const (
		secret = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
		corp   = "abcDEF-123_abcDEF-123_abcDEF-123_abcDEF-123"
		token  = "84_Abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz"
	)
	for _, typed := range []string{secret, corp, token} {
		for _, args := range [][]string{
			{typed},
			{"get", typed},
			{"show", typed + "/live"},
			{"import", typed + ".env"},
			{"help", typed},
			{"refresh", typed},
			{"get", "--json", typed},
		} {
			r := newRun()
			r.agent.err = &core.Error{Class: core.NotFound, Message: "there is no account " + typed + "; list the accounts"}
			if _, out, errOut := r.do(t.Context(), args...); errOut == "" || strings.Contains(out+errOut, typed) {
				t.Errorf("%q: %s%s", args, out, errOut)
			}
		}
	}
	for said, args := range map[string][]string{
		"no account the-shop-of-the-second-floor-in-shenzhen-01": {"get", "the-shop-of-the-second-floor-in-shenzhen-01"},
		"no account wx0123456789abcdef":                          {"get", "wx0123456789abcdef"},
		"no account shop":                                        {"get", "shop"},
	} {
		if got := core.HideSecrets(said, args...); got != said {
			t.Errorf("%q became %q", said, got)
		}
	}
}
