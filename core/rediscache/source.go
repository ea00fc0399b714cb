package rediscache

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/layout"
	"tokentray/core/redisconn"
	"tokentray/core/upstream"
)

// Dialer makes connections, for tests.
type Dialer func(ctx context.Context, network, addr string) (net.Conn, error)

// Options change how calls are made. The zero value is right except in tests.
type Options struct {
	// Upstream is for the calls that check a token.
	Upstream upstream.Options
	Dial     Dialer // nil is the network
}

// Sources returns the source that reads a backend's Redis. It is safe for concurrent
// use.
func Sources(o Options) map[core.Kind]core.Source {
	set := kinds.Builtin()
	spec, _ := set.Of(kinds.Redis)
	now := o.Upstream.Now
	if now == nil {
		now = time.Now
	}
	return map[core.Kind]core.Source{kinds.Redis: &source{Caller: upstream.New(o.Upstream), kinds: set, spec: spec, now: now, dial: o.Dial, keys: map[core.TokenID]string{}}}
}

type source struct {
	*upstream.Caller
	kinds kinds.Set
	spec  kinds.Spec
	now   func() time.Time
	dial  Dialer

	mu sync.Mutex
	// keys are those found by a search. They are stored nowhere else, because they
	// hold secrets.
	keys map[core.TokenID]string
}

// Fetch returns the backend's token.
func (s *source) Fetch(ctx context.Context, req core.Request) (core.Grant, error) {
	t, err := targetOf(s.spec, req.Account)
	if err != nil {
		return core.Grant{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c, err := open(s.spec.Base(req.Account), req.Credentials.Secret, reach(s.spec, req.Account), s.dial)
	if err != nil {
		return core.Grant{}, err
	}
	defer c.Close()
	entry, err := s.entry(ctx, c, req.Account, t)
	if err != nil {
		return core.Grant{}, explain(err)
	}
	if entry.Searched && s.Checks(req.Account) {
		// Nobody knows whether the bytes that were found are the token; its upstream
		// does.
		if err := s.Check(ctx, req, entry.Token); errors.Is(err, core.ErrDead) {
			return core.Grant{}, misuse(core.RemedyServerURL, "what was found in the entry is no token that upstream accepts; the layout may be another one")
		}
	}
	return core.Grant{Value: entry.Token, ExpiresIn: entry.Life}, nil
}

// entry reads the account's entry. If there are several candidates, the one with the
// longest life counts; of a corp, whose applications only their secrets tell apart, none
// does.
func (s *source) entry(ctx context.Context, c redisconn.Client, a core.Account, t target) (layout.Entry, error) {
	if !t.searched() {
		key, err := t.layout.Key(t.name)
		if err != nil {
			return layout.Entry{}, err
		}
		return s.readOne(ctx, c, t, key)
	}
	id := s.kinds.TokenID(a)
	if key := s.known(id, ""); key != "" {
		if e, err := s.readOne(ctx, c, t, key); err == nil {
			return e, nil
		}
	}
	keys, err := t.search(ctx, c)
	if err != nil && len(keys) == 0 {
		return layout.Entry{}, err
	}
	best, why, found := layout.Entry{}, layout.ErrMissing, ""
	for _, key := range keys {
		e, err := s.readOne(ctx, c, t, key)
		switch {
		case err != nil && best.Token == "":
			why = err
		case err == nil && best.Token != "" && best.Token != e.Token && t.layout.App == layout.Work:
			return layout.Entry{}, errManyApps
		case err == nil && e.Life > best.Life:
			best, found = e, key
		}
	}
	if best.Token == "" {
		return layout.Entry{}, why
	}
	s.known(id, found)
	return best, nil
}

// errManyApps: nobody can tell which entry is the account's.
var errManyApps = errors.New("several applications of this corp keep a token there, and only their secrets tell the entries apart; add the account as WeCom's own kind, with its secret")

// known is the key that was found for a token, or keeps it.
func (s *source) known(id core.TokenID, key string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if key != "" {
		s.keys[id] = key
	}
	return s.keys[id]
}

func (s *source) readOne(ctx context.Context, c redisconn.Client, t target, key string) (layout.Entry, error) {
	began := s.now()
	v, err := read(ctx, c, t, key)
	if err != nil {
		return layout.Entry{}, err
	}
	return t.layout.Read(v, began)
}

// explain is a failure in a text without key and value.
func explain(err error) *core.Error {
	switch {
	case errors.Is(err, layout.ErrMissing), errors.Is(err, layout.ErrEmpty):
		return &core.Error{Class: core.Temporary, Remedy: core.RemedyServerEmpty, Message: core.SaysNoEntry + "; see that it runs and has asked for one", Err: err}
	case errors.Is(err, layout.ErrEnded):
		return &core.Error{Class: core.Temporary, Remedy: core.RemedyServerStale, Message: "the token in the Redis has expired; " + core.SaysNoRenewalThere, Err: err}
	case errors.Is(err, layout.ErrType), errors.Is(err, layout.ErrForm), errors.Is(err, layout.ErrLong), errors.Is(err, layout.ErrNoLife):
		return &core.Error{Class: core.Misuse, Remedy: core.RemedyServerURL, Message: err.Error(), Err: err}
	case errors.Is(err, layout.ErrNeedsSecret), errors.Is(err, layout.ErrNeedsKey), errors.Is(err, layout.ErrNeedsID):
		return misuse(core.RemedyServerURL, err.Error())
	case errors.Is(err, errManyApps):
		return misuse(core.RemedyServerURL, err.Error())
	case errors.Is(err, errManyKeys):
		return misuse(core.RemedyServerURL, err.Error()+"; enter the key of the entry, or a longer beginning of its digest")
	}
	return redisconn.Explain(err)
}
