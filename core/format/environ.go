package format

import (
	"slices"
	"strings"
)

// ExecVariable lists the variables that tokentray exec put into an environment,
// separated by commas, so that a program that outlives the command can remove them.
const ExecVariable = "TOKENTRAY_EXEC"

// PassphraseVariable names the file with the passphrase of the passphrase file. It
// is for the agent and for tokentray's own commands, and is not passed on.
const PassphraseVariable = "TOKENTRAY_PASSPHRASE_FILE"

// Suffixes of the variables beside the token's NAME.
const (
	EnvExpiresAt     = "_EXPIRES_AT"
	EnvExpiresAtUnix = "_EXPIRES_AT_UNIX"
	EnvAccount       = "_ACCOUNT"
	EnvAppID         = "_APPID"
	EnvBaseURL       = "_BASE_URL"
	EnvFile          = "_FILE"
)

// MarkEnv notes in an environment that the token NAME was put into it.
func MarkEnv(env []string, name string) []string {
	names := tokensIn(env)
	if !slices.Contains(names, name) {
		names = append(names, name)
	}
	return append(without(env, ExecVariable), ExecVariable+"="+strings.Join(names, ","))
}

// CleanEnv is an environment without the variables of tokentray exec. An agent or a
// window that is started inside lives on, and so would the token in its environment,
// where other programs of the user can read it.
func CleanEnv(env []string) []string {
	return without(env, append(Tokens(env), ExecVariable)...)
}

// Tokens are the names of all variables that tokentray exec put into an
// environment.
func Tokens(env []string) []string {
	var out []string
	for _, name := range tokensIn(env) {
		for _, suffix := range []string{"", EnvExpiresAt, EnvExpiresAtUnix, EnvAccount, EnvAppID, EnvBaseURL, EnvFile} {
			out = append(out, name+suffix)
		}
	}
	return out
}

// tokensIn are the names in the mark.
func tokensIn(env []string) []string {
	var out []string
	for _, entry := range env {
		if list, ok := strings.CutPrefix(entry, ExecVariable+"="); ok {
			for name := range strings.SplitSeq(list, ",") {
				if name != "" {
					out = append(out, name)
				}
			}
		}
	}
	return out
}

// without is env without the variables of these names.
func without(env []string, names ...string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.Contains(names, name)
	})
}
