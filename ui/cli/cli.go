package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/text"
)

// Parts are what the commands need.
type Parts struct {
	Version string
	Term    Terminal
	Getenv  func(string) string
	Now     func() time.Time
	// Kinds are the kinds of token that the program knows while no agent runs; nil
	// means those of this version. A running agent is asked for its own.
	Kinds func() kinds.Set

	// Connect returns the agent of a home; an empty home is the platform's own. With
	// start it starts an agent if none runs. The error has api.ErrNoAgent in its
	// chain if there is none. It has api.ErrVersion for an agent of another version,
	// which is returned too, since it can be stopped.
	Connect func(ctx context.Context, home string, start bool) (api.Agent, error)
	// DatabaseOpen reports whether some process has a home's database open, agent or not;
	// nil if that cannot be told.
	DatabaseOpen func(home string) bool
	// Ours reports whether a file is one of a home's, or would lie among them. May be nil.
	Ours func(home, path string) bool
	// OpenWindow starts a window program on a home and does not wait for it.
	OpenWindow func(home string) error

	// Environ is what a command run by exec inherits.
	Environ func() []string
	// RunChild runs the command of exec; see RunChild.
	RunChild func(Child) (code int, err error)
	// FindMCP finds the program that serves AI agents.
	FindMCP func() (string, error)
	// WriteToken writes a token into a file of its own, whole or not at all.
	WriteToken func(path string, form core.PushForm, t api.Token) error

	// ReadEnvFile reads a .env file.
	ReadEnvFile func(data []byte) ([]EnvLine, *EnvFault)
	// ReadClipboard reads the text on the clipboard of this desktop.
	ReadClipboard func(ctx context.Context) (string, error)
	// ScanRedis looks through a Redis for tokens that backends keep, without an agent;
	// partial: it has more keys than were looked at.
	ScanRedis func(context.Context, RedisScan) (found []RedisEntry, partial bool, err error)
	// Explain says what a failed answer means, without an agent; see api.ExplainCalls.
	Explain func(api.ExplainRequest) (api.Explanation, error)

	// Agent runs the agent in the foreground until it is stopped or ctx ends.
	Agent func(ctx context.Context, o AgentOptions) error
	// Demo builds a throw-away home with a simulator and calls show with its
	// agent; when show returns, everything is removed again.
	Demo func(ctx context.Context, o DemoOptions, show func(ctx context.Context, d Demo) error) error
	// Sim runs the simulator until ctx ends and calls ready with its base URL.
	Sim func(ctx context.Context, o SimOptions, ready func(url string)) error
	// Holder says whose program listens at a port of the loopback, nil if nobody
	// does or it is unknown. May be nil.
	Holder func(port int) *api.Holder
	// Doctor examines the machine, without an agent.
	Doctor func(ctx context.Context, o DoctorOptions) ([]Finding, error)
	// Machine is what a report says about the machine of a home.
	Machine func(home string) Machine
}

// app is one run of the program, from the arguments to the exit code.
type app struct {
	Parts
	args    []string
	home    string // --home
	json    bool   // --json
	agent   api.Agent
	tx      *text.Text
	kindSet *kinds.Set // nil: not asked for yet
	told    bool       // by the agent
	// ofKinds are called once with the kinds, for commands whose flags depend on
	// them.
	ofKinds map[*cobra.Command]func(kinds.Set)
	// after is what a command leaves to be done without the tree of commands; nil:
	// nothing.
	after func(context.Context) error
	// account is how the person named the account, for remedies.
	account string
	// about is the account that the error of a command is about; nil: none, or it is
	// not known.
	about *api.Account
}

// Run parses args, runs the command and returns the exit code. Errors go to standard
// error. If ctx ends, as after Ctrl-C, the code is 130.
func Run(ctx context.Context, p Parts, args []string) int {
	a := &app{Parts: p, args: args}
	root := a.root()
	root.SetArgs(args)
	a.home = homeOf(args)
	a.registerKinds(root, args)
	if len(args) > 0 && args[0] == cobra.ShellCompRequestCmd {
		a.localise(root) // shells show what commands and flags are for
	}
	err := root.ExecuteContext(ctx)
	if err == nil && a.after != nil {
		a.ofKinds = nil // the last that holds the tree: 0.15 MB, which an agent would keep all day
		err = a.after(ctx)
	}
	if err != nil {
		return a.fail(ctx, err, args)
	}
	return exitOK
}

// New returns the whole command tree, for documentation and tests. Programs call
// Run.
func New(p Parts) *cobra.Command {
	a := &app{Parts: p}
	a.keepOwnKinds()
	root := a.root()
	a.registerKinds(root, nil)
	a.localise(root)
	return root
}

func (a *app) root() *cobra.Command {
	a.ofKinds = map[*cobra.Command]func(kinds.Set){}
	var version bool
	root := &cobra.Command{
		Use:                        "tokentray",
		Args:                       a.noSuchCommand,
		SilenceErrors:              true,
		SilenceUsage:               true,
		SuggestionsMinimumDistance: 2,
		CompletionOptions:          cobra.CompletionOptions{DisableDefaultCmd: true},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if version {
				return a.printVersion()
			}
			if a.hasDisplay() {
				return a.open(cmd.Context(), api.Showing{})
			}
			return a.list(cmd.Context(), listed{})
		},
	}
	root.Flags().BoolVar(&version, "version", false, "flag.version")
	root.PersistentFlags().StringVar(&a.home, "home", "", "flag.home")
	root.PersistentFlags().BoolVar(&a.json, "json", false, "flag.json")
	root.SetIn(a.Term.In())
	root.SetOut(a.Term.Out())
	root.SetErr(a.Term.Err())
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { a.help(cmd) })
	root.SetHelpCommand(a.helpCommand(root))
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	_ = root.MarkPersistentFlagDirname("home") // fails only for a flag that is not there
	root.AddCommand(
		a.openCommand(), a.agentCommand(), a.statusCommand(), a.stopCommand(),
		a.addCommand(), a.listCommand(), a.showCommand(), a.editCommand(), a.rmCommand(),
		a.pauseCommand(), a.resumeCommand(),
		a.getCommand(), a.pickCommand(), a.clearCommand(), a.refreshCommand(), a.checkCommand(), a.quotaCommand(), a.signCommand(), a.useCommand(),
		a.watchCommand(), a.historyCommand(),
		a.settingsCommand(), a.vaultCommand(), a.apiCommand(), a.exportCommand(), a.importCommand(),
		a.execCommand(), a.runCommand(), a.callCommand(), a.mcpCommand(), a.explainCommand(), a.envCommand(), a.pushCommand(), a.redisCommand(), a.presetCommand(), a.teamCommand(),
		a.doctorCommand(), a.resetCommand(), a.demoCommand(), a.simCommand(),
		a.versionCommand(), a.completionCommand(root), exitCodesTopic(),
	)
	return root
}

// connect returns the agent and starts one if none runs. It tells the agent about
// this desktop, since the agent may have been started over ssh, without a keyring,
// or in an earlier session.
func (a *app) connect(ctx context.Context) (api.Agent, error) {
	if a.agent != nil {
		return a.agent, nil
	}
	agent, err := a.Connect(ctx, a.home, true)
	if err != nil {
		return nil, err
	}
	if a.agent = agent; !a.told {
		a.forgetKinds() // it was started just now, and may know others
	}
	if s := a.desktop(); s != (api.Session{}) {
		_ = agent.Session(ctx, s)
	}
	return agent, nil
}

func (a *app) desktop() api.Session {
	return api.Session{
		Display:        a.Getenv("DISPLAY"),
		WaylandDisplay: a.Getenv("WAYLAND_DISPLAY"),
		XAuthority:     a.Getenv("XAUTHORITY"),
		DBus:           a.Getenv("DBUS_SESSION_BUS_ADDRESS"),
	}
}

// hasDisplay reports whether a window could be shown.
func (a *app) hasDisplay() bool {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return true
	}
	return a.Getenv("DISPLAY") != "" || a.Getenv("WAYLAND_DISPLAY") != ""
}

// text is the person's language: text.EnvLang, else the setting of the agent
// if one runs, else the locale. It never starts an agent.
func (a *app) text() *text.Text {
	if a.tx == nil {
		a.tx = text.New(a.language()).Knowing(a.kinds())
	}
	return a.tx
}

func (a *app) language() text.Lang {
	if v := a.Getenv(text.EnvLang); v != "" {
		return text.Choose(v)
	}
	if s, err := askRunning(a, api.Agent.Settings); err == nil {
		return text.Choose(s.Language)
	}
	return text.Choose("auto")
}

// askRunning asks the agent something if one runs. It never starts one, and does not
// wait for an agent that is too busy to answer at once.
func askRunning[T any](a *app, what func(api.Agent, context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	agent := a.agent
	if agent == nil && a.Connect != nil {
		agent, _ = a.Connect(ctx, a.home, false)
	}
	if agent == nil {
		var none T
		return none, api.ErrNoAgent
	}
	return what(agent, ctx)
}

func (a *app) say(key text.Key, args ...any) string { return a.text().Say(key, args...) }

// print writes lines to standard output: what the command was asked for.
func (a *app) print(lines ...string) error {
	for _, line := range lines {
		if _, err := fmt.Fprintln(a.Term.Out(), line); err != nil {
			return unanswered(err)
		}
	}
	return nil
}

// note writes lines for people to standard error. With --json it writes nothing, so
// that standard error holds an error object or nothing.
func (a *app) note(lines ...string) {
	if a.json {
		return
	}
	for _, line := range lines {
		_, _ = fmt.Fprintln(a.Term.Err(), line)
	}
}

// printJSON writes v on one line, or indented when a person looks.
func (a *app) printJSON(v any) error {
	indent := ""
	if a.Term.OutIsTerminal() {
		indent = "  "
	}
	raw, err := encodeJSON(v, indent)
	if err == nil {
		_, err = a.Term.Out().Write(raw)
	}
	if err != nil {
		return unanswered(err)
	}
	return nil
}

// encodeJSON is v in JSON with a line end. Control characters and invisible ones are
// escaped, since a terminal would obey them or hide what they do.
func encodeJSON(v any, indent string) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	hidden := func(r rune) bool {
		return r > 0x7e && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r))
	}
	if !bytes.ContainsFunc(out.Bytes(), hidden) {
		return out.Bytes(), nil
	}
	var safe []byte
	for _, r := range out.String() {
		if !hidden(r) {
			safe = utf8.AppendRune(safe, r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			safe = fmt.Appendf(safe, `\u%04x`, unit)
		}
	}
	return safe, nil
}

// envName is the name of an environment for people.
func (a *app) envName(e core.Env) string { return a.say(text.Key("env." + string(e))) }
