package core_test

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"tokentray/core"
)

// house is a running Keeper with one account, shop.
type house struct {
	*core.Keeper
	t       *testing.T
	zone    core.Zone
	vault   *vault
	journal *journal
	wall    *wall
	account core.Account
	renewed func(core.ID, core.Token) // told of renewals, when set
	stop    func()

	mu     sync.Mutex
	listed map[core.ID]*core.Account // the Keeper's own copies
}

// own is the Keeper's own copy of an account.
func (h *house) own(id core.ID) *core.Account {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.listed[id]
}

// setup is what a house is made of. What is left out is the usual: an account
// that renews by itself at an upstream like stable_token, without a token.
type setup struct {
	source  core.Source
	traits  core.Traits // empty: those of the source, if it tells them
	account func(*core.Account)
	stored  core.Token
	before  func(*core.Keeper) // Run
	wall    *wall
	log     *slog.Logger // nil: none
	rivals  core.Rivals
	team    core.Team
}

// byHand switches the account's renewal in the background off.
func byHand(a *core.Account) { a.Auto = false }

// start runs a Keeper with one account, shop, until the test ends. Call it inside
// a synctest bubble.
func start(t *testing.T, s setup) *house {
	t.Helper()
	if s.wall == nil {
		s.wall = &wall{}
	}
	h := &house{t: t, vault: &vault{}, journal: newJournal(), wall: s.wall, listed: map[core.ID]*core.Account{}}
	h.account = core.Account{ID: "1", Name: "shop", Env: core.Sandbox, Kind: kindStable, AppID: "wx0", Auto: true}
	if s.account != nil {
		s.account(&h.account)
	}
	if s.source == nil {
		s.source = newUpstream(twoHours)
	}
	if s.traits == (core.Traits{}) {
		s.traits = s.source.(interface{ behaves() core.Traits }).behaves()
	}
	h.Keeper = core.NewKeeper(core.Config{
		Upstreams: map[core.Kind]core.Upstream{h.account.Kind: {Source: s.source, Traits: s.traits}},
		Vault:     h.vault, Journal: h.journal, Now: h.wall.Now, Log: s.log, Rivals: s.rivals, Team: s.team,
		Renewed: func(id core.ID, token core.Token) {
			if h.renewed != nil {
				h.renewed(id, token)
			}
		},
		List: func(a *core.Account) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.listed[a.ID] = a
		},
	})
	h.Put(h.account, s.stored)
	if s.before != nil {
		s.before(h.Keeper)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- h.Run(ctx) }()
	h.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(h.stop)
	h.zone = s.traits.Day
	return h
}

// day is the zone of the upstream's days.
func (h *house) day() core.Zone { return h.zone }

// Check is the Keeper's, and its error that of the token too.
func (h *house) Check(ctx context.Context, id core.ID) error {
	found, err := h.Keeper.Check(ctx, id)
	if err == nil {
		err = asError(found.Err)
	}
	return err
}

// current is the token that the Keeper has of shop.
func (h *house) current(t *testing.T) core.Token {
	t.Helper()
	token, there := h.Token("1")
	if !there {
		t.Fatal("the account is gone")
	}
	return token
}

// get is a token of shop, whatever its life.
func get(t *testing.T, h *house) core.Token {
	t.Helper()
	token, err := h.Get(t.Context(), "1", 0)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// class is the class of an error, "" for nil.
func class(err error) core.Class {
	if err == nil {
		return ""
	}
	return core.AsError(err).Class
}

// asError is a kept failure as an error, nil for none.
func asError(e *core.Error) error {
	if e == nil {
		return nil
	}
	return e
}

// vault hands out the same credentials for every account, or its error: what it
// knew when it was asked, after a while.
type vault struct {
	mu    sync.Mutex
	err   *core.Error
	delay time.Duration
	asked int
}

func (v *vault) Credentials(context.Context, core.Account) (core.Credentials, error) {
	v.mu.Lock()
	v.asked++
	err, delay := v.err, v.delay
	v.mu.Unlock()
	time.Sleep(delay)
	if err != nil {
		return core.Credentials{}, err
	}
	return core.Credentials{Secret: core.NewSecret("s3cret-of-the-test")}, nil
}

func (v *vault) set(err *core.Error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.err = err
}

// slow makes each answer take d.
func (v *vault) slow(d time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.delay = d
}

// journal keeps everything in memory.
type journal struct {
	looked time.Time // when the watch asked last
	mu     sync.Mutex
	tokens map[core.ID]core.Token
	lines  []core.Entry
	forced map[string]int
	calls  map[string]int // by day
	last   time.Time

	records int
	delay   time.Duration
	only    string
	err     error
}

func newJournal() *journal {
	return &journal{tokens: map[core.ID]core.Token{}, forced: map[string]int{}, calls: map[string]int{}}
}

func (j *journal) Record(id core.ID, r core.Record) error {
	j.mu.Lock()
	d := j.delay
	if r.Token == nil || j.only != "" && j.only != r.Token.Value {
		d = 0
	}
	j.mu.Unlock()
	time.Sleep(d)
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil {
		return j.err
	}
	j.records++
	if r.Token != nil {
		j.tokens[id] = *r.Token
	}
	if r.Line != nil {
		j.lines = append(j.lines, *r.Line)
	}
	j.calls[r.Day] += r.Calls
	if !r.Looked.IsZero() {
		j.looked = r.Looked
	}
	return nil
}

// slow makes each record of a token take d, of one token alone if only is set.
func (j *journal) slow(d time.Duration, only string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.delay, j.only = d, only
}

// fail makes every record fail with err, until it is nil.
func (j *journal) fail(err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.err = err
}

func (j *journal) RefusedIP(_ core.ID, ip string) (string, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, e := range slices.Backward(j.lines) {
		if e.CallerIP != "" && e.CallerIP != ip {
			return e.CallerIP, nil
		}
	}
	return "", nil
}

func (j *journal) Forced(_ core.ID, day string) (int, time.Time, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.forced[day], j.last, nil
}

func (j *journal) CountForce(_ core.ID, day string, at time.Time) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.forced[day]++
	j.last = at
	return nil
}

// called tells how many calls the journal counts on a day.
func (j *journal) called(day string) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.calls[day]
}

func (j *journal) token(id core.ID) core.Token {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.tokens[id]
}

// wall is a wall clock that the test can set, apart from the steady time.
type wall struct {
	mu     sync.Mutex
	offset time.Duration
	zone   *time.Location // nil: the machine's
}

func (w *wall) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now().Round(0).Add(w.offset)
	if w.zone != nil {
		now = now.In(w.zone)
	}
	return now
}

// travel makes the clock show the time of another zone.
func (w *wall) travel(zone *time.Location) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.zone = zone
}

func (w *wall) jump(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.offset += d
}
