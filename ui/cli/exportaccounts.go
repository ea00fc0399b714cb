package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/interchange"
)

// The formats of export accounts.
const (
	listJSON = "json"
	listCSV  = "csv"
)

func (a *app) exportAccountsCommand() *cobra.Command {
	var format, out, env string
	var force bool
	cmd := &cobra.Command{
		Use:  "accounts",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if format != listJSON && format != listCSV || format == listCSV && a.json && out == "" {
				return usage("export.list_format")
			}
			if env != "" && !core.Env(env).Valid() {
				return usage("problem.env_unknown")
			}
			return a.exportAccounts(cmd.Context(), format, out, core.Env(env), force)
		},
	}
	cmd.Flags().StringVar(&format, "format", listJSON, "flag.list_format")
	cmd.Flags().StringVar(&out, "out", "", "flag.export_file")
	_ = cmd.RegisterFlagCompletionFunc("out", completeFile)
	cmd.Flags().StringVar(&env, "env", "", "flag.list_env")
	cmd.Flags().BoolVar(&force, "force", false, "flag.export_force")
	_ = cmd.RegisterFlagCompletionFunc("format", completeWords(listJSON, listCSV))
	_ = cmd.RegisterFlagCompletionFunc("env", completeWords(words(core.Envs())...))
	return cmd
}

// exportAccounts writes the accounts as the agent lists them: without secrets,
// which it gives nobody.
func (a *app) exportAccounts(ctx context.Context, format, out string, env core.Env, force bool) error {
	if out != "" {
		if err := checkOut(out, force); err != nil {
			return err
		}
	}
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	l, err := agent.List(ctx)
	if err != nil {
		return err
	}
	var accounts []core.Account
	for _, acc := range l.Accounts {
		if env == "" || acc.Env == env {
			accounts = append(accounts, core.Account{
				Name: acc.Name, Env: acc.Env, Kind: acc.Kind, Product: acc.Product, AppID: acc.AppID,
				BaseURL: acc.BaseURL, Proxy: acc.Proxy, Note: acc.Note,
			})
		}
	}
	encode := interchange.AccountsJSON
	if format == listCSV {
		encode = interchange.AccountsCSV
	}
	data, err := encode(accounts)
	if err != nil {
		return err
	}
	if out == "" {
		_, err := a.Term.Out().Write(data)
		return err
	}
	if err := writeOut(out, data, force); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(wroteFile{File: out, Accounts: len(accounts)})
	}
	a.note(a.say("export.accounts_done", "count", len(accounts), "file", clean(out)))
	return nil
}

// wroteFile is the answer of an export to a file.
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
	if err := checkOut(out, force); err != nil {
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

// notePassphraseFile says which passphrase a backup has, when nobody types it.
func (a *app) notePassphraseFile(stdin bool) {
	if !stdin && a.Getenv("TOKENTRAY_PASSPHRASE_FILE") != "" {
		a.note(a.say("export.passphrase_file"))
	}
}
