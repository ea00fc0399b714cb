package core

import (
	"path/filepath"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Push is where an account's new tokens go: into a file, to a command on its standard
// input, or into the Redis of a backend. It never holds a token or a secret.
type Push struct {
	Number int // names it within its account, from 1; never used twice
	Kind   PushKind

	// For a file.
	Path string   // absolute
	Form PushForm // how it is written
	Key  string   // the variable of a dotenv file, with its section before a dot
	// InPlace overwrites the file instead of replacing it by a new one, for a file
	// that is mounted by itself.
	InPlace bool
	// Private takes away the rights of others on the file; else an existing file
	// keeps its mode. A new file is always private.
	Private bool

	// For a command.
	Command []string      // the program's absolute path and its arguments
	Timeout time.Duration // after which the command is ended

	Redis RedisPlace // of an entry in a Redis
}

// PushKind is what is done with a token.
type PushKind string

// The kinds of pushes.
const (
	PushFile    PushKind = "file"
	PushCommand PushKind = "command"
	PushRedis   PushKind = "redis"
)

// PushForm is how a token is written into a file.
type PushForm string

// The forms. In a dotenv file one variable is replaced; the others are written
// whole.
const (
	PushDotenv PushForm = "dotenv"
	PushJSON   PushForm = "json"
	PushPlain  PushForm = "plain"
)

// PushForms lists the forms in the order they are offered.
func PushForms() []PushForm { return []PushForm{PushDotenv, PushJSON, PushPlain} }

// Limits of pushes.
const (
	MaxPushes        = 20       // of an account
	MaxPushPath      = 4096     // bytes
	MaxPushKey       = 200      // bytes
	MaxPushCommand   = 64 << 10 // bytes of the program and its arguments
	MaxPushTime      = 10 * time.Minute
	DefaultPushTime  = 30 * time.Second
	DefaultPushKey   = "ACCESS_TOKEN"
	maxPushArguments = 200
)

// Whole reports whether the push replaces the whole content of its file.
func (p Push) Whole() bool { return p.Kind == PushFile && p.Form != PushDotenv }

// Same reports whether p and q, of one account, have the same target: two such pushes
// would undo each other's work.
func (p Push) Same(q Push) bool {
	if p.Kind == PushRedis && q.Kind == PushRedis {
		mine, other := p.Redis, q.Redis
		mine.Plain, other.Plain = false, false
		return mine == other
	}
	if p.Kind != PushFile || q.Kind != PushFile || p.Path != q.Path {
		return false
	}
	return p.Whole() || q.Whole() || p.Key == q.Key
}

// Target is the push in a few words: the file, with its variable, or the name
// of the program, or the Redis and the layout. Neither the arguments of a command nor
// the name of a key are in it.
func (p Push) Target() string {
	switch {
	case p.Kind == PushRedis:
		return p.Redis.URL + " " + p.Redis.Layout
	case p.Kind == PushCommand && len(p.Command) > 0:
		return filepath.Base(p.Command[0])
	case p.Form == PushDotenv:
		return p.Path + " " + p.Key
	}
	return p.Path
}

// GuessPushForm is the form that a file's name suggests.
func GuessPushForm(path string) PushForm {
	name := strings.ToLower(filepath.Base(path))
	switch {
	case name == ".env", strings.HasPrefix(name, ".env."), strings.HasSuffix(name, ".env"):
		return PushDotenv
	case strings.HasSuffix(name, ".json"):
		return PushJSON
	}
	return PushPlain
}

// PushResult is how the last try of a push ended. Times are wall-clock times.
type PushResult struct {
	At      time.Time // when the try ended; zero: there was none yet
	Took    time.Duration
	Err     *Error    // nil after a success
	Tries   int       // with this token
	Mask    string    // of the token
	Print   string    // of the token, see TokenPrint; "" of what an earlier program kept
	Expires time.Time // of the token
	NextTry time.Time // zero when the next renewal pushes again
	// Entry is what is known of the entry in a Redis, also after a failure.
	Entry RedisEntry
}

// KeptPush is a push with the result of its last try.
type KeptPush struct {
	Push
	Result PushResult
}

// Keys of problems with a push. ui/text has a sentence for each.
const (
	ProblemPushKind    = "push_kind"
	ProblemPushPath    = "push_path"
	ProblemPushForm    = "push_form"
	ProblemPushKey     = "push_key"
	ProblemPushCommand = "push_command"
	ProblemPushTimeout = "push_timeout"
	ProblemPushMixed   = "push_mixed"
	ProblemPushMany    = "push_many"
	ProblemPushTwice   = "push_twice"
	ProblemPushExists  = "push_exists" // the file is there, and would be written whole
	ProblemPushHome    = "push_home"   // the file lies in our own folder
)

// Clean fills in what was left out and reports what is wrong with the rest.
func (p Push) Clean() (Push, Problems) { return p.clean(cleanPath) }

// CheckKept reports what is wrong with a stored push, perhaps of another system: a
// database can move between Windows and others, and a path that is absolute only
// there is no damage.
func (p Push) CheckKept() Problems {
	_, problems := p.clean(func(path string) bool { return cleanPath(path) || foreignPath(path) })
	return problems
}

// Foreign reports whether the push names a path of another system. On this one it
// would depend on the working folder or the drive, so it must neither be written nor
// run.
func (p Push) Foreign() bool {
	switch p.Kind {
	case PushCommand:
		return len(p.Command) > 0 && foreignPath(p.Command[0])
	case PushRedis:
		return false
	}
	return foreignPath(p.Path)
}

func (p Push) clean(path func(string) bool) (Push, Problems) {
	var out Problems
	add := func(field, key string) { out = append(out, Problem{Field: field, Key: key}) }
	if p.Kind != PushRedis && p.Redis != (RedisPlace{}) {
		add("redis", ProblemPushMixed)
	}
	switch p.Kind {
	case PushRedis:
		if len(p.Command) > 0 || p.Timeout != 0 || p.Path != "" || p.Form != "" || p.Key != "" || p.InPlace || p.Private {
			add("path", ProblemPushMixed)
		}
		p.Redis.clean(add)
	case PushFile:
		if len(p.Command) > 0 || p.Timeout != 0 {
			add("command", ProblemPushMixed)
		}
		if !path(p.Path) {
			add("path", ProblemPushPath)
		} else {
			p.Path = filepath.Clean(p.Path)
		}
		p.cleanForm(add)
	case PushCommand:
		if p.Path != "" || p.Form != "" || p.Key != "" || p.InPlace || p.Private {
			add("path", ProblemPushMixed)
		}
		if !cleanCommand(p.Command, path) {
			add("command", ProblemPushCommand)
		}
		if p.Timeout == 0 {
			p.Timeout = DefaultPushTime
		}
		if p.Timeout < time.Second || p.Timeout > MaxPushTime {
			add("timeout", ProblemPushTimeout)
		}
	default:
		add("kind", ProblemPushKind)
	}
	return p, out
}

func (p *Push) cleanForm(add func(field, key string)) {
	if p.Form == "" {
		p.Form = GuessPushForm(p.Path)
	}
	switch p.Form {
	case PushDotenv:
		if p.Key == "" {
			p.Key = DefaultPushKey
		}
		if !validKey(p.Key) || len(p.Key) > MaxPushKey {
			add("key", ProblemPushKey)
		}
	case PushJSON, PushPlain:
		if p.Key != "" {
			add("key", ProblemPushMixed)
		}
	default:
		add("form", ProblemPushForm)
	}
}

// cleanPath reports whether path is absolute and holds nothing that could mislead
// its reader.
func cleanPath(path string) bool {
	return path != "" && len(path) <= MaxPushPath && filepath.IsAbs(path) && !misleading(path) &&
		!strings.HasSuffix(path, "/") && !strings.HasSuffix(path, string(filepath.Separator))
}

// foreignPath reports whether path is absolute on another system and not on this
// one.
func foreignPath(path string) bool {
	if filepath.IsAbs(path) || len(path) > MaxPushPath || misleading(path) {
		return false
	}
	if strings.HasPrefix(path, "/") {
		return !strings.HasSuffix(path, "/")
	}
	return windowsRooted(path) && !strings.HasSuffix(path, "/") && !strings.HasSuffix(path, `\`)
}

// windowsRooted reports whether path begins with a drive and its root, or as the
// name of a server or a device does. It covers everything that filepath.IsAbs
// accepts on Windows.
func windowsRooted(path string) bool {
	if len(path) < 3 {
		return false
	}
	slash := func(c byte) bool { return c == '\\' || c == '/' }
	return path[1] == ':' && slash(path[2]) || slash(path[0]) && slash(path[1]) || strings.HasPrefix(path, `\??\`)
}

// cleanCommand reports whether a command runs as it is, without a shell and with any
// PATH of the agent.
func cleanCommand(command []string, path func(string) bool) bool {
	if len(command) == 0 || len(command) > maxPushArguments || !path(command[0]) {
		return false
	}
	size := 0
	for _, arg := range command {
		if size += len(arg) + 1; strings.ContainsRune(arg, 0) || !utf8.ValidString(arg) {
			return false
		}
	}
	return size <= MaxPushCommand
}

func misleading(s string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
	})
}

// validKey reports whether a key names a variable, perhaps after a section and a
// dot.
func validKey(key string) bool {
	section, name := "", key
	if at := strings.LastIndexByte(key, '.'); at >= 0 {
		if section, name = key[:at], key[at+1:]; section == "" {
			return false
		}
	}
	return ValidVariable(name) && !strings.ContainsAny(section, "[]\"'\r\n#;=") && strings.TrimSpace(section) == section && !misleading(section)
}

// ValidVariable reports whether every shell accepts name as a variable's.
func ValidVariable(name string) bool {
	for i, r := range name {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r == '_'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != ""
}

// pushProblem is the sentence for a problem with a push.
func pushProblem(key string) string {
	switch key {
	case ProblemPushKind:
		return "must be file, command or redis"
	case ProblemPushPath:
		return "must be the absolute path of a file, without control characters"
	case ProblemPushForm:
		return "must be dotenv, json or plain"
	case ProblemPushKey:
		return "must be a variable's name: letters, digits and underscores, no digit first"
	case ProblemPushCommand:
		return "must begin with the absolute path of a program, and be no longer than 64 KB"
	case ProblemPushTimeout:
		return "must lie between 1s and 10m"
	case ProblemPushMixed:
		return "does not belong to a push of this kind; leave it out"
	case ProblemPushMany:
		return "cannot be kept: the account has 20 pushes already; remove one"
	case ProblemPushTwice:
		return "is written by another push already; remove that one or choose another"
	case ProblemPushExists:
		return "names a file that is there already and would be written over; choose another, or agree to that"
	case ProblemPushHome:
		return "lies in TokenTray's own folder; choose another"
	}
	return redisProblem(key)
}
