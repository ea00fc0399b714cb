package recognise

import (
	"slices"
	"strings"

	"tokentray/core"
)

// Pasted is what a text copied from a console, a configuration file or a colleague's
// message says about an account. A field is empty when the text does not have it.
type Pasted struct {
	AppID, Secret string
	Several       bool // the text holds more than one AppID; the first was taken
	// Kind is that of the AppID, if its name or its form tells exactly one.
	Kind core.Kind
}

// MaxText is how many bytes of text are searched. Consoles and configuration files
// are far smaller.
const MaxText = 64 << 10

// between separates a name and its value: a remark in brackets, as in 开发者ID(AppID),
// and then quotes, signs, tags, blanks and line ends.
const between = `(?:\s{0,3}[(（][^()（）\n]{0,40}[)）])?[\s"'` + "`" + `*|:：=＝>，,\\]{1,40}`

// Text finds AppID and AppSecret in a text. A value alone, without a name before it,
// is no such text: it is pasted where somebody wants it. ok is false then, and when
// nothing was found.
func (r *Recogniser) Text(text string) (p Pasted, ok bool) {
	text = strings.TrimSpace(text)
	if len(text) > MaxText {
		return Pasted{}, false
	}
	ids, label := 0, ""
	for rest := text; ; {
		m := r.labelled.FindStringSubmatchIndex(rest)
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
			p.AppID, ids, label = value, 1, rest[m[2]:m[3]]
		case isID && value != p.AppID:
			ids++
		case !isID && p.Secret == "" && ids < 2:
			p.Secret = value
		}
		rest = rest[m[7]:]
	}
	if p.AppID == "" || p.Secret == "" {
		p = r.byForm(p, text)
	}
	p.Several = p.Several || ids > 1
	if r.hasSecretForm(p.AppID) && r.HasIDForm(p.Secret) { // each under the other's name
		p.AppID, p.Secret, label = p.Secret, p.AppID, ""
	}
	if p.AppID == text || p.Secret == text {
		return Pasted{}, false
	}
	p.Kind = r.onlyKind(folded(label), p.AppID)
	return p, p.AppID != "" || p.Secret != ""
}

// onlyKind is the only kind with that name for an AppID, else the one whose form it
// has; empty if none or several do.
func (r *Recogniser) onlyKind(name, id string) core.Kind {
	var named, formed []core.Kind
	for _, k := range r.kinds {
		if name != "" && slices.Contains(k.IDs, name) {
			named = append(named, k.Kind)
		}
		if id != "" && k.id != nil && k.id.MatchString(id) {
			formed = append(formed, k.Kind)
		}
	}
	switch {
	case len(named) == 1:
		return named[0]
	case len(formed) == 1:
		return formed[0]
	}
	return ""
}

// telling reports whether a value can be an AppID or a secret at all: an ordinary
// word, such as the next heading of a table, has no digit.
func telling(value string) bool {
	return len(value) >= 6 && strings.ContainsAny(value, "0123456789") && !StandsFor(value)
}

// byForm takes what has the very form of an AppID and of an AppSecret, where the
// text has both. What stands behind a word for another secret is none.
func (r *Recogniser) byForm(p Pasted, text string) Pasted {
	id, secret := "", ""
	several := false
	rest := text // behind the last value
	next := func(word string) (before string) {
		before, rest, _ = strings.Cut(rest, word)
		return before
	}
	for word := range strings.FieldsFuncSeq(text, notWord) {
		switch {
		case r.HasIDForm(word):
			next(word)
			several = several || id != "" && word != id
			if id == "" {
				id = word
			}
		case secret == "" && r.hasSecretForm(word):
			if !anotherSecret(next(word)) {
				secret = word
			}
		}
	}
	if id == "" || secret == "" {
		return p
	}
	if p.AppID == "" {
		p.AppID, p.Several = id, several
	}
	if p.Secret == "" {
		p.Secret = secret
	}
	return p
}

// maxLabel is how many bytes before a value are its name.
const maxLabel = 60

// anotherSecret reports whether the words before a value say that it is another
// program's secret: 商户密钥, Token, EncodingAESKey.
func anotherSecret(before string) bool {
	before = strings.TrimRight(before, " \t\r\n")
	if at := strings.LastIndexByte(before, '\n'); at >= 0 { // names stand before the value, or on the line above
		before = before[at:]
	}
	before = before[max(0, len(before)-maxLabel):]
	if slices.ContainsFunc(Split(before), otherSecret) {
		return true
	}
	return slices.ContainsFunc([]string{"商户", "支付", "令牌", "消息加", "签名", "证书", "api密钥", "apiv3", "aeskey", "access_token"}, func(w string) bool {
		return strings.Contains(strings.ToLower(before), w)
	})
}

// notWord reports whether no word of ASCII letters and digits has the character.
func notWord(c rune) bool {
	return c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')
}
