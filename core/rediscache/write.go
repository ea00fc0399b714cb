package rediscache

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/layout"
	"tokentray/core/redisconn"
)

// Writer puts tokens into the entries from which the SDKs of backends take them. It
// looks at an entry before it writes, and writes by one command that sets the entry's
// time to live. An entry that somebody else wrote later than the token came is left
// as it is. It is safe for concurrent use.
type Writer struct {
	kinds func() kinds.Set
	now   func() time.Time
	dial  Dialer
}

// NewWriter returns a Writer for accounts of the kinds that known returns.
func NewWriter(known func() kinds.Set, o Options) *Writer {
	now := o.Upstream.Now
	if now == nil {
		now = time.Now
	}
	return &Writer{kinds: known, now: now, dial: o.Dial}
}

// Check reports what is wrong with a place for the tokens of an account.
func (w *Writer) Check(p core.RedisPlace, a core.Account) (out core.Problems) {
	add := func(field, key string) { out = append(out, core.Problem{Field: field, Key: key}) }
	u, err := redisconn.Parse(p.URL)
	switch {
	case redisconn.HasPassword(p.URL):
		add("redis", core.ProblemRedisPassword)
	case err != nil:
		add("redis", core.ProblemRedisURL)
	case u.Plain() && !p.Plain:
		add("redis", core.ProblemRedisPlain)
	}
	if !word(p.Prefix) {
		add("key_prefix", core.ProblemRedisWord)
	}
	if !word(p.Agent) {
		add("agent", core.ProblemRedisWord)
	}
	l, ok := layout.Of(p.Layout, w.family(p, a))
	switch {
	case !slices.Contains(layout.WritableIDs(), p.Layout):
		add("layout", core.ProblemRedisLayout)
	case !ok || !l.Writable:
		add("family", core.ProblemRedisFamily)
	case l.Own() && p.Key == "":
		add("redis_key", core.ProblemRedisKey)
	case !l.Own() && p.Key != "":
		add("redis_key", core.ProblemRedisOwnKey)
	}
	if own := w.agent(l, a); own != "" && p.Agent != "" && p.Agent != kinds.RedisNoAgent && p.Agent != own {
		add("agent", core.ProblemRedisAgent)
	}
	return out
}

// word reports whether text is printable ASCII without blanks.
func word(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}

func (w *Writer) family(p core.RedisPlace, a core.Account) layout.App {
	if p.Family != "" {
		return layout.App(p.Family)
	}
	spec, _ := w.kinds().Of(a.Kind)
	return family(spec, a)
}

// agent is the account's own number in the keys of a layout, "" where there is none.
func (w *Writer) agent(l layout.Layout, a core.Account) string {
	if !l.HoldsAgent() {
		return ""
	}
	spec, _ := w.kinds().Of(a.Kind)
	return spec.Param(a, kinds.RedisAgent)
}

// Complete is a place as it is saved: the URL has its one spelling, because passwords
// are kept by it, and a key that can hold an agent's number holds the account's own.
// A place that was saved without a number keeps the key without one: a backend that
// names no AgentID reads that.
func (w *Writer) Complete(p core.RedisPlace, a core.Account) core.RedisPlace {
	if u, err := redisconn.Parse(p.URL); err == nil {
		p.URL = u.String()
	}
	if l, _ := layout.Of(p.Layout, w.family(p, a)); p.Agent == "" {
		p.Agent = w.agent(l, a)
	}
	return p
}

// Same reports whether p, of account a, is the entry that q is of account b. Users of
// the Redis do not count. A key that is made from a secret is nobody else's.
func (w *Writer) Same(p core.RedisPlace, a core.Account, q core.RedisPlace, b core.Account) bool {
	if !sameRedis(p.URL, q.URL) {
		return false
	}
	key, ok := w.openKey(p, a)
	other, there := w.openKey(q, b)
	return ok && there && key == other
}

func sameRedis(p, q string) bool {
	if p == q {
		return true
	}
	u, err := redisconn.Parse(p)
	v, err2 := redisconn.Parse(q)
	u.User, v.User = "", ""
	return err == nil && err2 == nil && u.String() == v.String()
}

// openKey is the key of an entry, false where its name is made from a secret.
func (w *Writer) openKey(p core.RedisPlace, a core.Account) (string, bool) {
	l, ok := layout.Of(p.Layout, w.family(p, a))
	if !ok {
		return "", false
	}
	key, err := l.Key(nameOf(p, a, ""))
	return key, err == nil
}

// nameOf is what the key of a place is made from.
func nameOf(p core.RedisPlace, a core.Account, secret string) layout.Name {
	n := layout.Name{AppID: a.AppID, Own: p.Key, Secret: secret}
	if p.Agent != kinds.RedisNoAgent {
		n.Agent = p.Agent
	}
	switch empty := ""; p.Prefix {
	case "":
	case kinds.RedisNoPrefix:
		n.Prefix = &empty
	default:
		n.Prefix = &p.Prefix
	}
	return n
}

// NeedsSecret reports whether a layout makes the name of its key from the AppSecret.
func (w *Writer) NeedsSecret(p core.RedisPlace, a core.Account) bool {
	l, _ := layout.Of(p.Layout, w.family(p, a))
	return l.HoldsSecret()
}

// entry is where a token goes.
type entry struct {
	target
	key string
}

func (w *Writer) entry(job core.RedisWrite) (entry, error) {
	if bad := w.Check(job.Place, job.Account); len(bad) > 0 {
		return entry{}, pushFailed(core.RemedyRedisURL, bad.Error())
	}
	p := job.Place
	l, _ := layout.Of(p.Layout, w.family(p, job.Account))
	n := nameOf(p, job.Account, job.AppSecret.Reveal())
	key, err := l.Key(n)
	if err != nil {
		return entry{}, pushFailed(core.RemedyPushRedis, err.Error())
	}
	return entry{target{l, n}, key}, nil
}

func pushFailed(remedy, message string) *core.Error {
	return &core.Error{Class: core.PushFailed, Remedy: remedy, Message: message}
}

// verdict is what is to be done with an entry.
type verdict struct {
	write bool
	there bool // the token is in it, and for no longer than it lives
	why   *core.Error
	text  string
	ttl   time.Duration
}

// judge says what a token means for an entry as it was read.
func (w *Writer) judge(e entry, v layout.Value, job core.RedisWrite) verdict {
	now := w.now()
	life := job.Token.ExpiresAt.Sub(now)
	text, ttl, err := e.layout.Write(job.Token.Value, life)
	if err != nil {
		return verdict{why: pushFailed(core.RemedyPushRedis, err.Error())}
	}
	out := verdict{write: true, text: text, ttl: ttl}
	current, err := e.layout.Token(v)
	switch {
	case errors.Is(err, layout.ErrMissing), errors.Is(err, layout.ErrEmpty):
		return out
	case err != nil:
		return verdict{why: pushFailed(core.RemedyRedisType, "the entry holds something else than a token in this layout, and was left as it is; choose the layout that the backend uses, or delete the key")}
	case current == job.Token.Value && v.Left >= 0 && v.Left <= ttl+ttlSlack:
		return verdict{there: true, ttl: v.Left}
	case current == job.Token.Value: // it would outlive its token
		return out
	case current == job.Token.Previous.Value, core.TokenPrint(current) == job.Known.Print:
		return out
	case v.Left >= 0 && v.Left+e.layout.Margin+ttlSlack < life: // it came before ours
		return out
	}
	return verdict{why: twoFetchers()}
}

// ttlSlack is how far two records of one time to live may differ: upstream tells lives
// in seconds, and a command takes its time.
const ttlSlack = 5 * time.Second

func twoFetchers() *core.Error {
	return pushFailed(core.RemedyPushFetchers, "somebody else put a newer token into the entry, so two programs fetch tokens of this account; the entry was left as it is")
}

// Write puts a token into its entry and returns what is then in it.
func (w *Writer) Write(ctx context.Context, job core.RedisWrite) (core.RedisEntry, error) {
	done := job.Known
	err := w.with(ctx, job, func(ctx context.Context, c redisconn.Client, e entry) error {
		return w.attempts(ctx, c, e, func(tx *redis.Tx, v layout.Value) error {
			j := w.judge(e, v, job)
			if j.why != nil {
				return j.why
			}
			if j.write {
				_, err := tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
					p.Do(ctx, "set", e.key, j.text, "px", j.ttl.Milliseconds())
					return nil
				})
				if err != nil {
					return err
				}
			}
			done = core.RedisEntry{Print: core.TokenPrint(job.Token.Value), Ends: w.now().Add(j.ttl)}
			return nil
		})
	})
	return done, err
}

// attempts reads an entry and lets act write it, again where somebody else wrote it in
// between.
func (w *Writer) attempts(ctx context.Context, c redisconn.Client, e entry, act func(tx *redis.Tx, v layout.Value) error) error {
	const times = 3
	for range times {
		err := c.Watch(ctx, func(tx *redis.Tx) error {
			v, err := read(ctx, tx, e.target, e.key)
			if err != nil {
				return err
			}
			return act(tx, v)
		}, e.key)
		if !errors.Is(err, redis.TxFailedErr) {
			return err
		}
	}
	return twoFetchers()
}

// with opens the Redis of a write, and refuses while the backend's SDK fetches a token
// itself, which it shows by its lock.
func (w *Writer) with(ctx context.Context, job core.RedisWrite, do func(context.Context, redisconn.Client, entry) error) error {
	e, err := w.entry(job)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c, err := open(job.Place.URL, job.Password, agreed(job.Place.Plain), w.dial)
	if err != nil {
		return asPush(err)
	}
	defer c.Close()
	if lock := e.lock(); lock != "" {
		text, held, err := w.lockHeld(ctx, c, lock)
		if err != nil {
			return asPush(err)
		}
		if held && (job.Lock == "" || text != job.Lock) {
			return pushFailed(core.RemedyPushFetchers, "the backend fetches a token itself just now: its SDK holds the lock for that; the entry was left as it is")
		}
	}
	if err := do(ctx, c, e); err != nil {
		return asPush(err)
	}
	return nil
}

// keyMissing is what PTTL says of a key that is not there.
const keyMissing = -2

// asPush is a Redis' failure as one of a push. It holds neither key nor value.
func asPush(err error) *core.Error {
	known := redisconn.Explain(err)
	return pushFailed(known.Remedy, known.Message)
}

// Look reads what is in the entries of pushes into one Redis, over one connection.
// Without a token in it an entry has no Print.
func (w *Writer) Look(ctx context.Context, jobs []core.RedisWrite) ([]core.RedisEntry, error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, scanPatience)
	defer cancel()
	c, err := open(jobs[0].Place.URL, jobs[0].Password, agreed(jobs[0].Place.Plain), w.dial)
	if err != nil {
		return nil, asPush(err)
	}
	defer c.Close()
	out := make([]core.RedisEntry, len(jobs))
	for i, job := range jobs {
		e, err := w.entry(job)
		if err != nil {
			return nil, err
		}
		v, err := read(ctx, c, e.target, e.key)
		if err != nil {
			return nil, asPush(err)
		}
		current, err := e.layout.Token(v)
		switch {
		case errors.Is(err, layout.ErrMissing), errors.Is(err, layout.ErrEmpty):
			continue
		case err != nil:
			current = string(v.Text) // nobody's token, and another print than any
		}
		out[i].Print = core.TokenPrint(current)
		if v.Left >= 0 {
			out[i].Ends = w.now().Add(v.Left)
		}
	}
	return out, nil
}

// Plan says what Write would do, with the commands that it would send. It sends those
// that read.
func (w *Writer) Plan(ctx context.Context, job core.RedisWrite) (core.RedisPlan, error) {
	var out core.RedisPlan
	e, err := w.entry(job)
	if err != nil {
		return out, err
	}
	key := e.layout.Shown(e.name)
	if lock := e.lock(); lock != "" {
		out.Lock = layout.ShownKey(lock)
		out.Commands = append(out.Commands, "PTTL "+out.Lock, "GETRANGE "+out.Lock+" 0 63")
	}
	out.Commands = append(out.Commands, "WATCH "+key, "PTTL "+key, fmt.Sprintf("GETRANGE %s 0 %d", key, layout.MaxValue))
	err = w.with(ctx, job, func(ctx context.Context, c redisconn.Client, e entry) error {
		v, err := read(ctx, c, e.target, e.key)
		if err != nil {
			return err
		}
		switch j := w.judge(e, v, job); {
		case j.why != nil:
			out.Err = j.why
		case j.write:
			text := strings.ReplaceAll(j.text, job.Token.Value, core.Mask(job.Token.Value))
			if strings.ContainsAny(text, `"'`) {
				text = "'" + text + "'"
			}
			out.Commands = append(out.Commands, "MULTI", fmt.Sprintf("SET %s %s PX %d", key, text, j.ttl.Milliseconds()), "EXEC")
		default:
			out.There = true
		}
		return nil
	})
	return out, err
}
