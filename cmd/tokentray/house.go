package main

import (
	"context"
	"errors"
	"os"
	"sync"

	"tokentray/assets/openapi"
	"tokentray/core"
	"tokentray/core/agent"
	"tokentray/core/api"
	"tokentray/core/clipboard"
	"tokentray/core/home"
	"tokentray/core/hotkey"
	"tokentray/core/kinds"
	"tokentray/core/launch"
	"tokentray/core/rediscache"
	"tokentray/core/store"
	"tokentray/core/vault"
	"tokentray/ui/cli"
	"tokentray/ui/text"
)

// house is an agent with all its parts.
type house struct {
	home    home.Home
	log     *home.Log
	service *agent.Service
	hotkey  *hotkey.Key
	text    *text.Text // what tray and notifications say

	forTray, forNotices latest // the desktops of clients
}

// build opens a home and its log. A demo keeps its secrets in memory.
func (p program) build(at home.Home, demo bool, openLog func(home.Home) *home.Log) (*house, error) {
	launch.DropTokens()
	if err := at.Mkdirs(); err != nil {
		return nil, err
	}
	h := &house{home: at, log: openLog(at), text: text.New(text.English), forTray: newLatest(), forNotices: newLatest()}
	if p.exposed != nil {
		h.log.Warn("other programs may read this one's memory", "error", p.exposed)
	}
	db, err := store.Open(at.DB(), store.Options{Log: h.log.Logger, Home: h.openIndex(demo).Home(), TokenID: h.tokenID})
	if err != nil {
		return nil, errors.Join(err, h.log.Close())
	}
	index := h.openIndex(demo) // as the last agent left it, which may have ended a moment ago
	if err := index.Claim(db.HomeID()); err != nil {
		h.log.Warn("the list of vault entries is not kept", "err", err)
	}
	session := desktop()
	vaults := agent.Vaults{Index: index, NotFound: vault.ErrNotFound, Locked: vault.ErrLocked}
	moved := func(api.Session) {}
	if demo {
		vaults.Main, vaults.Kind = vault.NewMemory(), agent.VaultMemory
	} else {
		keyring := vault.NewKeyring(vault.KeyringConfig{Home: db.HomeID(), DBus: session.DBus, Busy: at.VaultBusy(), Log: h.log.Logger})
		vaults.Main, vaults.Kind = keyring, agent.VaultKeyring
		vaults.File = vault.NewFile(at.PassphraseFile(), 0)
		moved = func(s api.Session) { keyring.SetDBus(s.DBus) }
	}
	clip := clipboard.New(clipboard.Options{
		Log: h.log.Logger, Session: clipboard.EnvSession(),
		Gone: func(g clipboard.Gone) { h.service.ClipboardGone(whatBecame(g)) },
	})
	keys := hotkey.New(hotkey.Options{
		Session: hotkey.Session(clipboard.EnvSession()), Pressed: func() { h.openSearch() }, Log: h.log.Logger,
	})
	h.hotkey = keys
	parts := agent.Parts{
		Hotkey: keys,
		Home:   at, Version: p.version, Demo: demo, Lean: !demo, Store: db, Vaults: vaults, Clipboard: clip,
		Kinds: knownKinds(), Sources: sources(), Session: session, Log: h.log,
		OpenAPI: openapi.Description(), Redis: rediscache.NewWriter(h.kinds, rediscache.Options{}),
		OnSession: func(s api.Session) {
			clip.SetSession(clipboard.Session{Display: s.Display, WaylandDisplay: s.WaylandDisplay, XAuthority: s.XAuthority})
			keys.Move(hotkey.Session{Display: s.Display, WaylandDisplay: s.WaylandDisplay, XAuthority: s.XAuthority})
			moved(s)
			h.forTray.put(s)
			h.forNotices.put(s)
		},
		OpenWindow: func(on api.Session) (<-chan struct{}, error) { return openWindowOn(h.folder(), on) },
	}
	if !demo {
		parts.Login = login(at)
	}
	if r := db.Repaired(); r != nil {
		parts.Notice, parts.Restored = r.Key(), true
		parts.Lost, parts.Removed, parts.PutBack = r.Lost, r.Removed, r.PutBack
	}
	if h.service, err = agent.New(parts); err != nil {
		return nil, errors.Join(err, clip.Close(), db.Close(), h.log.Close())
	}
	return h, nil
}

// tokenID returns the ID of an account's token. It uses the kinds that the agent has
// now, because kinds can be added while it runs.
func (h *house) tokenID(a core.Account) core.TokenID { return h.kinds().TokenID(a) }

// kinds returns the kinds that the agent has now.
func (h *house) kinds() kinds.Set {
	set := knownKinds()
	if h.service != nil {
		set, _ = h.service.Kinds(context.Background())
	}
	return set
}

// whatBecame converts what happened to a copied text to the form that clients get.
func whatBecame(g clipboard.Gone) api.Clipboard {
	c := api.Clipboard{
		Replaced: g.Reason == clipboard.Replaced, Pasted: g.Reason == clipboard.Pasted, Silent: g.Reason == clipboard.Silent,
		Returned: g.Reason == clipboard.Returned, Stays: g.Reason == clipboard.Stays,
	}
	if c.Returned || c.Stays {
		c.Manager = g.Program
	}
	return c
}

// openIndex opens the list of what the vault holds. If the file cannot be read, the
// agent works without it: accounts and secrets are stored elsewhere.
func (h *house) openIndex(demo bool) *vault.Index {
	path := h.home.VaultIndex()
	if demo {
		path = ""
	}
	index, err := vault.OpenIndex(path)
	if err != nil {
		h.log.Warn("the list of vault entries cannot be read", "err", err)
		index, _ = vault.OpenIndex("") // an index in memory cannot fail
	}
	return index
}

// run serves until ctx ends or a client stops it. The tray runs on the calling
// goroutine, as macOS requires.
func (h *house) run(ctx context.Context, withTray bool, ready func()) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	serving := make(chan struct{})
	go func() {
		defer cancel() // the tray ends with the agent
		done <- h.service.Run(ctx, func() {
			ready()
			close(serving)
		})
	}()
	var notices sync.WaitGroup
	notices.Go(func() {
		select {
		case <-serving:
			h.notify(ctx)
		case <-ctx.Done():
		}
	})
	if withTray {
		select {
		case <-serving:
			h.tray(ctx)
		case <-ctx.Done():
		}
	}
	err := <-done
	h.hotkey.Close()
	notices.Wait()
	err = errors.Join(err, h.log.Close())
	if h.service.Erased() {
		err = errors.Join(err, h.home.RemoveLog())
	}
	return err
}

// folder is the home as clients get it: empty for the platform's own.
func (h *house) folder() string {
	if own, err := home.Find(""); err == nil && own == h.home {
		return ""
	}
	return h.home.Dir()
}

// agent is cli.Parts.Agent.
func (p program) agent(ctx context.Context, o cli.AgentOptions) error {
	agent.Lean()
	at, err := home.Find(o.Home)
	if err != nil {
		p.starter.Fail(err)
		return err
	}
	openLog := home.OpenLog
	if o.JSON {
		openLog = func(home.Home) *home.Log { return home.NewJSONLog(os.Stderr) }
	}
	h, err := p.build(at, false, openLog)
	switch {
	case errors.Is(err, store.ErrInUse):
		p.starter.Running()
		return err
	case err != nil:
		p.starter.Fail(err)
		return err
	}
	if err := h.run(ctx, !o.NoTray, p.starter.Ready); err != nil {
		p.starter.Fail(err) // the starter hears it only before Ready
		return err
	}
	return nil
}
