package interchange

import (
	"bytes"
	"encoding/json"
	"strconv"

	"tokentray/core"
	"tokentray/core/filefault"
)

// Version is that of our own files. A file of a higher version is refused: what it
// has in addition would be lost silently.
const Version = 1

// The values of the key "tokentray", which opens our files.
const (
	whatAccounts = "accounts"
	whatBackup   = "backup"
)

// record is an account in our JSON, its members in the order of the plain fields. A
// team's list holds what describes the account; one person's choices, and secrets,
// are only in backups.
type record []pair

type pair struct {
	key   string
	value any
}

// MarshalJSON writes the members in their order.
func (r record) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	sep := byte('{')
	for _, p := range r {
		out.WriteByte(sep)
		sep = ','
		if err := enc.Encode(p.key); err != nil {
			return nil, err
		}
		out.WriteByte(':')
		if err := enc.Encode(p.value); err != nil {
			return nil, err
		}
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

type document struct {
	What     string            `json:"tokentray"`
	Version  int               `json:"version"`
	Created  string            `json:"created,omitempty"` // RFC 3339, of a backup
	Accounts []record          `json:"accounts"`
	Settings map[string]string `json:"settings,omitempty"`
	Presets  map[string]string `json:"presets,omitempty"` // of a backup: their files, by kind
}

// recordOf is an account as it stands in a team's list, or whole in a backup.
func recordOf(a core.Account, whole bool) record {
	var out record
	for _, p := range core.Plains() {
		switch {
		case p.File == core.NoFile, p.File == core.BackupOnly && !whole, p.Rare && p.Of(a) == "":
		case p.Switch:
			out = append(out, pair{p.Key, p.Of(a) == "true"})
		case p.Number:
			out = append(out, pair{p.Key, json.Number(p.Of(a))})
		default:
			out = append(out, pair{p.Key, p.Of(a)})
		}
		if p.Key == "appid" && !a.Params.IsZero() {
			out = append(out, pair{"params", a.Params})
		}
	}
	return out
}

// AccountsJSON is a team's list as JSON. It cannot hold a secret: core.Account
// has none.
func AccountsJSON(accounts []core.Account) ([]byte, error) {
	doc := document{What: whatAccounts, Version: Version, Accounts: make([]record, len(accounts))}
	for i, a := range accounts {
		doc.Accounts[i] = recordOf(a, false)
	}
	return encodeJSON(doc)
}

func encodeJSON(doc document) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(doc)
	return out.Bytes(), err
}

// knownKeys are those that faults may name.
func knownKeys() func(string) bool {
	out := []string{"tokentray", "version", "created", "accounts", "settings", "params", "secret", "proxy_password"}
	for _, p := range core.Plains() {
		out = append(out, p.Key)
	}
	return oneOf(out...)
}

// readAccounts reads our JSON, a team's list or an opened backup. A list that
// somebody wrote by hand may hold secrets too.
func readAccounts(text []byte) (File, error) {
	root, err := jsonTree(text, knownKeys())
	if err != nil {
		return File{}, err
	}
	var bad faults
	f := File{Source: TokenTray}
	head(root, &f, &bad)
	if bad.err() != nil {
		return File{}, bad.err()
	}
	list := root.get("accounts")
	if list == nil || list.kind != isList {
		bad.add(filefault.Missing, root.line, "accounts", 0)
		return File{}, bad.err()
	}
	if len(list.items) > MaxAccounts {
		return File{}, Faults{{Code: filefault.Many, Line: list.items[MaxAccounts].line, Other: MaxAccounts}}
	}
	for _, item := range list.items {
		f.Accounts = append(f.Accounts, accountOf(item, &bad))
	}
	return f, bad.err()
}

// head reads the members beside the accounts.
func head(root *node, f *File, bad *faults) {
	what := root.get("tokentray")
	if root.kind != isObject || what == nil || what.kind != isString || what.text != whatAccounts && what.text != whatBackup {
		bad.add(filefault.Unknown, root.line, "", 0)
		return
	}
	version := root.get("version")
	if version == nil {
		bad.add(filefault.Missing, root.line, "version", 0)
		return
	}
	n, err := strconv.Atoi(version.text)
	switch {
	case version.kind != isNumber || err != nil || n < 1:
		bad.add(filefault.Type, version.line, "version", 0)
		return
	case n > Version:
		bad.add(filefault.Version, version.line, "", 0)
		return
	}
	for _, m := range root.members {
		switch m.key {
		case "tokentray", "version", "accounts":
		case "created":
			wantText(m, bad)
		case "settings":
			textsOf(m, bad, func(key, text string) { f.Settings = append(f.Settings, Setting{key, text}) })
		case "presets":
			if what.text != whatBackup { // a list of accounts has none
				bad.add(filefault.Key, m.line, "", 0)
				continue
			}
			textsOf(m, bad, func(_, text string) { f.Presets = append(f.Presets, []byte(text)) }) // the caller checks them
		default:
			bad.add(filefault.Key, m.line, "", 0)
		}
	}
}

// textsOf reads the members of an object, each a text.
func textsOf(m member, bad *faults, take func(key, text string)) {
	if m.value.kind != isObject {
		bad.add(filefault.Type, m.line, m.key, 0)
		return
	}
	for _, one := range m.value.members {
		if one.value.kind != isString {
			bad.add(filefault.Type, one.line, m.key, 0)
			continue
		}
		take(one.key, one.value.text)
	}
}

func wantText(m member, bad *faults) string {
	if m.value.kind != isString {
		bad.add(filefault.Type, m.value.line, m.key, 0)
	}
	return m.value.text
}

func accountOf(item *node, bad *faults) Account {
	a := Account{Line: item.line}
	if item.kind != isObject {
		bad.add(filefault.Type, item.line, "accounts", 0)
		return a
	}
	for _, m := range item.members {
		if !takeField(&a, m, bad) {
			bad.add(filefault.Key, m.line, "", 0)
		}
	}
	for _, key := range []string{"name", "appid"} {
		if item.get(key) == nil {
			bad.add(filefault.Missing, item.line, key, 0)
		}
	}
	return a
}

// takeField puts one member into the account; false: there is no such field.
func takeField(a *Account, m member, bad *faults) bool {
	if p, _ := core.PlainOf(m.key); (p.Switch || p.Number) && p.File != core.NoFile {
		if p.Switch && m.value.kind != isBool || p.Number && m.value.kind != isNumber {
			bad.add(filefault.Type, m.value.line, m.key, 0)
		}
		return p.Put(a, m.value.text)
	}
	if m.key == "params" {
		a.Params = paramsOf(m, bad)
		return true
	}
	if !setField(a, m.key, m.value.text) {
		return false
	}
	wantText(m, bad)
	return true
}

// paramsOf reads the kind's own fields.
func paramsOf(m member, bad *faults) map[string]string {
	if m.value.kind != isObject {
		bad.add(filefault.Type, m.value.line, m.key, 0)
		return nil
	}
	out := map[string]string{}
	for _, p := range m.value.members {
		if p.value.kind != isString {
			bad.add(filefault.Type, p.value.line, m.key, 0)
		}
		out[p.key] = p.value.text
	}
	return out
}

// setField sets a field that is text; false: there is no such field.
func setField(a *Account, key, value string) bool {
	switch key {
	case "secret":
		a.Secret = core.NewSecret(value)
		return true
	case "proxy_password":
		a.ProxyPassword = core.NewSecret(value)
		return true
	}
	p, ok := core.PlainOf(key)
	return ok && !p.Switch && !p.Number && p.File != core.NoFile && p.Put(a, value)
}
