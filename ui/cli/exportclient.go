package cli

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/collection"
	"tokentray/ui/text"
)

// clientExport is an export for API clients, as the flags ask for it.
type clientExport struct {
	kind     collection.Kind
	account  string // empty: all
	out      string // folder; empty: standard output
	force    bool
	newKey   string
	keyStdin bool
	envs     []string // of the new key
}

func (a *app) exportClientCommands() []*cobra.Command {
	var out []*cobra.Command
	for _, kind := range collection.Kinds() {
		e := clientExport{kind: kind}
		cmd := &cobra.Command{
			Use: string(kind) + " [NAME[/ENV]]",
			Args: func(cmd *cobra.Command, args []string) error {
				if len(args) == 0 {
					return nil
				}
				return oneAccount(cmd, args)
			},
			ValidArgsFunction: a.completeRef,
			RunE: func(cmd *cobra.Command, args []string) error {
				if len(args) == 1 {
					e.account = args[0]
				}
				return a.exportClient(cmd.Context(), e)
			},
		}
		cmd.Flags().StringVar(&e.out, "out", "", "flag.export_out")
		cmd.Flags().BoolVar(&e.force, "force", false, "flag.export_force")
		cmd.Flags().StringVar(&e.newKey, "new-key", "", "flag.export_new_key")
		cmd.Flags().BoolVar(&e.keyStdin, "key-stdin", false, "flag.export_key_stdin")
		cmd.Flags().StringArrayVar(&e.envs, "env", nil, "flag.export_env")
		_ = cmd.RegisterFlagCompletionFunc("env", completeWords(words(core.Envs())...))
		_ = cmd.MarkFlagDirname("out")
		out = append(out, cmd)
	}
	return out
}

// check checks the flags before anything is asked or made.
func (e *clientExport) check() error {
	switch {
	case e.newKey != "" && e.keyStdin:
		return eitherOr("new-key", "key-stdin")
	case len(e.envs) > 0 && e.newKey == "":
		return usage("export.env_key")
	case e.out == "" && (e.newKey != "" || e.keyStdin):
		return usage("export.key_out")
	case e.out == "" && e.kind.Folder():
		return usage("export.folder")
	}
	for _, env := range e.envs {
		if _, err := parseEnv(env); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) exportClient(ctx context.Context, e clientExport) error {
	if err := e.check(); err != nil {
		return err
	}
	var ref api.Ref
	if e.account != "" {
		var err error
		if ref, err = a.ref(e.account); err != nil {
			return err
		}
	}
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	in, err := a.exportInput(ctx, agent, e.kind, ref)
	if err != nil {
		return err
	}
	if e.out == "" {
		return a.exportSingle(ctx, agent, e, in)
	}
	if e.keyStdin {
		key, err := a.stdin(ctx, "export.ask_key")
		if err != nil {
			return err
		}
		in.Key = core.NewSecret(strings.TrimSpace(key))
		if in.Key.Empty() {
			return usage("export.bad_key")
		}
	}
	return a.exportFolder(ctx, agent, e, in)
}

// exportInput is the input of the files: the named account, or one for each name,
// which then means the account in the active environment.
func (a *app) exportInput(ctx context.Context, agent api.Agent, kind collection.Kind, ref api.Ref) (collection.Input, error) {
	in := collection.Input{Title: a.text().Labelled}
	l, err := agent.List(ctx)
	if err != nil {
		return in, err
	}
	var all []core.Kind
	if kind.Pinned() {
		in.Accounts, all = a.pinnedAccounts(l, ref)
	} else {
		in.Accounts, all = a.clientAccounts(l.Accounts, ref)
	}
	in.Say = a.text().Starter(all)
	switch {
	case len(in.Accounts) == 0 && ref.Name == "":
		return in, usage("export.no_accounts")
	case len(in.Accounts) == 0:
		_, err := a.lookUp(ctx, agent, ref) // says where else there is one
		return in, err
	case ref.Name != "" && ref.Env == "" && !kind.Pinned():
		a.noteElsewhere(l, ref.Name)
	}
	door, err := agent.Loopback(ctx)
	if err != nil {
		return in, err
	}
	in.URL = "http://127.0.0.1:" + strconv.Itoa(door.Port)
	return in, nil
}

// clientAccounts are the accounts that ref means, all with an empty one. A name
// without an environment is one account there, of every kind and product that it has.
func (a *app) clientAccounts(accounts []api.Account, ref api.Ref) (out []collection.Account, all []core.Kind) {
	for _, acc := range accounts {
		if ref.Name != "" && acc.Name != ref.Name || ref.Env != "" && acc.Env != ref.Env {
			continue
		}
		i := slices.IndexFunc(out, func(o collection.Account) bool { return o.Name == acc.Name })
		if i < 0 {
			i = len(out)
			out = append(out, collection.Account{Name: acc.Name, Env: ref.Env})
		}
		all = append(all, acc.Kind)
		out[i].Of = append(out[i].Of, collection.Of{Spec: a.text().Spec(acc.Kind), Product: acc.Product, AppID: acc.AppID, Params: acc.Params})
	}
	return out, all
}

// pinnedAccounts are the accounts that ref means, each with its environment: the
// active one for a bare name, all accounts for an empty ref.
func (a *app) pinnedAccounts(l api.List, ref api.Ref) (out []collection.Account, all []core.Kind) {
	if ref.Name != "" && ref.Env == "" {
		ref.Env = l.Active
	}
	for _, acc := range l.Accounts {
		if ref.Name != "" && acc.Ref() != ref {
			continue
		}
		spec := a.text().Spec(acc.Kind)
		all = append(all, acc.Kind)
		out = append(out, collection.Account{
			Name: acc.Name, Env: acc.Env, Base: spec.API(acc.Account),
			Of: []collection.Of{{Spec: spec, Product: acc.Product, AppID: acc.AppID, Params: acc.Params}},
		})
	}
	return out, all
}

// noteElsewhere says so if a bare name has no account in the active environment.
func (a *app) noteElsewhere(l api.List, name string) {
	var other api.Ref
	for _, acc := range l.Accounts {
		switch {
		case acc.Name != name:
		case acc.Env == l.Active:
			return
		default:
			other = acc.Ref()
		}
	}
	a.note(a.say("export.elsewhere", "account", clean(other.String()), "env", other.Env))
}

// exportSingle writes one file to standard output.
func (a *app) exportSingle(ctx context.Context, agent api.Agent, e clientExport, in collection.Input) error {
	if len(in.Accounts) > 1 {
		return usage("export.one")
	}
	f, err := collection.Single(e.kind, in)
	if err != nil {
		return err
	}
	if _, err := a.Term.Out().Write(f.Data); err != nil {
		return err
	}
	a.note(a.say("export.no_key", "place", a.say(keyPlace(e.kind))))
	a.noteShutDoor(ctx, agent)
	return nil
}

// noteShutDoor says so if the exported files get no token yet.
func (a *app) noteShutDoor(ctx context.Context, agent api.Agent) string {
	door, err := agent.Loopback(ctx)
	if err != nil {
		return ""
	}
	if door.State == api.DoorOff && !a.json {
		a.note(a.say("api.open"))
	}
	return door.State
}

// exportFolder writes all files. A new key is made after everything was checked that
// can be, and revoked if the files cannot be written: it is shown nowhere, so nobody
// could use it.
func (a *app) exportFolder(ctx context.Context, agent api.Agent, e clientExport, in collection.Input) error {
	files, err := collection.Files(e.kind, in)
	if err != nil {
		return err
	}
	if e.newKey != "" {
		// The same files with any key show where the key would be.
		in.Key = core.NewSecret("x")
		if files, err = collection.Files(e.kind, in); err != nil {
			return err
		}
	}
	if err := a.mayWrite(e.out); err != nil {
		return err
	}
	if err := checkTargets(e.out, files, e.force); err != nil {
		return err
	}
	if e.newKey != "" || e.keyStdin {
		// If another program listens there, the files would send it the key.
		door, err := agent.Loopback(ctx)
		if err != nil {
			return err
		}
		if door.Error != nil && door.Error.Remedy == core.RemedyPort {
			a.note(a.holderLines(door)...)
			return door.Error.Core()
		}
	}
	var made *api.NewClientKey
	if e.newKey != "" {
		k, err := agent.AddClientKey(ctx, e.keyInput(in))
		if err != nil {
			return err
		}
		made = &k
		in.Key = core.NewSecret(k.Key)
		if files, err = collection.Files(e.kind, in); err == nil {
			err = writeFiles(e.out, files)
		}
		if err != nil {
			_ = agent.RevokeClientKey(context.WithoutCancel(ctx), k.Name)
			return err
		}
	} else if err := writeFiles(e.out, files); err != nil {
		return err
	}
	return a.exported(ctx, agent, e, in, files, made)
}

// keyInput is the new key: for the exported accounts only, live only if that was
// named.
func (e *clientExport) keyInput(in collection.Input) api.ClientKeyInput {
	k := api.ClientKeyInput{Name: e.newKey}
	for _, acc := range in.Accounts {
		if !slices.Contains(k.Accounts, acc.Name) {
			k.Accounts = append(k.Accounts, acc.Name)
		}
	}
	if len(k.Accounts) > core.MaxKeyAccounts {
		k.Accounts = nil // all there are
	}
	for _, env := range e.envs {
		k.Envs = append(k.Envs, core.Env(env))
	}
	if len(k.Envs) == 0 {
		k.Envs = []core.Env{core.Sandbox}
		if env := in.Accounts[0].Env; env != "" {
			k.Envs = []core.Env{env}
		}
	}
	return k
}

// exported says what was written and what needs attention.
func (a *app) exported(ctx context.Context, agent api.Agent, e clientExport, in collection.Input, files []collection.File, made *api.NewClientKey) error {
	var all, secret []string
	for _, f := range files {
		all = append(all, f.Path)
		if f.Secret {
			secret = append(secret, f.Path)
		}
	}
	if a.json {
		return a.printJSON(struct {
			Folder   string   `json:"folder"`
			Files    []string `json:"files"`
			Secret   []string `json:"secret_files"`
			Loopback string   `json:"loopback,omitempty"` // off: they get no token yet
		}{e.out, all, append([]string{}, secret...), a.noteShutDoor(ctx, agent)})
	}
	a.note(a.say("export.wrote", "count", len(all), "folder", clean(e.out)))
	if made != nil {
		a.note(a.say("api.key_made", "name", clean(made.Name), "scope", a.scope(made.ClientKey)))
		if in.Accounts[0].Env == "" && !slices.Contains(made.Envs, core.Live) {
			a.note(a.say("export.no_live"))
		}
	}
	if len(secret) > 0 {
		a.note(a.say("export.secret", "files", clean(strings.Join(secret, a.say("cli.comma")))))
	} else {
		a.note(a.say("export.no_key", "place", a.say(keyPlace(e.kind))))
	}
	if lines := ignoreLines(e.out, files); len(lines) > 0 {
		a.note(a.say("export.ignore", "lines", strings.Join(lines, a.say("cli.comma"))))
	}
	a.noteShutDoor(ctx, agent)
	return nil
}

// keyPlace is where a client looks for the key.
func keyPlace(kind collection.Kind) text.Key {
	if kind == collection.Postman || kind == collection.Apifox || kind == collection.JetBrains {
		return "export.place.env"
	}
	return "export.place.dotenv"
}
