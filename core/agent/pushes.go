package agent

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/layout"
	"tokentray/core/push"
)

// pushStore keeps pushes and their last results.
type pushStore interface {
	Pushes() (map[core.ID][]core.KeptPush, error)
	AddPush(id core.ID, p core.Push) (core.Push, error)                 // with its number
	ReplacePush(id core.ID, number int, p core.Push) (core.Push, error) // with its number
	RemovePush(id core.ID, number int) error
	SavePushResult(id core.ID, number int, r core.PushResult) error
}

// pushes are those of all accounts, with their last results, and the queue that runs
// them.
type pushes struct {
	store interface {
		pushStore
		historyStore
	}
	accounts  *directory
	keeper    *core.Keeper
	log       *slog.Logger
	now       func() time.Time
	baseURL   func(core.Account) string
	sameToken func(a, b core.Account) bool
	do        func(ctx context.Context, job push.Job) error
	// published reports whether a token may go to backends, see Service.published.
	published func(core.Account, core.Token) bool
	redis     redisPushes
	// exists reports whether there is something at a path that a person named. It
	// asks the disk, which may hang.
	exists func(path string) bool
	ours   func(path string) bool // files into which nothing is pushed

	runner *push.Runner
	edit   sync.Mutex // held through each change of the set of pushes

	// mu guards kept and unpublished. Nothing is locked under it and no disk is used: the Keeper
	// waits for it while it publishes.
	mu   sync.RWMutex
	kept map[core.ID][]core.KeptPush
	// unpublished are accounts with a push that waits until the team has their token.
	unpublished map[core.ID]bool
}

// load reads the pushes, and holds them back when the store is a backup. No push
// runs before the runner does.
func (p *pushes) load(restored bool) (err error) {
	p.runner = push.NewRunner(push.Config{Deliver: p.deliver, Done: p.ended, Now: p.now, Log: p.log})
	p.kept, err = p.store.Pushes()
	if err == nil && restored {
		p.holdBack()
	}
	return err
}

// holdBack keeps the pushes of a restored backup from being done automatically: one
// that was removed since would run its command again. Each is marked as failed, so
// that this outlives the agent and is shown like any failure. The mark goes with
// the next try, which a person has to begin.
func (p *pushes) holdBack() {
	for id, kept := range p.kept {
		for i := range kept {
			r := &kept[i].Result
			r.At, r.Took, r.Tries = p.now(), 0, 0
			r.Err = &core.Error{
				Class: core.PushFailed, Remedy: core.RemedyReviewPush,
				Message: "the database was restored from a backup and may hold pushes that were removed since; tokentray push test does this one again, push rm removes it",
			}
			if err := p.store.SavePushResult(id, kept[i].Number, *r); err != nil {
				p.log.Error("that a push is held back is forgotten at the next start", "account", id, "push", kept[i].Number, "error", err)
			}
		}
	}
}

// heldBack reports whether a push waits for a person.
func heldBack(r core.PushResult) bool { return r.Err != nil && r.Err.Remedy == core.RemedyReviewPush }

// deliver runs a job if it is still wanted: while it was queued, its push may have
// been removed, or its account may have become that of another app.
func (p *pushes) deliver(ctx context.Context, job push.Job) error {
	kept, there := p.find(job.Account.ID, job.Push.Number)
	if job.Entry != nil {
		*job.Entry = kept.Result.Entry
	}
	if !there {
		return &core.Error{
			Class: core.PushFailed, Remedy: core.RemedyNoPush,
			Message: fmt.Sprintf("%s has no push %d any more", job.Account.Ref(), job.Push.Number),
		}
	}
	a, there := p.accounts.get(job.Account.ID)
	if !there || !p.sameToken(a, job.Account) {
		return &core.Error{
			Class: core.PushFailed, Remedy: core.RemedyTryAgain,
			Message: "the account asks for another token by now; the next renewal brings it",
		}
	}
	if job.Push.Kind == core.PushRedis {
		return p.redis.deliver(ctx, job)
	}
	return p.do(ctx, job)
}

// queue queues a token for each push of its account that has not delivered it. It
// does not wait. The Keeper calls it when a token came.
func (p *pushes) queue(id core.ID, t core.Token) {
	kept := p.of(id)
	if len(kept) == 0 || t.Dead || !t.Good(p.now(), 0) {
		return
	}
	for _, k := range kept {
		if !arrived(k.Result, t) && !heldBack(k.Result) {
			if job, ok := p.job(id, k.Push, t); ok && p.mayGo(job) {
				p.runner.Add(job)
			}
		}
	}
}

// mayGo reports whether a job may be done now. A push into a Redis waits until the team
// that shares the account has the token: see resume.
func (p *pushes) mayGo(job push.Job) bool {
	if job.Push.Kind != core.PushRedis {
		return true
	}
	wait := func(on bool) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.unpublished == nil {
			p.unpublished = map[core.ID]bool{}
		}
		if p.unpublished[job.Account.ID] = on; !on {
			delete(p.unpublished, job.Account.ID)
		}
	}
	wait(true) // first, so that a resume in between is not missed
	if !p.published(job.Account, job.Token) {
		return false
	}
	wait(false)
	return true
}

// resume queues the token of an account again whose pushes wait for its team.
func (p *pushes) resume(id core.ID) {
	p.mu.RLock()
	waits := p.unpublished[id]
	p.mu.RUnlock()
	if !waits {
		return
	}
	if t, ok := p.keeper.Token(id); ok {
		p.queue(id, t)
	}
}

// catchUp queues the tokens that were not pushed by an earlier run of the agent, or
// while the vault was closed.
func (p *pushes) catchUp() {
	for _, a := range p.accounts.all() {
		if t, ok := p.keeper.Token(a.ID); ok {
			p.queue(a.ID, t)
		}
	}
}

// sameLife is how far two records of one token's expiry may differ.
const sameLife = 5 * time.Second

// arrived reports whether a push has delivered the token.
func arrived(r core.PushResult, t core.Token) bool {
	same := r.Print == core.TokenPrint(t.Value) || r.Print == "" && r.Mask == core.Mask(t.Value)
	return !r.At.IsZero() && r.Err == nil && same && r.Expires.Sub(t.ExpiresAt).Abs() < sameLife
}

func (p *pushes) job(id core.ID, what core.Push, t core.Token) (push.Job, bool) {
	a, ok := p.accounts.get(id)
	job := push.Job{Account: a, Push: what, Token: t, BaseURL: p.baseURL(a)}
	if what.Kind == core.PushRedis {
		job.Entry = &core.RedisEntry{}
	}
	return job, ok
}

func (p *pushes) of(id core.ID) []core.KeptPush {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return slices.Clone(p.kept[id])
}

func (p *pushes) find(id core.ID, number int) (core.KeptPush, bool) {
	for _, k := range p.of(id) {
		if k.Number == number {
			return k, true
		}
	}
	return core.KeptPush{}, false
}

// failing is how many pushes failed at their last try.
func (p *pushes) failing() int {
	p.mu.RLock()
	defer p.mu.RUnlock()
	n := 0
	for _, kept := range p.kept {
		for _, k := range kept {
			if k.Result.Err != nil {
				n++
			}
		}
	}
	return n
}

func (p *pushes) put(id core.ID, k core.KeptPush) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kept[id] = append(slices.Clone(p.kept[id]), k)
}

// drop forgets one push of an account, or all with number 0.
func (p *pushes) drop(id core.ID, number int) {
	for _, k := range p.of(id) {
		if number == 0 || k.Number == number {
			p.runner.Forget(id, k.Number)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	kept := slices.DeleteFunc(slices.Clone(p.kept[id]), func(k core.KeptPush) bool { return number == 0 || k.Number == number })
	if p.kept[id] = kept; len(kept) == 0 {
		delete(p.kept, id)
	}
}

// result stores the result of a push, if the push still exists.
func (p *pushes) result(id core.ID, number int, r core.PushResult) {
	p.mu.Lock()
	defer p.mu.Unlock()
	kept := slices.Clone(p.kept[id])
	for i := range kept {
		if kept[i].Number == number {
			kept[i].Result = r
			p.kept[id] = kept
		}
	}
}

// ended is called by the queue when a try has ended. The result is kept and
// published. The history gets the first try of a token, and each that ended in
// another way than the one before.
func (p *pushes) ended(job push.Job, r core.PushResult) {
	id, number := job.Account.ID, job.Push.Number
	kept, there := p.find(id, number)
	if !there {
		return
	}
	before := kept.Result
	if job.Entry != nil {
		r.Entry = *job.Entry
	}
	level := slog.LevelDebug
	attrs := []any{"account", id, "push", number, "tries", r.Tries}
	if r.Err != nil {
		level, attrs = slog.LevelWarn, append(attrs, "error", r.Err)
	}
	p.log.Log(context.Background(), level, "pushed a token", attrs...)
	if err := p.store.SavePushResult(id, number, r); err != nil {
		p.log.Warn("cannot save how a push ended", "account", id, "error", err)
	}
	if r.Tries == 1 || (r.Err == nil) != (before.Err == nil) || r.Err != nil && r.Err.Message != before.Err.Message {
		e := core.Entry{At: r.At, What: core.DidPush, Mask: r.Mask, Expires: r.Expires, Took: r.Took, Target: job.Push.Target()}
		if r.Err != nil {
			e.What, e.Class, e.Message = core.DidMiss, r.Err.Class, r.Err.Message
		}
		if err := p.store.Append(id, e); err != nil {
			p.log.Warn("cannot write the history", "account", id, "error", err)
		}
	}
	p.result(id, number, r)
	p.redis.poke()
	p.keeper.Republish(id)
	// A person's try replaces a queued one, and may have been for the token before
	// the current one.
	if t, ok := p.keeper.Token(id); ok && t.Value != job.Token.Value {
		p.queue(id, t)
	}
}

// view are an account's pushes as clients see them.
func (p *pushes) view(id core.ID) []api.Push {
	var out []api.Push
	for _, k := range p.of(id) {
		out = append(out, viewPush(k))
	}
	return out
}

func viewPush(k core.KeptPush) api.Push {
	out := api.Push{
		Number: k.Number, Kind: k.Kind, Path: k.Path, Form: k.Form, Key: k.Key, InPlace: k.InPlace, Private: k.Private,
		Command: k.Command, Timeout: int64(k.Timeout / time.Second), Target: k.Target(),
	}
	if k.Kind == core.PushRedis {
		place := k.Redis
		place.Key = layout.ShownKey(place.Key)
		out.Redis = &place
	}
	if r := k.Result; !r.At.IsZero() {
		out.Last = &api.PushResult{At: r.At, Took: r.Took, Tries: r.Tries, Mask: r.Mask, ExpiresAt: r.Expires, NextTry: r.NextTry}
		if r.Err != nil {
			out.Last.Error = api.FromError(r.Err)
		}
	}
	return out
}

// pushOf returns the push of an input.
func pushOf(in api.PushInput) core.Push {
	out := core.Push{
		Kind: in.Kind, Path: in.Path, Form: in.Form, Key: in.Key, InPlace: in.InPlace, Private: in.Private,
		Command: in.Command, Timeout: time.Duration(in.Timeout) * time.Second,
	}
	if in.Redis != nil {
		out.Redis = *in.Redis
	}
	return out
}

// replaced is the push that another one shall take the place of. What the key of its
// Redis is cannot be read in a list, so one that is written as there stays what it was.
func (p *pushes) replaced(a core.Account, in *api.PushInput) (core.Push, error) {
	if in.Replace == 0 {
		return core.Push{}, nil
	}
	old, there := p.find(a.ID, in.Replace)
	if !there {
		return core.Push{}, noPush(a, in.Replace)
	}
	if in.Redis != nil && old.Kind == core.PushRedis && old.Redis.Key != "" && in.Redis.Key == layout.ShownKey(old.Redis.Key) {
		place := *in.Redis
		place.Key = old.Redis.Key
		in.Redis = &place
	}
	return old.Push, nil
}

// noPush says that an account has no push of a number.
func noPush(a core.Account, number int) error {
	return &core.Error{
		Class: core.NotFound, Remedy: core.RemedyNoPush,
		Message: fmt.Sprintf("%s has no push %d; tokentray push list shows those there are", a.Ref(), number),
	}
}

// add saves a push of an account.
func (p *pushes) add(a core.Account, in api.PushInput) (core.KeptPush, error) {
	if in.Timeout < 0 || in.Timeout > int64(core.MaxPushTime/time.Second) {
		return core.KeptPush{}, invalid(core.Problems{{Field: "timeout", Key: core.ProblemPushTimeout}})
	}
	what, problems := pushOf(in).Clean()
	if len(problems) == 0 {
		what, problems = p.redis.clean(what, a)
	}
	if len(problems) > 0 {
		return core.KeptPush{}, invalid(problems)
	}
	p.edit.Lock()
	defer p.edit.Unlock()
	if problems := p.may(a, what, in); len(problems) > 0 {
		return core.KeptPush{}, invalid(problems)
	}
	var err error
	if in.Replace == 0 {
		what, err = p.store.AddPush(a.ID, what)
	} else {
		what, err = p.store.ReplacePush(a.ID, in.Replace, what)
	}
	if err != nil {
		return core.KeptPush{}, core.AsError(err)
	}
	if in.Replace != 0 {
		p.drop(a.ID, in.Replace)
	}
	kept := core.KeptPush{Push: what}
	p.put(a.ID, kept)
	return kept, nil
}

// remove forgets a push of an account and returns it.
func (p *pushes) remove(id core.ID, number int) (core.KeptPush, error) {
	p.edit.Lock()
	defer p.edit.Unlock()
	gone, _ := p.find(id, number)
	err := p.store.RemovePush(id, number)
	if err == nil {
		p.drop(id, number)
	}
	return gone, err
}

// may refuses a file in our own folders, a file of another push, a file whose
// content would be lost, and an entry of a Redis that gets another account's token.
func (p *pushes) may(a core.Account, what core.Push, in api.PushInput) core.Problems {
	others := func(id core.ID, kept []core.KeptPush) bool {
		return slices.ContainsFunc(kept, func(k core.KeptPush) bool {
			return what.Same(k.Push) && (id != a.ID || in.Replace == 0 || k.Number != in.Replace)
		})
	}
	if what.Kind == core.PushRedis {
		if others(a.ID, p.of(a.ID)) {
			return core.Problems{{Field: "redis", Key: core.ProblemPushTwice}}
		}
		if p.redis.taken(what.Redis, a) {
			return core.Problems{{Field: "redis", Key: core.ProblemRedisTaken}}
		}
		return nil
	}
	if what.Kind != core.PushFile {
		return nil
	}
	if p.ours(what.Path) {
		return core.Problems{{Field: "path", Key: core.ProblemPushHome}}
	}
	old, _ := p.find(a.ID, in.Replace)
	ours := old.Whole() && old.Path == what.Path                            // this push wrote it
	exists := what.Whole() && !in.Overwrite && !ours && p.exists(what.Path) // before the lock
	p.mu.RLock()
	defer p.mu.RUnlock()
	for id, kept := range p.kept {
		if others(id, kept) {
			return core.Problems{{Field: "path", Key: core.ProblemPushTwice}}
		}
	}
	if exists {
		return core.Problems{{Field: "path", Key: core.ProblemPushExists}}
	}
	return nil
}

// run does a push now and waits until it has ended.
func (p *pushes) run(ctx context.Context, id core.ID, what core.Push, t core.Token) (api.Push, error) {
	job, ok := p.job(id, what, t)
	if !ok {
		return api.Push{}, noAccount(api.Ref{}, "")
	}
	r, err := p.runner.Do(ctx, job)
	if err != nil {
		return api.Push{}, err
	}
	out := viewPush(core.KeptPush{Push: what, Result: r})
	out.Open = what.Kind == core.PushFile && r.Err == nil && push.OpenToOthers(what.Path)
	return out, nil
}
