// Package interchange reads and writes accounts in the formats in which other
// programs, other people and other machines have them.
//
// Read takes the bytes of one file and gives the accounts in it, or Faults that
// tell line by line why it does not:
//
//	accounts   our own list without secrets, as JSON or CSV, to share with a team
//	backup     our own file with secrets, encrypted by age under a passphrase
//	dotenv     WECHAT_APPID=…, WECHAT_SECRET=… in any number of prefixes and sections
//	postman    an exported Postman environment
//	wxjava     the configuration of WxJava in a Spring application, and any other
//	           properties, YAML or JSON
//
// Everything here is a pure function: no file is opened, nobody is asked. What a
// file says is taken over as it stands and judged by whoever saves it (core.Account's
// Check); this package judges only whether the file can be understood without
// guessing. Where two readings are possible it is refused rather than read. Where
// the environment is not told, an account is the sandbox's and Unsure.
//
// A file may be hostile. Its size, depth, number of accounts and, for YAML, what
// aliases make of it are bounded. A file may hold secrets wherever a person
// mistook one thing for another, so a Fault and a Remark carry a line, and a key
// only if it is one that this package knows: never a value, nor a stretch of the file.
package interchange
