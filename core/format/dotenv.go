package format

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Variable is the name under which a token stands in an environment.
const Variable = "ACCESS_TOKEN"

// dotenv is a line for a .env file that a shell's source, docker's --env-file
// and the dotenv libraries read alike. They agree on a bare word of letters,
// digits and the marks below. For the rest only single quotes come near to
// agreement (docker keeps them), and within these not on a quote, a backslash or
// a dollar: Python's reader takes \\ for one backslash and ${…} for a variable.
func dotenv(token string) (string, error) {
	if !strings.ContainsFunc(token, special) {
		return Variable + "=" + token, nil
	}
	if !utf8.ValidString(token) || strings.ContainsFunc(token, ambiguous) {
		return "", invalid("the token holds characters that readers of .env files read differently; take it as raw")
	}
	return Variable + "='" + token + "'", nil
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
