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
	"tokentray/core/kinds"
)

// anySource is the --from that detects the format.
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
	_ = cmd.RegisterFlagCompletionFunc("from", completeWords(importSources()...))
	_ = cmd.RegisterFlagCompletionFunc("on-conflict", completeWords(conflicts()...))
	_ = cmd.RegisterFlagCompletionFunc("env", completeWords(words(core.Envs())...))
	a.completeKinds(cmd)
	return cmd
}

func conflicts() []string {
	return []string{api.ConflictSkip, api.ConflictRename, api.ConflictReplace}
}

// file checks the flags for what the file lacks.
func (f *importFlags) file(path string, known kinds.Set) (api.ImportFile, error) {
	in := api.ImportFile{
		Name: filepath.Base(path), AccountName: f.name, Env: core.Env(f.env), Kind: core.Kind(f.kind), Product: core.Product(f.product),
		BaseURL: f.baseURL, AppIDKey: f.appIDKey, SecretKey: f.secretKey,
	}
	if f.from != anySource {
		in.From = f.from
	}
	switch {
	case in.From != "" && !slices.Contains(api.ImportSources(), in.From):
		return in, usage("usage.import_from", "sources", strings.Join(importSources(), ", "))
	case f.onConflict != "" && !slices.Contains(conflicts(), f.onConflict):
		return in, usage("usage.on_conflict")
	case f.secretKey != "" && f.appIDKey == "":
		return in, usage("usage.appid_key")
	case f.env != "" && !in.Env.Valid():
		return in, usage("problem.env_unknown")
	case path == "-" && f.passphraseFrom:
		return in, usage("usage.stdin_twice")
	case f.kind != "" && !slices.Contains(known.Names(), in.Kind):
		return in, usage("problem.kind_unknown", "kinds", strings.Join(words(known.Names()), ", "))
	case f.product != "" && !slices.Contains(known.Products(), in.Product):
		return in, usage("problem.product_unknown", "products", strings.Join(words(known.Products()), ", "))
	}
	return in, nil
}

// importSources are the values of --from.
func importSources() []string { return append([]string{anySource}, api.ImportSources()...) }

// importFile sends a file to the agent, shows the plan, asks for consent and has it
// carried out. Before consent nothing changes; then everything is done or nothing.
func (a *app) importFile(ctx context.Context, f *importFlags, path string) error {
	file, err := f.file(path, a.kinds())
	if err != nil {
		return err
	}
	if file.Data, err = a.importData(ctx, path); err != nil {
		return err
	}
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	req := api.ImportRequest{
		File: &file, OnConflict: f.onConflict, Apart: f.apart, Paused: f.paused, RenewLive: f.renewLive, SkipProblems: f.skipProblems,
	}
	plan, err := agent.Import(ctx, req)
	if err != nil && core.AsError(err).Remedy == core.RemedyBackupAsk {
		if err = a.askBackup(ctx, f, &file); err != nil {
			return err
		}
		plan, err = agent.Import(ctx, req)
	}
	if err != nil {
		return err
	}
	if plan, err = a.decide(ctx, agent, &req, f, plan); err != nil {
		return err
	}
	if f.dryRun || !a.changesAnything(plan) {
		return a.imported(plan)
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
	return a.imported(plan)
}

// askBackup gets the passphrase of a backup.
func (a *app) askBackup(ctx context.Context, f *importFlags, file *api.ImportFile) error {
	a.notePassphraseFile(f.passphraseFrom)
	passphrase, err := a.passphrase(ctx, f.passphraseFrom, false)
	if err != nil {
		return err
	}
	file.Passphrase = passphrase.Reveal()
	return nil
}

// decide shows the plan and decides its open questions, at a terminal by asking.
func (a *app) decide(ctx context.Context, agent api.Agent, req *api.ImportRequest, f *importFlags, plan api.ImportPlan) (api.ImportPlan, error) {
	if err := a.showPlan(plan); err != nil {
		return plan, err
	}
	if plan.Ready {
		return plan, nil
	}
	if !undecided(plan) {
		return plan, a.notReady(plan, "import.problems")
	}
	if f.dryRun || a.json || !a.Term.InIsTerminal() {
		return plan, a.notReady(plan, "import.conflicts")
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
	if err := a.showPlan(plan); err != nil {
		return plan, err
	}
	if !plan.Ready {
		return plan, a.notReady(plan, "import.problems")
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
func (a *app) importData(ctx context.Context, path string) ([]byte, error) {
	if path != "-" {
		return a.readFile(ctx, path, api.MaxImportFile)
	}
	if a.Term.InIsTyped() { // what is typed is shown
		return nil, usage("usage.import_typed")
	}
	return reading(ctx, func() ([]byte, error) { return readBounded(a.Term.In(), path, api.MaxImportFile) })
}

// readSmall reads a file up to a limit.
func readSmall(path string, limit int64) ([]byte, error) {
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
	return readBounded(file, path, limit)
}

// readBounded reads one byte more than a file may have, so that a file that is too big
// is refused and not cut.
func readBounded(r io.Reader, path string, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, usage("usage.import_unreadable", "file", path)
	}
	return data, nil
}
