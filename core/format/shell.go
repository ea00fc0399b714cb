package format

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Export is the format of a command that sets Variable in a shell and its child
// processes. It is only for printing.
const Export = "export"

// Shells are those that ForShell writes for.
func Shells() []string { return []string{"bash", "zsh", "fish", "powershell"} }

// ForShell is a command that sets Variable to the token in a shell. No shell means a
// form that bash, zsh and fish read alike. Its error never holds the token.
func ForShell(shell, token string) (string, error) {
	if !utf8.ValidString(token) || strings.ContainsFunc(token, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return "", invalid("the token holds characters that no shell takes in a command; take it as raw")
	}
	switch shell {
	case "", "bash", "zsh":
		return "export " + Variable + "=" + quoteShell(token), nil
	case "fish":
		return "set -gx " + Variable + " " + quoteShell(token), nil
	case "powershell":
		// It treats typographic quotes as quotes, too.
		return "$env:" + Variable + " = '" + strings.NewReplacer("'", "''", "‘", "‘‘", "’", "’’", "‚", "‚‚", "‛", "‛‛").Replace(token) + "'", nil
	}
	return "", invalid("there is no such shell; the shells are " + strings.Join(Shells(), ", "))
}

// ValidShell reports whether ForShell knows the shell.
func ValidShell(shell string) bool { return shell == "" || slices.Contains(Shells(), shell) }
