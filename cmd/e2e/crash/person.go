//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/core/sim"
)

// deed is a change that a person wants.
type deed struct {
	what    string
	touches []string // AppIDs
	asks    []string // AppIDs for which the upstream may then be asked
	after   book     // the state after the change
	do      func(context.Context) error
	team    *membership // that there is when it was made; nil: as it was
}

// most is how many accounts a home has.
const most = 24

// next chooses the next change.
func (w *world) next() deed {
	ids := w.book.ids()
	if len(ids) < 4 {
		return w.addition()
	}
	id := ids[w.rng.IntN(len(ids))]
	if w.mayMove && !w.moved && w.rng.IntN(6) == 0 {
		return w.move()
	}
	if w.rng.IntN(4) == 0 {
		return w.teaming(id)
	}
	switch n := w.rng.IntN(100); {
	case n < 24 && len(ids) < most:
		return w.addition()
	case n < 42:
		return w.edit("note", id, false, func(k *kept) { k.Note = w.word() })
	case n < 54 && !w.book[id].Shared: // what the team has would be fetched anew
		return w.edit("AppSecret and note", id, true, func(k *kept) { k.Note, k.Secret = w.word(), w.secret() })
	case n < 62:
		return w.edit("name", id, false, func(k *kept) { k.Name = w.word() })
	case n < 68:
		return w.edit("background renewal", id, false, func(k *kept) { k.Auto = !k.Auto })
	case n < 80:
		return w.removal(id)
	case n < 86 && len(ids) < most:
		return w.importing()
	case n < 88:
		return w.push(id)
	case n < 91 && w.book[id].Secret != "":
		return w.redisPush(id)
	case n < 93:
		return w.backup()
	}
	if w.book[id].Shared || w.book[id].Secret == "" {
		return w.push(id)
	}
	return w.report(id)
}

func (w *world) word() string {
	w.serial++
	return fmt.Sprintf("word-%d-%x", w.serial, w.rng.Uint32())
}

func (w *world) secret() string {
	return fmt.Sprintf("%016x%016x", w.rng.Uint64(), w.rng.Uint64())
}

// invent makes up an account and adds it to the upstream.
func (w *world) invent() (appID string, k kept) {
	appID = fmt.Sprintf("wx%016x", w.rng.Uint64())
	k = kept{Name: w.word(), Env: core.Envs()[w.rng.IntN(2)], Kind: kinds.WeChat, Auto: true, Secret: w.secret()}
	if w.rng.IntN(4) == 0 {
		k.Kind = kinds.WeChatLegacy
	}
	life := 2 * time.Hour
	if w.rng.IntN(3) == 0 {
		life = 20 * time.Second // renewed while people work
	}
	w.must(w.up.Sim.Put(sim.Account{AppID: appID, Secret: core.NewSecret(k.Secret), Life: life}))
	w.lives[appID] = life
	return appID, k
}

func (w *world) input(appID string, k kept) api.AccountInput {
	return api.AccountInput{
		Input:  core.Input{Name: &k.Name, Env: &k.Env, Kind: &k.Kind, AppID: &appID, BaseURL: &w.up.URL, Note: &k.Note, Auto: &k.Auto},
		Secret: &k.Secret,
	}
}

func (w *world) addition() deed {
	appID, k := w.invent()
	k.Note = w.word()
	if destructive(k.Kind) && k.Env == core.Live {
		w.up.Never(appID)
	}
	return deed{"add", []string{appID}, []string{appID}, w.book.with(appID, func(to *kept) { *to = k }), func(ctx context.Context) error {
		_, err := w.client.Add(ctx, w.input(appID, k))
		return err
	}, nil}
}

// edit changes an account. reset: its AppSecret was reset at the upstream first.
func (w *world) edit(what, appID string, reset bool, change func(*kept)) deed {
	was, after := w.book[appID], w.book.with(appID, change)
	is := after[appID]
	in := w.input(appID, is)
	d := deed{"edit " + what, []string{appID}, nil, after, func(ctx context.Context) error {
		if reset {
			w.must(w.up.Sim.Put(sim.Account{AppID: appID, Secret: core.NewSecret(is.Secret), Life: w.lives[appID]}))
		} else {
			in.Secret = nil
		}
		_, err := w.client.Edit(ctx, api.Ref{Name: was.Name, Env: was.Env}, in)
		return err
	}, nil}
	if reset {
		d.asks = []string{appID}
	}
	return d
}

func (w *world) removal(appID string) deed {
	k := w.book[appID]
	return deed{"remove", []string{appID}, nil, w.book.without(appID), func(ctx context.Context) error {
		return w.client.Remove(ctx, api.Ref{Name: k.Name, Env: k.Env})
	}, nil}
}

// importing imports a few accounts, all of them or none.
func (w *world) importing() deed {
	d := deed{what: "import", after: w.book}
	var in []api.AccountInput
	for range 2 + w.rng.IntN(3) {
		appID, k := w.invent()
		k.Env = core.Sandbox // a file does not say whether live accounts are renewed
		d.touches, d.asks = append(d.touches, appID), append(d.asks, appID)
		d.after = d.after.with(appID, func(to *kept) { *to = k })
		in = append(in, w.input(appID, k))
	}
	d.do = func(ctx context.Context) error {
		plan, err := w.client.Import(ctx, api.ImportRequest{Accounts: in})
		if err != nil {
			return err
		}
		if !plan.Ready {
			return fmt.Errorf("the import is not ready: %+v", plan.Rows)
		}
		_, err = w.client.Import(ctx, api.ImportRequest{Accounts: in, Apply: plan.Digest})
		return err
	}
	return d
}

// pushed is the file that a push of an account writes.
func (w *world) pushed(appID string, n int) string {
	return filepath.Join(w.d.Dir, fmt.Sprintf("push-%s-%d", appID, n))
}

func (w *world) push(appID string) deed {
	k := w.book[appID]
	path := w.pushed(appID, k.Pushes)
	return deed{"push", []string{appID}, nil, w.book.with(appID, func(k *kept) { k.Pushes++ }), func(ctx context.Context) error {
		_, err := w.client.AddPush(ctx, api.Ref{Name: k.Name, Env: k.Env}, api.PushInput{Kind: core.PushFile, Path: path, Form: core.PushPlain, Overwrite: true})
		return err
	}, nil}
}

func (w *world) backup() deed {
	return deed{"backup", nil, nil, w.book, func(ctx context.Context) error {
		b, err := w.client.Backup(ctx, core.NewSecret(passphrase))
		if err == nil && b.Accounts != len(w.book) {
			err = fmt.Errorf("the backup has %d accounts of %d", b.Accounts, len(w.book))
		}
		return err
	}, nil}
}

// report reports a living token as dead.
func (w *world) report(appID string) deed {
	k := w.book[appID]
	return deed{"report", nil, []string{appID}, w.book, func(ctx context.Context) error {
		_, err := w.client.Refresh(ctx, api.Ref{Name: k.Name, Env: k.Env}, api.RefreshRequest{})
		var e *core.Error
		if errors.As(err, &e) && e.Class != core.Internal && !errors.Is(err, api.ErrNoAgent) {
			return nil // because of its floors, or because it is live
		}
		return err
	}, nil}
}

// move moves the secrets from the keyring into a passphrase file.
func (w *world) move() deed {
	return deed{"vault move", nil, nil, w.book, func(ctx context.Context) error {
		_, err := w.client.VaultInit(ctx, core.NewSecret(passphrase))
		if err == nil {
			w.moved = true
		}
		return err
	}, nil}
}

// work makes changes until the agent has ended or done is closed.
func (w *world) work(ctx context.Context, done <-chan struct{}) {
	for {
		select {
		case <-done:
			return
		default:
		}
		d := w.next()
		w.under = &d
		end := w.up.Ask(d.asks...)
		err := d.do(ctx)
		end()
		if errors.Is(err, api.ErrNoAgent) {
			return
		}
		if err != nil && !w.moved && !w.d.HasName(keyringName) {
			w.crashed = fmt.Errorf("%w: %w", errKeyring, err)
			return
		}
		if err != nil {
			w.t.fault("%s was refused: %v", d.what, err)
			return
		}
		w.book, w.under = d.after, nil
		if d.team != nil {
			w.left, w.team = w.team.name, *d.team
		}
		w.t.acknowledged++
		count(&w.t.byDeed, d.what)
		if list, err := w.client.List(ctx); err == nil {
			w.learn(list)
		}
	}
}

// read takes tokens as clients do and compares them with what the upstream accepts.
func (w *world) read(ctx context.Context, done <-chan struct{}, b book, lives map[string]time.Duration) (tokens int, wrong []string) {
	for {
		for _, appID := range b.ids() {
			select {
			case <-done:
				return tokens, wrong
			case <-time.After(5 * time.Millisecond):
			}
			k := b[appID]
			end := func() {}
			if lives[appID] < time.Hour {
				end = w.up.Ask(appID) // the token may have expired
			}
			t, err := w.client.Token(ctx, api.Ref{Name: k.Name, Env: k.Env}, time.Second)
			end()
			switch {
			case errors.Is(err, api.ErrNoAgent):
				return tokens, wrong
			case err != nil: // removed, renamed, live and destructive
			case t.AppID == appID && !w.up.Issued(appID, t.AccessToken):
				wrong = append(wrong, fmt.Sprintf("%s has a token that upstream never gave", appID))
			case t.AppID == appID && time.Until(t.ExpiresAt) > time.Second && !w.up.Sim.Accepts(appID, t.AccessToken):
				wrong = append(wrong, fmt.Sprintf("%s has a token that upstream refuses", appID))
			default:
				tokens++
			}
		}
		if len(b) == 0 {
			return tokens, wrong
		}
	}
}

// files checks what pushes wrote: always a complete token of the account.
func (w *world) files() {
	for _, appID := range w.book.ids() {
		for n := range w.book[appID].Pushes {
			w.pushedInto(appID, n)
			data, err := os.ReadFile(w.pushed(appID, n))
			if errors.Is(err, os.ErrNotExist) {
				continue // it has had no token yet
			}
			if token := strings.TrimSpace(string(data)); err != nil || !w.up.Issued(appID, token) {
				w.t.fault("what was pushed of %s is no token of its own: %d bytes, %v", appID, len(data), err)
			}
		}
	}
}
