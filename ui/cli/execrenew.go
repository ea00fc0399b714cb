package cli

import (
	"slices"
	"strings"
	"time"

	"tokentray/core/api"
)

// renewSignals are the signals that --signal takes.
var renewSignals = []string{"HUP", "USR1", "USR2", "INT", "TERM"}

// restartGrace is how long a command has to end before --restart-on-renew kills it.
const restartGrace = 10 * time.Second

// follows reports whether the token is followed while the command runs.
func (f *execFlags) follows() bool { return f.file != "" || f.restart || f.signal != "" }

// checkRenewal refuses what cannot be done about a renewal.
func (f *execFlags) checkRenewal(accounts int) error {
	switch {
	case !f.restart && f.signal == "":
		return nil
	case !tellsOfRenewal:
		return usage("usage.exec_renew_here")
	case f.restart && f.signal != "":
		return usage("usage.exec_renew_one")
	case f.signal != "" && !slices.Contains(renewSignals, f.signalName()):
		return usage("usage.exec_signal", "name", f.signal, "names", strings.Join(renewSignals, ", "))
	case accounts != 1:
		return usage("usage.exec_renew_account")
	}
	return nil
}

// signalName is the name that --signal gives, without SIG.
func (f *execFlags) signalName() string {
	return strings.TrimPrefix(strings.ToUpper(f.signal), "SIG")
}

// tell has a child signalled or started again for each new token. Where they come
// faster than the child ends, only the newest counts.
func (f *execFlags) tell(child *Child, k *keptFile, env []string) {
	if !f.restart && f.signal == "" {
		return
	}
	if f.signal != "" {
		child.Signal = signalNamed(f.signalName())
	}
	renewed := make(chan []string, 1)
	child.Renewed, child.Grace = renewed, restartGrace
	k.renewed = func(t api.Token) {
		select {
		case <-renewed:
		default:
		}
		renewed <- tokenEnv(env, f.variable(0), t)
	}
}
