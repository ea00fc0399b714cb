package interchange

import (
	"regexp"
	"strings"

	"tokentray/core/recognise"
)

// readDotenv reads a .env file: the lines that shells and the dotenv libraries
// agree on. A line that is none of these is a fault, for to pass over it could
// lose an account.
func readDotenv(text []byte, o Options) (File, error) {
	vars, err := dotenvVariables(string(text), o.Recogniser.Shown)
	if err != nil {
		return File{}, err
	}
	return ofVariables(vars, o)
}

// ofVariables are the accounts that names and values tell.
func ofVariables(vars []recognise.Variable, o Options) (File, error) {
	found, known := o.Recogniser.Accounts(vars, recognise.Named{ID: o.AppIDKey, Secret: o.SecretKey})
	if !known {
		return File{}, one(FaultNoKey, 0)
	}
	var bad faults
	for _, t := range found.Twice {
		bad.add(FaultTwice, t.Line, t.Key, t.First)
	}
	f := File{Remarks: found.Remarks}
	for _, a := range found.Accounts {
		f.Accounts = append(f.Accounts, recognised(a))
	}
	return f, bad.err()
}

// recognised is an account that the recogniser made.
func recognised(a recognise.Account) Account {
	return Account{
		Line: a.Line, Name: a.Name, Made: true, spare: a.Spare, Env: a.Env, Kind: a.Kind, Product: a.Product, AppID: a.AppID, Secret: a.Secret,
	}
}

var assignment = regexp.MustCompile(`^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.\-]*)[ \t]*=[ \t]*`)

// dotenvVariables reads the assignments; shown tells which names may be told.
func dotenvVariables(text string, shown func(string) string) ([]recognise.Variable, error) {
	var out []recognise.Variable
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
		v := recognise.Variable{Name: first[at[2]:at[3]], Line: line}
		value, length, ok := dotenvValue(text[at[1]:])
		if !ok {
			bad.add(FaultQuote, line, shown(v.Name), 0)
			return nil, bad.err()
		}
		v.Value = value
		used := text[:at[1]+length]
		after, more, _ := strings.Cut(text[len(used):], "\n")
		if after = strings.TrimSpace(after); after != "" && after[0] != '#' {
			bad.add(FaultSyntax, line+strings.Count(used, "\n"), shown(v.Name), 0)
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
