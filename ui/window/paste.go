package window

import (
	"regexp"
	"strings"
)

// pasted is what a text that somebody copied from a console, a configuration
// file or a colleague's message says of an account. A field is empty when the
// text does not have it.
type pasted struct {
	AppID, Secret string
	Several       bool // the text holds more than one AppID; the first was taken
}

// maxPasted is how much text is looked into, in bytes. Consoles and
// configuration files are far smaller.
const maxPasted = 64 << 10

// What stands before a value: the name that the consoles, WeChat's own examples
// and configuration files give it. Longer names contain these.
const (
	idName     = `(?:app|corp|` + "开发者" + `|` + "应用" + `|` + "企业" + `)[ _.-]?id`
	secretName = `(?:(?:app|corp)[ _.-]?)?secret(?:[ _.-]?key)?|` + "开发者密码" + `|` + "应用密钥" + `|` + "小程序密钥"
	// after is what stands between a name and its value: a remark in
	// brackets, as in 开发者ID(AppID), and then quotes, signs, tags, blanks
	// and line ends.
	after = `(?:\s{0,3}[(（][^()（）\n]{0,40}[)）])?[\s"'` + "`" + `*|:：=＝>，,\\]{1,40}`
)

var (
	labelled = regexp.MustCompile(`(?i)(?:(` + idName + `)|(` + secretName + `))` + after + `([0-9A-Za-z_-]{4,512})`)
	bareID   = regexp.MustCompile(`\b(?:wx|ww)[0-9a-f]{16}\b`)
	bareKey  = regexp.MustCompile(`\b[0-9a-f]{32}\b`)
)

// readPasted finds AppID and AppSecret in a text. A value by itself, without a
// name before it, is no such text: it is pasted where somebody wants it. ok is
// false then, and when nothing was found.
func readPasted(text string) (p pasted, ok bool) {
	text = strings.TrimSpace(text)
	if len(text) > maxPasted {
		return pasted{}, false
	}
	ids := 0
	for rest := text; ; {
		m := labelled.FindStringSubmatchIndex(rest)
		if m == nil {
			break
		}
		value, isID := rest[m[6]:m[7]], m[2] >= 0
		if !telling(value) {
			rest = rest[m[6]:]
			continue
		}
		switch {
		case isID && p.AppID == "":
			p.AppID, ids = value, 1
		case isID && value != p.AppID:
			ids++
		case !isID && p.Secret == "" && ids < 2:
			p.Secret = value
		}
		rest = rest[m[7]:]
	}
	if p.AppID == "" || p.Secret == "" {
		p = p.guess(text)
	}
	p.Several = p.Several || ids > 1
	if p.AppID == text || p.Secret == text {
		return pasted{}, false
	}
	return p, p.AppID != "" || p.Secret != ""
}

// telling reports whether a value can be an AppID or a secret at all: an
// ordinary word, as the next head of a table is, has no digit.
func telling(value string) bool { return len(value) >= 6 && strings.ContainsAny(value, "0123456789") }

// guess takes what has the very form of an AppID and of an AppSecret, where the
// text has both.
func (p pasted) guess(text string) pasted {
	id, key := bareID.FindAllString(text, 2), bareKey.FindString(text)
	if len(id) == 0 || key == "" {
		return p
	}
	if p.AppID == "" {
		p.AppID, p.Several = id[0], len(id) > 1 && id[0] != id[1]
	}
	if p.Secret == "" {
		p.Secret = key
	}
	return p
}
