package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
)

func (a *app) exportAccountsCommand() *cobra.Command {
	var format, out, env string
	var force bool
	cmd := &cobra.Command{
		Use:               "accounts [NAME[/ENV]…]",
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: a.completeRefs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if slices.ContainsFunc(args, core.HoldsSecret) {
				return usage("usage.too_many")
			}
			if format != api.ExportJSON && format != api.ExportCSV || format == api.ExportCSV && a.json && out == "" {
				return usage("export.list_format")
			}
			if env != "" && !core.Env(env).Valid() {
				return usage("problem.env_unknown")
			}
			return a.exportAccounts(cmd.Context(), format, out, listed{names: args, env: core.Env(env)}, force)
		},
	}
	cmd.Flags().StringVar(&format, "format", api.ExportJSON, "flag.list_format")
	cmd.Flags().StringVar(&out, "out", "", "flag.export_file")
	_ = cmd.RegisterFlagCompletionFunc("out", completeFile)
	cmd.Flags().StringVar(&env, "env", "", "flag.list_env")
	cmd.Flags().BoolVar(&force, "force", false, "flag.export_force")
	_ = cmd.RegisterFlagCompletionFunc("format", completeWords(api.ExportJSON, api.ExportCSV))
	_ = cmd.RegisterFlagCompletionFunc("env", completeWords(words(core.Envs())...))
	return cmd
}

// exportAccounts writes the accounts, or those that are named, as the agent gives them:
// without secrets.
func (a *app) exportAccounts(ctx context.Context, format, out string, which listed, force bool) error {
	if out != "" {
		if err := a.mayOut(out, force); err != nil {
			return err
		}
	}
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	req := api.ExportRequest{Format: format, Env: which.env}
	if len(which.names) > 0 {
		l, err := agent.List(ctx)
		if err != nil {
			return err
		}
		if l.Accounts, err = which.of(a, l.Accounts); err != nil {
			return err
		}
		for _, acc := range l.Accounts {
			req.Accounts = append(req.Accounts, acc.ID)
		}
		if len(req.Accounts) == 0 { // none would mean all
			return usage("usage.export_none")
		}
	}
	file, err := agent.Export(ctx, req)
	if err != nil {
		return err
	}
	if out == "" {
		_, err := a.Term.Out().Write(file.Data)
		return err
	}
	if err := writeOut(out, file.Data, force); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(wroteFile{File: out, Accounts: file.Accounts})
	}
	a.note(a.say("export.accounts_done", "count", file.Accounts, "file", clean(out)))
	return nil
}

// wroteFile is the JSON answer of an export to a file.
type wroteFile struct {
	File     string   `json:"file"`
	Accounts int      `json:"accounts"`
	NoSecret []string `json:"no_secret,omitempty"`
}

func (a *app) exportBackupCommand() *cobra.Command {
	var out string
	var force, stdin bool
	cmd := &cobra.Command{
		Use:  "backup",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if out == "" {
				return usage("export.backup_out")
			}
			return a.exportBackup(cmd.Context(), out, force, stdin)
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "flag.export_file")
	_ = cmd.RegisterFlagCompletionFunc("out", completeFile)
	cmd.Flags().BoolVar(&force, "force", false, "flag.export_force")
	cmd.Flags().BoolVar(&stdin, "passphrase-stdin", false, "flag.passphrase_stdin")
	return cmd
}

// exportBackup has the agent encrypt everything: what comes over the socket is
// the file as it is written.
func (a *app) exportBackup(ctx context.Context, out string, force, stdin bool) error {
	if err := a.mayOut(out, force); err != nil {
		return err
	}
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	status, err := agent.Status(ctx)
	if err != nil {
		return err
	}
	a.notePassphraseFile(stdin)
	own := status.Vault.Kind == "file" // its passphrase is the backup's
	if own {
		a.note(a.say("export.vault_passphrase"))
	}
	passphrase, err := a.passphrase(ctx, stdin, !own)
	if err != nil {
		return err
	}
	b, err := agent.Backup(ctx, passphrase)
	if err != nil {
		return err
	}
	if err := writeOut(out, b.Age, force); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(wroteFile{out, b.Accounts, b.NoSecret})
	}
	a.note(a.say("export.backup_done", "count", b.Accounts, "file", clean(out)), a.say("export.backup_what"))
	if len(b.NoSecret) > 0 {
		a.note(a.say("cli.warning") + a.say("export.no_secret", "accounts", clean(strings.Join(b.NoSecret, a.say("cli.comma")))))
	}
	return nil
}

// notePassphraseFile says which passphrase a backup has if none was typed.
func (a *app) notePassphraseFile(stdin bool) {
	if !stdin && a.Getenv("TOKENTRAY_PASSPHRASE_FILE") != "" {
		a.note(a.say("export.passphrase_file"))
	}
}
