package cli

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

func (a *app) watchCommand() *cobra.Command {
	return &cobra.Command{
		Use:  "watch",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			agent, err := a.connect(cmd.Context())
			if err != nil {
				return err
			}
			return a.watch(cmd.Context(), agent, nil)
		},
	}
}

// watch shows accounts as they change, until ctx or the agent ends: on a terminal as a
// table that counts down, else as one line for each change. foot is printed under the
// table. An agent that goes away without a bye is an error: watch does not start
// another.
func (a *app) watch(ctx context.Context, agent api.Agent, foot []string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a.agent = agent
	news := api.Follow(ctx, func(context.Context) (api.Agent, error) { return agent, nil }, api.Following{})
	if a.Term.OutIsTerminal() && !a.json && a.Getenv("TERM") != "dumb" { // such a terminal only prints
		return a.watchTable(ctx, news, foot)
	}
	return a.watchLines(ctx, news)
}

// watchLines prints one line for each event: JSON with --json, else words.
func (a *app) watchLines(ctx context.Context, news <-chan api.News[api.Agent]) error {
	for n := range news {
		if n.Lost != nil {
			return n.Lost
		}
		if err := a.printEvent(n.Event); err != nil {
			return err
		}
	}
	return ctx.Err() // nil after a bye
}

func (a *app) printEvent(e api.Event) error {
	if a.json {
		return a.printJSON(e)
	}
	now := when(a.Now())
	switch e.Type {
	case api.EventKinds:
		a.forgetKinds()
	case api.EventSnapshot:
		for _, acc := range e.Snapshot.Accounts {
			if err := a.print(now + "  " + a.accountWords(acc)); err != nil {
				return err
			}
		}
	case api.EventAccount:
		return a.print(now + "  " + a.accountWords(*e.Account))
	case api.EventRemoved:
		return a.print(now + "  " + a.say("watch.removed", "id", e.Removed))
	case api.EventEnv:
		return a.print(now + "  " + a.say("watch.env", "env", a.envName(e.Env)))
	case api.EventVault:
		return a.print(now + "  " + a.say("watch.vault", "vault", a.vaultWords(*e.Vault)))
	case api.EventBye:
		return a.print(now + "  " + a.say("watch.bye"))
	}
	return nil
}

// accountWords is an account in one line.
func (a *app) accountWords(acc api.Account) string {
	now := a.Now()
	words := a.text().RowOf(acc, now)
	parts := []string{acc.Ref().String(), words.Word}
	if acc.Mask != "" {
		parts = append(parts, acc.Mask, left(acc, now))
	}
	if w := a.noteWords(acc, words); w != "" {
		parts = append(parts, w)
	}
	return clean(strings.Join(parts, "  "))
}

// Escape sequences of the live table.
const (
	screenOpen  = "\x1b[?1049h\x1b[?25l" // the alternate screen, without a cursor
	screenClose = "\x1b[?25h\x1b[?1049l"
	screenHome  = "\x1b[H"
	lineEnd     = "\x1b[K\r\n" // what an earlier line left behind goes
	screenRest  = "\x1b[J"
)

// watchTable draws the table once a second and at every change.
func (a *app) watchTable(ctx context.Context, news <-chan api.News[api.Agent], foot []string) (err error) {
	if _, err := fmt.Fprint(a.Term.Out(), screenOpen); err != nil {
		return fmt.Errorf("draw the table: %w", err)
	}
	quit := false
	defer func() {
		_, _ = fmt.Fprint(a.Term.Out(), screenClose)
		if err == nil && !quit {
			a.note(a.say("watch.bye"))
		}
	}()
	keys, end := a.Term.Keys()
	defer end()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	picture := api.NewPicture(api.Whole)
	shown := view{foot: foot, keys: keys != nil}
	acts := newActs(ctx)
	defer acts.wait()
	for {
		select {
		case <-tick.C:
		case words := <-acts.said:
			shown.setMessage(words, a.Now())
		case key := <-keys:
			switch {
			case key == KeyCtrlC:
				return errInterrupted
			case shown.filter.press(key):
				shown.at, shown.top = 0, 0
			case key == "q", key == "Q":
				quit = true
				return nil
			case key == KeyEnter, key == "s", key == "S":
				a.act(acts, listOf(picture), &shown, key)
			default:
				shown.move(key)
			}
		case n, ok := <-news:
			switch {
			case !ok:
				return ctx.Err() // nil after a bye
			case n.Lost != nil:
				return n.Lost
			}
			if picture.Apply(n.Event).Kinds {
				a.forgetKinds()
			}
		}
		if err := a.draw(listOf(picture), &shown); err != nil {
			return err
		}
	}
}

// listOf is a picture as a list.
func listOf(p *api.Picture[api.Account]) api.List {
	return api.List{
		Active: p.Active, PausedAll: p.PausedAll, Accounts: p.Accounts, Vault: p.Vault,
		Clipboard: p.Clipboard, Settings: p.Settings, Demo: p.Demo, Notice: p.Notice,
	}
}

// draw paints the whole screen. What does not fit is counted, not cut silently.
func (a *app) draw(l api.List, v *view) error {
	width, height := a.Term.Size()
	lines := a.screen(l, v, width, height)
	var b strings.Builder
	b.WriteString(screenHome)
	for i, line := range lines {
		b.WriteString(line)
		if i < len(lines)-1 {
			b.WriteString(lineEnd)
		}
	}
	b.WriteString("\x1b[K" + screenRest)
	if _, err := fmt.Fprint(a.Term.Out(), b.String()); err != nil {
		return errors.Join(errors.New("draw the table"), err)
	}
	return nil
}

// view is how a person views the live table.
type view struct {
	foot []string // under the table
	keys bool     // keys can be pressed
	at   int      // the account that is marked, which Enter copies
	top  int      // the first line of the table that is in sight
	page int      // how many of them fitted

	filter filter
	said   string    // what became of the last key, until then
	until  time.Time // when it goes
	sure   core.ID   // the live account for which Enter was pressed, to be pressed again
}

// saidTime is how long the table says what became of a key.
const saidTime = 6 * time.Second

func (v *view) setMessage(words string, now time.Time) { v.said, v.until = words, now.Add(saidTime) }

// move moves the mark by a key.
func (v *view) move(key Key) {
	v.sure = ""
	switch key {
	case KeyUp, "k":
		v.at--
	case KeyDown, "j":
		v.at++
	case KeyPageUp, "b":
		v.at -= max(1, v.page)
	case KeyPageDn, " ":
		v.at += max(1, v.page)
	case KeyHome, "g":
		v.at = 0
	case KeyEnd, "G":
		v.at = math.MaxInt / 2 // a step further does not overflow
	}
	v.at = max(0, v.at)
}

// marked is the account that is marked; false where there is none.
func (v *view) marked(all []api.Account) (api.Account, bool) {
	v.at = max(0, min(v.at, len(all)-1))
	if !v.keys || len(all) == 0 {
		return api.Account{}, false
	}
	return all[v.at], true
}

// screen is the live table as lines, at most height of them.
func (a *app) screen(l api.List, v *view, width, height int) []string {
	now := a.Now()
	title := a.say("watch.title", "env", a.envName(l.Active), "n", len(l.Accounts))
	if l.PausedAll {
		title += a.say("watch.paused")
	}
	all := len(l.Accounts)
	l.Accounts = v.filter.of(a, l.Accounts)
	head := []string{shorten(title, width), ""}
	if closed := l.Vault; closed.State != "" && closed.State != "open" && closed.Error != nil {
		head = append(head[:1], wrapped(clean(a.text().Cause(closed.Error, "")+" "+a.text().Remedy(closed.Error, "")), width, 2)...)
		head = append(head[:min(len(head), max(1, height/3))], "")
	}
	if line := v.filter.line(a, len(l.Accounts), all, width); line != "" {
		head = append(head[:len(head)-1], line, "")
	}
	var body []string
	switch {
	case all > 0 && len(l.Accounts) == 0:
		body = []string{shorten(a.say("watch.filter_none"), width)}
	case len(l.Accounts) == 0:
		body = []string{shorten(a.say("list.empty"), width), shorten(a.say("list.empty_add"), width)}
	default:
		t := a.accountTable(l, now, a.colour(), true)
		if acc, ok := v.marked(l.Accounts); ok {
			t.mark(1+markedLine(l.Accounts, v.at), envStyle(acc.Env))
		}
		body = t.lines(width)
	}
	tail := a.needYou(l, width)
	for _, f := range v.foot {
		tail = append(tail, shorten(f, width))
	}
	ends := text.Key("watch.end")
	if v.keys {
		ends = "watch.end_keys"
	}
	var last []string // what became of the last key, and how to end
	if v.said != "" && now.Before(v.until) {
		last = wrapped(clean(v.said), width, 2)
	}
	last = append(last, shorten(a.say(ends), width))

	room := height - len(head) - 1
	if len(last) > room/2 {
		last = last[len(last)-1:]
	}
	if most := max(0, room/2-len(last)); len(tail) > most {
		tail = tail[:most]
	}
	tail = append(tail, last...)
	body = a.scrolled(body, v, markedLine(l.Accounts, v.at), max(2, room-len(tail)), width)
	return slices.Concat(head, body, []string{""}, tail)
}

// scrolled is the part of the table that is in sight: its heading, lines around the one
// that is marked, and how many more there are.
func (a *app) scrolled(body []string, v *view, marked, room, width int) []string {
	lines := len(body) - 1
	if len(body) <= room {
		v.top, v.page = 0, lines
		return body
	}
	v.page = max(1, room-2) // without the heading and the line that counts the rest
	v.top = max(0, min(v.top, marked, lines-v.page), marked-v.page+1)
	more := text.Key("watch.more")
	if v.keys {
		more = "watch.more_keys"
	}
	rest := shorten(a.say(more, "n", lines-v.page, "above", v.top, "below", lines-v.page-v.top), width)
	return slices.Concat(body[:1], body[1+v.top:1+v.top+v.page], []string{rest})
}

// markedLine is the line of an account in its table, from 0: each ticket has one too.
func markedLine(all []api.Account, at int) int {
	line := at
	for _, acc := range all[:max(0, min(at, len(all)))] {
		if acc.Mask != "" {
			line += len(acc.Tickets)
		}
	}
	return line
}

// needYou says, for each account that waits for a person, what to do. Commands to
// type are complete, so nothing is cut.
func (a *app) needYou(l api.List, width int) []string {
	var out []string
	for _, acc := range l.Accounts {
		e := acc.ErrorAt(a.Now())
		if e == nil || !acc.NeedsPerson(a.Now()) {
			continue
		}
		ref := acc.Ref().String()
		out = append(out, wrapped(clean(ref+a.say("cli.colon")+a.text().Cause(e, ref)), width, 2)...)
		out = append(out, wrapped("  "+clean(a.text().Remedy(e, ref)), width, 2)...)
	}
	if len(out) > 0 {
		out = append(out, "")
	}
	return out
}
