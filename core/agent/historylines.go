package agent

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"tokentray/core"
)

// historyStore keeps the history of each account.
type historyStore interface {
	// Append adds a line to an account's history.
	Append(id core.ID, e core.Entry) error
	History(id core.ID, since time.Time, limit int) ([]core.Entry, error)
	Failures(since time.Time) (map[core.ID]core.Failures, error) // what failed, for each account
	LastLines() (map[core.ID]core.Entry, error)                  // the newest line of each account
}

// lineCounter is the store with a count, for each account, of the history lines
// added since the agent started. Clients read a history again when the count has
// changed, and not at every event of the account.
type lineCounter struct {
	Store

	mu    sync.Mutex  // nothing else is locked under it
	lines []lineCount // by ID; a map would take twice the memory
}

// lineCount counts the lines of an account.
type lineCount struct {
	id core.ID
	n  int
}

func newLineCounter(s Store) *lineCounter { return &lineCounter{Store: s} }

// find is where the count of an account stands, or would stand. The lock is held.
func (c *lineCounter) find(id core.ID) (at int, there bool) {
	return slices.BinarySearchFunc(c.lines, id, func(l lineCount, id core.ID) int { return cmp.Compare(l.id, id) })
}

// of is the count of an account.
func (c *lineCounter) of(id core.ID) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at, there := c.find(id); there {
		return c.lines[at].n
	}
	return 0
}

// count counts a line once it can be read.
func (c *lineCounter) count(id core.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, there := c.find(id)
	if !there {
		c.lines = slices.Insert(c.lines, at, lineCount{id: id})
	}
	c.lines[at].n++
}

// Record implements core.Journal.
func (c *lineCounter) Record(id core.ID, r core.Record) error {
	if r.Line != nil {
		defer c.count(id)
	}
	return c.Store.Record(id, r)
}

// Append implements Store.
func (c *lineCounter) Append(id core.ID, e core.Entry) error {
	defer c.count(id)
	return c.Store.Append(id, e)
}

// SaveAll implements Store.
func (c *lineCounter) SaveAll(ctx context.Context, accounts []core.Account, lines []core.Entry, set, undo func(context.Context) error) (undone bool, err error) {
	defer func() {
		for _, a := range accounts {
			c.count(a.ID)
		}
	}()
	return c.Store.SaveAll(ctx, accounts, lines, set, undo)
}

// Remove implements Store.
func (c *lineCounter) Remove(ctx context.Context, id core.ID, unset func(context.Context) error) error {
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if at, there := c.find(id); there {
			c.lines = slices.Delete(c.lines, at, at+1)
		}
	}()
	return c.Store.Remove(ctx, id, unset)
}
