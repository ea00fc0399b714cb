package cli

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/interchange"
)

// anySource is the --from that finds out by itself.
const anySource = "auto"

// importFlags are the flags of import.
type importFlags struct {
	from, onConflict, name, env, kind, product, baseURL, appIDKey, secretKey string
	dryRun, yes, apart, paused, renewLive, skipProblems, passphraseFrom      bool
}

func (a *app) importCommand() *cobra.Command {
	f := &importFlags{}
	cmd := &cobra.Command{
		Use:               "import FILE",
		Args:              func(cmd *cobra.Command, args []string) error { return counted(cmd, args, 1, "usage.one_file") },
		ValidArgsFunction: completeFile,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.importFile(cmd.Context(), f, args[0]) },
	}
	s := cmd.Flags()
	s.StringVar(&f.from, "from", anySource, "flag.import_from")
	s.BoolVar(&f.dryRun, "dry-run", false, "flag.dry_run")
	s.BoolVar(&f.yes, "yes", false, "flag.yes")
	s.StringVar(&f.onConflict, "on-conflict", "", "flag.on_conflict")
	s.BoolVar(&f.apart, "apart", false, "flag.apart")
	s.BoolVar(&f.paused, "paused", false, "flag.paused")
	s.BoolVar(&f.renewLive, "renew-live", false, "flag.renew_live")
	s.BoolVar(&f.skipProblems, "skip-problems", false, "flag.skip_problems")
	s.StringVar(&f.name, "name", "", "flag.import_name")
	s.StringVar(&f.env, "env", "", "flag.import_env")
	s.StringVar(&f.kind, "kind", "", "flag.import_kind")
	s.StringVar(&f.product, "product", "", "flag.import_product")
	s.StringVar(&f.baseURL, "base-url", "", "flag.import_base_url")
	s.StringVar(&f.appIDKey, "appid-key", "", "flag.appid_key")
	s.StringVar(&f.secretKey, "secret-key", "", "flag.secret_key")
	s.BoolVar(&f.passphraseFrom, "passphrase-stdin", false, "flag.passphrase_stdin")
	_ = cmd.RegisterFlagCompletionFunc("from", completeWords(append([]string{anySource}, words(interchange.Sources())...)...))
	_ = cmd.RegisterFlagCompletionFunc("on-conflict", completeWords(conflicts()...))
	_ = cmd.RegisterFlagCompletionFunc("env", completeWords(words(core.Envs())...))
	_ = cmd.RegisterFlagCompletionFunc("kind", completeWords(words(core.Kinds())...))
	_ = cmd.RegisterFlagCompletionFunc("product", completeWords(words(core.Products())...))
	return cmd
}

func conflicts() []string {
	return []string{api.ConflictSkip, api.ConflictRename, api.ConflictReplace}
}

// options reads the flags that say what the file does not.
func (f *importFlags) options(path string) (interchange.Options, error) {
	o := interchange.Options{
		FileName: filepath.Base(path), Name: f.name, Env: core.Env(f.env), Kind: core.Kind(f.kind), Product: core.Product(f.product),
		BaseURL: f.baseURL, AppIDKey: f.appIDKey, SecretKey: f.secretKey,
	}
	if f.from != anySource {
		o.From = interchange.Source(f.from)
	}
	switch {
	case o.From != "" && !slices.Contains(interchange.Sources(), o.From):
		return o, usage("usage.import_from", "sources", strings.Join(append([]string{anySource}, words(interchange.Sources())...), ", "))
	case f.onConflict != "" && !slices.Contains(conflicts(), f.onConflict):
		return o, usage("usage.on_conflict")
	case f.secretKey != "" && f.appIDKey == "":
		return o, usage("usage.appid_key")
	case f.env != "" && !o.Env.Valid():
		return o, usage("problem.env_unknown")
	case path == "-" && f.passphraseFrom:
		return o, usage("usage.stdin_twice")
	case f.kind != "" && !slices.Contains(core.Kinds(), o.Kind):
		return o, usage("problem.kind_unknown")
	case f.product != "" && !slices.Contains(core.Products(), o.Product):
		return o, usage("problem.product_unknown")
	}
	return o, nil
}

// importFile reads a file, shows what would become of it, asks, and does it.
// Until then nothing is changed; and what is done is done as a whole.
func (a *app) importFile(ctx context.Context, f *importFlags, path string) error {
	o, err := f.options(path)
	if err != nil {
		return err
	}
	data, err := a.importData(path)
	if err != nil {
		return err
	}
	if interchange.IsBackup(data) {
		a.notePassphraseFile(f.passphraseFrom)
		if o.Passphrase, err = a.passphrase(ctx, f.passphraseFrom, false); err != nil {
			return err
		}
	}
	file, err := interchange.Read(data, o)
	if err != nil {
		return unreadable(err)
	}
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	req := f.request(file)
	plan, err := agent.Import(ctx, req)
	if err != nil {
		return err
	}
	if plan, err = a.decide(ctx, agent, &req, f, file, plan); err != nil {
		return err
	}
	if f.dryRun || !a.changesAnything(plan) {
		return a.imported(file, plan)
	}
	if err := a.confirm(ctx, f.yes, nil, "import.ask", "count", saves(plan)); err != nil {
		return err
	}
	req.Apply = plan.Digest
	if plan, err = agent.Import(ctx, req); err != nil {
		if core.AsError(err).Remedy != core.RemedyImportHalf && ctx.Err() == nil {
			a.note(a.say("import.none_done"))
		}
		return err
	}
	return a.imported(file, plan)
}

// decide shows the plan and settles what it leaves open, at a terminal by
// asking.
func (a *app) decide(ctx context.Context, agent api.Agent, req *api.ImportRequest, f *importFlags, file interchange.File, plan api.ImportPlan) (api.ImportPlan, error) {
	if err := a.showPlan(file, plan); err != nil {
		return plan, err
	}
	if plan.Ready {
		return plan, nil
	}
	if !undecided(plan) {
		return plan, a.notReady(file, plan, "import.problems")
	}
	if f.dryRun || a.json || !a.Term.InIsTerminal() {
		return plan, a.notReady(file, plan, "import.conflicts")
	}
	for !slices.Contains(conflicts(), req.OnConflict) {
		answer, err := a.ask(ctx, a.say("import.ask_conflict"), api.ConflictSkip)
		if err != nil {
			return plan, err
		}
		req.OnConflict = strings.ToLower(answer)
	}
	plan, err := agent.Import(ctx, *req)
	if err != nil {
		return plan, err
	}
	if err := a.showPlan(file, plan); err != nil {
		return plan, err
	}
	if !plan.Ready {
		return plan, a.notReady(file, plan, "import.problems")
	}
	return plan, nil
}

func undecided(plan api.ImportPlan) bool {
	return slices.ContainsFunc(plan.Rows, func(r api.ImportRow) bool { return r.Action == api.ImportUndecided }) ||
		slices.ContainsFunc(plan.Settings, func(s api.ImportSetting) bool { return s.Action == api.ImportUndecided })
}

// saves counts the accounts that a plan saves.
func saves(plan api.ImportPlan) int {
	n := 0
	for _, r := range plan.Rows {
		if r.Action == api.ImportAdd || r.Action == api.ImportRename || r.Action == api.ImportReplace {
			n++
		}
	}
	return n
}

func (a *app) changesAnything(plan api.ImportPlan) bool {
	return saves(plan) > 0 || slices.ContainsFunc(plan.Settings, func(s api.ImportSetting) bool { return s.Action == api.ImportReplace })
}

// importData reads the file, or standard input for -, up to a limit.
func (a *app) importData(path string) ([]byte, error) {
	if path == "-" {
		if a.Term.InIsTyped() { // what is typed is shown
			return nil, usage("usage.import_typed")
		}
		return readBounded(a.Term.In(), path)
	}
	file, err := os.Open(path)
	if err == nil {
		defer func() { _ = file.Close() }()
		var info fs.FileInfo
		if info, err = file.Stat(); err == nil && info.IsDir() {
			return nil, usage("usage.import_folder", "file", path)
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, usage("usage.import_none", "file", path)
	case err != nil:
		return nil, usage("usage.import_unreadable", "file", path)
	}
	return readBounded(file, path)
}

// readBounded reads one byte more than a file may have, so that what is too big
// is called so and not cut.
func readBounded(r io.Reader, path string) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, interchange.MaxFile+1))
	if err != nil {
		return nil, usage("usage.import_unreadable", "file", path)
	}
	return data, nil
}

// unreadable is the error for a file with faults.
func unreadable(err error) error {
	var all interchange.Faults
	if !errors.As(err, &all) {
		return err
	}
	lines := make([]string, len(all))
	for i, f := range all {
		lines[i] = f.Error()
	}
	return &core.Error{Class: core.Invalid, Remedy: core.RemedyInput, Message: strings.Join(lines, "; "), Err: all}
}

// request is what the file and the flags ask of the agent.
func (f *importFlags) request(file interchange.File) api.ImportRequest {
	req := api.ImportRequest{
		OnConflict: f.onConflict, Apart: f.apart, Paused: f.paused, RenewLive: f.renewLive, SkipProblems: f.skipProblems,
		Accounts: make([]api.AccountInput, len(file.Accounts)),
	}
	for i, acc := range file.Accounts {
		req.Accounts[i] = inputOf(acc)
	}
	for _, s := range file.Settings {
		if req.Settings == nil {
			req.Settings = map[string]string{}
		}
		req.Settings[s.Key] = s.Value
	}
	return req
}

// inputOf is an account as the agent takes it. What the file does not tell stays
// out.
func inputOf(acc interchange.Account) api.AccountInput {
	in := api.AccountInput{
		Name: &acc.Name, Env: &acc.Env, AppID: &acc.AppID,
		BaseURL: acc.BaseURL, Proxy: acc.Proxy, Note: acc.Note, CopyFormat: acc.CopyFormat, CopyPath: acc.CopyPath, Auto: acc.Auto,
	}
	if acc.Kind != "" {
		in.Kind = &acc.Kind
	}
	if acc.Product != "" {
		in.Product = &acc.Product
	}
	if !acc.Secret.Empty() {
		in.Secret = ptr(acc.Secret.Reveal())
	}
	if !acc.ProxyPassword.Empty() {
		in.ProxyPassword = ptr(acc.ProxyPassword.Reveal())
	}
	return in
}
