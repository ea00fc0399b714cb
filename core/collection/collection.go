// Package collection writes the files with which API clients call an account's
// upstream: for Postman, Newman and Insomnia, for Apifox, for Bruno, for the .http
// files of editors, and for curl. None of them contains a token or an AppSecret.
// Each client gets its token from the loopback door when it makes a call, so it
// always uses the current token of the active environment, and each can report a
// dead token.
//
// The functions are pure. They make two sorts of files: those for version control,
// and those that hold a client key, or will, and must stay out of it; File.Secret
// tells them apart.
//
// The texts in the files come from Input.Say, because this package knows no
// language.
package collection

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"tokentray/core"
	"tokentray/core/kinds"
)

// Kind is a family of clients.
type Kind string

// The kinds.
const (
	Postman   Kind = "postman"   // Postman and Newman; Insomnia imports the same files
	Apifox    Kind = "apifox"    // Apifox, and Apidog, as it is called abroad
	Bruno     Kind = "bruno"     // Bruno and its command line, bru
	HTTP      Kind = "http"      // REST Client of Visual Studio Code
	JetBrains Kind = "jetbrains" // the HTTP Client of JetBrains' editors
	Curl      Kind = "curl"      // a shell script
)

// Kinds lists the kinds in the order they are offered.
func Kinds() []Kind { return []Kind{Postman, Apifox, Bruno, HTTP, JetBrains, Curl} }

// Account is an account that a client uses.
type Account struct {
	Name string
	// Env pins the environment; empty: the active one at the time of a call.
	Env core.Env
	// Of says what the account is, which selects its sample calls and the place of
	// the token. A name without an environment can mean accounts of two products, or
	// of two kinds. None: there are no sample calls.
	Of []Of
	// Base is where the account's calls go, for files with hosts; empty: the kind's
	// own.
	Base string
}

// Of is the kind of an account and the product that it belongs to.
type Of struct {
	Spec    kinds.Spec
	Product core.Product
	// AppID and Params are the account's own. A variable of a sample call that means one
	// of them has its value.
	AppID  string
	Params core.Params
}

// Ref is how people write the account: shop or shop/live.
func (a Account) Ref() string {
	if a.Env == "" {
		return a.Name
	}
	return a.Name + "/" + string(a.Env)
}

// Input is what the files are made from.
type Input struct {
	Accounts []Account // at least one
	// URL of the loopback door, as http://127.0.0.1:17278; empty means that.
	URL string
	// Key is the client key to write into the secret files; empty leaves its place
	// empty, and then no file is secret yet.
	Key core.Secret
	// Say returns the text for a key, all of which begin with "starter."; ui/text
	// has them.
	Say func(key string) string
	// Title returns the title of a sample call or folder: the text for the key, else
	// the label, else the name. Nil means Say(key).
	Title func(key string, label kinds.Label, name string) string
}

// File is one file to write.
type File struct {
	// Path is relative, with slashes, and valid on every system: account names are
	// adapted.
	Path string
	Data []byte
	// Secret says that it holds a client key: readable by its owner alone, and
	// not for version control.
	Secret bool
	// Private says that a client key belongs in it, if none is there yet: readable
	// by its owner alone from the beginning.
	Private bool
	// Shared says that people keep other things in a file of this name, so it must
	// never be replaced.
	Shared bool
}

// Files are all files of a kind, for a folder. The error, of class Invalid, is for
// an unknown kind, for no accounts, and for an invalid key or URL.
func Files(kind Kind, in Input) ([]File, error) {
	w, err := newWriter(in)
	if err != nil {
		return nil, err
	}
	switch kind {
	case Postman:
		return w.postman()
	case Apifox:
		return w.apifox()
	case Bruno:
		return w.bruno()
	case HTTP:
		return w.rest()
	case JetBrains:
		return w.jetbrains()
	case Curl:
		return w.curl()
	}
	return nil, unknown(kind)
}

// Single is the one file that works alone, for a save dialog and for standard
// output: it is for one account and never holds a key. Bruno has none, because it
// keeps a folder, and Apifox needs two files.
func Single(kind Kind, in Input) (File, error) {
	in.Key = core.Secret{}
	w, err := newWriter(in)
	if err != nil {
		return File{}, err
	}
	if len(in.Accounts) > 1 {
		return File{}, invalid("one file is for one account; name it, or give a folder for all of them")
	}
	switch kind {
	case Postman:
		return w.postmanCollection(w.accounts[0].bare+".postman_collection.json", true)
	case HTTP:
		return w.restFile(w.accounts[0]), nil
	case JetBrains:
		return w.jetbrainsFile(w.accounts[0].bare+".http", &w.accounts[0]), nil
	case Curl:
		return w.curlFile(w.accounts[0]), nil
	case Bruno:
		return File{}, invalid("Bruno keeps a folder, not a file; give one")
	case Apifox:
		return File{}, invalid("Apifox imports two files; give a folder for them")
	}
	return File{}, unknown(kind)
}

// DefaultURL is where the door is by default.
const DefaultURL = "http://127.0.0.1:17278"

// writer is a checked input.
type writer struct {
	Input
	accounts []account
}

// account is an Account with its names in files.
type account struct {
	Account
	bare string // tokentray-shop: of files, without their ending
	path string // shop%2F/live: in a URL's path and in any file, see encode
}

func newWriter(in Input) (*writer, error) {
	if in.URL == "" {
		in.URL = DefaultURL
	}
	u, err := url.Parse(in.URL)
	if err != nil || u.Scheme != "http" || !core.Loopback(u.Hostname()) || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, invalid("the door's URL must look like " + DefaultURL)
	}
	if !plainKey(in.Key.Reveal()) {
		return nil, invalid("that is no client key; make one with tokentray api key add")
	}
	if len(in.Accounts) == 0 {
		return nil, invalid("there is no account to export; add one first")
	}
	w := &writer{Input: in}
	names := newNames()
	for _, a := range in.Accounts {
		if _, err := core.CleanName(a.Name); err != nil || a.Env != "" && !a.Env.Valid() {
			return nil, invalid("an account's name or environment is not valid; correct it")
		}
		w.accounts = append(w.accounts, account{a, names.of(a.Ref()), encode(a)})
	}
	return w, nil
}

// plainKey reports whether key is empty or a word that every client reads in the
// same way: letters, digits, dash and underscore, as in all client keys.
func plainKey(key string) bool {
	return len(key) <= 256 && !strings.ContainsFunc(key, func(r rune) bool { return !word(r) })
}

func word(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_'
}

// of is what all accounts are.
func (w *writer) of() []Of {
	var out []Of
	for _, a := range w.accounts {
		for _, one := range a.Of {
			if !slices.ContainsFunc(out, func(b Of) bool { return b.Spec.Kind == one.Spec.Kind && b.Product == one.Product }) {
				out = append(out, one)
			}
		}
	}
	return out
}

// titled is the title of a sample call or folder on one line.
func (w *writer) titled(key string, label kinds.Label, name string) string {
	if w.Title == nil {
		return w.say(key)
	}
	return oneBlank(w.Title("starter."+key, label, name))
}

// say is one line of text, whatever the table holds.
func (w *writer) say(key string) string {
	return strings.Join(strings.Fields(w.Say("starter."+key)), " ")
}

func unknown(kind Kind) error {
	var all []string
	for _, k := range Kinds() {
		all = append(all, string(k))
	}
	return invalid(fmt.Sprintf("there are no files for %q; there are some for %s", kind, strings.Join(all, ", ")))
}

func invalid(message string) error {
	return &core.Error{Class: core.Invalid, Remedy: core.RemedyInput, Message: message}
}
