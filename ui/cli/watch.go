package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

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
	if a.Term.OutIsTerminal() && !a.json {
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
	parts := []string{acc.Ref().String(), a.say(text.Key("state." + string(acc.StateAt(now))))}
	if acc.Mask != "" {
		parts = append(parts, acc.Mask, left(acc, now))
	}
	if w := a.problemWords(acc); w != "" {
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
	defer func() {
		_, _ = fmt.Fprint(a.Term.Out(), screenClose)
		if err == nil {
			a.note(a.say("watch.bye"))
		}
	}()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	picture := api.NewPicture(api.Whole)
	for {
		select {
		case <-tick.C:
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
		if err := a.draw(listOf(picture), foot); err != nil {
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
func (a *app) draw(l api.List, foot []string) error {
	width, height := a.Term.Size()
	lines := a.screen(l, foot, width, height)
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

// screen is the live table as lines, at most height of them.
func (a *app) screen(l api.List, foot []string, width, height int) []string {
	now := a.Now()
	title := a.say("watch.title", "env", a.envName(l.Active), "n", len(l.Accounts))
	if l.PausedAll {
		title += a.say("watch.paused")
	}
	head := []string{shorten(title, width), ""}
	if v := l.Vault; v.State != "" && v.State != "open" && v.Error != nil {
		head = append(head[:1], shorten(clean(a.text().Cause(v.Error, "")+" "+a.text().Remedy(v.Error, "")), width), "")
	}
	var body []string
	if len(l.Accounts) == 0 {
		body = []string{shorten(a.say("list.empty"), width), shorten(a.say("list.empty_add"), width)}
	} else {
		body = a.accountTable(l, now, a.colour(), true).lines(width)
	}
	tail := a.needYou(l, width)
	for _, f := range foot {
		tail = append(tail, shorten(f, width))
	}
	tail = append(tail, shorten(a.say("watch.end"), width))

	room := height - len(head) - 1
	if len(tail) > room/2 { // the last line tells how to end
		tail = append(tail[:max(0, room/2-1)], tail[len(tail)-1])
	}
	if over := len(body) - (room - len(tail)); over > 0 {
		keep := max(1, len(body)-over-1)
		body = append(body[:keep], shorten(a.say("watch.more", "n", len(l.Accounts)-keep+1), width))
	}
	return slices.Concat(head, body, []string{""}, tail)
}

// needYou tells, for each account that waits for a person, what to do.
func (a *app) needYou(l api.List, width int) []string {
	var out []string
	for _, acc := range l.Accounts {
		e := acc.ErrorAt(a.Now())
		if e == nil || !acc.NeedsPerson(a.Now()) {
			continue
		}
		ref := acc.Ref().String()
		line := clean(ref + a.say("cli.colon") + a.text().Cause(e, ref))
		out = append(out, shorten(line, width), shorten("  "+clean(a.text().Remedy(e, ref)), width))
	}
	if len(out) > 0 {
		out = append(out, "")
	}
	return out
}
