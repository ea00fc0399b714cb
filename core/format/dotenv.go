package format

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Variable is the name of the variable with the token.
const Variable = "ACCESS_TOKEN"

// dotenv is a line for a .env file that a shell's source, docker's --env-file and
// the dotenv libraries read alike. They agree on a bare word of letters, digits and
// the marks below. For the rest single quotes come nearest to agreement (docker
// keeps them), but not with a quote, a backslash or a dollar inside: Python's reader
// takes \\ for one backslash and ${…} for a variable.
func dotenv(token string) (string, error) { return assignment(Variable, token) }

// assignment is the line that gives a variable the token. zsh looks for a program where
// = begins a value or follows a colon.
func assignment(variable, token string) (string, error) {
	if !strings.ContainsFunc(token, special) && !strings.HasPrefix(token, "=") && !strings.Contains(token, ":=") {
		return variable + "=" + token, nil
	}
	if !utf8.ValidString(token) || strings.ContainsFunc(token, ambiguous) {
		return "", invalid("the token holds characters that readers of .env files read differently; take it as raw")
	}
	return variable + "='" + token + "'", nil
}

// special reports whether r needs quotes. A tilde would become a home folder.
func special(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return false
	}
	return !strings.ContainsRune("_-.+/=@%:,", r)
}

// ambiguous reports whether readers differ about r within single quotes.
func ambiguous(r rune) bool {
	return !unicode.IsPrint(r) || strings.ContainsRune("'\\$`", r)
}
