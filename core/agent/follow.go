package agent

import (
	"context"
	"reflect"

	"tokentray/core"
)

// follows are the accounts whose upstream tells by itself that their token is another.
type follows struct {
	running map[core.ID]*following
}

// following is one of them.
type following struct {
	account core.Account
	cancel  context.CancelFunc
	ended   chan struct{}
	silent  bool // its upstream tells nothing; valid once ended
}

// follow begins to follow the accounts that can be followed, and leaves those that are
// gone or were edited. What failed, as when a server was away, begins again. It is called
// by the upkeep alone; spawn runs what must have ended before the agent does.
func (s *Service) follow(ctx context.Context, f *follows, spawn func(func())) {
	if s.vault.closed() != nil { // their passwords are not to be used
		for id, one := range f.running {
			one.cancel()
			delete(f.running, id)
		}
		return
	}
	sources := *s.sources.Load()
	there := map[core.ID]bool{}
	followed := func(a *core.Account) bool {
		_, ok := sources[a.Kind].(core.Follower)
		return ok && a.BaseURL != unknownHost
	}
	for _, a := range s.accounts.which(followed) {
		source := sources[a.Kind].(core.Follower)
		there[a.ID] = true
		if old := f.running[a.ID]; old != nil {
			same, over := reflect.DeepEqual(old.account, a), false
			select {
			case <-old.ended:
				over = true
			default:
			}
			if same && (!over || old.silent) {
				continue
			}
			old.cancel()
		}
		c, err := s.vault.Credentials(ctx, a)
		if err != nil {
			continue
		}
		work, cancel := context.WithCancel(ctx)
		one := &following{account: a, cancel: cancel, ended: make(chan struct{})}
		if f.running == nil {
			f.running = map[core.ID]*following{}
		}
		f.running[a.ID] = one
		spawn(func() {
			defer close(one.ended)
			defer cancel()
			err := source.Follow(work, core.Request{Account: a, Credentials: c}, func(token string) { s.refreshIfReplaced(work, a.ID, token) })
			one.silent = err == nil
			switch {
			case err != nil:
				s.log.Debug("an account is not followed now", "account", a.ID, "error", core.AsError(err))
			case work.Err() == nil:
				s.log.Info("the upstream of an account does not tell of new tokens; it is asked near the end of each", "account", a.ID)
			}
		})
	}
	for id, one := range f.running {
		if !there[id] {
			one.cancel()
			delete(f.running, id)
		}
	}
}

// refreshIfReplaced asks for the token of an account anew if another one than the
// current is there.
func (s *Service) refreshIfReplaced(ctx context.Context, id core.ID, token string) {
	if t, ok := s.keeper.Token(id); !ok || t.Value == "" || t.Value == token {
		return
	} else if _, err := s.keeper.Refresh(ctx, id, core.Report{Stale: t.Value}); err != nil {
		s.log.Debug("the token that an upstream told of was not taken", "account", id, "error", core.AsError(err))
	}
}
