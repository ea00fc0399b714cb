package core

import "strings"

// Problem is something wrong or odd in one field that a person filled in. Key names
// the sentence in ui/text, Field the input.
type Problem struct {
	Field string `json:"field"` // name, env, kind, product, proxy, note, copy_format, or a key of the kind's fields
	Key   string `json:"key"`
	Warn  bool   `json:"warn,omitempty"` // odd, but allowed
	// Says is the English sentence when core has none: the spec of a kind says it
	// for a field of its own.
	Says string `json:"-"`
}

// Sentence says in English what is wrong with the field.
func (p Problem) Sentence() string {
	if p.Says != "" {
		return p.Says
	}
	return problemText(p.Key)
}

// Problems is the result of a Check. As an error it says the first problem that is
// not a warning.
type Problems []Problem

// Fatal returns those that forbid saving.
func (p Problems) Fatal() Problems {
	var out Problems
	for _, x := range p {
		if !x.Warn {
			out = append(out, x)
		}
	}
	return out
}

func (p Problems) Error() string {
	for _, x := range p {
		if !x.Warn {
			return x.Field + ": " + x.Sentence()
		}
	}
	return "the account is fine"
}

// Keys of problems. ui/text has a sentence for each, in both languages.
const (
	ProblemNameEmpty    = "name_empty"
	ProblemNameLong     = "name_long"
	ProblemNameChars    = "name_chars"
	ProblemNameSecret   = "name_secret" // it holds what looks like an AppSecret
	ProblemEnv          = "env_unknown"
	ProblemBaseURL      = "base_url_bad"
	ProblemBaseURLHTTPS = "base_url_https"
	ProblemProxy        = "proxy_bad"
	ProblemProxySecret  = "proxy_password"
	ProblemCA           = "ca_bad"
	ProblemCAKey        = "ca_key" // it holds a private key
	ProblemCALong       = "ca_long"
	ProblemNoteLong     = "note_long"
	ProblemNoteSecret   = "note_secret" // a warning
	ProblemFormat       = "format_unknown"
	ProblemPath         = "path_bad"
	ProblemBudget       = "budget_bad"
	ProblemNameTaken    = "name_taken"   // by another account of that environment
	ProblemAppIDTwice   = "appid_twice"  // another account asks for the same token
	ProblemSecretOther  = "secret_other" // a warning: that account has another secret
)

func problemText(key string) string {
	switch key {
	case ProblemNameEmpty:
		return "is empty; give the account a name of 1 to 200 characters"
	case ProblemNameLong:
		return "is longer than 200 characters; shorten it"
	case ProblemNameChars:
		return "must not be . or .. nor hold a slash, a control or an invisible character; remove it"
	case ProblemNameSecret:
		return "holds what looks like an AppSecret, and names are shown everywhere; choose another"
	case ProblemEnv:
		return "must be sandbox or live"
	case ProblemBaseURL:
		return "is not a URL of the form https://host[/path]; correct or remove it"
	case ProblemBaseURLHTTPS:
		return "must begin with https:// unless the host is this machine"
	case ProblemProxy:
		return "must look like http://host:port, https://host:port or socks5://host:port"
	case ProblemProxySecret:
		return "must not hold the password; enter that by itself"
	case ProblemCA:
		return "is no file of certificates in PEM (-----BEGIN CERTIFICATE-----); choose the right file"
	case ProblemCAKey:
		return "holds a private key, which nobody else may have; choose the file with the certificate alone"
	case ProblemCALong:
		return "is longer than 16 KiB; keep the CA's certificate alone"
	case ProblemNoteLong:
		return "is longer than 2000 characters; shorten it"
	case ProblemNoteSecret:
		return "holds what looks like an AppSecret, and notes are stored and shown in clear; remove it"
	case ProblemFormat:
		return "must be one of " + strings.Join(Formats(), ", ") + ", or empty for the one of the settings"
	case ProblemBudget:
		return "must be a whole number of calls from 1 to 1000000, or 0 for no budget"
	case ProblemPath:
		return "must begin with one slash and hold neither a host nor the token nor #; correct or remove it"
	case ProblemNameTaken:
		return "is taken in that environment; choose another or edit that account"
	case ProblemSecretOther:
		return "is not that of the other account that asks for the same token; if it was reset, enter the new one there too"
	case ProblemAppIDTwice:
		return "is another account's too, and both would ask for the same token; use that account"
	}
	if said := keyProblem(key); said != "" {
		return said
	}
	if said := pushProblem(key); said != "" {
		return said
	}
	return key
}
