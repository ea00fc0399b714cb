package interchange

import (
	"regexp"
	"strings"
)

// readDotenv reads a .env file: the lines that shells and the dotenv libraries
// agree on. A line that is none of these is a fault, for to pass over it could
// lose an account.
func readDotenv(text []byte, o Options) (File, error) {
	vars, err := dotenvVariables(string(text))
	if err != nil {
		return File{}, err
	}
	accounts, remarks, err := readPairs(vars, o)
	return File{Accounts: accounts, Remarks: remarks}, err
}

var assignment = regexp.MustCompile(`^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.\-]*)[ \t]*=[ \t]*`)

func dotenvVariables(text string) ([]variable, error) {
	var out []variable
	var bad faults
	for line := 1; text != ""; {
		first, rest, _ := strings.Cut(text, "\n")
		trimmed := strings.TrimSpace(first)
		if trimmed == "" || trimmed[0] == '#' {
			text, line = rest, line+1
			continue
		}
		at := assignment.FindStringSubmatchIndex(first)
		if at == nil {
			bad.add(FaultSyntax, line, "", 0)
			text, line = rest, line+1
			continue
		}
		v := variable{key: first[at[2]:at[3]], line: line}
		value, length, ok := dotenvValue(text[at[1]:])
		if !ok {
			bad.add(FaultQuote, line, shownKey(v.key), 0)
			return nil, bad.err()
		}
		v.value = value
		used := text[:at[1]+length]
		after, more, _ := strings.Cut(text[len(used):], "\n")
		if after = strings.TrimSpace(after); after != "" && after[0] != '#' {
			bad.add(FaultSyntax, line+strings.Count(used, "\n"), shownKey(v.key), 0)
		}
		out = append(out, v)
		line += strings.Count(used, "\n") + 1
		text = more
	}
	return out, bad.err()
}

// dotenvValue reads a value and tells how much of s it took. Quotes may span
// lines; false: they do not end.
func dotenvValue(s string) (value string, length int, ok bool) {
	if s == "" {
		return "", 0, true
	}
	quote := s[0]
	if quote != '"' && quote != '\'' && quote != '`' {
		bare, _, _ := strings.Cut(s, "\n")
		for i := range len(bare) { // a comment begins behind a blank
			if bare[i] == '#' && (i == 0 || bare[i-1] == ' ' || bare[i-1] == '\t') {
				bare = bare[:i]
				break
			}
		}
		return strings.TrimSpace(bare), len(bare), true
	}
	var out strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == quote:
			return out.String(), i + 1, true
		case c == '\\' && quote == '"' && i+1 < len(s):
			i++
			out.WriteByte(unescape(s[i]))
		default:
			out.WriteByte(c)
		}
	}
	return "", 0, false
}

// unescape is the character that a backslash and c stand for.
func unescape(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'f':
		return '\f'
	}
	return c
}
