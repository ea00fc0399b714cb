package format

import (
	"strconv"
	"strings"
)

// Dotenvs are the tokens of several accounts as one block for a .env file. Each has a
// variable of its own, as SHOP_LIVE_ACCESS_TOKEN, under a comment with the account's
// name.
func Dotenvs(tokens []Input) (string, error) {
	var out []string
	taken := map[string]bool{}
	for _, t := range tokens {
		line, err := assignment(variableOf(t, taken), t.AccessToken)
		if err != nil {
			return "", err
		}
		out = append(out, "# "+comment(t.Account+"/"+string(t.Env)), line)
	}
	return strings.Join(out, "\n") + "\n", nil
}

// variableOf is the name of an account's variable: of its name and environment; of its
// AppID where the name has no letter or figure that a variable takes; with a number
// where another account has it.
func variableOf(t Input, taken map[string]bool) string {
	word := variableWord(t.Account)
	if word == "" {
		word = variableWord(t.AppID)
	}
	if word == "" {
		word = "ACCOUNT"
	}
	if word[0] >= '0' && word[0] <= '9' {
		word = "_" + word
	}
	name := word + "_" + variableWord(string(t.Env)) + "_" + Variable
	for n := 2; taken[name]; n++ {
		name = word + "_" + strconv.Itoa(n) + "_" + variableWord(string(t.Env)) + "_" + Variable
	}
	taken[name] = true
	return name
}

// variableWord is a text in what a variable's name takes; empty where nothing of it can
// be kept, or too little to tell it from others.
func variableWord(s string) string {
	kept, lost := 0, 0
	word := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			kept++
			return r - 'a' + 'A'
		case 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
			kept++
			return r
		case r > '~':
			lost++
		}
		return '_'
	}, s)
	if kept == 0 || lost > kept {
		return ""
	}
	return strings.Trim(word, "_")
}

// comment is a text that stays in its line.
func comment(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s)
}
