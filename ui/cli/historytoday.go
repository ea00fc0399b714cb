package cli

import (
	"context"
	"strconv"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// failures lists the accounts for which something failed since a time, the newest failure
// first: of each its newest, and how many lines of its history tell of one.
func (a *app) failures(ctx context.Context, since time.Time, limit int) error {
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	failed, err := agent.Failures(ctx, since)
	if err != nil {
		return err
	}
	if limit > 0 && len(failed) > limit {
		failed = failed[:limit]
	}
	if a.json {
		if failed == nil {
			failed = []api.Failure{}
		}
		return a.printJSON(failed)
	}
	if len(failed) == 0 {
		a.note(a.say("history.no_failure", "time", when(since)))
		return nil
	}
	l, err := agent.List(ctx)
	if err != nil {
		return err
	}
	kindOf := make(map[api.Ref]core.Kind, len(l.Accounts))
	for _, acc := range l.Accounts {
		kindOf[acc.Ref()] = acc.Kind
	}
	t := table{colour: a.colour(), elastic: 4, wraps: true}
	t.add(styled(a.say("history.at"), styleHead), styled(a.say("history.account"), styleHead), styled(a.say("history.lines"), styleHead), styled(a.say("history.what"), styleHead), styled(a.say("history.more"), styleHead))
	for _, f := range failed {
		t.add(plain(when(f.Newest.At)), plain(clean(f.Ref().String())), plain(padLeft(strconv.Itoa(f.Lines), cells(a.say("history.lines")))),
			styled(a.did(f.Newest.What), styleWarn), plain(a.entryWords(kindOf[f.Ref()], f.Newest)))
	}
	width := 0
	if a.Term.OutIsTerminal() {
		width, _ = a.Term.Size()
	}
	return a.print(t.lines(width)...)
}
