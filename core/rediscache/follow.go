package rediscache

import (
	"context"
	"fmt"
	"strings"

	"tokentray/core"
	"tokentray/core/redisconn"
)

var _ core.Follower = (*source)(nil)

// Follow implements core.Follower by the keyspace notifications of the Redis. It returns
// nil at once where they are off, of a Cluster, whose nodes tell of their own keys alone,
// and for keys that are searched for. It keeps two connections.
func (s *source) Follow(ctx context.Context, req core.Request, changed func(token string)) error {
	t, err := targetOf(s.spec, req.Account)
	if err != nil || t.searched() {
		return err
	}
	u, err := redisconn.Parse(s.spec.Base(req.Account))
	if err != nil || u.Cluster {
		return err
	}
	key, err := t.layout.Key(t.name)
	if err != nil {
		return explain(err)
	}
	c, err := open(s.spec.Base(req.Account), req.Credentials.Secret, s.dial)
	if err != nil {
		return err
	}
	defer c.Close()
	if !tells(ctx, c) {
		return nil
	}
	hash, _ := t.layout.HashOf(key)
	sub := c.Subscribe(ctx, fmt.Sprintf("__keyspace@%d__:%s", u.DB, hash))
	defer sub.Close()
	stop := context.AfterFunc(ctx, func() { _ = sub.Close() }) // a read does not end with ctx
	defer stop()
	for {
		if _, err := sub.ReceiveMessage(ctx); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return redisconn.Explain(err)
		}
		if e, err := s.readOne(ctx, c, t, key); err == nil && !e.Searched {
			changed(e.Token)
		}
	}
}

// tells reports whether a Redis tells of all that happens to the keys of texts and
// hashes. One that does not say so counts as silent.
func tells(ctx context.Context, c redisconn.Client) bool {
	got, err := c.ConfigGet(ctx, "notify-keyspace-events").Result()
	classes := got["notify-keyspace-events"]
	return err == nil && strings.Contains(classes, "K") && (strings.Contains(classes, "A") || strings.Contains(classes, "$") && strings.Contains(classes, "h"))
}
