package notify

import (
	"slices"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// kind is the subject of a notification. Each kind has a setting and one notification
// on the desktop.
type kind int

const (
	person  kind = iota // an account needs a person
	failing             // renewal keeps failing
	expiry              // a token is about to expire and is not renewed
	pushing             // a push of a token keeps failing
	losing              // a watched token died before its time
	kinds               // how many kinds the judge decides about

	late   = kinds     // a token arrived after something else was copied; no setting, because a person asked for it
	kept   = kinds + 1 // what was copied did not stay cleared; no setting, because it is a secret
	done   = kinds + 2 // a copy is confirmed, if the settings want that
	places = kinds + 3 // how many notifications the desktop can have
)

func (k kind) String() string {
	return [...]string{"person", "failing", "expiry", "push", "lost", "late", "kept", "copied"}[k]
}

const (
	// patience is how long a renewal must fail before it is shown. Most failures end
	// sooner, because the agent tries again within seconds.
	patience = time.Minute
	// warning is how long before its expiry a token that is not renewed is shown. For
	// a short life it is a quarter of the life.
	warning = 5 * time.Minute
	// spacing is the least time between two notifications of the same account and
	// kind.
	spacing = 30 * time.Minute
	// attention is how long a person who added an account is expected to watch it.
	attention = time.Minute
)

// judge decides what to show. It does not know the desktop or the language and has no
// clock: each call passes the time.
type judge struct {
	*api.Picture[*account] // an account is nil if there is nothing to show about it now and there was nothing before
	on                     [kinds]bool
	shown                  [kinds]bool
	now                    time.Time // of the current event
	news                   bool      // the event may have something to show
	arrivals               []arrival // recently added accounts, the latest last
	memory                 memory    // when each account was shown last, by this agent and earlier ones
}

// account is an account about which there may be something to show.
type account struct {
	id      core.ID
	ref     api.Ref
	of      core.Kind // kind of its token
	state   core.State
	class   core.Class
	remedy  string
	ip      string
	part    string // the missing part of an answer, and its path
	path    string
	expires time.Time // zero without a token
	life    time.Duration
	added   time.Time       // zero if it was there at the start
	since   time.Time       // since when renewal fails; zero if it does not
	missed  time.Time       // since when a push fails; zero if none does
	lost    api.CheckResult // how and when a watched token died; zero: it did not
	news    [kinds]news
}

// news is the state of one kind for an account.
type news struct {
	told    time.Time // last time it was shown
	member  bool      // the kind is true and was shown, or needs no showing
	aloud   bool      // it was shown
	earlier bool      // an earlier agent showed it
}

// decision is a notification to show with its accounts, the latest first. Without
// accounts the notification is withdrawn.
type decision struct {
	kind     kind
	accounts []account
}

// arrival is an account that a person added recently and may still be watching.
type arrival struct {
	id core.ID
	at time.Time
}

func newJudge(before memory) *judge {
	j := &judge{memory: before}
	j.Picture = api.NewPicture(j.keep)
	return j
}

// onEvent processes an event and reports whether to call decide.
func (j *judge) onEvent(e api.Event, now time.Time) bool {
	j.now, j.news = now.Round(0), false
	change := j.Apply(e)
	s := j.Settings
	j.on = [kinds]bool{person: s.NotifyPerson, failing: s.NotifyFailing, expiry: s.NotifyExpiry, pushing: s.NotifyFailing, losing: s.NotifyPerson}
	return j.news || change.Settings || e.Removed != ""
}

// keep returns what the judge remembers of an account: nil for most, which have
// nothing to show. What an account was like when the agent started is not shown, because
// people know it. The first snapshot can be later than the first renewals: an account
// with a line in its history has been through one.
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
	if first && a.HistoryLines == 0 {
		acc.news[person].member = acc.state == core.StateBlocked
		acc.news[losing].member = acc.lost.Dead
	}
	j.news = true
	return acc
}

// added returns when an account was added, if that was recently.
func (j *judge) added(id core.ID) time.Time {
	i := slices.IndexFunc(j.arrivals, func(a arrival) bool { return a.id == id })
	if i < 0 {
		return time.Time{}
	}
	return j.arrivals[i].at
}

// set updates the account from the wire.
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

// holds reports whether a kind is true for an account at now. If not, it returns when
// it will become true unless something changes; zero for never.
func (a *account) holds(k kind, now time.Time) (bool, time.Time) {
	var at time.Time
	switch {
	case k == person:
		return a.state == core.StateBlocked, at
	case k == losing:
		// If nothing is fetched until a person asks, that is shown instead.
		return a.lost.Dead && a.state != core.StateBlocked && now.Before(a.lost.At.Add(spacing)), at
	case k == failing && !a.since.IsZero():
		at = a.since.Add(patience)
	case k == pushing && !a.missed.IsZero():
		at = a.missed.Add(patience)
	case k == expiry && !renewed(a.state) && !a.expires.IsZero():
		at = a.expires.Add(-min(warning, a.life/4))
		if !a.news[k].member && !a.expires.After(now) {
			return false, time.Time{} // too late for a warning
		}
	default:
		return false, at
	}
	return !at.After(now), at
}

// decide returns what to show and withdraw at now, and when to call it again if no
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
		case n.earlier && now.Before(n.told.Add(spacing)): // it lasted while no agent ran
			n.member, n.earlier = true, false
		case !n.told.IsZero() && now.Before(n.told.Add(spacing)):
			soonest(next, n.told.Add(spacing), now)
		case !a.added.IsZero() && now.Before(a.added.Add(attention)):
			n.member = true // the person who added it is watching
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

// soonest sets next to at if at is earlier and in the future.
func soonest(next *time.Time, at, now time.Time) {
	if at.After(now) && (next.IsZero() || at.Before(*next)) {
		*next = at
	}
}

// forgettable reports whether nothing about the account must be remembered.
func (a *account) forgettable(now time.Time) bool {
	if !renewed(a.state) || !a.since.IsZero() || !a.missed.IsZero() || a.lost.Dead && now.Before(a.lost.At.Add(spacing)) || now.Before(a.added.Add(attention)) {
		return false
	}
	return !slices.ContainsFunc(a.news[:], func(n news) bool { return n.member || now.Before(n.told.Add(spacing)) })
}
