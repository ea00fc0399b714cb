package window

import (
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"tokentray/core/kinds"
	"tokentray/core/preset"
	"tokentray/ui/cli"
)

// commands are, for each call of the agent that the window makes, a command with its flags
// that makes it too; or, after alone, what README says of why there is none.
func commands() map[string]string {
	return map[string]string{
		"Add": "add", "Edit": "edit", "Remove": "rm", "Test": "add --test",
		"Token": "get", "Refresh": "refresh", "Check": "check", "Quota": "quota", "ResetQuota": "quota --reset",
		"History": "history", "Failures": "history", "Sign": "sign",
		"Copy": "get --copy", "CopyText": "get --copy --format", "ClearClipboard": "clear",
		"Use": "use", "PauseAll": "pause --all", "SetSetting": "settings set",
		"Presets": "preset list", "AddPreset": "preset add", "RemovePreset": "preset rm",
		"VaultInit": "vault init", "VaultUnlock": "vault unlock", "VaultLock": "vault lock",
		"Loopback": "api status", "SetLoopback": "api on", "AccessLog": "api log",
		"ClientKeys": "api key list", "AddClientKey": "api key add", "RevokeClientKey": "api key revoke",
		"Call": "call", "AddPush": "push add", "RemovePush": "push rm", "RunPush": "push test",
		"Grants": "mcp grants", "Grant": "mcp allow", "RevokeGrants": "mcp revoke",
		"RevokeGrant": alone + "one of several grants of an agent is ended", "DeclineAsk": alone + "what an AI agent asks for is declined",
		"Teams": "team status", "CreateTeam": "team create", "InviteTo": "team invite", "JoinTeam": "team join", "LeaveTeam": "team leave",
		"EditTeam": "team edit", "RotateTeam": "team rotate-key", "Share": "team share", "Unshare": "team unshare",
		"Backup": "export backup", "Import": "import", "Export": "export accounts",
		"Kinds": "preset list", "Explain": "explain", "Status": "status", "Events": "watch",
	}
}

// alone begins what README says of a call that the window alone makes.
const alone = "README: "

// TestWhatTheWindowDoesHasACommand: nothing reads the window aloud, so whatever it does can
// be done by a command too, or README says what cannot, and why.
func TestWhatTheWindowDoesHasACommand(t *testing.T) {
	root := cli.New(cli.Parts{
		Kinds:  func() kinds.Set { return preset.With(kinds.Builtin()) },
		Term:   cli.NewConsole(os.Stdin, os.Stdout, os.Stderr),
		Getenv: func(string) string { return "" },
	})
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	said := strings.Join(strings.Fields(string(readme)), " ")
	of := commands()
	calls := reflect.TypeFor[Agent]()
	for i := range calls.NumMethod() {
		name := calls.Method(i).Name
		command, known := of[name]
		delete(of, name)
		words, only := strings.CutPrefix(command, alone)
		switch {
		case !known:
			t.Errorf("%s has no command: give it one, or say in README why it has none", name)
		case only && !strings.Contains(said, words):
			t.Errorf("README does not say of %s: %s", name, words)
		case !only:
			mustBeCommand(t, root, name, command)
		}
	}
	if len(of) > 0 {
		t.Errorf("the window makes no such calls: %v", slices.Sorted(maps.Keys(of)))
	}
}

// mustBeCommand fails where there is no such command, or where it lacks a flag.
func mustBeCommand(t *testing.T, root *cobra.Command, call, line string) {
	t.Helper()
	words := strings.Fields(line)
	flags := slices.IndexFunc(words, func(w string) bool { return strings.HasPrefix(w, "--") })
	if flags < 0 {
		flags = len(words)
	}
	cmd, rest, err := root.Find(words[:flags])
	if err != nil || len(rest) > 0 || cmd == root || !cmd.Runnable() {
		t.Errorf("%s: there is no command %q", call, line)
		return
	}
	for _, flag := range words[flags:] {
		if cmd.Flags().Lookup(strings.TrimPrefix(flag, "--")) == nil {
			t.Errorf("%s: %s has no flag %s", call, cmd.CommandPath(), flag)
		}
	}
}
