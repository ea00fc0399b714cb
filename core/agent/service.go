package agent

import (
	"context"
	"io"
	"log/slog"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/call"
	"tokentray/core/home"
	"tokentray/core/kinds"
	"tokentray/core/local"
	"tokentray/core/preset"
	"tokentray/core/push"
)

// Store is what the agent keeps between runs. Package store implements it. Its parts
// are declared beside their users.
type Store interface {
	core.Journal
	accountStore
	tokenStore
	ticketStore
	historyStore
	settingsStore
	useStore
	keyStore
	pushStore
	presetStore
	teamStore
	// Counts returns each account's calls to upstream on its last day.
	Counts() (map[core.ID]core.DayCounts, error)
	// Gone reports whether the database is no longer the file at its path.
	Gone() bool
	// Settle makes a backup if one is due; if it will be due soon, it says when.
	Settle() (wait time.Duration)
	// RepairDone says that the work for Parts.Restored is done. Until then the next
	// start reports the repair too.
	RepairDone()
	Close() error
}

// Login is the system's autostart entry. Package autostart has it.
type Login interface {
	Enabled() (bool, error)
	Set(on bool) error
}

// Hotkey is the key of the desktop that opens the window. Package hotkey has it.
type Hotkey interface {
	Set(core.Hotkey) error // the error says why it does not work, and the former one stays
	Keep(core.Hotkey)      // the one that was chosen before, whether or not it works
	Err() error            // why the chosen one does not work
}

// Parts are what a Service is made of. Run closes Store and Clipboard.
type Parts struct {
	Home      home.Home
	Version   string
	Demo      bool
	Lean      bool // Lean was called: the runtime follows what the agent does
	Store     Store
	Vaults    Vaults
	Clipboard Clipboard                 // nil: there is none
	Hotkey    Hotkey                    // nil: there is none
	Login     Login                     // nil: the agent of this home does not start at login
	Kinds     kinds.Set                 // the initial set, see SetKinds
	Sources   map[core.Kind]core.Source // the sources of each kind
	Presets   *preset.Asker             // makes the sources of the user's presets; nil: over the network
	// Session is the desktop in which the agent was started; OnSession is called
	// when a client brings another.
	Session   api.Session
	OnSession func(api.Session)
	// OpenWindow starts a window on a desktop; the channel is closed when it ended. Nil:
	// the agent starts none.
	OpenWindow func(on api.Session) (ended <-chan struct{}, err error)
	// Notice is the key of a message for people, for example that the database was
	// restored from a backup.
	Notice string
	Log    *home.Log // nil discards
	// Restored says that the store is a backup. Client keys that were revoked since
	// may be back, so the loopback door stays shut until a person opens it.
	Restored bool
	// Lost are the accounts that only the damaged database has, with what it says
	// about each; Removed are those that a person removed since the backup.
	Lost    map[core.ID][]core.Account
	Removed []core.ID
	// PutBack says that a person replaced the database by an older one, perhaps to
	// get removed accounts back.
	PutBack bool
	// OpenAPI is the description of the API for its callers.
	OpenAPI []byte
	// Deliver runs one push once; nil means package push's own.
	Deliver func(ctx context.Context, job push.Job) error
	// Redis writes pushes into the Redis of backends; nil: there are no such pushes.
	Redis RedisTarget
	// BackupWork is the cost of guessing a backup's passphrase, see
	// interchange.SealBackup; 0 is the one to use.
	BackupWork int
	Now        func() time.Time     // nil means the machine's
	Peer       func(net.Conn) error // judges callers; nil: local.SameUser
}

// Service is the agent. It implements api.Agent for the tray in its own process
// and, by Run, for everyone else over the socket.
type Service struct {
	parts    Parts
	log      *slog.Logger
	now      func() time.Time
	started  time.Time
	keeper   *core.Keeper
	tickets  *core.Tickets
	accounts directory
	lines    *lineCounter // parts.Store too
	hub      *hub
	vault    *vaultAccess
	grants   grants
	known    atomic.Pointer[kinds.Set] // see SetKinds
	sources  atomic.Pointer[map[core.Kind]core.Source]
	calls    *call.Engine

	stop     chan struct{} // closed when the agent should end
	stopOnce sync.Once

	edit sync.Mutex // held through each change of accounts and vault, prompts included
	conf sync.Mutex // held through each change of settings

	mu       sync.RWMutex // guards what follows; nothing else is locked under it
	settings core.Settings
	session  api.Session
	tray     string
	erase    bool // a reset: the home's files are removed at the end

	busMoved chan struct{} // the agent is on another session bus now

	copier  copier
	renewed chan struct{} // the clipboard may hold a replaced token

	uses    uses
	pushes  *pushes
	teams   *teams
	presets presets
	retrier retrier

	collector collector
	// unfinished: the vault was opened and did not answer for every account.
	unfinished atomic.Bool
	entries    refreshes // the vault's entries that are out of date
	loopback   loopback
	keys       clientKeys
	children   childKeys
	waiters    waiters
	listener   listener
	upkeep     upkeep
}

var _ api.Agent = (*Service)(nil)

// New returns the agent over its parts, with the store's content. The vault is not
// touched before Run.
func New(p Parts) (*Service, error) {
	if p.Now == nil {
		p.Now = time.Now
	}
	if p.Log == nil {
		p.Log = home.NewLog(io.Discard)
	}
	if p.Peer == nil {
		p.Peer = local.SameUser
	}
	if p.Deliver == nil {
		p.Deliver = push.Deliver
	}
	if p.OnSession == nil {
		p.OnSession = func(api.Session) {}
	}
	lines := newLineCounter(p.Store)
	p.Store = lines
	if p.Presets == nil {
		p.Presets = preset.NewAsker(preset.Options{})
	}
	own := presets{store: p.Store, asker: p.Presets, base: p.Kinds, source: p.Sources}
	err := own.load(func(kind core.Kind, why error) {
		p.Log.Warn("a preset cannot be read by this version and is kept as it is", "kind", kind, "error", why)
	})
	if err != nil {
		return nil, err
	}
	set, sources, err := own.with(nil, "")
	if err != nil {
		return nil, err
	}
	upstreams, err := set.Upstreams(sources)
	if err != nil {
		return nil, err
	}
	s := &Service{
		parts: p, lines: lines, log: p.Log.Logger, now: func() time.Time { return p.Now().Round(0) },
		hub: newHub(), stop: make(chan struct{}), renewed: make(chan struct{}, 1), busMoved: make(chan struct{}, 1), session: p.Session, tray: api.TrayOff,
		listener: listener{home: p.Home, log: p.Log.Logger}, upkeep: newUpkeep(),
	}
	s.started = s.now()
	s.known.Store(&set)
	s.presets = own
	s.sources.Store(&p.Sources)
	s.calls = s.newCalls()
	s.vault = newVaultAccess(p.Vaults, s.goes, s.asks, s.calls.Forget, func(v api.Vault) {
		s.hub.publish(func() api.Event { return api.Event{Type: api.EventVault, Vault: &v} })
	})
	s.pushes = &pushes{
		store: p.Store, accounts: &s.accounts, log: s.log, now: s.now, baseURL: s.baseURL, sameToken: s.sameToken,
		do: p.Deliver, exists: push.Exists, ours: p.Home.Holds, published: s.published,
		redis: redisPushes{target: p.Redis, entry: s.vault.entry, reports: s.reportsVanished, changed: make(chan struct{}, 1)},
	}
	s.pushes.redis.all = s.pushes
	s.teams = &teams{
		store: p.Store, vault: s.vault, accounts: &s.accounts, log: s.log, now: s.now, version: p.Version,
		idle: func() bool { return s.current().PausedAll }, part: s.partWith, read: s.pushes.resume,
		known: func(k core.Kind) bool { _, known := s.kindSet().Of(k); return known },
	}
	s.keeper = core.NewKeeper(core.Config{
		Upstreams: upstreams, Vault: s.vault, Journal: p.Store, Now: p.Now, Log: s.log,
		Renewed: s.pushes.queue, Team: s.teams, Rivals: &s.pushes.redis, List: s.accounts.put,
	})
	s.pushes.keeper, s.teams.keeper = s.keeper, s.keeper
	s.tickets = core.NewTickets(s.keeper, p.Store)
	s.copier = copier{desktop: p.Clipboard, now: s.now, changed: func(c api.Clipboard) {
		s.hub.publish(func() api.Event { return api.Event{Type: api.EventClipboard, Clipboard: &c} })
	}}
	s.uses = uses{store: p.Store, log: s.log, used: s.keeper.Used, written: s.keeper.Republish}
	return s, s.load()
}

// load reads the store.
func (s *Service) load() (err error) {
	if s.settings, err = s.parts.Store.Settings(); err != nil {
		return err
	}
	s.parts.Log.SetLevel(s.settings.LogLevel)
	s.applyHabits(s.settings)
	accounts, err := s.parts.Store.Accounts()
	if err != nil {
		return err
	}
	for i := range accounts {
		s.accounts.put(&accounts[i])
	}
	if err := s.pushes.load(s.parts.Restored); err != nil {
		return err
	}
	if err := s.teams.load(); err != nil {
		return err
	}
	return s.initLoopback()
}

func (s *Service) current() core.Settings {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.settings
}

// List implements api.Agent.
func (s *Service) List(context.Context) (api.List, error) {
	l := s.list(func() {})
	lives := s.tickets.Lives()
	for i := range l.Accounts {
		l.Accounts[i].Tickets = s.ticketsOf(l.Accounts[i].Account, lives)
	}
	return l, nil
}

// list is the whole picture. begin is called at the moment that the accounts
// describe; see core.Keeper.SnapshotsFrom.
func (s *Service) list(begin func()) api.List {
	now := s.now()
	snaps := s.keeper.SnapshotsFrom(begin)
	accounts := make([]api.Account, 0, len(snaps))
	for _, snap := range snaps {
		accounts = append(accounts, s.view(snap, now))
	}
	slices.SortFunc(accounts, func(a, b api.Account) int { return a.Ref().Compare(b.Ref()) })
	settings := s.current()
	return api.List{
		Active: settings.Active, PausedAll: settings.PausedAll, Accounts: accounts,
		Vault: s.vault.status(), Clipboard: s.copier.current().Clipboard, Settings: s.shown(settings),
		Demo: s.parts.Demo, Notice: s.parts.Notice, Recovered: s.recovered(),
	}
}

// view is an account as clients see it.
func (s *Service) view(snap core.Snapshot, now time.Time) api.Account {
	a := snap.Account
	out := api.Account{
		Account: a,
		State:   snap.State(now), Mask: snap.Mask, ObtainedAt: snap.ObtainedAt, ExpiresAt: snap.ExpiresAt,
		Claims: snap.Claims, Life: int64(snap.Life / time.Second), NextTry: snap.NextTry,
		LastUsed: snap.LastUsed, CallsToday: snap.Today.Calls, ForcedToday: snap.Today.Forced,
		Pushes: s.pushes.view(a.ID), HistoryLines: s.lines.of(a.ID), Team: s.teams.view(a.ID),
		Quota: api.Quota(snap.Quota), Usage: snap.Usage, CountsUntil: snap.DayEnds.UTC(),
	}
	if snap.Mask == "" {
		out.ObtainedAt, out.ExpiresAt, out.Life = time.Time{}, time.Time{}, 0
	}
	if snap.PrevMask != "" && snap.PrevUntil.After(now) {
		out.Previous = &api.Previous{Mask: snap.PrevMask, Until: snap.PrevUntil}
	}
	if snap.Check != nil {
		c := checkResult(*snap.Check)
		out.Checked = &c
	}
	if snap.Lost != nil {
		c := checkResult(*snap.Lost)
		out.Lost = &c
	}
	out.NeedsConsent = snap.Consent != nil
	switch {
	case snap.Err != nil:
		out.Error = api.FromError(snap.Err)
		out.Offer = s.kindSet().Offer(a, snap.Err)
	case out.State == core.StateBlocked:
		out.Error = api.FromError(snap.Consent)
	}
	return out
}

// onKeeperEvent publishes an event of the Keeper, which calls it under its own lock.
func (s *Service) onKeeperEvent(e core.Event) {
	if e.Account != nil {
		s.noteRenewal(e.Account.Account.ID)
	}
	if e.Removed != nil {
		s.waiters.wake(e.Removed.ID)
	} else {
		s.waiters.wake(e.Account.Account.ID)
	}
	s.hub.publish(func() api.Event {
		if e.Removed != nil {
			return api.Event{Type: api.EventRemoved, Removed: e.Removed.ID}
		}
		a := s.view(*e.Account, s.now())
		return api.Event{Type: api.EventAccount, Account: &a}
	})
}

// Account implements api.Agent.
func (s *Service) Account(_ context.Context, ref api.Ref) (api.Account, error) {
	a, err := s.resolve(ref)
	if err != nil {
		return api.Account{}, err
	}
	snap, ok := s.keeper.Snapshot(a.ID)
	if !ok {
		return api.Account{}, noAccount(ref, "")
	}
	out := s.view(snap, s.now())
	out.Tickets = s.ticketsOf(a, s.tickets.Lives())
	return out, nil
}

// Stop implements api.Agent. It does not wait: Run returns when everything has
// ended.
func (s *Service) Stop(context.Context) error {
	s.stopOnce.Do(func() { close(s.stop) })
	return nil
}
