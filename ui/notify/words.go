package notify

import (
	"cmp"
	"net/netip"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

// What the buttons of a notification do. A click on the text is the default.
const (
	actDefault = "default"
	actOpen    = "open"
	actCopyIP  = "copy-ip"
	actCopy    = "copy"
)

// message is a notification in one language. Title and body are plain text.
type message struct {
	kind    kind
	title   string
	body    string
	buttons []button
	ref     api.Ref // account whose IP or token is copied
	format  string  // of the token
	show    api.Showing
	brief   bool // it goes by itself after a moment
}

// button has an action and a label.
type button struct{ act, label string }

const (
	maxLines = 3   // accounts that a notification names
	maxName  = 60  // characters of an account's name
	maxTitle = 120 // characters
	maxBody  = 500
)

// compose writes a decision in sentences. One account is described with its cause,
// several with a line each.
func compose(o decision, now time.Time, t *text.Text) message {
	m := message{kind: o.kind, buttons: twice(actOpen, t.Say("tray.open")), show: meant(o)}
	key := "notify." + o.kind.String()
	if len(o.accounts) == 1 {
		a := o.accounts[0]
		m.title = t.Say(text.Key(key+".one"), "account", name(a), "time", clock(a.expires, now))
		m.body = detail(o.kind, a, now, t)
	} else {
		m.title = t.Say(text.Key(key+".many"), "n", len(o.accounts))
		var lines []string
		for _, a := range o.accounts[:min(maxLines, len(o.accounts))] {
			what := short(a, t)
			switch o.kind {
			case expiry:
				what = clock(a.expires, now)
			case pushing:
				what = t.Say("class.short.push")
			case losing:
				what = t.CheckShort(a.lost, now)
			}
			lines = append(lines, t.Say("notify.line", "account", name(a), "cause", what))
		}
		if more := len(o.accounts) - len(lines); more > 0 {
			lines = append(lines, t.Say("notify.more", "n", more))
		}
		m.body = strings.Join(lines, "\n")
	}
	m.title, m.body = bound(m.title, maxTitle), bound(m.body, maxBody)
	if o.kind != person {
		return m
	}
	for _, a := range o.accounts {
		if address(a.ip) != "" && (a.class == core.Whitelist || a.class == core.Confirm) {
			m.ref = a.ref
			m.buttons = append(m.buttons, button{actCopyIP, t.Say("notify.copy_ip")})
			break
		}
	}
	return m
}

// twice returns the action for a click on the text and a button for the same.
// Desktops without such a click, for example Xfce 4.18, show every action with a
// label as a button, so the default action has none. There, a click on the text
// closes the notification, and the desktop reports it like any other closing.
func twice(act, label string) []button { return []button{{actDefault, ""}, {act, label}} }

// meant returns what the window shows for a decision: the account, or a search that
// finds all of them.
func meant(o decision) api.Showing {
	first := &o.accounts[0].ref
	switch {
	case len(o.accounts) == 1:
		return api.Showing{Account: first}
	case o.kind == person:
		return api.Showing{Search: "state:" + string(core.StateBlocked)}
	case o.kind == failing:
		return api.Showing{Search: "state:" + string(core.StateRetrying)}
	}
	return api.Showing{Account: first} // the accounts that expire have several states
}

// composeLate says that a token is ready but was not copied, because something else
// was copied meanwhile.
func composeLate(ref api.Ref, format string, t *text.Text) message {
	return message{
		kind: late, ref: ref, format: format,
		title:   bound(t.Say("notify.late.one", "account", name(account{ref: ref})), maxTitle),
		body:    t.Say("notify.late.body"),
		buttons: twice(actCopy, t.Say("notify.late.copy")),
	}
}

// composeCopied says what was copied, how, and when the clipboard is cleared.
func composeCopied(c api.Clipboard, now time.Time, t *text.Text) message {
	form := c.Format
	if key := text.Key("window.format." + form); t.Has(key) {
		form = t.Say(key)
	}
	m := message{
		kind: done, brief: true,
		ref:   api.Ref{Name: c.Account, Env: c.Env},
		title: bound(t.Say("notify.copied.one", "account", name(account{ref: api.Ref{Name: c.Account, Env: c.Env}}), "format", form), maxTitle),
		body:  t.Say("notify.copied.stays"),
	}
	if !c.ClearsAt.IsZero() {
		m.body = t.Say("notify.copied.clears", "time", t.Coarse(c.ClearsAt.Sub(now).Round(time.Second)))
	}
	return m
}

// composeKept says that what was copied is still on the clipboard, or was put back,
// and by which program.
func composeKept(c api.Clipboard, t *text.Text) message {
	manager := bound(plain(c.Manager), maxName)
	if manager == "" {
		manager = t.Say("window.snack.some_program")
	}
	m := message{kind: kept, title: t.Say("notify.kept.one"), buttons: twice(actOpen, t.Say("tray.open"))}
	switch {
	case c.Silent:
		m.body = t.Say("window.snack.silent")
	case c.Returned:
		m.title = t.Say("notify.kept.returned")
		m.body = t.Say("window.snack.returned", "manager", manager)
	default:
		m.body = t.Say("window.snack.stays_there", "manager", manager)
	}
	return m
}

// detail describes one account.
func detail(k kind, a account, now time.Time, t *text.Text) string {
	switch k {
	case losing:
		body := t.Check(a.lost, name(a), now)
		if renewed(a.state) {
			body += " " + t.Say("notify.lost.next")
		}
		return body
	case pushing:
		return t.Say("notify.push.body")
	case failing:
		if a.expires.After(now) {
			return t.Say("notify.failing.lives", "cause", cause(a, t), "time", clock(a.expires, now))
		}
		return t.Say("notify.failing.gone", "cause", cause(a, t))
	case expiry:
		switch a.state {
		case core.StatePaused:
			return t.Say("notify.expiry.paused")
		case core.StateLocked:
			return t.Say("notify.expiry.locked")
		}
	}
	return cause(a, t)
}

// cause says why, in a sentence of ours. A sentence that would quote a message, for
// example for a class of a newer agent, is replaced by one that says where to look.
func cause(a account, t *text.Text) string {
	const quoted = "\x00"
	s := t.Cause(&api.Error{Class: a.class, Remedy: a.remedy, CallerIP: address(a.ip), Message: quoted, Kind: a.of, Part: a.part, Path: bound(plain(a.path), maxName)}, name(a))
	if strings.Contains(s, quoted) {
		return t.Say("notify.see_log")
	}
	return s
}

// short says why, in a few words.
func short(a account, t *text.Text) string {
	e := &api.Error{Class: a.class, Remedy: a.remedy, Kind: a.of, Part: a.part, Path: bound(plain(a.path), maxName)}
	return cmp.Or(t.ShortOf(e), t.Say("notify.unknown"))
}

// address returns s if it is an IP address and nothing else.
func address(s string) string {
	if ip, err := netip.ParseAddr(s); err == nil && ip.Zone() == "" {
		return ip.String()
	}
	return ""
}

// clock formats a time of today in the zone of now.
func clock(at, now time.Time) string { return at.In(now.Location()).Format("15:04") }

// name returns the account's name, made fit for a line.
func name(a account) string {
	env := "/" + string(a.ref.Env)
	return bound(plain(a.ref.Name), maxName) + env
}

// plain removes from s everything that is not visible text: control characters, line
// ends, direction marks, other invisible characters except those that join emoji and
// letters, and invalid UTF-8.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, unicode.Is(unicode.Noncharacter_Code_Point, r), unicode.Is(unicode.Co, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r), unicode.IsControl(r):
			return -1
		case r == '\u200c' || r == '\u200d':
			return r
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
}

// bound cuts s to n characters.
func bound(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// markup escapes text for servers that read some HTML in bodies.
func markup(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;").Replace(s)
}
