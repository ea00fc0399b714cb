package agent

import (
	"context"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/push"
)

// RedisTarget writes tokens into the Redis of backends. Package rediscache has it.
type RedisTarget interface {
	// Check reports what is wrong with a place for the tokens of an account.
	Check(core.RedisPlace, core.Account) core.Problems
	// Complete is a place as it is saved, with what it takes from the account.
	Complete(core.RedisPlace, core.Account) core.RedisPlace
	// Same reports whether two places, of an account each, are one entry.
	Same(core.RedisPlace, core.Account, core.RedisPlace, core.Account) bool
	// NeedsSecret reports whether the name of the key is made from the AppSecret.
	NeedsSecret(core.RedisPlace, core.Account) bool
	// Write puts a token into its entry, unless another program put a newer one
	// there, and returns what is known of the entry then.
	Write(context.Context, core.RedisWrite) (core.RedisEntry, error)
	// Locks reports whether the backend's SDK has a lock that Hold can take.
	Locks(core.RedisPlace, core.Account) bool
	// Hold takes that lock, and Free gives it back.
	Hold(context.Context, core.RedisWrite) (core.RedisHold, error)
	Free(context.Context, core.RedisWrite) error
	// Look reads what is in entries of one Redis.
	Look(context.Context, []core.RedisWrite) ([]core.RedisEntry, error)
	// Plan says what Write would do.
	Plan(context.Context, core.RedisWrite) (core.RedisPlan, error)
}

// redisPushes are what pushes into a Redis have beside others: passwords, and entries
// that others can change.
type redisPushes struct {
	target  RedisTarget // nil: there are none
	all     *pushes
	entry   func(context.Context, core.ID) (entry, error)
	reports func(core.Account) bool // see Service.reportsVanished
	changed chan struct{}           // a push ended
	gone    map[pushKey]vanishing
	locks   sdkLocks
}

// pushKey names a push.
type pushKey struct {
	id     core.ID
	number int
}

// clean completes a push into a Redis and reports what is wrong with it. Other pushes
// it leaves as they are.
func (r *redisPushes) clean(p core.Push, a core.Account) (core.Push, core.Problems) {
	switch {
	case p.Kind != core.PushRedis:
		return p, nil
	case r.target == nil:
		return p, core.Problems{{Field: "kind", Key: core.ProblemPushKind}}
	}
	if bad := r.target.Check(p.Redis, a); len(bad) > 0 {
		return p, bad
	}
	p.Redis = r.target.Complete(p.Redis, a)
	return p, nil
}

// taken reports whether a push of an account with another token writes an entry already:
// the two would overwrite each other.
func (r *redisPushes) taken(place core.RedisPlace, a core.Account) bool {
	for _, other := range r.all.accounts.all() {
		for _, k := range r.all.of(other.ID) {
			if k.Kind == core.PushRedis && other.ID != a.ID && r.target.Same(place, a, k.Redis, other) && !r.all.sameToken(a, other) {
				return true
			}
		}
	}
	return false
}

// mayKeep refuses a key that holds the account's AppSecret.
func (r *redisPushes) mayKeep(ctx context.Context, id core.ID, place core.RedisPlace) error {
	if place.Key == "" {
		return nil
	}
	kept, err := r.entry(ctx, id)
	switch {
	case err != nil:
		return err
	case kept.Secret != "" && strings.Contains(place.Key, kept.Secret):
		return invalid(core.Problems{{Field: "redis_key", Key: core.ProblemRedisSecret}})
	}
	return nil
}

// write is a token on its way into an entry, with what the vault has for it.
func (r *redisPushes) write(ctx context.Context, a core.Account, place core.RedisPlace, t core.Token, known core.RedisEntry) (core.RedisWrite, error) {
	kept, err := r.entry(ctx, a.ID)
	if err != nil {
		return core.RedisWrite{}, err
	}
	out := core.RedisWrite{Place: place, Account: a, Token: t, Known: known, Password: kept.redisPassword(place.URL)}
	if r.target.NeedsSecret(place, a) {
		out.AppSecret = core.NewSecret(kept.Secret)
	}
	return out, nil
}

// deliver does a job, and notes what is known of the entry.
// Pushes may have come to share an entry by an edit of an account, or before
// that was refused.
func (r *redisPushes) deliver(ctx context.Context, job push.Job) error {
	if r.taken(job.Push.Redis, job.Account) {
		return &core.Error{
			Class: core.PushFailed, Remedy: core.RemedyPushTaken,
			Message: "a push of another account writes this entry, and the two would overwrite each other; remove both and add them again",
		}
	}
	if !r.all.mayGo(job) {
		return errUnpublished()
	}
	w, err := r.write(ctx, job.Account, job.Push.Redis, job.Token, *job.Entry)
	if err != nil {
		return err
	}
	key := pushKey{job.Account.ID, job.Push.Number}
	w.Lock = r.locks.text(key)
	defer r.free(key, w.Lock, false)
	*job.Entry, err = r.target.Write(ctx, w)
	return err
}

// published reports whether a token may be written for backends. Where a second token
// kills the first, a shared account's may be once its team has it: a token whose publish
// was refused is not the one that the team uses.
func (s *Service) published(a core.Account, t core.Token) bool {
	return s.spec(a.Kind).Traits.Repeat.Harmless() || s.teams.has(a.ID, t.Value)
}

// reportsVanished reports whether an entry that vanished is a report that its token is
// dead. Where upstream cannot be asked about a token and makes another one at each call,
// every report would cost a token, although somebody may only have emptied the Redis.
func (s *Service) reportsVanished(a core.Account) bool {
	spec := s.spec(a.Kind)
	return spec.CanCheck(a) || spec.Traits.Repeat == core.RepeatSame || spec.Traits.Repeat == core.RepeatSameRenewed
}

func errUnpublished() *core.Error {
	return &core.Error{
		Class: core.PushFailed, Remedy: core.RemedyTryAgain,
		Message: "this token is not the team's newest and may be dead; the team's is written as soon as it is here",
	}
}

// planRedis says what a push that is not kept would do.
func (s *Service) planRedis(ctx context.Context, a core.Account, in api.PushInput) (api.Push, error) {
	p, problems := pushOf(in).Clean()
	if len(problems) == 0 && p.Kind != core.PushRedis {
		problems = core.Problems{{Field: "dry_run", Key: core.ProblemPushMixed}}
	}
	if len(problems) == 0 {
		p, problems = s.pushes.redis.clean(p, a)
	}
	if len(problems) == 0 && s.pushes.redis.taken(p.Redis, a) {
		problems = core.Problems{{Field: "redis", Key: core.ProblemRedisTaken}}
	}
	if len(problems) > 0 {
		return api.Push{}, invalid(problems)
	}
	t, err := s.keeper.Get(ctx, a.ID, core.DefaultMinTTL)
	if err != nil {
		return api.Push{}, core.AsError(err)
	}
	w, err := s.pushes.redis.write(ctx, a, p.Redis, t, core.RedisEntry{})
	if err != nil {
		return api.Push{}, err
	}
	if in.RedisPassword != nil {
		w.Password = core.NewSecret(*in.RedisPassword)
	}
	plan, err := s.pushes.redis.target.Plan(ctx, w)
	if err != nil {
		return api.Push{}, core.AsError(err)
	}
	out := viewPush(core.KeptPush{Push: p})
	out.Plan = &api.PushPlan{Commands: plan.Commands, There: plan.There, Lock: plan.Lock}
	if plan.Err == nil && !s.published(a, t) {
		plan.Err = errUnpublished()
	}
	if plan.Err != nil {
		out.Plan.Error = api.FromError(plan.Err)
	}
	return out, nil
}

// redisPasswordFirst keeps the password of a push that is about to be saved, so that a
// crash leaves none without its password. undo puts back what was there.
func (s *Service) redisPasswordFirst(ctx context.Context, a core.Account, in api.PushInput) (undo func(), err error) {
	undo = func() {}
	if in.Redis == nil || in.RedisPassword == nil {
		return undo, nil
	}
	p, problems := pushOf(in).Clean()
	if len(problems) == 0 {
		p, problems = s.pushes.redis.clean(p, a)
	}
	if len(problems) > 0 {
		return undo, nil // the saving says them
	}
	kept, err := s.vault.entry(ctx, a.ID)
	if err != nil {
		return undo, err
	}
	was := kept.redisPassword(p.Redis.URL)
	undo = func() {
		if err := s.keepRedisPassword(context.WithoutCancel(ctx), a, p.Redis.URL, was); err != nil {
			s.log.Warn("the password of a push that was not saved stays with the account", "account", a.ID, "error", err)
		}
	}
	return undo, s.keepRedisPassword(ctx, a, p.Redis.URL, core.NewSecret(*in.RedisPassword))
}

// keepRedisPassword puts the password for the Redis at a URL into the vault; an empty
// one is taken out.
func (s *Service) keepRedisPassword(ctx context.Context, was core.Account, url string, password core.Secret) error {
	s.edit.Lock()
	defer s.edit.Unlock()
	if err := s.openForWriting(ctx); err != nil {
		return err
	}
	a, there := s.accounts.get(was.ID) // an edit may have come first
	if !there {
		return noAccount(refOf(was), "")
	}
	kept, err := s.vault.entry(ctx, a.ID)
	if err != nil {
		return err
	}
	next := kept.withRedis(url, password)
	if next == kept {
		return nil
	}
	return s.vault.put(ctx, a.ID, s.vault.kept(a, next.bind(s.goes(a))))
}

// forgetRedisPassword takes out the password of a push that is gone, unless another push
// of the account uses it.
func (s *Service) forgetRedisPassword(ctx context.Context, a core.Account, gone core.Push) {
	if gone.Kind != core.PushRedis {
		return
	}
	for _, k := range s.pushes.of(a.ID) {
		if k.Redis.URL == gone.Redis.URL {
			return
		}
	}
	if err := s.keepRedisPassword(ctx, a, gone.Redis.URL, core.Secret{}); err != nil {
		s.log.Warn("removed a push, the password of its Redis not yet; it goes with the account", "account", a.ID, "error", err)
	}
}

// Times of looking at entries.
const (
	// lookEvery is how often entries are looked at.
	lookEvery = time.Minute
	// endSlack is how near to its end an entry may vanish by itself.
	endSlack = 10 * time.Second
	// maxVanishing bounds the pauses between what is done about an entry that vanishes
	// again and again. After as long a calm they begin anew.
	maxVanishing = 15 * time.Minute
)

// vanishing is an entry that vanished before its time.
type vanishing struct {
	pause time.Duration
	until time.Time // nothing is done about it before
}

func (r *redisPushes) poke() {
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

// watch looks at the entries of pushes as long as ctx lasts. While there are none it
// sleeps.
func (r *redisPushes) watch(ctx context.Context) {
	if r.target == nil {
		return
	}
	ticker := time.NewTicker(lookEvery)
	ticker.Stop()
	defer ticker.Stop()
	ticking := false
	for {
		if some := len(r.written()) > 0; some != ticking {
			if ticking = some; some {
				ticker.Reset(lookEvery)
			} else {
				ticker.Stop()
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-r.changed:
		case <-ticker.C:
			r.look(ctx)
		}
	}
}

// written are the jobs of pushes whose entry should hold the account's token now, by
// Redis. They were all written with passwords that it takes.
func (r *redisPushes) written() map[string][]push.Job {
	now := r.all.now()
	out := map[string][]push.Job{}
	for _, a := range r.all.accounts.all() {
		for _, k := range r.all.of(a.ID) {
			e := k.Result.Entry
			if k.Kind != core.PushRedis || k.Result.Err != nil || e.Ends.Sub(now) < endSlack {
				continue
			}
			t, ok := r.all.keeper.Token(a.ID)
			if !ok || t.Dead || e.Print != core.TokenPrint(t.Value) {
				continue
			}
			if job, ok := r.all.job(a.ID, k.Push, t); ok {
				*job.Entry = e
				out[k.Redis.URL] = append(out[k.Redis.URL], job)
			}
		}
	}
	return out
}

// look reads the entries that should hold a token. SDKs delete the entry of a token that
// is dead, see vanished. If an entry holds another token, there is a second program that
// fetches.
func (r *redisPushes) look(ctx context.Context) {
	for _, jobs := range r.written() {
		writes := make([]core.RedisWrite, 0, len(jobs))
		for _, job := range jobs {
			w, err := r.write(ctx, job.Account, job.Push.Redis, job.Token, *job.Entry)
			if err != nil {
				return // the vault is closed
			}
			writes = append(writes, w)
		}
		seen, err := r.target.Look(ctx, writes)
		if err != nil {
			r.all.log.Debug("cannot look at entries of pushes", "error", core.AsError(err))
			continue
		}
		for i, e := range seen {
			switch {
			case e.Print == jobs[i].Entry.Print:
			case e.Print == "":
				r.vanished(ctx, jobs[i])
			default:
				r.replaced(jobs[i])
			}
		}
	}
}

// vanished reports a token whose entry is gone as dead. If upstream accepts it, it is
// written again; if not, the next one is. Where a report would only be believed, the
// token is written again unreported. For an entry that vanishes again and again, with
// whatever tokens, the pauses grow.
func (r *redisPushes) vanished(ctx context.Context, job push.Job) {
	k := pushKey{job.Account.ID, job.Push.Number}
	now, v := r.all.now(), r.gone[k]
	switch {
	case now.Sub(v.until).Abs() > maxVanishing: // the clock may have been set back
		v.pause = lookEvery
	case now.Before(v.until):
		return
	default:
		v.pause = min(2*v.pause, maxVanishing)
	}
	v.until = now.Add(v.pause)
	if r.gone == nil {
		r.gone = map[pushKey]vanishing{}
	}
	r.gone[k] = v
	if r.reports(job.Account) {
		r.all.log.Info("the entry of a push vanished before its time; its token is checked", "account", job.Account.ID, "push", job.Push.Number)
		got, err := r.all.keeper.Refresh(ctx, job.Account.ID, core.Report{Stale: job.Token.Value})
		if err != nil {
			r.all.log.Info("the token of an entry that vanished could not be checked", "account", job.Account.ID, "push", job.Push.Number, "error", core.AsError(err))
			return
		}
		if got.Token.Value != job.Token.Value {
			return
		}
	} else {
		r.all.log.Info("the entry of a push vanished before its time; its token is written again", "account", job.Account.ID, "push", job.Push.Number)
	}
	*job.Entry = core.RedisEntry{}
	r.all.runner.Add(job)
}

// replaced tells that an entry holds a token that is not the account's. It is left as it
// is.
func (r *redisPushes) replaced(job push.Job) {
	r.all.ended(job, core.PushResult{
		At: r.all.now(), Tries: 1, Mask: core.Mask(job.Token.Value), Print: core.TokenPrint(job.Token.Value), Expires: job.Token.ExpiresAt, Err: &core.Error{
			Class: core.PushFailed, Remedy: core.RemedyPushFetchers,
			Message: "somebody else put another token into the entry, so two programs fetch tokens of this account; the entry was left as it is",
		},
	})
}
