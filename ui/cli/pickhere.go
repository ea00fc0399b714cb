package cli

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"tokentray/core/api"
)

// picker is the small list at a terminal from which an account is picked. It stands
// under the prompt of the shell and leaves nothing behind.
type picker struct {
	typed string
	at    int          // the account that is marked, from 0
	top   int          // the first in sight
	sure  *api.Account // a live one that Enter was pressed for, to be pressed again
	drawn int          // how many lines are on the screen
}

// pickRows is how many accounts are in sight at most.
const pickRows = 10

// pickHere lets a person pick an account at the terminal. The list is drawn on standard
// error: standard output is the token's alone.
func (a *app) pickHere(ctx context.Context, l api.List, p pick) (api.Account, error) {
	keys, end := a.Term.Keys()
	defer end()
	if keys == nil {
		return api.Account{}, usage("usage.pick_terminal")
	}
	v := &picker{typed: p.words}
	defer func() { a.drawPicker(v, nil) }()
	for {
		found := a.pickable(l, v.typed)
		a.drawPicker(v, a.pickerLines(v, found, len(l.Accounts)))
		select {
		case <-ctx.Done():
			return api.Account{}, ctx.Err()
		case sent := <-keys:
			for _, key := range strokes(sent) {
				switch {
				case key == KeyCtrlC, key == keyEscape && v.sure == nil:
					return api.Account{}, errInterrupted
				case key == KeyEnter, key == "\n":
					found = a.pickable(l, v.typed)
					v.keep(len(found))
					if len(found) == 0 {
						continue
					}
					acc := found[v.at]
					if !asksLive(l, acc, p) || v.sure != nil && v.sure.ID == acc.ID {
						return acc, nil
					}
					v.sure = &acc
				default:
					v.press(key)
				}
			}
		}
	}
}

// strokes are the keys of what a terminal sent at once, as when somebody types ahead.
func strokes(sent Key) []Key {
	if len(sent) < 2 || strings.HasPrefix(string(sent), "\x1b") || keyOf(string(sent)) != sent || named(sent) || !utf8.ValidString(string(sent)) {
		return []Key{sent}
	}
	var out []Key
	for _, r := range string(sent) {
		out = append(out, keyOf(string(r)))
	}
	return out
}

// named reports whether a key has a name, which is not what was typed.
func named(key Key) bool {
	switch key {
	case KeyUp, KeyDown, KeyPageUp, KeyPageDn, KeyHome, KeyEnd, KeyCtrlC:
		return true
	}
	return false
}

// press takes a key that neither picks nor ends.
func (v *picker) press(key Key) {
	v.sure = nil
	switch key {
	case KeyUp, "\x10": // Ctrl-P
		v.at--
	case KeyDown, "\x0e": // Ctrl-N
		v.at++
	case KeyPageUp:
		v.at -= pickRows
	case KeyPageDn:
		v.at += pickRows
	case keyBackspace, "\x08":
		_, last := utf8.DecodeLastRuneInString(v.typed)
		v.typed, v.at = v.typed[:len(v.typed)-last], 0
	case keyClear:
		v.typed, v.at = "", 0
	default:
		if named(key) || strings.ContainsFunc(string(key), func(r rune) bool { return !unicode.IsPrint(r) }) || !utf8.ValidString(string(key)) {
			return
		}
		if utf8.RuneCountInString(v.typed)+utf8.RuneCountInString(string(key)) <= maxFilter {
			v.typed, v.at = v.typed+string(key), 0
		}
	}
}

// keep keeps what is marked among n accounts, and that in sight.
func (v *picker) keep(n int) {
	v.at = max(0, min(v.at, n-1))
	v.top = max(0, min(v.top, v.at, n-pickRows), v.at-pickRows+1)
}

// pickerLines are the list as it stands.
func (a *app) pickerLines(v *picker, found []api.Account, all int) []string {
	v.keep(len(found))
	width, height := a.Term.Size()
	width-- // a line that is full would break
	first := a.say("pick.which", "words", clean(v.typed)+"_", "n", len(found), "all", all)
	if v.sure != nil {
		first = a.say("pick.sure", "account", v.sure.Ref())
	}
	out := []string{shorten(first, width)}
	rows := min(pickRows, max(1, height-2))
	top := v.top
	if v.at >= top+rows { // a terminal that is lower than the list
		top = v.at - rows + 1
	}
	for i := top; i < len(found) && i < top+rows; i++ {
		mark, line := "  ", a.pickLine(found[i])
		if i == v.at {
			mark = "> "
		}
		line = shorten(mark+line, width)
		if i == v.at && a.colour() {
			line = "\x1b[7m" + line + "\x1b[0m"
		}
		out = append(out, line)
	}
	if len(found) == 0 {
		out = append(out, shorten("  "+a.say("watch.filter_none"), width))
	}
	return out
}

// drawPicker puts the lines in the place of those that are on the screen.
func (a *app) drawPicker(v *picker, lines []string) {
	var b strings.Builder
	if v.drawn > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", v.drawn)
	}
	b.WriteString("\r")
	for _, line := range lines {
		b.WriteString(line + lineEnd)
	}
	b.WriteString(screenRest)
	v.drawn = len(lines)
	_, _ = fmt.Fprint(a.Term.Err(), b.String())
}
