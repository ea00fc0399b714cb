package door

import (
	"context"
	"crypto/subtle"
	"slices"
	"sync"
	"sync/atomic"

	"tokentray/core"
	"tokentray/core/call"
)

// maxKeyLength is longer than any key; a longer text is not even hashed.
const maxKeyLength = 256

// clients are the keys that the door knows. Reading never waits for a lock.
type clients struct {
	mu   sync.Mutex // of changes
	list atomic.Pointer[[]*client]
}

// client is a key in use.
type client struct {
	core.ClientKey
	revoked context.Context // done when the key is revoked
	revoke  context.CancelFunc
	costly  call.Limit
	calls   *calls
	used    atomic.Int64 // unix seconds, 0 when not since the door was made
	saved   atomic.Int64 // the value of used that was last handed out
}

func newClient(k core.ClientKey) *client {
	ctx, cancel := context.WithCancel(context.Background())
	return &client{ClientKey: k, revoked: ctx, revoke: cancel, costly: call.Limit{Size: clientBurst, Rate: clientRate}, calls: newCalls(k.CallRights)}
}

func (c *clients) all() []*client {
	if list := c.list.Load(); list != nil {
		return *list
	}
	return nil
}

// add makes a key valid.
func (c *clients) add(k core.ClientKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	next := append(slices.Clone(c.all()), newClient(k))
	c.list.Store(&next)
}

// remove ends a key: from now on no call succeeds with it, those under way included.
func (c *clients) remove(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var next []*client
	var gone []*client
	for _, k := range c.all() {
		if k.Name == name {
			gone = append(gone, k)
		} else {
			next = append(next, k)
		}
	}
	c.list.Store(&next)
	for _, k := range gone {
		k.revoke()
	}
}

// find returns the client with this key, or nil. It compares with every key, in
// constant time each, so that the time reveals nothing.
func (c *clients) find(key string) *client {
	if key == "" || len(key) > maxKeyLength {
		return nil
	}
	hash := core.HashKey(key)
	var found *client
	for _, k := range c.all() {
		if subtle.ConstantTimeCompare(hash[:], k.Hash[:]) == 1 {
			found = k
		}
	}
	return found
}

// anyAllows reports whether pages of the origin may call with some key.
func (c *clients) anyAllows(origin string) bool {
	return slices.ContainsFunc(c.all(), func(k *client) bool { return k.AllowsOrigin(origin) })
}

// anyNames reports whether some key names the host.
func (c *clients) anyNames(host string) bool {
	return slices.ContainsFunc(c.all(), func(k *client) bool { return k.NamesHost(host) })
}

// during ends a call's context with the key.
func (c *client) during(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(c.revoked, cancel)
	return ctx, func() {
		stop()
		cancel()
	}
}
