package text

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// Cause says in one sentence what went wrong. account is how the person named the
// account; it may be empty.
func (t *Text) Cause(e *api.Error, account string) string {
	key := t.ofKind("cause", e.Kind, e.Remedy)
	if said := t.codeKey("code", e); said != "" {
		key = said
	}
	if !t.Has(key) {
		key = Key("class." + string(e.Class))
	}
	if !t.Has(key) {
		return e.Message // a class that a newer agent knows
	}
	return t.sayOf(key, e, account)
}

// Short names a class of failures of a kind's accounts in a few words, for headings
// and lists. It is empty for a class that only a newer agent knows.
func (t *Text) Short(k core.Kind, class core.Class) string {
	key := Key("class.short." + string(class))
	if !t.Has(key) {
		return ""
	}
	return t.Say(key, t.Names(k)...)
}

// ShortOf names a failure in a few words, by its remedy where that says more than its
// class: which part is missing from an answer and where, what the vault has not.
func (t *Text) ShortOf(e *api.Error) string {
	places := strings.HasPrefix(e.Remedy, "answer_") // these sentences name a path
	if key := Key("short." + e.Remedy); t.Has(key) && (e.Path != "" || !places) {
		return t.sayOf(key, e, "")
	}
	return t.Short(e.Kind, e.Class)
}

// part names a part of an answer.
func (t *Text) part(name string) string {
	if key := Key("part." + name); t.Has(key) {
		return t.Say(key)
	}
	return t.Say("part.token")
}

// Remedy says what can be done, or "" if nothing is known.
func (t *Text) Remedy(e *api.Error, account string) string {
	key := t.ofKind("remedy", e.Kind, e.Remedy)
	if said := t.codeKey("fix", e); said != "" {
		key = said
	}
	if !t.Has(key) {
		return ""
	}
	return t.sayOf(key, e, account)
}

// codeKey is the key of the sentence about an upstream code that refuses calls and
// has no other remedy, or freezes an account in a way of its own. It is empty if there
// is no sentence.
func (t *Text) codeKey(prefix string, e *api.Error) Key {
	if e.UpstreamCode == 0 || e.Remedy != core.RemedyUnknownCode && e.Remedy != core.RemedyCallRefused && e.Remedy != core.RemedyFrozen {
		return ""
	}
	if key := t.ofKind(prefix, e.Kind, strconv.Itoa(e.UpstreamCode)); t.Has(key) {
		return key
	}
	return ""
}

// SaysCode reports whether there is a sentence about the code of an error.
func (t *Text) SaysCode(e *api.Error) bool { return t.codeKey("code", e) != "" }

func (t *Text) sayOf(key Key, e *api.Error, account string) string {
	ip := e.CallerIP
	if ip == "" {
		ip = t.Say("word.this_ip")
	}
	if account == "" {
		account = t.Say("word.account")
	}
	host := e.SecretHost
	if host == "" { // from a client that keeps only class and remedy
		host = t.Say("word.other_host")
	}
	path := e.Path
	if path == "" { // the same
		path = t.Say("word.a_path")
	}
	s := t.Say(key, append([]any{"path", path, "part", t.part(e.Part), "ip", ip, "account", account, "host", host, "message", t.detail(e)}, t.Names(e.Kind)...)...)
	if t.lang == English && strings.HasPrefix(s, ip) {
		s = strings.ToUpper(s[:1]) + s[1:]
	}
	return s
}

// detail is the part of an error that a sentence quotes: the problems in the person's
// language if they are known, otherwise the message as it came.
func (t *Text) detail(e *api.Error) string {
	var out []string
	for _, p := range e.Problems {
		if words := t.Problem(e.Kind, p); !p.Warn && words != "problem."+p.Key {
			out = append(out, words)
		}
	}
	if len(out) == 0 {
		return t.System(e.Message)
	}
	return strings.Join(out, " ")
}

// System says what the operating system answered, at the end of a message, in the
// language of this text. Go has those words in English; on Windows they are others, and
// stay.
func (t *Text) System(message string) string {
	english := system()
	for _, key := range []Key{
		"system.absent", "system.exists", "system.denied", "system.not_allowed", "system.folder", "system.no_folder",
		"system.read_only", "system.full", "system.quota", "system.long", "system.loop", "system.io",
		"system.refused", "system.reset", "system.unreachable", "system.late",
	} {
		if before, ok := strings.CutSuffix(message, english[key][English]); ok {
			return before + t.Say(key)
		}
	}
	return message
}

// codeName is what the upstream of a failure calls its code; where that is not known,
// as WeChat does.
func (t *Text) codeName(e *api.Error) string {
	path := t.Spec(e.Kind).CodeName()
	return cmp.Or(path[strings.LastIndexByte(path, '.')+1:], "errcode")
}

// Details lists what the upstream said about a failure, for looking it up: its code,
// rid, our address, its message, and the next try. It is empty if the upstream said
// nothing.
func (t *Text) Details(e *api.Error) []string {
	var out []string
	if e.UpstreamCode != 0 {
		out = append(out, t.Say("detail.code", "name", t.codeName(e), "code", e.UpstreamCode))
	}
	if e.RID != "" {
		out = append(out, t.Say("detail.rid", "rid", e.RID))
	}
	if e.CallerIP != "" {
		out = append(out, t.Say("detail.ip", "ip", e.CallerIP))
	}
	if e.PriorIP != "" {
		out = append(out, t.Say("detail.prior_ip", "ip", e.PriorIP))
	}
	if said := withoutRID(e.Upstream, e.RID); said != "" {
		out = append(out, t.Say("detail.upstream", "message", said))
	}
	if !e.RetryAt.IsZero() {
		out = append(out, t.Say("detail.retry", "time", e.RetryAt.Local().Format(time.DateTime)))
	}
	return out
}

// Code is what people look a failure up by, and its name.
type Code struct{ Name, Value string }

// Codes are those of a failure that are known: of Details, what is worth copying alone.
func (t *Text) Codes(e *api.Error) []Code {
	if e == nil {
		return nil
	}
	var out []Code
	if e.UpstreamCode != 0 {
		out = append(out, Code{t.codeName(e), strconv.Itoa(e.UpstreamCode)})
	}
	if e.CallerIP != "" {
		out = append(out, Code{t.Say("label.ip"), e.CallerIP})
	}
	if e.RID != "" {
		out = append(out, Code{t.Say("label.rid"), e.RID})
	}
	return out
}

// withoutRID removes the request ID from the upstream's message. It has a line of its
// own.
func withoutRID(said, rid string) string {
	if rid == "" {
		return said
	}
	for _, label := range []string{"rid: ", "rid:", "rid "} {
		said = strings.ReplaceAll(said, label+rid, "")
	}
	return strings.TrimRight(said, " ,")
}
