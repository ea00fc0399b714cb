package rediscache

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"tokentray/core"
	"tokentray/core/redisconn"
)

var _ core.Follower = (*source)(nil)

// Follow implements core.Follower by the keyspace notifications of the Redis. It returns
// nil at once where they are off, and for keys that are searched for. It keeps two
// connections, of a Cluster one to each master and another.
func (s *source) Follow(ctx context.Context, req core.Request, changed func(token string)) error {
	t, err := targetOf(s.spec, req.Account)
	if err != nil || t.searched() {
		return err
	}
	u, err := redisconn.Parse(s.spec.Base(req.Account))
	if err != nil {
		return err
	}
	key, err := t.layout.Key(t.name)
	if err != nil {
		return explain(err)
	}
	c, err := open(s.spec.Base(req.Account), req.Credentials.Secret, reach(s.spec, req.Account), s.dial)
	if err != nil {
		return err
	}
	defer c.Close()
	hash, _ := t.layout.HashOf(key)
	err = subscribe(ctx, c, fmt.Sprintf("__keyspace@%d__:%s", u.DB, hash), func() {
		if e, err := s.readOne(ctx, c, t, key); err == nil && !e.Searched {
			changed(e.Token)
		}
	})
	if err == nil || ctx.Err() != nil {
		return nil
	}
	return redisconn.Explain(err)
}

// lookAround is how often a Cluster is asked for masters that are new.
const lookAround = time.Minute

// subscribe calls happened after each thing that happens to the key of a channel, and once
// for what happened before, until ctx ends or a connection is lost. It returns nil at once if
// the Redis does not tell. Each master of a Cluster tells of the keys that it has itself:
// all are listened to, so that a slot may move from one to another.
func subscribe(ctx context.Context, c redisconn.Client, channel string, happened func()) error {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	heard, lost := make(chan struct{}, 1), make(chan error, 1)
	on := map[string]bool{}
	around := time.NewTicker(lookAround)
	defer around.Stop()
	for {
		nodes, err := masters(ctx, c)
		if err != nil {
			return err
		}
		for _, node := range nodes {
			if on[node.addr] {
				continue
			}
			if ok, err := tells(ctx, node.client); !ok {
				return err
			}
			on[node.addr] = true
			sub := node.client.Subscribe(ctx, channel)
			wg.Go(func() {
				if err := listen(ctx, sub, heard); err != nil {
					select {
					case lost <- err:
					default:
					}
				}
			})
		}
		for again := false; !again; {
			select {
			case <-heard:
				happened()
			case err := <-lost:
				return err
			case <-around.C:
				_, again = c.(*redis.ClusterClient)
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
}

// listen passes on what a subscription tells, first that it began.
func listen(ctx context.Context, sub *redis.PubSub, heard chan<- struct{}) error {
	defer sub.Close()
	defer context.AfterFunc(ctx, func() { _ = sub.Close() })() // a read does not end with ctx
	for {
		if _, err := sub.Receive(ctx); err != nil {
			return err
		}
		select {
		case heard <- struct{}{}:
		default:
		}
	}
}

// master is a server that holds keys of its own.
type master struct {
	addr   string // empty, if it is the only one
	client subscriber
}

// subscriber is what tells of changes.
type subscriber interface {
	redis.Cmdable
	Subscribe(ctx context.Context, channels ...string) *redis.PubSub
}

// masters are all servers that tell of keys.
func masters(ctx context.Context, c redisconn.Client) ([]master, error) {
	cluster, ok := c.(*redis.ClusterClient)
	if !ok {
		return []master{{client: c}}, nil
	}
	var mu sync.Mutex
	var out []master
	err := cluster.ForEachMaster(ctx, func(_ context.Context, node *redis.Client) error {
		mu.Lock()
		defer mu.Unlock()
		out = append(out, master{node.Options().Addr, node})
		return nil
	})
	return out, err
}

// tells reports whether a Redis tells of all that happens to the keys of texts and
// hashes. One that does not say so counts as silent.
func tells(ctx context.Context, c redis.Cmdable) (bool, error) {
	got, err := c.ConfigGet(ctx, "notify-keyspace-events").Result()
	var refused redis.Error
	if errors.As(err, &refused) {
		return false, nil
	}
	classes := got["notify-keyspace-events"]
	return strings.Contains(classes, "K") && (strings.Contains(classes, "A") || strings.Contains(classes, "$") && strings.Contains(classes, "h")), err
}
