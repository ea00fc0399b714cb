package cli

import (
	"context"
	"errors"
	"strconv"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

// The exit codes. Scripts rely on them: none ever changes its meaning.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2
	exitNoAccount   = 3
	exitRefused     = 4
	exitTemporary   = 5
	exitVault       = 6
	exitNoAgent     = 7
	exitInterrupted = 130
)

// ExitCodes lists them for help and tests; each has a sentence exit.<code>.
func ExitCodes() []int {
	return []int{
		exitOK, exitFailure, exitUsage, exitNoAccount, exitRefused,
		exitTemporary, exitVault, exitNoAgent, exitInterrupted,
	}
}

// exitCode is the code for an error that a command returned.
func exitCode(ctx context.Context, err error) int {
	var usage *usageError
	var child *childExit
	var missing *noProgram
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &child): // the child's own code, also after Ctrl-C
		return child.code
	case errors.As(err, &missing):
		return missing.code
	case ctx.Err() != nil || errors.Is(err, errInterrupted):
		return exitInterrupted
	case errors.As(err, &usage):
		return exitUsage
	case errors.Is(err, api.ErrEnded): // something may have been done
		return exitFailure
	case errors.Is(err, api.ErrNoAgent), errors.Is(err, api.ErrVersion):
		return exitNoAgent
	}
	e := core.AsError(err)
	switch e.Remedy {
	case core.RemedyNoAgent, core.RemedyRestart, core.RemedyLostAgent, core.RemedyHungAgent:
		return exitNoAgent
	case core.RemedyCallBinary, core.RemedyClipboard, core.RemedyCopyLate, core.RemedyNotHere, core.RemedySilentOwner: // not a refusal by upstream
		return exitFailure
	}
	switch e.Class {
	case core.Invalid:
		return exitUsage
	case core.NotFound:
		return exitNoAccount
	case core.BadSecret, core.Whitelist, core.Confirm, core.Frozen, core.Quota, core.Misuse:
		return exitRefused
	case core.Temporary:
		return exitTemporary
	case core.VaultClosed:
		return exitVault
	}
	return exitFailure
}

// exitCodesTopic is a help page. It is no command and runs nothing.
func exitCodesTopic() *cobra.Command {
	return &cobra.Command{Use: "exit-codes"}
}

// exitCodesPage lists the codes and what errors look like to a script.
func (a *app) exitCodesPage() []string {
	out := []string{a.say("exit.title"), ""}
	for _, c := range ExitCodes() {
		n := strconv.Itoa(c)
		out = append(out, "  "+padLeft(n, 3)+"  "+a.say(text.Key("exit."+n)))
	}
	return append(out, "", a.say("exit.errors"))
}
