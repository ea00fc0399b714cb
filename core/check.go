package core

import (
	"context"
	"errors"
	"maps"
	"time"
)

// Finding is the result of a check of a token.
type Finding string

// The findings. If a call is refused for a reason other than the token, the token may
// still work for other calls.
const (
	FoundWorks        Finding = "works"
	FoundReplaced     Finding = "replaced"      // dead: another program fetched a newer one
	FoundExpired      Finding = "expired"       // dead: its time is over
	FoundDead         Finding = "dead"          // upstream refuses it and does not say why
	FoundNotFromHere  Finding = "not_from_here" // this machine's address is not allowed
	FoundNoPermission Finding = "no_permission" // the account may not make the call that checks
	FoundNothing      Finding = "unknown"       // upstream did not answer, or something else
)

// Dead reports whether nobody can use the token any more.
func (f Finding) Dead() bool { return f == FoundReplaced || f == FoundExpired || f == FoundDead }

// Checked is what a check found out, and when.
type Checked struct {
	Finding Finding
	At      time.Time
	// Worked is the last moment at which the token is known to have worked. A
	// replaced token was replaced between Worked and At.
	Worked time.Time
	Err    *Error // why the finding is not FoundWorks
}

// Check asks upstream whether it accepts the current token from this machine. A
// token that upstream calls dead counts as expired from then on. A check may run
// while a round does. An error means that upstream could not be asked.
func (k *Keeper) Check(ctx context.Context, id ID) (Checked, error) {
	k.mu.RLock()
	e := k.entries[id]
	if e == nil {
		k.mu.RUnlock()
		return Checked{}, errNoAccount()
	}
	a, current := *e.account, *e.token.Load()
	k.mu.RUnlock()
	if _, known := k.traits(a); !known {
		return Checked{}, errKind(a.Kind)
	}
	if current.Value == "" {
		return Checked{}, &Error{Class: Temporary, Remedy: RemedyTryAgain, Message: "there is no token to check yet; get one first"}
	}
	w := k.attempt(ctx, a, current)
	checker := w.checker()
	if checker == nil {
		return Checked{}, &Error{Class: Misuse, Remedy: RemedyNoCheck, Message: "tokens of this kind cannot be checked; try it in a call"}
	}
	if !w.open() && a.Proxy != "" { // without a proxy a check needs no secret
		return Checked{}, w.out.err
	}
	w.ask(checker)
	return k.checked(w), nil
}

// checked notes what a check beside the rounds found out.
func (k *Keeper) checked(w *attempt) Checked {
	id := w.req.Account.ID
	var rec Record
	found := Checked{Finding: FoundNothing, Err: w.out.err} // unless the account was removed meanwhile
	k.change(id, func(e *entry, now time.Time) {
		rec = k.countBeside(w.req.Account, w.out, now)
		found = Checked{Finding: w.finding(now), At: now, Worked: w.current.ObtainedAt, Err: w.refusal()}
		t := *e.token.Load()
		if t.Value != w.current.Value {
			return
		}
		if w.out.verdict == dead { // under the same lock as lose, so that no round begins in between
			e.condemn(t.Value, now)
		}
		var was Checked
		if e.check != nil {
			was = *e.check
		}
		switch last := e.check; {
		case last != nil && last.Finding.Dead() && found.Finding.Dead():
			found.Finding, found.At, found.Worked = last.Finding, last.At, last.Worked // the token as it was when upstream was asked
		case last != nil:
			found.Worked = later(found.Worked, last.Worked)
		}
		if found.Finding == FoundWorks {
			found.Worked = now
			e.revive(&t)
			e.token.Store(&t)
		}
		if found.Finding.Dead() && found.Finding != FoundExpired && !was.Finding.Dead() {
			rec.Line = k.lose(e, &found, now)
		}
		e.check = &found
		if e.look != nil {
			k.looked[w.req.Account.ID], rec.Looked = now, now
			k.lookAt(e, now.Add(lookEvery))
		}
	})
	k.record(id, rec, w.out.verdict == dead)
	return found
}

// lose notes that the account's token died early, and returns the line of history
// about it. If a fetch would kill the new token of another program, none is made
// before a person asks: two programs that fetch in turn would never stop. The lock
// is held.
func (k *Keeper) lose(e *entry, found *Checked, now time.Time) *Entry {
	e.lost = found
	line := &Entry{
		At: now, What: DidLose, Mask: Mask(e.token.Load().Value), Calls: 1,
		Code: found.Err.Code, Message: found.Err.Upstream, RID: found.Err.RID,
	}
	traits, _ := k.traits(*e.account)
	if found.Finding == FoundReplaced && traits.Destructive() {
		e.err = &Error{
			Class: Misuse, Remedy: RemedyReplaced, Kind: e.account.Kind, Code: found.Err.Code, Upstream: found.Err.Upstream, RID: found.Err.RID,
			Message: "somebody else fetched a newer token, which a fetch from here would kill; tokentray refresh fetches in spite of it",
		}
		line.Class, line.Remedy, line.Message = e.err.Class, e.err.Remedy, e.err.Message
	}
	return line
}

// refusal is why the check did not accept the token; for a dead token it says what
// to do.
func (w *attempt) refusal() *Error {
	why := w.out.err
	if w.out.verdict != dead {
		return why
	}
	return &Error{
		Class: Temporary, Remedy: RemedyTryAgain, Err: why, Kind: why.Kind,
		Code: why.Code, Upstream: why.Upstream, RID: why.RID,
		Message: "upstream no longer accepts the token; get another with tokentray refresh",
	}
}

// finding is the result of the attempt's check. Upstream refuses an expired token
// for many reasons, which then mean nothing.
func (w *attempt) finding(now time.Time) Finding {
	err, ends := w.out.err, w.current.ExpiresAt
	if w.current.Dead { // which ended it
		ends = w.current.ObtainedAt.Add(w.current.Life)
	}
	switch {
	case w.out.verdict == accepted:
		return FoundWorks
	case w.out.verdict == dead && (errors.Is(err, ErrEnded) || !ends.After(now)):
		return FoundExpired
	case errors.Is(err, ErrReplaced):
		return FoundReplaced
	case w.out.verdict == dead:
		return FoundDead
	case errors.Is(err, ErrNotGranted):
		return FoundNoPermission
	case err.Class == Whitelist || err.Class == Confirm:
		return FoundNotFromHere
	}
	return FoundNothing
}

// Test asks upstream once with an account and credentials, and keeps nothing. If a
// fetch would kill a token, it uses the source's harmless probe; without a probe, a
// live account needs its owner's consent, else the error is Misuse. Two tests of one
// upstream are at least 3 s apart; Test waits for that.
func (k *Keeper) Test(ctx context.Context, a Account, c Credentials) (Grant, error) {
	up := k.upstream(a.Kind)
	if up.Source == nil {
		return Grant{}, errKind(a.Kind)
	}
	k.mu.RLock()
	stopped := k.stopped
	k.mu.RUnlock()
	if stopped {
		return Grant{}, ErrStopping()
	}
	source := up.Source
	if up.Probe != nil {
		source = up.Probe
	} else if !k.Live(a) {
		return Grant{}, k.errLive(a)
	}
	if err := sleep(ctx, k.testGap(a)); err != nil {
		return Grant{}, err
	}
	grant, err := source.Fetch(ctx, Request{Account: a, Credentials: c})
	if e := AsError(err); e == nil || !e.Unsent {
		if up.Probe != nil {
			a.Kind = up.Sibling // whose call it was: upstream counts it there
		}
		k.countCall(a)
	}
	if err != nil {
		return Grant{}, AsError(err)
	}
	return grant, nil
}

// testGap books the next test of the account's upstream and returns how long to
// wait for it.
func (k *Keeper) testGap(a Account) time.Duration {
	now := k.lock()
	defer k.mu.Unlock()
	maps.DeleteFunc(k.tests, func(_ TokenID, free time.Time) bool { return !free.After(now) })
	token := k.TokenID(a)
	at := later(now, k.tests[token])
	k.tests[token] = at.Add(personFloor)
	return at.Sub(now)
}
