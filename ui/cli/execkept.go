package cli

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// keptFile follows an account's token while a child runs. The file of --renew-file
// always has the current token, and the child is signalled at each new one if it
// asked for that.
type keptFile struct {
	app         *app
	agent       api.Agent   // nil: there is none
	stopped     atomic.Bool // the last one was stopped on purpose
	picture     *api.Picture[api.Account]
	id          core.ID
	path        string // empty: no file is wanted
	form        core.PushForm
	token       atomic.Pointer[api.Token] // the newest; never nil
	unwritten   bool                      // the file does not have it yet
	lastFailure string                    // that was printed

	written string // path without links

	renewed func(api.Token) // called for each new token, after the file was written; it may be nil
	told    string          // the access token that the child knows
}

// keepFile begins to follow a token, and writes the file for the first time.
func (a *app) keepFile(ctx context.Context, agent api.Agent, f *execFlags, t api.Token) (*keptFile, error) {
	path, err := f.path()
	if err == nil && path != "" {
		err = a.mayWrite(path)
	}
	if err != nil {
		return nil, err
	}
	acc, err := agent.Account(ctx, api.Ref{Name: t.Account, Env: t.Env})
	if err != nil {
		return nil, err
	}
	k := &keptFile{app: a, agent: agent, picture: api.NewPicture(api.Whole), id: acc.ID, path: path, form: core.PushPlain, told: t.AccessToken}
	k.token.Store(&t)
	if core.GuessPushForm(path) == core.PushJSON {
		k.form = core.PushJSON
	}
	if err := k.write(); err != nil {
		return nil, err
	}
	if k.written, err = filepath.EvalSymlinks(path); err != nil {
		k.written = path
	}
	return k, nil
}

// path is the file of --renew-file, which must be free; it is empty without the flag.
func (f *execFlags) path() (string, error) {
	if f.file == "" {
		return "", nil
	}
	path, err := filepath.Abs(f.file)
	if err != nil {
		return "", usage("problem.push_path")
	}
	if info, err := os.Stat(path); err == nil && info.Size() > 0 && !f.overwrite {
		return "", usage("usage.exec_exists")
	}
	return path, nil
}

func (k *keptFile) write() error {
	if k.path == "" {
		return nil
	}
	return k.app.WriteToken(k.path, k.form, *k.token.Load())
}

// remove removes the file with the token; for a link that is the file it leads to.
func (k *keptFile) remove() {
	if k.path != "" {
		_ = os.Remove(k.written)
	}
}

// Times of keeping the file current.
const (
	// leadTime is how long before the token's expiry the next one is asked for if no
	// background renewal brought it; for a short life it is a quarter of the life.
	leadTime = 2 * time.Minute
	// askAgain is the time between two tries to get one, or to write it.
	askAgain = 10 * time.Second
	// lastCall is how long before the token's expiry an agent that was stopped on
	// purpose is started again, since the child needs a token.
	lastCall = 5 * time.Minute
	// stopping is how long an agent that said bye has to end.
	stopping = time.Second
)

// run keeps the file current until ctx ends, also when the agent ends and another
// starts.
func (k *keptFile) run(ctx context.Context) {
	first := k.agent
	connect := func(ctx context.Context) (api.Agent, error) {
		if agent := first; agent != nil {
			first = nil
			return agent, nil
		}
		return k.app.Connect(ctx, k.app.home, k.mayStart())
	}
	for {
		k.follow(ctx, connect)
		if ctx.Err() != nil {
			return
		}
		k.stopped.Store(true)
		select {
		case <-time.After(stopping):
		case <-ctx.Done():
		}
	}
}

// mayStart reports whether an agent may be started. After one that crashed it may at
// once; after one that was stopped, when the token is about to expire.
func (k *keptFile) mayStart() bool {
	return !k.stopped.Load() || k.token.Load().ExpiresAt.Sub(k.app.Now()) < lastCall
}

// follow writes each new token until ctx ends or the agent says bye.
func (k *keptFile) follow(ctx context.Context, connect func(context.Context) (api.Agent, error)) {
	news := api.Follow(ctx, connect, api.Following{})
	timer := time.NewTimer(k.untilAsking())
	defer timer.Stop()
	for {
		select {
		case n, ok := <-news:
			switch {
			case !ok:
				return
			case n.Lost != nil:
				k.agent = nil
				continue
			}
			k.agent = n.Agent
			k.stopped.Store(false)
			k.picture.Apply(n.Event)
			if acc := k.picture.Find(k.id); acc != nil && k.replaced(*acc) {
				k.renew(ctx, 0)
				timer.Reset(k.untilAsking())
			}
		case <-timer.C:
			switch {
			case k.agent != nil && k.token.Load().ExpiresAt.Sub(k.app.Now()) <= k.lead():
				k.renew(ctx, k.lead()+time.Second)
			case k.unwritten:
				k.report(ctx, k.pass())
			}
			timer.Reset(max(k.untilAsking(), askAgain))
		}
	}
}

// lead is how long before its expiry the token is renewed.
func (k *keptFile) lead() time.Duration {
	t := k.token.Load()
	return min(leadTime, t.ExpiresAt.Sub(t.ObtainedAt)/4)
}

func (k *keptFile) untilAsking() time.Duration {
	if k.unwritten {
		return askAgain
	}
	return max(0, k.token.Load().ExpiresAt.Sub(k.app.Now())-k.lead())
}

// replaced reports whether the account has a living token that is not the newest
// one here.
func (k *keptFile) replaced(acc api.Account) bool {
	t := k.token.Load()
	return acc.Mask != "" && acc.ExpiresAt.After(k.app.Now()) &&
		(acc.Mask != core.Mask(t.AccessToken) || !acc.ExpiresAt.Equal(t.ExpiresAt))
}

// renew gets the current token and passes it on. After a failure the child goes on
// with the token it has.
func (k *keptFile) renew(ctx context.Context, life time.Duration) {
	t, err := k.fetch(ctx, life)
	if err == nil {
		k.token.Store(&t)
		k.unwritten = true
	}
	failed := k.pass()
	k.report(ctx, cmp.Or(err, failed))
}

// pass writes the newest token if the file lacks it, and tells the child once it is there.
func (k *keptFile) pass() error {
	if !k.unwritten {
		return nil
	}
	if err := k.write(); err != nil {
		return err
	}
	k.unwritten = false
	if t := *k.token.Load(); t.AccessToken != k.told {
		k.told = t.AccessToken
		if k.renewed != nil {
			k.renewed(t)
		}
	}
	return nil
}

// report prints a failure, once.
func (k *keptFile) report(ctx context.Context, err error) {
	switch {
	case ctx.Err() != nil:
	case err == nil:
		k.lastFailure = ""
	case err.Error() != k.lastFailure:
		k.lastFailure = err.Error()
		k.app.note(k.app.explain(err)...)
	}
}

// fetch gets the account's token, whatever the account is called by now.
func (k *keptFile) fetch(ctx context.Context, life time.Duration) (api.Token, error) {
	acc := k.picture.Find(k.id)
	if acc == nil {
		return api.Token{}, &core.Error{Class: core.NotFound, Remedy: core.RemedyAccount, Message: "the account was removed; see tokentray list"}
	}
	return k.agent.Token(ctx, acc.Ref(), life)
}
