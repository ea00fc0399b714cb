package agent

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"sync"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// drainTime is how long calls under way may take to end at a stop.
const drainTime = 3 * time.Second

// Run serves the agent on the home's socket until ctx ends or Stop or Reset is
// called, and calls ready, which may be nil, when the socket is there. When it
// returns everything of the Service has ended: streams were sent bye, no fetch is
// running, the clipboard is cleared, and Store and Clipboard are closed.
//
// The caller has opened the store and so holds its lock. Therefore a socket that
// exists already is a stale one.
func (s *Service) Run(ctx context.Context, ready func()) (err error) {
	defer func() { err = errors.Join(err, s.close()) }()
	socket, err := s.listener.start()
	if err != nil {
		return err
	}
	defer s.listener.forget() // the store is still open, so the note is ours
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	unsubscribe := s.keeper.Subscribe(s.onKeeperEvent)
	defer unsubscribe()
	s.teams.running = work
	defer s.teams.stop(core.ErrStopping()) // after the Keeper, whose last rounds end there
	s.fill(work)

	var wg sync.WaitGroup
	var heap heap
	var code programCode
	defer wg.Wait()
	server := api.NewServer(s, s.parts.Peer, s.log)
	served := make(chan error, 1)
	serve := func(l net.Listener) {
		wg.Go(func() {
			if err := server.Serve(l); !replacedSocket(err) {
				select {
				case served <- err:
				default: // the end began already
				}
			}
		})
		wg.Go(func() {
			if watchFile(work, l.Addr().String()) {
				s.upkeep.now(work)
			}
		})
	}
	wg.Go(func() {
		var following follows
		s.upkeep.run(work, func() (again time.Duration) {
			if s.endWithHome() {
				return 0
			}
			s.listener.ensure(work, serve)
			s.retryKeyring(work, wg.Go)
			s.mendVault()
			s.mendLoopback()
			s.refreshEntries(work, wg.Go)
			s.follow(work, &following, wg.Go)
			return s.parts.Store.Settle()
		}, func() bool {
			again := heap.handBack()
			if !again || heap.checks == 1 { // it was given back, and the work can go on for long
				code.handBack()
			}
			if !again && s.parts.Lean {
				s.collector.rest()
			}
			return again
		})
	})
	wg.Go(func() {
		for watchFile(work, s.parts.Home.DB()) {
			if s.parts.Store.Gone() {
				s.upkeep.now(work)
				return
			}
		}
	})
	wg.Go(func() { _ = s.keeper.Run(work) })
	wg.Go(func() { s.tickets.Run(work) })
	away := func(why string) { s.clearAway(work, why) }
	wg.Go(func() { watchSleep(work, s.log, s.woke, away) })
	wg.Go(func() { s.followScreen(work, away) })
	wg.Go(func() { s.followRenewals(work) })
	wg.Go(func() { s.pushes.runner.Run(work) })
	wg.Go(func() { s.pushes.redis.watch(work) })
	serve(socket)
	s.log.Info("agent started", "version", s.parts.Version, "pid", os.Getpid(), "home", s.parts.Home.Dir(), "accounts", s.accounts.count())
	s.openLoopback()
	s.parts.Store.RepairDone()
	if ready != nil {
		ready()
	}
	select {
	case <-ctx.Done():
	case <-s.stop:
	case err = <-served:
		err = fmt.Errorf("serve the socket: %w", err)
	}
	s.log.Info("agent stops")
	_ = s.Stop(ctx)
	s.hub.close() // bye
	cancel()      // the Keeper releases its callers
	s.closeLoopback()
	drain, done := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer done()
	if server.Shutdown(drain) != nil {
		_ = server.Close()
	}
	return err
}

// fill opens the vault and gives the Keeper every account with its token. While the
// vault is closed the agent cannot fetch; it does everything else.
func (s *Service) fill(ctx context.Context) {
	s.edit.Lock()
	defer s.edit.Unlock()
	s.keeper.PauseAll(s.current().PausedAll)
	if key := s.current().Hotkey; key != "" && s.parts.Hotkey != nil {
		s.parts.Hotkey.Keep(key)
	}
	s.unlockUnattended(ctx)
	s.dropRemoved(ctx)
	s.listLost()
	tokens, closed := s.openVault(ctx)
	for _, a := range s.accounts.all() {
		s.handOver(a, tokens[a.ID])
		if a.BaseURL == unknownHost {
			s.keeper.Refuse(a.ID, noHost())
		}
	}
	used, err := s.parts.Store.LastUsed()
	if err != nil {
		s.log.Warn("cannot read when accounts were used", "error", err)
	}
	for id, at := range used {
		s.keeper.Used(id, at)
	}
	last, err := s.parts.Store.LastLines()
	if err != nil {
		s.log.Warn("cannot read how the last renewals ended", "error", err)
	}
	s.keeper.Remember(last)
	if closed != nil {
		s.keeper.Locked(closed)
	} else {
		s.restoreTickets()
	}
	counts, err := s.parts.Store.Counts()
	if err != nil {
		s.log.Warn("cannot read what was asked today", "error", err)
	}
	s.keeper.Recall(counts)
	s.pushes.catchUp()
	if closed == nil {
		s.teams.start(ctx)
	}
}

// close ends the parts that Run does not run.
func (s *Service) close() error {
	var errs []error
	if s.parts.Clipboard != nil {
		errs = append(errs, s.parts.Clipboard.Close())
	}
	s.closeLoopback()
	s.uses.close()
	erase := s.Erased()
	if !erase {
		s.mendVault() // what is in memory alone would be lost
	}
	if erase && runtime.GOOS != "windows" { // this removes no open file
		// Under the store's lock: another agent that starts now waits for the lock
		// and begins a new home.
		errs = append(errs, s.listener.where().Remove())
	}
	errs = append(errs, s.parts.Store.Close())
	if erase && runtime.GOOS == "windows" {
		errs = append(errs, s.listener.where().Remove())
	}
	s.log.Info("agent stopped")
	return errors.Join(errs...)
}

// Erased reports whether a reset removes the home when the agent ends.
func (s *Service) Erased() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.erase
}

// Reset implements api.Agent: it removes every secret from the vault, stops the
// agent and removes the home's files. While the vault is locked it removes nothing,
// since nobody would find the vault's entries any more.
func (s *Service) Reset(ctx context.Context) error {
	s.edit.Lock()
	defer s.edit.Unlock()
	ids, err := s.keptIDs()
	if err != nil {
		return core.AsError(err)
	}
	if err := s.vault.wipe(core.Attended(ctx), ids); err != nil {
		return core.AsError(err)
	}
	if file := s.parts.Vaults.File; file != nil {
		file.Lock() // nothing writes it again
	}
	if runtime.GOOS != "windows" { // report what is left while a client still listens
		if err := s.listener.where().RemoveSecrets(); err != nil {
			return core.AsError(err)
		}
	}
	s.mu.Lock()
	s.erase = true
	s.mu.Unlock()
	return s.Stop(ctx)
}
