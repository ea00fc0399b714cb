package rediscache

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"tokentray/core/layout"
	"tokentray/core/redisconn"
)

// Bounds of a search for keys.
const (
	scanCount = 1000
	scanSteps = 500 // of scanCount keys each, on a node
	maxFound  = 200
)

// read reads the entry under a key. Its time to live is asked for before its text,
// so that the life of an entry replaced in between is too short and not too long.
func read(ctx context.Context, c redis.Cmdable, t target, key string) (layout.Value, error) {
	expiry := ""
	if n, ok := t.named(key); ok {
		expiry = t.layout.ExpiryKey(n)
	}
	if expiry == "" && t.name.Own == "" {
		expiry = t.layout.ExpiryKey(t.name)
	}
	switch t.layout.Form {
	case layout.Hash:
		return readHash(ctx, c, key, []string{"value", "expire"})
	case layout.BagInHash:
		hash, field := t.layout.HashOf(key)
		v, err := readHash(ctx, c, hash, []string{field})
		if text, ok := v.Fields[field]; ok { // otherwise it is missing, or too long and cut
			v.Text = []byte(text)
		}
		v.Missing = v.Missing || err == nil && !v.Wrong && len(v.Text) == 0
		return v, err
	}
	var left *redis.DurationCmd
	var text, end *redis.StringCmd
	_, err := c.Pipelined(ctx, func(p redis.Pipeliner) error {
		left = p.PTTL(ctx, key)
		if expiry != "" {
			end = p.GetRange(ctx, expiry, 0, 64)
		}
		text = p.GetRange(ctx, key, 0, layout.MaxValue)
		return nil
	})
	v := layout.Value{Left: left.Val()}
	if wrongType(text.Err()) || end != nil && wrongType(end.Err()) {
		v.Wrong = true
		return v, nil
	}
	if err != nil {
		return v, err
	}
	v.Text, v.Missing = []byte(text.Val()), left.Val() == -2
	if end != nil {
		v.Expiry = []byte(end.Val())
	}
	return v, nil
}

// readHash reads fields of a hash that are at most layout.MaxValue long.
func readHash(ctx context.Context, c redis.Cmdable, key string, fields []string) (layout.Value, error) {
	var left *redis.DurationCmd
	lengths := make([]*redis.Cmd, len(fields))
	_, err := c.Pipelined(ctx, func(p redis.Pipeliner) error {
		left = p.PTTL(ctx, key)
		for i, f := range fields {
			lengths[i] = p.Do(ctx, "hstrlen", key, f)
		}
		return nil
	})
	v := layout.Value{Left: left.Val(), Missing: left.Val() == -2}
	if wrongType(lengths[0].Err()) {
		v.Wrong = true
		return v, nil
	}
	if err != nil || v.Missing {
		return v, err
	}
	for _, n := range lengths {
		if size, _ := n.Int64(); size > layout.MaxValue {
			v.Text = make([]byte, layout.MaxValue+1)
			return v, nil
		}
	}
	values, err := c.HMGet(ctx, key, fields...).Result()
	if err != nil {
		return v, err
	}
	v.Fields = map[string]string{}
	for i, f := range fields {
		v.Fields[f], _ = values[i].(string)
	}
	return v, nil
}

func wrongType(err error) bool {
	var reply redis.Error
	return errors.As(err, &reply) && strings.HasPrefix(reply.Error(), "WRONGTYPE")
}

// errManyKeys: a search ended before it had seen all keys.
var errManyKeys = errors.New("the Redis has too many keys to look through")

// search looks for keys on all nodes, at most maxFound that take accepts. It ends
// with errManyKeys if there are more keys than it looks at.
func search(ctx context.Context, c redisconn.Client, pattern string, take func(key string) bool) ([]string, error) {
	var mu sync.Mutex // nodes are asked at once
	seen := map[string]bool{}
	var found []string
	err := everyNode(ctx, c, func(ctx context.Context, node redis.Cmdable) error {
		cursor := uint64(0)
		for range scanSteps {
			keys, next, err := node.Scan(ctx, cursor, pattern, scanCount).Result()
			if err != nil {
				return err
			}
			mu.Lock()
			for _, key := range keys {
				if !seen[key] && len(found) < maxFound && take(key) {
					seen[key] = true
					found = append(found, key)
				}
			}
			full := len(found) >= maxFound
			mu.Unlock()
			if cursor = next; cursor == 0 || full {
				return nil
			}
		}
		return errManyKeys
	})
	return found, err
}

// maxFields is how many bags of a hash are looked at.
const maxFields = 10_000

// bags are the keys of the bags in a hash of Senparc that take accepts: the hash, a colon
// and the field. Only the names of fields are read. It ends with errManyKeys if there are
// too many.
func bags(ctx context.Context, c redis.Cmdable, hash string, take func(key string) bool) ([]string, error) {
	n, err := c.HLen(ctx, hash).Result()
	switch {
	case wrongType(err):
		return nil, nil
	case err != nil:
		return nil, err
	case n > maxFields:
		return nil, errManyKeys
	}
	fields, err := c.HKeys(ctx, hash).Result()
	if wrongType(err) {
		return nil, nil
	}
	var found []string
	for _, f := range fields {
		if key := hash + ":" + f; len(found) < maxFound && take(key) {
			found = append(found, key)
		}
	}
	return found, err
}

// patience bounds all that one fetch or one search may take.
const (
	patience     = 15 * time.Second
	scanPatience = 60 * time.Second
)
