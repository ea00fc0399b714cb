// Package interchange reads and writes accounts in the formats in which other
// programs, other people and other machines have them.
//
// Read takes the bytes of one file and gives the accounts in it, or Faults that say
// line by line what is wrong. The formats are our own list without secrets (JSON or
// CSV, to share with a team), our own backup with secrets (encrypted by age under a
// passphrase), .env files, exported Postman environments, and the configuration of
// WxJava in a Spring application or any other properties, YAML or JSON; see Sources.
//
// Everything here is a pure function: no file is opened, nobody is asked. The
// contents of a file are taken over unchanged and judged by the caller that saves
// them (core.Account's Check); this package judges only whether the file can be
// understood without guessing. If two readings are possible it refuses the file. If
// nothing says the environment, an account is the sandbox's and Unsure.
//
// A file may be hostile. Its size, depth, number of accounts and, for YAML, the
// expansion of aliases are bounded. A file may hold secrets anywhere, because people
// mistake one field for another, so a Fault and a Remark carry a line, and a key
// only if this package knows it: never a value, nor a part of the file.
package interchange
