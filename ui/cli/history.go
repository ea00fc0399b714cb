package cli

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
	"tokentray/ui/text"
)

func (a *app) historyCommand() *cobra.Command {
	var (
		q     api.HistoryQuery
		since string
		csv   bool
	)
	cmd := &cobra.Command{
		Use: "history [NAME[/ENV]]",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && !csv {
				return nil
			}
			return oneAccount(cmd, args)
		},
		ValidArgsFunction: a.completeRef,
		RunE: func(cmd *cobra.Command, args []string) error {
			if q.Limit < 1 {
				return usage("usage.limit")
			}
			if csv && a.json {
				return usage("usage.csv_json")
			}
			if since != "" {
				age, err := parseLife(since)
				if err != nil {
					return err
				}
				q.Since = a.Now().Add(-age)
			}
			if !cmd.Flags().Changed("limit") && (csv || since != "") {
				q.Limit = 0 // all there is
			}
			if len(args) == 0 {
				if q.Since.IsZero() {
					q.Since = text.Midnight(a.Now())
				}
				return a.failures(cmd.Context(), q.Since, q.Limit)
			}
			return a.history(cmd.Context(), args[0], q, csv)
		},
	}
	cmd.Flags().IntVar(&q.Limit, "limit", 50, "flag.limit")
	cmd.Flags().StringVar(&since, "since", "", "flag.since")
	cmd.Flags().BoolVar(&csv, "csv", false, "flag.csv")
	return cmd
}

func (a *app) history(ctx context.Context, arg string, q api.HistoryQuery, csv bool) error {
	agent, acc, err := a.findAccount(ctx, arg)
	if err != nil {
		return err
	}
	entries, err := agent.History(ctx, acc.Ref(), q)
	if err != nil {
		return err
	}
	if a.json {
		if entries == nil {
			entries = []api.HistoryEntry{}
		}
		return a.printJSON(entries)
	}
	if csv {
		if err := format.HistoryCSV(a.Term.Out(), entries); err != nil {
			return unanswered(err)
		}
		return nil
	}
	if len(entries) == 0 {
		a.note(a.say("history.empty", "account", acc.Ref()))
		return nil
	}
	t := table{colour: a.colour(), elastic: 4, wraps: true}
	head := func(key text.Key) cell { return styled(a.say(key), styleHead) }
	t.add(head("history.at"), head("history.what"), head("list.token"), head("history.took"), head("history.more"))
	for _, e := range entries {
		what, st := a.did(e.What), noStyle
		if e.Class != "" || e.What == core.DidLose {
			st = styleWarn
		}
		t.add(plain(when(e.At)), styled(what, st), plain(e.Mask), plain(took(e.Took)), plain(a.entryWords(acc.Kind, e)))
	}
	width := 0
	if a.Term.OutIsTerminal() {
		width, _ = a.Term.Size()
	}
	return a.print(t.lines(width)...)
}

// did says what happened. An event that only a newer agent knows is printed as it is.
func (a *app) did(what core.What) string {
	if key := text.Key("did." + string(what)); a.text().Has(key) {
		return a.say(key)
	}
	return clean(string(what))
}

// entryWords are the details of a line of history: a failure with what upstream said,
// or until when the token lives.
func (a *app) entryWords(k core.Kind, e api.HistoryEntry) string {
	if e.By != "" {
		parts := []string{a.say("history.by", "call", e.Target, "client", e.By)}
		if e.What == core.DidCall && e.Class != "" {
			parts = append(parts, cmp.Or(a.text().Short(k, e.Class), string(e.Class)))
		}
		return clean(strings.Join(append(parts, a.text().Details(&api.Error{Kind: k, UpstreamCode: e.Code})...), a.say("cli.comma")))
	}
	if e.Target != "" {
		return a.pushedWords(e)
	}
	if e.Class == "" {
		if e.Expires.IsZero() {
			return clean(strings.Join(a.text().Details(&api.Error{Kind: k, UpstreamCode: e.Code, RID: e.RID}), a.say("cli.comma")))
		}
		return a.say("history.until", "time", sameDay(e.Expires, e.At))
	}
	parts := []string{cmp.Or(a.text().Short(k, e.Class), string(e.Class))}
	parts = append(parts, a.text().Details(&api.Error{Kind: k, UpstreamCode: e.Code, CallerIP: e.CallerIP, RID: e.RID})...)
	return clean(strings.Join(parts, a.say("cli.comma")))
}

// pushedWords says where a token was pushed, or why it did not get there.
func (a *app) pushedWords(e api.HistoryEntry) string {
	if e.Class == "" {
		return clean(e.Target)
	}
	if strings.HasPrefix(e.Message, e.Target) { // it names the program or the file itself
		return clean(a.text().System(e.Message))
	}
	return clean(e.Target + a.say("cli.colon") + a.text().System(e.Message))
}

// sameDay is a time in the line of another: without its date where that is the same.
func sameDay(t, of time.Time) string {
	t, of = t.Local(), of.Local()
	if t.Format(time.DateOnly) == of.Format(time.DateOnly) {
		return t.Format(time.TimeOnly)
	}
	return t.Format("01-02 15:04:05")
}

func took(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.Round(time.Millisecond).String()
}
