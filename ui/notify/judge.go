package notify

import (
	"slices"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// kind is what a notification is about. Each has a setting and one place on the
// desktop.
type kind int

const (
	person  kind = iota // an account needs somebody
	failing             // renewal fails again and again
	expiry              // a token is about to expire and is not renewed
	pushing             // a token does not get where it is pushed
	losing              // a token that is watched died before its time
	kinds               // how many the judge decides about

	late   = kinds     // a token came after something else was copied; no setting, a person asked
	kept   = kinds + 1 // what was copied did not stay cleared; no setting, it is a secret's
	places = kinds + 2 // how many there are on the desktop
)

func (k kind) String() string {
	return [...]string{"person", "failing", "expiry", "push", "lost", "late", "kept"}[k]
}

const (
	// patience is how long a renewal must have failed before it is told. Most
	// failures are over by then: the agent tries again within seconds.
	patience = time.Minute
	// warning is how long before its expiry a token that is not renewed is told;
	// for a short life it is a quarter of the life.
	warning = 5 * time.Minute
	// spacing is the least time between two notifications of one account and kind.
	spacing = 30 * time.Minute
	// attention is how long a person who added an account looks at it.
	attention = time.Minute
)

// judge decides what to tell. It knows no desktop and no language, and has no
// clock: each call says what time it is.
type judge struct {
	*api.Picture[*account] // an account is nil when there is nothing to tell of it, and was nothing
	on                     [kinds]bool
	shown                  [kinds]bool
	now                    time.Time // of the event that is being taken in
	news                   bool      // the event may have brought something to tell
	arrivals               []arrival // accounts that were added a moment ago, the latest last
	memory                 memory    // of what was told, also by the agent before this one
}

// account is an account of which there may be something to tell.
type account struct {
	id      core.ID
	ref     api.Ref
	of      core.Kind // of token
	state   core.State
	class   core.Class
	remedy  string
	ip      string
	part    string // what an answer lacks, and where
	path    string
	expires time.Time // zero without a token
	life    time.Duration
	added   time.Time       // zero when it was there before
	since   time.Time       // renewal has failed since; zero when it does not fail
	missed  time.Time       // a push has failed since; zero when none fails
	lost    api.CheckResult // what the watch found of a token that died, and when; zero: nothing
	news    [kinds]news
}

// news is what one kind tells of an account.
type news struct {
	told    time.Time // last
	member  bool      // it holds and was told, or was known without being told
	aloud   bool      // it was told
	earlier bool      // by the agent before this one
}

// decision is a notification to show, with the accounts that it is about, the
// latest first; without accounts it is one to withdraw.
type decision struct {
	kind     kind
	accounts []account
}

// arrival is an account that a person has added, and may still be looking at.
type arrival struct {
	id core.ID
	at time.Time
}

func newJudge(before memory) *judge {
	j := &judge{memory: before}
	j.Picture = api.NewPicture(j.keep)
	return j
}

// onEvent takes an event in and reports whether to decide anew.
func (j *judge) onEvent(e api.Event, now time.Time) bool {
	j.now, j.news = now.Round(0), false
	change := j.Apply(e)
	s := j.Settings
	j.on = [kinds]bool{person: s.NotifyPerson, failing: s.NotifyFailing, expiry: s.NotifyExpiry, pushing: s.NotifyFailing, losing: s.NotifyPerson}
	return j.news || change.Settings || e.Removed != ""
}

// keep is what the judge keeps of an account: nil for most, of which there is
// nothing to tell. What the first snapshot holds is not told; people know it.
func (j *judge) keep(a api.Account, acc *account, known bool) *account {
	first := !j.Loaded
	if !known && !first {
		j.arrivals = append(j.arrivals, arrival{a.ID, j.now})
	}
	if acc == nil {
		if a.Error == nil && a.FailingPushes() == 0 && a.Lost == nil && renewed(a.StateAt(j.now)) {
			return nil
		}
		acc = &account{id: a.ID, added: j.added(a.ID)}
		j.memory.recall(acc)
	}
	acc.set(a, j.now)
	if first {
		acc.news[person].member = acc.state == core.StateBlocked
		acc.news[losing].member = acc.lost.Dead
	}
	j.news = true
	return acc
}

// added is when an account was added, if that was a moment ago.
func (j *judge) added(id core.ID) time.Time {
	i := slices.IndexFunc(j.arrivals, func(a arrival) bool { return a.id == id })
	if i < 0 {
		return time.Time{}
	}
	return j.arrivals[i].at
}

// set notes how an account stands.
func (acc *account) set(a api.Account, now time.Time) {
	acc.ref, acc.of, acc.state, acc.expires, acc.life = a.Ref(), a.Kind, a.StateAt(now), time.Time{}, time.Duration(a.Life)*time.Second
	if a.Mask != "" {
		acc.expires = a.ExpiresAt
	}
	acc.class, acc.remedy, acc.ip, acc.part, acc.path = "", "", "", "", ""
	if e := a.ErrorAt(now); e != nil {
		acc.class, acc.remedy, acc.ip, acc.part, acc.path = e.Class, e.Remedy, e.CallerIP, e.Part, e.Path
	}
	acc.lost = api.CheckResult{}
	if a.Lost != nil && a.Watch {
		acc.lost = api.CheckResult{Dead: true, Finding: a.Lost.Finding, At: a.Lost.At, WorkedAt: a.Lost.WorkedAt}
	}
	switch {
	case a.FailingPushes() == 0:
		acc.missed = time.Time{}
	case acc.missed.IsZero():
		acc.missed = now
	}
	fails := a.Error != nil && (a.State == core.StateRetrying || a.State == core.StateRenewing)
	switch {
	case !fails:
		acc.since = time.Time{}
	case acc.since.IsZero():
		acc.since = now
	}
}

// renewed reports whether tokens are renewed in a state.
func renewed(s core.State) bool {
	switch s {
	case core.StatePaused, core.StateBlocked, core.StateLocked:
		return false
	}
	return true
}

// holds reports whether a kind is true of an account at now, and if not, when it
// will be unless something changes; zero for never.
func (a *account) holds(k kind, now time.Time) (bool, time.Time) {
	var at time.Time
	switch {
	case k == person:
		return a.state == core.StateBlocked, at
	case k == losing:
		// Where nothing is fetched before a person asks, that is told, and this with it.
		return a.lost.Dead && a.state != core.StateBlocked && now.Before(a.lost.At.Add(spacing)), at
	case k == failing && !a.since.IsZero():
		at = a.since.Add(patience)
	case k == pushing && !a.missed.IsZero():
		at = a.missed.Add(patience)
	case k == expiry && !renewed(a.state) && !a.expires.IsZero():
		at = a.expires.Add(-min(warning, a.life/4))
		if !a.news[k].member && !a.expires.After(now) {
			return false, time.Time{} // too late to warn
		}
	default:
		return false, at
	}
	return !at.After(now), at
}

// decide tells what to show and withdraw at now, and when to decide again if no
// event comes; zero for never.
func (j *judge) decide(now time.Time) ([]decision, time.Time) {
	now = now.Round(0)
	var decisions []decision
	var next time.Time
	for k := range kinds {
		if o, changed := j.judge(k, now, &next); changed {
			decisions = append(decisions, o)
		}
	}
	for i, a := range j.Accounts {
		if a != nil && a.forgettable(now) {
			j.Accounts[i] = nil
		}
	}
	if n := len(j.arrivals); n > 0 {
		end := j.arrivals[n-1].at.Add(attention)
		if soonest(&next, end, now); !now.Before(end) {
			j.arrivals = nil
		}
	}
	j.memory.fade(now)
	return decisions, next
}

// judge decides about one kind.
func (j *judge) judge(k kind, now time.Time, next *time.Time) (decision, bool) {
	out := decision{kind: k}
	grown := false
	for _, a := range j.Accounts {
		if a == nil {
			continue
		}
		n := &a.news[k]
		holds, at := a.holds(k, now)
		switch {
		case !j.on[k]:
			n.member, n.aloud = false, false
		case !holds:
			n.member, n.aloud = false, false
			soonest(next, at, now)
		case n.member:
		case n.earlier && now.Before(n.told.Add(spacing)): // it went on while no agent ran
			n.member, n.earlier = true, false
		case !n.told.IsZero() && now.Before(n.told.Add(spacing)):
			soonest(next, n.told.Add(spacing), now)
		case !a.added.IsZero() && now.Before(a.added.Add(attention)):
			n.member = true // whoever added it is looking
		default:
			*n = news{member: true, aloud: true, told: now}
			j.memory.note(a.id, k, now)
			grown = true
		}
		if n.aloud {
			out.accounts = append(out.accounts, *a)
		}
	}
	slices.SortFunc(out.accounts, func(a, b account) int {
		if c := b.news[k].told.Compare(a.news[k].told); c != 0 {
			return c
		}
		return strings.Compare(a.ref.String(), b.ref.String())
	})
	changed := grown || j.shown[k] && len(out.accounts) == 0
	j.shown[k] = len(out.accounts) > 0
	return out, changed
}

// soonest sets next to at if that is earlier and still to come.
func soonest(next *time.Time, at, now time.Time) {
	if at.After(now) && (next.IsZero() || at.Before(*next)) {
		*next = at
	}
}

// forgettable reports whether nothing needs to be remembered of the account.
func (a *account) forgettable(now time.Time) bool {
	if !renewed(a.state) || !a.since.IsZero() || !a.missed.IsZero() || a.lost.Dead && now.Before(a.lost.At.Add(spacing)) || now.Before(a.added.Add(attention)) {
		return false
	}
	return !slices.ContainsFunc(a.news[:], func(n news) bool { return n.member || now.Before(n.told.Add(spacing)) })
}
