// Package filefault names what can be wrong with a file that is imported: a code for
// each reason, and its English sentence. core/interchange finds the faults and
// ui/text translates them; neither needs the other for it.
package filefault

import (
	"strconv"
	"strings"
)

// Codes of faults.
const (
	Big         = "too_big"     // Other: the limit in MB
	UTF16       = "utf16"       // save it as UTF-8
	Binary      = "binary"      // no text at all
	Sheet       = "spreadsheet" // of Excel, Numbers or LibreOffice: save it as CSV
	UTF8        = "not_utf8"    // save it as UTF-8
	Empty       = "empty"       // nothing in it
	Unknown     = "unknown"     // none of the formats
	Syntax      = "syntax"      // not what the format has there
	Deep        = "too_deep"    // Other: the limit
	Many        = "too_many"    // Other: the limit
	Aliases     = "aliases"     // YAML that grows by its aliases
	Twice       = "twice"       // the key stands on line Other already
	Type        = "type"        // a value of another type is wanted
	Key         = "unknown_key" // in a file of ours, which has only its own
	Missing     = "missing"     // a field that must be there
	Version     = "version"     // of a newer TokenTray
	Placeholder = "placeholder" // ${…}, which only its own program resolves
	Other       = "other_app"   // an AppID whose form and name tell no kind
	Quote       = "quote"       // a quotation that does not end
	Columns     = "columns"     // a CSV row of another length than its header
	Header      = "header"      // a CSV without the columns name and appid
	Account     = "account"     // the same name and environment as on line Other
	NoAccounts  = "no_accounts" // understood, and nothing in it is an account
	Passphrase  = "passphrase"  // of a backup: wrong
	Damaged     = "damaged"     // a backup that was changed or cut off
	OtherKey    = "other_key"   // an age file, but not under a passphrase
	NoKey       = "no_such_key" // no variable has the name that was asked for
	KeysFixed   = "keys_fixed"  // the format has names of its own for AppID and secret
	Foreign     = "foreign"     // a line of a .env file that is no assignment
	Shape       = "shape"       // looks like an AppID, under a name that tells nothing
	Encrypted   = "encrypted"   // the whole file, by another program
	Component   = "component"   // a third-party platform's own AppID
	Lonely      = "lonely"      // an AppSecret without an AppID
	Disabled    = "disabled"    // a Postman variable that is switched off
	Column      = "column"      // Other: the number of a CSV column that is not ours
	LeftOut     = "left_out"    // a line that is no assignment and was to be left out
)

// English returns a sentence for each code. {other} is another line it is about, or
// the limit that was exceeded. A sentence that begins with a small letter follows the
// name of a key.
func English() map[string]string {
	return map[string]string{
		Big:         "The file is larger than {other} MB; import it in parts.",
		UTF16:       "The file is UTF-16; save it as UTF-8.",
		Binary:      "The file is not text; choose the file that was exported.",
		Sheet:       "The file is a spreadsheet or an archive; save the sheet as CSV, or unpack the file, and import that.",
		UTF8:        "Not UTF-8; save the file as UTF-8.",
		Empty:       "The file is empty.",
		Unknown:     "The format is not recognised. Name it with --from: tokentray, csv, dotenv, postman, wxjava (properties, YAML or JSON) or backup. Or paste the text into the window's form for a new account: it takes any text with an AppID and an AppSecret.",
		Syntax:      "cannot be read as what the file is; correct the line.",
		Deep:        "nested deeper than {other} levels; no file of this kind is.",
		Many:        "more than {other}; import it in parts.",
		Aliases:     "The file grows beyond bounds by its aliases; write the values out.",
		Twice:       "is already on line {other}; remove one of the two.",
		Type:        "has a value of another type than belongs here; correct it.",
		Key:         "holds a key that this format does not have; correct or remove it.",
		Missing:     "is missing; add it.",
		Version:     "The file was written by a newer TokenTray; update this one.",
		Placeholder: "a placeholder that only its own program resolves; write the value itself into a copy of the file.",
		Other:       "is not the AppID of a known kind by its form or its name; if it is one, name the variables with --appid-key and --secret-key.",
		Quote:       "a quotation begins here and does not end; close it.",
		Columns:     "has another number of columns than the header; correct the row.",
		Header:      "The first row must name the columns: appid (or corpid, client_id, the URL of a team's server) with name or secret; add it.",
		Account:     "names the same account as line {other}, with other contents; remove one of the two.",
		NoAccounts:  "There is no account in the file. If there is one, name its variables with --appid-key and --secret-key, or paste the text into the window's form for a new account.",
		Passphrase:  "The passphrase is wrong; try again.",
		Damaged:     "The backup was changed or cut off; use another copy.",
		OtherKey:    "The file is encrypted, but not under a passphrase; decrypt it with age first.",
		NoKey:       "No variable has that name; correct --appid-key or --secret-key.",
		KeysFixed:   "This format has names of its own for AppID and AppSecret; leave out --appid-key and --secret-key.",
		Foreign:     "cannot be read as NAME=VALUE; correct the line, or leave it out with --skip-problems.",
		Shape:       "looks like an AppID under a name that does not tell; if it is one, name it with --appid-key, and its AppSecret with --secret-key.",
		Encrypted:   "The file is encrypted by another program, or only points to another file; decrypt or fetch it with that program.",
		Component:   "is the AppID of a third-party platform, which has no access token of its own; import the AppIDs of its accounts.",
		Lonely:      "is an AppSecret without an AppID of the same prefix; add the AppID, or name both variables with --appid-key and --secret-key.",
		Column:      "column {other} of the CSV is not one that TokenTray knows; name it appid or secret if it holds one.",
		LeftOut:     "cannot be read as NAME=VALUE, and was left out; correct the line if it belongs to an account.",
		Disabled:    "is switched off in Postman; switch it on and export again.",
	}
}

// Say is the sentence of code about other, without its full stop and in lower case,
// as errors are written. An unknown code stands for itself.
func Say(code string, other int) string {
	s, known := English()[code]
	if !known {
		return code
	}
	s = strings.ReplaceAll(strings.TrimSuffix(s, "."), "{other}", strconv.Itoa(other))
	return strings.ToLower(s[:1]) + s[1:]
}
