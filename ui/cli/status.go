package cli

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"tokentray/core/api"
	"tokentray/ui/text"
)

func (a *app) statusCommand() *cobra.Command {
	return &cobra.Command{
		Use:  "status",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.status(cmd.Context()) },
	}
}

// status starts no agent: that none runs is an answer, with exit code 7.
func (a *app) status(ctx context.Context) error {
	agent, err := a.Connect(ctx, a.home, false)
	if err != nil {
		if errors.Is(err, api.ErrNoAgent) && !a.json {
			if err := a.print(a.say("status.none")); err != nil {
				return err
			}
			return &errSilent{err}
		}
		return err
	}
	a.agent = agent
	s, err := agent.Status(ctx)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(s)
	}
	yesno := map[bool]text.Key{true: "cli.yes", false: "cli.no"}
	t := table{}
	row := func(key text.Key, value string) { t.add(plain(a.say(key)), plain(clean(value))) }
	row("status.version", a.say("status.version_api", "version", s.Version, "api", s.API))
	row("status.running", a.say("status.running_for", "time", a.text().Coarse(a.Now().Sub(s.StartedAt)), "pid", s.PID))
	row("status.home", s.Home)
	if s.Demo {
		row("status.demo", a.say("cli.yes"))
	}
	row("status.active", a.envName(s.Active))
	row("status.paused", a.say(yesno[s.PausedAll]))
	row("status.accounts", strconv.Itoa(s.Accounts))
	row("status.need_you", strconv.Itoa(s.NeedYou))
	if s.FailingPushes > 0 {
		row("status.failing_pushes", strconv.Itoa(s.FailingPushes))
	}
	row("status.vault", a.vaultWords(s.Vault))
	row("status.tray", a.known("tray.", s.Tray))
	row("status.clipboard", a.known("clipboard.", s.Clipboard))
	row("status.loopback", a.known("loopback.", s.Loopback))
	row("status.windows", strconv.Itoa(s.Windows))
	if err := a.print(t.lines(0)...); err != nil {
		return err
	}
	a.noteVault(s.Vault)
	a.noteWarning(s.Vault)
	a.noteNotice(s.Notice)
	if s.Hotkey != nil {
		a.note(a.explainWire(s.Hotkey)...)
	}
	a.noteRecovered(s.Recovered)
	return nil
}

// known is the sentence for a word of the agent's, or the word if there is none.
func (a *app) known(prefix, word string) string {
	if key := text.Key("status." + prefix + word); a.text().Has(key) {
		return a.say(key)
	}
	return word
}

func (a *app) vaultWords(v api.Vault) string {
	return a.known("vault.", v.Kind) + a.say("cli.comma") + a.known("vault.", v.State)
}

// noteVault says what to do about a vault that is not open.
func (a *app) noteVault(v api.Vault) {
	if v.State != "open" && v.Error != nil {
		a.note(a.explainWire(v.Error)...)
	}
}

func (a *app) noteNotice(notice string) {
	if notice == "" {
		return
	}
	if key := text.Key("notice." + notice); a.text().Has(key) {
		notice = a.say(key)
	}
	a.note(clean(notice))
}

// noteRecovered names accounts that came back from the vault.
func (a *app) noteRecovered(accounts []string) {
	if len(accounts) > 0 {
		a.note(clean(a.say("notice.recovered", "accounts", a.text().Some(accounts), "account", accounts[0])))
	}
}

// when is a time for people, in their own zone.
func when(t time.Time) string { return t.Local().Format(time.DateTime) }
