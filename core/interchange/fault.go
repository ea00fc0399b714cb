package interchange

import (
	"fmt"
	"strings"
)

// Fault is one reason why a file cannot be read, and its place. Code names the
// sentence in ui/text.
type Fault struct {
	Code string `json:"code"`
	Line int    `json:"line,omitempty"` // from 1; 0: the file as a whole
	Key  string `json:"key,omitempty"`  // of the value in question, if it is a key we know
	// Other is another line it is about, or the limit that was exceeded.
	Other int `json:"other,omitempty"`
}

// Codes of faults. ui/text has a sentence for each, in both languages.
const (
	FaultBig         = "too_big"     // Other: the limit in MB
	FaultUTF16       = "utf16"       // save it as UTF-8
	FaultBinary      = "binary"      // no text at all
	FaultUTF8        = "not_utf8"    // save it as UTF-8
	FaultEmpty       = "empty"       // nothing in it
	FaultUnknown     = "unknown"     // none of the formats
	FaultSyntax      = "syntax"      // not what the format has there
	FaultDeep        = "too_deep"    // Other: the limit
	FaultMany        = "too_many"    // Other: the limit
	FaultAliases     = "aliases"     // YAML that grows by its aliases
	FaultTwice       = "twice"       // the key stands on line Other already
	FaultType        = "type"        // a value of another type is wanted
	FaultKey         = "unknown_key" // in a file of ours, which has only its own
	FaultMissing     = "missing"     // a field that must be there
	FaultVersion     = "version"     // of a newer TokenTray
	FaultPlaceholder = "placeholder" // ${…}, which only its own program resolves
	FaultOther       = "other_app"   // an AppID whose form and name tell no kind
	FaultQuote       = "quote"       // a quotation that does not end
	FaultColumns     = "columns"     // a CSV row of another length than its header
	FaultHeader      = "header"      // a CSV without the columns name and appid
	FaultAccount     = "account"     // the same name and environment as on line Other
	FaultNoAccounts  = "no_accounts" // understood, and nothing in it is an account
	FaultPassphrase  = "passphrase"  // of a backup: wrong
	FaultDamaged     = "damaged"     // a backup that was changed or cut off
	FaultOtherKey    = "other_key"   // an age file, but not under a passphrase
	FaultNoKey       = "no_such_key" // no variable has the name that was asked for
	FaultKeysFixed   = "keys_fixed"  // the format has names of its own for AppID and secret
	FaultForeign     = "foreign"     // a line of a .env file that is no assignment
	FaultShape       = "shape"       // looks like an AppID, under a name that tells nothing
	FaultEncrypted   = "encrypted"   // the whole file, by another program
	FaultComponent   = "component"   // a third-party platform's own AppID
	FaultLonely      = "lonely"      // an AppSecret without an AppID
	FaultDisabled    = "disabled"    // a Postman variable that is switched off
)

// Error is the fault in English, without the file's contents.
func (f Fault) Error() string {
	var b strings.Builder
	if f.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", f.Line)
	}
	if f.Key != "" {
		b.WriteString(f.Key + ": ")
	}
	b.WriteString(f.say())
	return b.String()
}

func (f Fault) say() string {
	switch f.Code {
	case FaultBig:
		return fmt.Sprintf("the file is larger than %d MB; import it in parts", f.Other)
	case FaultUTF16:
		return "the file is UTF-16; save it as UTF-8"
	case FaultBinary:
		return "the file is not text; choose the file that was exported"
	case FaultUTF8:
		return "not UTF-8; save the file as UTF-8"
	case FaultEmpty:
		return "the file is empty"
	case FaultUnknown:
		return "the format is not recognised; name it with --from: tokentray, csv, dotenv, postman, wxjava (properties, YAML or JSON) or backup. The window's form takes any text that is pasted into it"
	case FaultSyntax:
		return "cannot be read as what the file is; correct the line"
	case FaultDeep:
		return fmt.Sprintf("nested deeper than %d levels; no file of this kind is", f.Other)
	case FaultMany:
		return fmt.Sprintf("more than %d; import it in parts", f.Other)
	case FaultAliases:
		return "the file grows beyond bounds by its aliases; write the values out"
	case FaultTwice:
		return fmt.Sprintf("is already on line %d; remove one of the two", f.Other)
	case FaultType:
		return "has a value of another type than belongs here; correct it"
	case FaultKey:
		return "holds a key that this format does not have; correct or remove it"
	case FaultMissing:
		return "is missing; add it"
	case FaultVersion:
		return "the file was written by a newer TokenTray; update this one"
	case FaultPlaceholder:
		return "is a placeholder that only its own program resolves; write the value itself into a copy of the file"
	case FaultOther:
		return "is not the AppID of a WeChat account by its form or its name; if it is one, name the variables with --appid-key and --secret-key"
	case FaultQuote:
		return "a quotation begins here and does not end; close it"
	case FaultColumns:
		return "has another number of columns than the header; correct the row"
	case FaultHeader:
		return "the first row must name the columns: appid (or corpid, client_id, the URL of a team's server) with name or secret; add it"
	case FaultAccount:
		return fmt.Sprintf("names the same account as line %d, with other contents; remove one of the two", f.Other)
	case FaultNoAccounts:
		return "there is no account in the file; nothing is imported. Name its variables with --appid-key and --secret-key, or paste its text into the window's form"
	case FaultPassphrase:
		return "the passphrase is wrong; try again"
	case FaultDamaged:
		return "the backup was changed or cut off; use another copy"
	case FaultOtherKey:
		return "the file is encrypted, but not under a passphrase; decrypt it with age first"
	case FaultNoKey:
		return "no variable has that name; correct --appid-key or --secret-key"
	case FaultKeysFixed:
		return "this format has names of its own for AppID and AppSecret; leave out --appid-key and --secret-key"
	case FaultForeign:
		return "cannot be read as NAME=VALUE; correct the line, or leave it out with --skip-problems"
	case FaultShape:
		return "looks like an AppID under a name that does not tell; name the variables with --appid-key and --secret-key"
	case FaultEncrypted:
		return "the file is encrypted by another program, or only points to another file; decrypt or fetch it with that program"
	case FaultComponent:
		return "is the AppID of a third-party platform, which has no access token of its own; import the AppIDs of its accounts"
	case FaultLonely:
		return "is an AppSecret without an AppID of the same prefix; add the AppID, or name both variables with --appid-key and --secret-key"
	case FaultDisabled:
		return "is switched off in Postman; switch it on and export again"
	}
	return f.Code
}

// Faults are all faults, in the order of lines. As an error they describe the first
// and count the others.
type Faults []Fault

func (f Faults) Error() string {
	switch len(f) {
	case 0:
		return "the file is fine"
	case 1:
		return f[0].Error()
	}
	return fmt.Sprintf("%s (and %d more)", f[0].Error(), len(f)-1)
}

// maxFaults ends the search: a file of another kind has a fault per line.
const maxFaults = 20

// faults gathers Faults.
type faults struct{ list Faults }

func (f *faults) add(code string, line int, key string, other int) {
	if len(f.list) < maxFaults {
		f.list = append(f.list, Fault{Code: code, Line: line, Key: key, Other: other})
	}
}

// err is the gathered faults as an error, nil for none.
func (f *faults) err() error {
	if len(f.list) == 0 {
		return nil
	}
	return f.list
}

func one(code string, line int) Faults { return Faults{{Code: code, Line: line}} }
