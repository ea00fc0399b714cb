package cli

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tokentray/core/api"
)

// renewSignals are the signals that --signal takes.
var renewSignals = []string{"HUP", "USR1", "USR2", "INT", "TERM"}

// restartGrace is how long a command has to end before --restart-on-renew kills it.
const restartGrace = 10 * time.Second

// renewFlags say how a command is informed of a new token.
type renewFlags struct {
	restart bool
	signal  string
}

func (f *renewFlags) register(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.restart, "restart-on-renew", false, "flag.exec_restart")
	cmd.Flags().StringVar(&f.signal, "signal", "", "flag.exec_signal")
	_ = cmd.RegisterFlagCompletionFunc("signal", cobra.FixedCompletions(renewSignals, cobra.ShellCompDirectiveNoFileComp))
}

// wanted reports whether the command must be told.
func (f *renewFlags) wanted() bool { return f.restart || f.signal != "" }

// check refuses what cannot be done at a renewal.
func (f *renewFlags) check() error {
	switch {
	case !f.wanted():
		return nil
	case !tellsOfRenewal:
		return usage("usage.exec_renew_here")
	case f.restart && f.signal != "":
		return usage("usage.exec_renew_one")
	case f.signal != "" && !slices.Contains(renewSignals, f.signalName()):
		return usage("usage.exec_signal", "name", f.signal, "names", strings.Join(renewSignals, ", "))
	}
	return nil
}

// signalName is the name that --signal gives, without SIG.
func (f *renewFlags) signalName() string {
	return strings.TrimPrefix(strings.ToUpper(f.signal), "SIG")
}

// notifier signals or restarts a child for each environment that is passed to the
// function it returns. If they come faster than the child ends, only the newest
// counts. One goroutine calls the function at a time.
func (f *renewFlags) notifier(child *Child) func(env []string) {
	if f.signal != "" {
		child.Signal = signalNamed(f.signalName())
	}
	renewed := make(chan []string, 1)
	child.Renewed, child.Grace = renewed, restartGrace
	return func(env []string) {
		select {
		case <-renewed:
		default:
		}
		renewed <- env
	}
}

// followRefs has a child told of each new token of its references.
func (a *app) followRefs(ctx context.Context, f *renewFlags, agent api.Agent, child *Child, r *references) error {
	tell := f.notifier(child)
	for ref, t := range r.tokens {
		k, err := a.keepFile(ctx, agent, &execFlags{}, t)
		if err != nil {
			return err
		}
		k.renewed = func(t api.Token) { r.renewed(ref, t, tell) }
		child.Beside = together(child.Beside, k.run)
	}
	return nil
}
