package team

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"tokentray/core"
	"tokentray/core/redisconn"
)

// Account is one member's view of a token that a team shares. Several goroutines may
// use it. Errors are those of redisconn.Explain.
type Account struct {
	team *Team
	kind core.Kind
	acct string

	lease, fence, tok, next, rep, channel string // keys
	tag                                   string // their common prefix

	mu   sync.Mutex
	seen version // the newest that this member has read or published
	mark Mark
	last string // core.TokenPrint of the token of seen
	// doubted is the version of a token that this member reported beside one of its own,
	// and when it had: what was read before does not know of that.
	doubted   version
	doubtedAt time.Time
}

// Mark says which member fetched the newest known token, and when.
type Mark struct {
	By string
	At time.Time // by this machine's clock
}

// Mark returns which member fetched the newest token that this member knows.
func (a *Account) Mark() Mark {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.mark
}

// Has reports whether a token is the newest that this member knows of the team. One whose
// publish was refused, or has not worked yet, is not.
func (a *Account) Has(token string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return token != "" && a.last == core.TokenPrint(token)
}

// Account returns the team's account of a TokenID. It sends nothing.
func (t *Team) Account(kind core.Kind, id core.TokenID) *Account {
	return t.account(kind, t.keys.acct(id))
}

// account is Account by the name that the Redis knows.
func (t *Team) account(kind core.Kind, acct string) *Account {
	a := &Account{team: t, kind: kind, acct: acct}
	tag := "{tt:" + t.name + ":" + a.acct + "}:"
	a.tag = tag
	a.lease, a.fence, a.tok, a.next, a.rep, a.channel = tag+"lease", tag+"fence", tag+"tok", tag+"next", tag+"rep", tag+"ev"
	return a
}

// Published is the team's state of an account.
type Published struct {
	Value string // "" when there is no token
	// Left is the remaining life at Read, a monotonic time from before the question
	// was sent.
	Left time.Duration
	Read time.Time
	// Wanted: a member reported this token, and no round has answered that yet.
	Wanted bool
	By     string // the member that fetched it
	// Calls and Forced are the team's calls to the upstream on the day of the
	// question.
	Calls, Forced int

	gen     string
	wall    time.Time // of Read by the wall clock
	now     int64     // the time of the Redis
	account *Account
	version version
}

// Newest reports whether this machine knows no newer token, and keeps none of its own
// until a report of this one is answered.
func (p Published) Newest() bool {
	if p.account == nil {
		return true
	}
	p.account.mu.Lock()
	defer p.account.mu.Unlock()
	a := p.account
	doubted := p.version == a.doubted && (p.Wanted || p.Read.Before(a.doubtedAt))
	return !p.version.less(a.seen) && !doubted
}

// Remaining is the remaining life now. A monotonic clock stands still while the machine
// sleeps, and the wall clock does not: the one that counts more is believed.
func (p Published) Remaining() time.Duration {
	if p.Value == "" {
		return 0
	}
	since := time.Since(p.Read)
	if !p.wall.IsZero() {
		since = max(since, time.Now().Round(0).Sub(p.wall))
	}
	return p.Left - since
}

// counters returns the keys of a day's counts.
func (a *Account) counters(day string) (calls, force string) {
	return a.tag + "calls:" + day, a.tag + "force:" + day
}

// countedFor is how long the counts of a day are kept. Upstreams' days start at other
// times than ours.
const countedFor = 48 * time.Hour

// Count adds calls to the upstream to the team's count of a day.
func (a *Account) Count(ctx context.Context, day string, calls int) error {
	if calls <= 0 {
		return nil
	}
	key, _ := a.counters(day)
	return asError(a.team.scripts.count.Run(ctx, a.team.redis, []string{key}, calls, countedFor.Milliseconds()).Err())
}

// CountForce counts a forced fetch of a day, unless the team has made budget of them
// already.
func (a *Account) CountForce(ctx context.Context, day string, budget int) (bool, error) {
	_, key := a.counters(day)
	n, err := a.team.scripts.force.Run(ctx, a.team.redis, []string{key}, budget, countedFor.Milliseconds()).Int()
	return n > 0, asError(err)
}

// Read returns the team's state. day is the day whose counts are read; "" reads none.
// A token older than one that this member has seen does not count: the keys were lost
// or restored, and Read repairs the team's fence. Errors about a value that is not
// the team's are Misuse. Generation and time are read even then, so that a member can
// publish over it.
func (a *Account) Read(ctx context.Context, day string) (Published, error) {
	p := Published{Read: time.Now()}
	p.wall = p.Read.Round(0)
	keys := []string{a.tok}
	if day != "" {
		calls, force := a.counters(day)
		keys = append(keys, calls, force)
	}
	answer, err := a.team.scripts.read.Run(ctx, a.team.redis, keys, longestSealed).StringSlice()
	if err != nil {
		return Published{}, redisconn.Explain(err)
	}
	fields := map[string]string{}
	for i := 3; i+1 < len(answer); i += 2 {
		fields[answer[i]] = answer[i+1]
	}
	if len(answer) < 3 {
		return Published{}, errTampered(a.kind)
	}
	p.Calls, _ = strconv.Atoi(answer[1]) // text that is not a number counts as 0
	p.Forced, _ = strconv.Atoi(answer[2])
	p.now, err = strconv.ParseInt(answer[0], 10, 64)
	if err != nil {
		return Published{}, errTampered(a.kind)
	}
	p.gen, p.Wanted = fields["gen"], fields["want"] != ""
	_, there := fields["tok"]
	if !there {
		return p, a.raise(ctx, version{})
	}
	if a.team.keys.find(fields["kid"]) == nil && a.team.isCurrent(ctx) {
		return p, a.raise(ctx, version{}) // nobody can open it: its account was not shared when the last keys were made
	}
	s, err := a.open(fields["kid"], fields["tok"])
	if err != nil {
		return p, err
	}
	v := version{s.Fence, s.Seq}
	a.mu.Lock()
	old := v.less(a.seen)
	if !old {
		a.seen, a.last = v, core.TokenPrint(s.Token)
		a.mark = Mark{By: s.By, At: p.Read.Add(-time.Duration(p.now-s.Asked) * time.Millisecond).Round(0)}
	}
	a.mu.Unlock()
	if old {
		return p, a.raise(ctx, v)
	}
	hint, _ := strconv.ParseInt(fields["exp"], 10, 64)
	p.account, p.version = a, v
	p.Value, p.Left, p.By = s.Token, s.left(p.now, hint), s.By
	return p, nil
}

// raise sets the team's fence to the highest that this member has seen, if what was
// read is older, and asks for another token.
func (a *Account) raise(ctx context.Context, read version) error {
	highest := a.highest()
	if read.fence >= highest {
		return nil
	}
	_, err := a.team.scripts.raise.Run(ctx, a.team.redis, []string{a.fence, a.tok}, highest, a.team.holder, a.channel).Int()
	return asError(err)
}

func (a *Account) highest() int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.seen.fence
}

// Report tells the team that the token of p fails. It returns whether this is the
// first report of that token.
func (a *Account) Report(ctx context.Context, p Published) (first bool, err error) {
	n, err := a.team.scripts.stale.Run(ctx, a.team.redis, []string{a.tok}, p.gen, a.team.holder, a.channel).Int()
	return n == 1, asError(err)
}

// doubt is Report of a token while this member keeps one of its own, which upstream gave
// out too late. Until a round has answered, the team's does not replace it.
func (a *Account) doubt(ctx context.Context, p Published) error {
	if _, err := a.Report(ctx, p); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.doubted, a.doubtedAt = p.version, time.Now()
	return nil
}

// Lease is the right to ask the upstream while it lasts.
type Lease struct {
	account *Account
	value   string // holder#fence
	fence   int64
	seq     int64

	mu    sync.Mutex
	until time.Time // monotonic, counted from before the request
}

// Acquire takes the lease. If another member has it, the Lease is nil and wait is how
// long that can last at most.
func (a *Account) Acquire(ctx context.Context) (l *Lease, wait time.Duration, err error) {
	before := time.Now()
	got, err := a.team.scripts.acquire.Run(ctx, a.team.redis, []string{a.lease, a.fence, a.tok},
		a.team.holder, a.team.timing.Lease.Milliseconds(), a.highest()).Slice()
	if err != nil {
		return nil, 0, redisconn.Explain(err)
	}
	if len(got) != 3 {
		return nil, 0, errTampered(a.kind)
	}
	fence, _ := got[0].(int64)
	value, _ := got[1].(string)
	ms, _ := got[2].(int64)
	if fence == 0 {
		return nil, max(0, time.Duration(ms)*time.Millisecond), nil
	}
	return &Lease{account: a, value: value, fence: fence, until: before.Add(a.team.timing.Lease)}, 0, nil
}

// callSlack is how much of a lease must be left when a call begins.
const callSlack = time.Second

// errLost is a holder's error when its lease ended: another member may be asking
// already.
func errLost(kind core.Kind) *core.Error {
	return &core.Error{Class: core.Temporary, Remedy: core.RemedyTryAgain, Kind: kind, Message: "another member of the team renews the token; try again shortly"}
}

// Renew extends the lease. A Temporary error with the remedy RemedyTryAgain means
// that it is lost.
func (l *Lease) Renew(ctx context.Context) error {
	t, before := l.account.team, time.Now()
	n, err := t.scripts.renew.Run(ctx, t.redis, []string{l.account.lease}, l.value, t.timing.Lease.Milliseconds()).Int()
	switch {
	case err != nil:
		return redisconn.Explain(err)
	case n == 0:
		return errLost(l.account.kind)
	}
	l.extend(before.Add(t.timing.Lease))
	return nil
}

func (l *Lease) extend(until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if until.After(l.until) {
		l.until = until
	}
}

// Left returns how long the lease lasts at least, by this machine's monotonic clock.
func (l *Lease) Left() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Until(l.until)
}

// Begin claims a call to the upstream. The next call of the same sort may begin after
// gap; reports and renewals do not delay each other. If wait is above zero the call
// must not be made before. Calling the upstream is allowed only after Begin returned
// zero and no error.
func (l *Lease) Begin(ctx context.Context, report bool, gap time.Duration) (wait time.Duration, err error) {
	a, before := l.account, time.Now()
	gap = min(gap, a.team.timing.Call) // otherwise the claim of a dead holder would outlive its lease
	if l.Left() < min(callSlack, a.team.timing.Lease/2) {
		return 0, errLost(a.kind)
	}
	claim := a.next
	if report {
		claim = a.rep
	}
	n, err := a.team.scripts.begin.Run(ctx, a.team.redis, []string{a.lease, claim}, l.value,
		max(1, gap.Milliseconds()), a.team.timing.Call.Milliseconds()).Int64()
	switch {
	case err != nil:
		return 0, redisconn.Explain(err)
	case n < 0:
		return 0, errLost(a.kind)
	case n > 0:
		return time.Duration(n) * time.Millisecond, nil
	}
	l.extend(before.Add(a.team.timing.Call))
	return 0, nil
}

// ErrOlder is returned by Publish when a member with a newer lease has published.
var ErrOlder = fmt.Errorf("team: a newer lease has published")

// Publish gives the team a token that the upstream granted. before is what was read
// before the upstream was asked; the life counts from then.
func (l *Lease) Publish(ctx context.Context, before Published, g core.Grant) error {
	a := l.account
	left := g.ExpiresIn - time.Since(before.Read)
	if g.Value == "" || left <= 0 || before.now == 0 {
		return &core.Error{Class: core.Temporary, Remedy: core.RemedyTryAgain, Kind: a.kind, Message: "the token that upstream gave has ended meanwhile; try again"}
	}
	l.seq++
	text, err := a.seal(sealed{Token: g.Value, Life: g.ExpiresIn.Milliseconds(), Asked: before.now, Fence: l.fence, Seq: l.seq, By: a.team.self.Name})
	if err != nil {
		return core.AsError(err)
	}
	n, err := a.team.scripts.publish.Run(ctx, a.team.redis, []string{a.tok}, l.fence, text, a.team.keys.tokenHash(g.Value),
		left.Milliseconds(), a.team.keys.current.id, a.channel).Int64()
	switch {
	case err != nil:
		return redisconn.Explain(err)
	case n < 0:
		return ErrOlder
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if v := (version{l.fence, l.seq}); a.seen.less(v) {
		a.seen, a.last = v, core.TokenPrint(g.Value)
		a.mark = Mark{By: a.team.self.Name, At: before.Read.Round(0)}
	}
	return nil
}

// Settle tells the team that the upstream still accepts the token of p, so that a
// later report of it counts again.
func (l *Lease) Settle(ctx context.Context, p Published) error {
	a := l.account
	return asError(a.team.scripts.settle.Run(ctx, a.team.redis, []string{a.tok}, p.gen, a.channel).Err())
}

// Release gives the lease back, so that others need not wait for its end.
func (l *Lease) Release(ctx context.Context) error {
	a := l.account
	return asError(a.team.scripts.release.Run(ctx, a.team.redis, []string{a.lease}, l.value, a.channel).Err())
}

// HandOver gives back the lease and the claim to a call: this machine cannot get a
// token, but another may.
func (l *Lease) HandOver(ctx context.Context, report bool) error {
	a := l.account
	claim := a.next
	if report {
		claim = a.rep
	}
	return asError(a.team.scripts.handOver.Run(ctx, a.team.redis, []string{a.lease, claim}, l.value, a.channel).Err())
}

func asError(err error) error {
	if e := redisconn.Explain(err); e != nil {
		return e
	}
	return nil
}
