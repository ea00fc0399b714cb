package cli

import (
	"context"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/durable"
	"tokentray/ui/text"
)

func (a *app) vaultCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "vault",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.vaultStatus(cmd.Context()) },
	}
	status := &cobra.Command{Use: "status", Args: noArgs, RunE: cmd.RunE}
	lock := &cobra.Command{
		Use:  "lock",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			agent, err := a.connect(cmd.Context())
			if err != nil {
				return err
			}
			return a.vaultNow(agent.VaultLock(cmd.Context()))
		},
	}
	cmd.AddCommand(status, a.vaultInitCommand(), a.vaultUnlockCommand(), lock)
	return cmd
}

func (a *app) vaultInitCommand() *cobra.Command {
	var stdin bool
	cmd := &cobra.Command{
		Use:  "init",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a.note(a.say("vault.init_what"))
			p, err := a.passphrase(cmd.Context(), stdin, true)
			if err != nil {
				return err
			}
			agent, err := a.connect(cmd.Context())
			if err != nil {
				return err
			}
			return a.vaultNow(agent.VaultInit(cmd.Context(), p))
		},
	}
	cmd.Flags().BoolVar(&stdin, "passphrase-stdin", false, "flag.passphrase_stdin")
	return cmd
}

func (a *app) vaultUnlockCommand() *cobra.Command {
	var stdin bool
	cmd := &cobra.Command{
		Use:  "unlock",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			agent, err := a.connect(ctx)
			if err != nil {
				return err
			}
			s, err := agent.Status(ctx)
			if err != nil {
				return err
			}
			var p core.Secret
			switch {
			case s.Vault.Kind == "file" && (stdin || s.Vault.State != "open"):
				if p, err = a.passphrase(ctx, stdin, false); err != nil {
					return err
				}
			case s.Vault.State != "open":
				a.note(a.say("vault.asking")) // the keyring asks in a window of its own
			}
			return a.vaultNow(agent.VaultUnlock(ctx, p))
		},
	}
	cmd.Flags().BoolVar(&stdin, "passphrase-stdin", false, "flag.passphrase_stdin")
	return cmd
}

// passphrase comes from standard input, else from the file that
// TOKENTRAY_PASSPHRASE_FILE names, else from a hidden prompt. A new one is asked for
// twice, since nobody sees what was typed.
func (a *app) passphrase(ctx context.Context, stdin, twice bool) (core.Secret, error) {
	if stdin {
		s, err := a.stdin(ctx, "ask.passphrase")
		if err == nil && s == "" {
			err = usage("usage.passphrase_empty")
		}
		p := core.NewSecret(s)
		if err == nil && twice {
			a.noteWeak(p)
		}
		return p, err
	}
	if path := a.Getenv("TOKENTRAY_PASSPHRASE_FILE"); path != "" {
		s, shared, err := durable.FirstLine(path) // as the agent reads it
		if err != nil {
			return core.Secret{}, usage("usage.passphrase_file")
		}
		if shared {
			a.note(clean(a.say("vault.warn." + api.WarnPassphraseShared)))
		}
		if s == "" {
			return core.Secret{}, usage("usage.passphrase_empty")
		}
		p := core.NewSecret(s)
		if twice {
			a.noteWeak(p)
		}
		return p, nil
	}
	return a.askPassphrase(ctx, twice)
}

// askPassphrase asks for a passphrase, a new one twice.
func (a *app) askPassphrase(ctx context.Context, twice bool) (core.Secret, error) {
	for {
		p, err := a.hiddenOrUsage(ctx, "ask.passphrase", "usage.passphrase_stdin")
		if err != nil {
			return p, err
		}
		if p.Empty() {
			a.note(a.say("usage.passphrase_empty"))
			continue
		}
		if !twice {
			return p, nil
		}
		a.noteWeak(p)
		again, err := a.askHidden(ctx, a.say("ask.passphrase_again"))
		if err != nil {
			return p, err
		}
		if again.Reveal() == p.Reveal() {
			return p, nil
		}
		a.note(a.say("ask.passphrase_differs"))
	}
}

// noteWeak says so if a new passphrase is easily guessed.
func (a *app) noteWeak(p core.Secret) {
	if core.WeakPassphrase(p) {
		a.note(a.say("cli.warning") + a.say("vault.weak"))
	}
}

func (a *app) vaultStatus(ctx context.Context) error {
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	s, err := agent.Status(ctx)
	if err != nil {
		return err
	}
	return a.vaultNow(s.Vault, nil)
}

// vaultNow prints the state of the vault.
func (a *app) vaultNow(v api.Vault, err error) error {
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(v)
	}
	if err := a.print(a.vaultWords(v)); err != nil {
		return err
	}
	a.noteVault(v)
	a.noteWarning(v)
	return nil
}

// noteWarning prints a warning about a vault that is open.
func (a *app) noteWarning(v api.Vault) {
	if key := text.Key("vault.warn." + v.Warning); v.Warning != "" && a.text().Has(key) {
		a.note(clean(a.say(key)))
	}
}
