package cli

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/text"
)

// TestEverySentenceExists: every key that stands in the source of this package
// has its sentence, because an unknown key is shown as itself.
func TestEverySentenceExists(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("no sources: ", err)
	}
	tx := text.New(text.English)
	subjects := []string{
		"add.", "api.", "ask.", "check.", "clear.", "cli.", "demo.", "edit.", "exit.", "export.", "flag.", "get.", "help.", "history.", "list.", "live.",
		"refresh.", "reset.", "rm.", "settings.", "show.", "sim.", "status.", "stop.", "usage.", "vault.", "watch.", "problem.",
	}
	found := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			key, err := strconv.Unquote(lit.Value)
			if err != nil || strings.HasSuffix(key, ".") || strings.HasSuffix(key, "_") || strings.ContainsAny(key, " /") {
				return true
			}
			if slices.ContainsFunc(subjects, func(s string) bool { return strings.HasPrefix(key, s) }) {
				found++
				if !tx.Has(text.Key(key)) {
					t.Errorf("%s says %q, which has no sentence", name, key)
				}
			}
			return true
		})
	}
	if found < 100 {
		t.Errorf("only %d keys were found", found)
	}
}

// TestEveryCommandIsExplained in both languages, and so is every flag.
func TestEveryCommandIsExplained(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		root := New(Parts{
			Term:   &terminal{},
			Getenv: func(k string) string { return map[string]string{"TOKENTRAY_LANG": lang}[k] },
			Connect: func(_ context.Context, _ string, _ bool) (api.Agent, error) {
				t.Error("help asked for an agent")
				return nil, os.ErrNotExist
			},
		})
		var walk func(*cobra.Command)
		walk = func(cmd *cobra.Command) {
			if cmd.Short == "" || strings.HasPrefix(cmd.Short, "cmd.") {
				t.Errorf("%s: %s is not explained", lang, cmd.CommandPath())
			}
			check := func(f *pflag.Flag) {
				if f.Usage == "" || strings.HasPrefix(f.Usage, "flag.") {
					t.Errorf("%s: flag --%s of %s is not explained", lang, f.Name, cmd.CommandPath())
				}
			}
			cmd.Flags().VisitAll(check)
			cmd.PersistentFlags().VisitAll(check)
			for _, sub := range cmd.Commands() {
				walk(sub)
			}
		}
		walk(root)
	}
}

// TestWordsOfTheDomain: every value that the agent may send has its word.
func TestWordsOfTheDomain(t *testing.T) {
	tx := text.New(text.English)
	var keys []string
	for _, e := range core.Envs() {
		keys = append(keys, "env."+string(e), "use."+string(e))
	}
	for _, k := range kinds.Builtin().Names() {
		keys = append(keys, "kind."+string(k))
	}
	for _, p := range kinds.Builtin().Products() {
		keys = append(keys, "product."+string(p))
	}
	for _, s := range []core.State{
		core.StateLocked, core.StateBlocked, core.StatePaused, core.StateRenewing,
		core.StateRetrying, core.StateEmpty, core.StateExpired, core.StateFresh,
	} {
		keys = append(keys, "state."+string(s))
	}
	for _, w := range []core.What{core.DidRenew, core.DidKeep, core.DidFail, core.DidForce, core.DidReport, core.DidEdit, core.DidAdd} {
		keys = append(keys, "did."+string(w))
	}
	for _, k := range core.SettingKeys() {
		keys = append(keys, "settings."+k)
	}
	for _, k := range keys {
		if !tx.Has(text.Key(k)) {
			t.Errorf("%s has no sentence", k)
		}
	}
}

func TestHelp(t *testing.T) {
	for lang, want := range map[string]string{"en": "Commands:", "zh": "命令："} {
		for _, args := range [][]string{{"--help"}, {"help"}, {"-h"}} {
			r := newRun()
			r.env["TOKENTRAY_LANG"] = lang
			r.none = true
			out, errOut := r.try(t, 0, args...)
			for _, w := range []string{want, "watch", "--home", "exit-codes"} {
				if !strings.Contains(out, w) {
					t.Errorf("%v in %s: %q is missing in\n%s", args, lang, w, out)
				}
			}
			if errOut != "" || r.started {
				t.Errorf("%v: stderr %q, started %v", args, errOut, r.started)
			}
		}
	}
	r := newRun()
	out, _ := r.try(t, 0, "help", "vault", "init")
	if !strings.Contains(out, "tokentray vault init [flags]") || !strings.Contains(out, "--passphrase-stdin") {
		t.Errorf("help of a command below another:\n%s", out)
	}
}
