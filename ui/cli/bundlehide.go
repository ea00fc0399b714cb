package cli

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// hider removes from a text what is the user's: names, AppIDs, hosts, addresses,
// folders, and everything that looks like a secret or a token. In a line of the log
// it leaves out what it does not know to be harmless.
type hider struct {
	known    map[core.Kind]bool
	hosts    map[string]bool   // of the upstreams that every TokenTray knows
	words    map[string]string // private word in lower case -> its replacement
	private  *regexp.Regexp    // any of them; nil for none
	accounts map[string]string // ID -> account-1
}

// newHider hides private words and everything that names the accounts. The hosts of own,
// the program's kinds, stay; those of the others in set go.
func newHider(private []string, accounts []api.Account, own, set kinds.Set) *hider {
	h := &hider{known: map[core.Kind]bool{}, hosts: map[string]bool{}, words: map[string]string{}, accounts: map[string]string{}}
	for _, spec := range own.All() {
		h.known[spec.Kind] = true
		h.hosts[hostOf(spec.BaseURL)] = true
	}
	for _, spec := range set.All() {
		if !h.known[spec.Kind] {
			h.word(hostOf(spec.BaseURL), "HOST")
		}
	}
	for _, w := range private {
		if !h.hosts[w] {
			h.word(w, "PRIVATE")
		}
	}
	for i, acc := range accounts {
		name := numbered(i)
		h.accounts[string(acc.ID)] = name
		h.word(acc.Name, name)
		h.word(acc.AppID, name)
		for _, p := range core.Drawn(core.FormLine, core.FormLines) { // several accounts may share one
			h.word(p.Of(acc.Account), strings.ToUpper(p.Key))
		}
		spec, _ := set.Of(acc.Kind)
		urls := []string{acc.BaseURL, acc.Proxy}
		for key, w := range acc.Params.All() {
			if f, _ := spec.Field(key); len(f.Choices) == 0 { // one of a few tells nothing
				h.word(w, name)
				urls = append(urls, w)
			}
		}
		for _, w := range urls {
			if host := hostOf(w); !h.hosts[host] {
				h.word(host, "HOST")
			}
		}
		for _, p := range acc.Pushes {
			h.word(p.Path, "PATH")
			for _, w := range p.Command {
				h.word(w, "COMMAND")
			}
		}
	}
	h.compile()
	return h
}

func (h *hider) word(w, instead string) {
	if w = strings.TrimSpace(w); len(w) > 1 { // one letter tells nothing
		if _, there := h.words[strings.ToLower(w)]; !there {
			h.words[strings.ToLower(w)] = instead
		}
	}
}

// compile makes one expression of all words, the longest first.
func (h *hider) compile() {
	var all []string
	for w := range h.words {
		all = append(all, w)
	}
	if len(all) == 0 {
		return
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	for i, w := range all {
		all[i] = regexp.QuoteMeta(w)
	}
	h.private = regexp.MustCompile(`(?i)` + strings.Join(all, "|"))
}

func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// Patterns of private data in other programs' texts. A long word with a digit counts
// as a secret.
var (
	anyURL     = pattern(`[A-Za-z][A-Za-z0-9+.-]*://[^\s"'<>]+`)
	anyMail    = pattern(`[^\s@"'<>=:]+@[^\s@"'<>]+\.[A-Za-z]{2,}`)
	anyIPv4    = pattern(`\b\d{1,3}(?:\.\d{1,3}){3}\b`)
	anyIPv6    = pattern(`\b(?:[0-9A-Fa-f]{0,4}:){3,7}[0-9A-Fa-f]{0,4}\b`)
	anyHome    = pattern(`(?i)(/(?:home|users)/|\\users\\)[^/\\\s"']+`)
	anySecret  = pattern(`[A-Za-z0-9+/=_-]{16,}`)
	anyRequest = pattern(`(?i)\brid:?\s*[0-9a-f-]+`)
)

// text is a text without what is the user's.
func (h *hider) text(s string) string {
	if h.private != nil {
		s = h.replaceWords(s)
	}
	return h.shapes(s)
}

// shapes hides in our own texts what looks private.
func (h *hider) shapes(s string) string {
	s = anyURL().ReplaceAllStringFunc(s, func(raw string) string {
		u, err := url.Parse(raw)
		if err != nil || u.User != nil || !h.hosts[u.Hostname()] {
			return "URL"
		}
		return u.Scheme + "://" + u.Host + u.Path
	})
	s = anyMail().ReplaceAllString(s, "MAIL")
	s = anyRequest().ReplaceAllString(s, "rid RID")
	s = anyIPv4().ReplaceAllStringFunc(s, func(ip string) string {
		if strings.HasPrefix(ip, "127.") {
			return ip
		}
		return "IP"
	})
	s = anyIPv6().ReplaceAllString(s, "IP")
	s = anyHome().ReplaceAllString(s, "${1}USER")
	return anySecret().ReplaceAllStringFunc(s, func(w string) string {
		if strings.HasPrefix(w, "0x") || !strings.ContainsFunc(w, unicode.IsDigit) && strings.ContainsAny(w, "/-_") {
			return w // an address in a stack, a path or a word of several
		}
		if !strings.ContainsFunc(w, unicode.IsDigit) && len(w) < 24 {
			return w
		}
		return "REDACTED"
	})
}

// replaceWords replaces private words where they stand as words: an account may be
// called "a".
func (h *hider) replaceWords(s string) string {
	var out strings.Builder
	done, from := 0, 0
	for {
		m := h.private.FindStringIndex(s[from:])
		if m == nil {
			return out.String() + s[done:]
		}
		begin, end := from+m[0], from+m[1]
		if within(s, begin) || within(s, end) {
			from = begin + 1
			continue
		}
		out.WriteString(s[done:begin] + h.words[strings.ToLower(s[begin:end])])
		done, from = end, end
	}
}

// within reports whether a word of Latin letters or digits continues at a place.
// Chinese puts no spaces between words, so there every place counts.
func within(s string, at int) bool {
	letter := func(i int) bool {
		if i < 0 || i >= len(s) {
			return false
		}
		b := s[i]
		return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
	}
	return letter(at-1) && letter(at)
}

// kind is the name of a kind that every TokenTray knows.
func (h *hider) kind(k core.Kind) string {
	if h.known[k] {
		return string(k)
	}
	return "another kind"
}

// tellable are the keys in the log whose values are shown, after text.
var tellable = []string{
	"level", "msg", "err", "error", "cause", "panic", "stack", "op", "attended", "reason", "kind", "class", "remedy", "state", "route",
	"version", "schema", "what", "doing", "clipboard", "clear_after", "by", "button",
}

// logLine is a line of the log in a form for a report. A line that is not one of the
// log's own belongs to a crash.
func (h *hider) logLine(line string) string {
	if !strings.HasPrefix(line, "time=") {
		return clean(h.text(line))
	}
	var out []string
	for _, f := range logFields(line) {
		key, value := f[0], f[1]
		name, ours := h.accounts[value]
		switch {
		case !logKey().MatchString(key):
			key, value = "?", "…"
		case key == "time" && isTime(value):
		case ours:
			value = name
		case slices.Contains(tellable, key):
			value = h.text(value)
		case isNumber(value) || value == "true" || value == "false":
		default:
			value = "…"
		}
		if strings.ContainsAny(value, " =\"\n") || value == "" {
			value = strconv.Quote(value)
		}
		out = append(out, key+"="+value)
	}
	return clean(strings.Join(out, " "))
}

// logKey is what keys in the log look like.
var logKey = pattern(`^[a-z_]{1,24}$`)

func isTime(s string) bool {
	_, err := time.Parse(time.RFC3339Nano, s)
	return err == nil
}

func isNumber(s string) bool {
	return s != "" && len(s) < 12 && strings.Trim(s, "0123456789.") == ""
}

// logFields splits a line as slog's text handler writes it.
func logFields(line string) (out [][2]string) {
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimLeft(line, " ") {
		key, rest, found := strings.Cut(line, "=")
		if !found {
			return append(out, [2]string{"?", ""})
		}
		value := rest
		if quoted, err := strconv.QuotedPrefix(rest); err == nil {
			value, _ = strconv.Unquote(quoted)
			line = rest[len(quoted):]
		} else {
			value, line, _ = strings.Cut(rest, " ")
		}
		out = append(out, [2]string{strings.Trim(key, `"`), value})
	}
	return out
}

// pattern compiles an expression when it is first needed: the agent is the same
// program, and needs almost none of them.
func pattern(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
