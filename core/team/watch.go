package team

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"tokentray/core"
	"tokentray/core/redisconn"
)

// How often a member acts without news. With 1,000 accounts, none of them due, that
// is under 5 commands a second. The Redis counts three commands for each read.
const (
	listenFor     = 15 * time.Second // then it checks that the connection still works
	helloEvery    = time.Minute
	readEvery     = 15 * time.Minute // messages can be lost
	reconnect     = time.Second      // after a failure, doubled up to reconnectMost
	reconnectMost = 15 * time.Second
)

// Run receives what the others publish, and tells them that this member exists, until
// ctx ends. It reads an account when its channel is subscribed, after each lost
// connection, after each message, and now and then.
func (m *Member) Run(ctx context.Context) {
	for wait := reconnect; ctx.Err() == nil; {
		began := time.Now()
		err := m.listen(ctx)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > time.Minute {
			wait = reconnect
		}
		m.failed(err)
		_ = pause(ctx, wait/2+rand.N(wait))
		wait = min(2*wait, reconnectMost)
	}
}

// failed records that the Redis does not work.
func (m *Member) failed(err error) {
	e := redisconn.Explain(err)
	m.mu.Lock()
	news := m.err == nil
	m.err = e
	m.mu.Unlock()
	if news {
		m.team.log.Warn("the team's Redis is of no use just now; its last tokens are served", "team", m.team.name, "error", e)
	}
	for _, id := range m.ids() {
		m.onUpdate(id, Published{})
	}
}

// works records that the Redis answers.
func (m *Member) works() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = nil
}

func (m *Member) ids() []core.ID {
	m.mu.RLock()
	defer m.mu.RUnlock()
	out := make([]core.ID, 0, len(m.shared))
	for id := range m.shared {
		out = append(out, id)
	}
	return out
}

// listening is a connection that receives messages.
type listening struct {
	member *Member
	redis  *redis.PubSub
	on     map[string]bool // subscribed channels; only follow uses it
	pinged bool            // and nothing has come since
	hello  time.Time       // time of the last
	looked time.Time       // when upkeep last looked for old reads
}

// listen receives messages until the connection fails.
func (m *Member) listen(ctx context.Context) error {
	if err := m.team.Hello(ctx); err != nil {
		return err
	}
	l := &listening{member: m, redis: m.team.redis.Subscribe(ctx), on: map[string]bool{}, hello: time.Now()}
	closing := context.AfterFunc(ctx, func() { _ = l.redis.Close() })
	following, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer func() {
		closing()
		stop()
		_ = l.redis.Close() // a second close does nothing
		wg.Wait()
	}()
	if err := l.follow(ctx); err != nil {
		return err
	}
	wg.Go(func() {
		for {
			select {
			case <-m.news:
			case <-following.Done():
				return
			}
			if l.follow(following) != nil {
				_ = l.redis.Close() // ends this connection, and a new one begins
				return
			}
		}
	})
	for {
		if err := l.next(ctx); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := l.upkeep(ctx); err != nil {
			return err
		}
	}
}

// follow subscribes to the accounts that are shared now.
func (l *listening) follow(ctx context.Context) error {
	wanted := map[string]bool{}
	l.member.mu.RLock()
	for c := range l.member.of {
		wanted[c] = true
	}
	l.member.mu.RUnlock()
	var add, drop []string
	for c := range wanted {
		if !l.on[c] {
			add = append(add, c)
		}
	}
	for c := range l.on {
		if !wanted[c] {
			drop = append(drop, c)
		}
	}
	l.on = wanted
	if len(add) > 0 {
		if err := l.redis.Subscribe(ctx, add...); err != nil {
			return err
		}
	}
	if len(drop) > 0 {
		return l.redis.Unsubscribe(ctx, drop...)
	}
	return nil
}

// next waits for a message, for a limited time, and reads its account.
func (l *listening) next(ctx context.Context) error {
	got, err := l.redis.ReceiveTimeout(ctx, listenTime(l.pinged))
	var slow net.Error
	switch {
	case errors.As(err, &slow) && slow.Timeout() && !l.pinged:
		l.pinged = true
		return l.redis.Ping(ctx)
	case err != nil:
		return err
	}
	l.pinged = false
	switch message := got.(type) {
	case *redis.Subscription:
		if message.Kind == "subscribe" {
			return l.member.read(ctx, message.Channel, true)
		}
	case *redis.Message:
		if message.Payload == msgFree {
			return nil // nothing that is read here has changed
		}
		return l.member.read(ctx, message.Channel, true)
	}
	return nil
}

// listenTime is how long to wait for a message, or for the answer to a ping.
func listenTime(pinged bool) time.Duration {
	if pinged {
		return listenFor / 5
	}
	return listenFor
}

// upkeep says hello and reads accounts that were not read for long.
func (l *listening) upkeep(ctx context.Context) error {
	m := l.member
	if time.Since(l.hello) >= helloEvery {
		if err := m.team.Hello(ctx); err != nil {
			return err
		}
		l.hello = time.Now()
	}
	if time.Since(l.looked) < listenFor {
		return nil
	}
	l.looked = time.Now()
	var old []string
	m.mu.RLock()
	for _, p := range m.shared {
		if !p.read.IsZero() && time.Since(p.read) >= readEvery+p.apart {
			old = append(old, p.account.channel)
		}
	}
	m.mu.RUnlock()
	for _, c := range old {
		if err := m.read(ctx, c, false); err != nil {
			return err
		}
	}
	return nil
}

// read reads the account of a channel and tells this machine's accounts that have its
// token. An error about one account does not end the connection. With counts it also
// reads how often the team called the upstream today.
func (m *Member) read(ctx context.Context, channel string, counts bool) error {
	type one struct {
		id core.ID
		*place
	}
	var about []one
	m.mu.RLock()
	for _, id := range m.of[channel] {
		about = append(about, one{id, m.shared[id]})
	}
	m.mu.RUnlock()
	for _, o := range about {
		day := ""
		if counts {
			day = o.day()
		}
		got, err := o.account.Read(ctx, day)
		e := core.AsError(err)
		if e != nil && e.Class == core.Temporary {
			return err
		}
		m.mu.Lock()
		o.read, o.err, o.wanted = time.Now(), e, ""
		if got.Wanted {
			o.wanted = got.Value
		}
		if o.apart = 0; counts { // all accounts are read at once when the connection is new
			o.apart = rand.N(readEvery) - readEvery/2
			o.counts = core.DayCounts{Day: day, Counts: core.Counts{Calls: got.Calls, Forced: got.Forced}}
		}
		m.mu.Unlock()
		if e != nil {
			m.team.log.Warn("the team's token cannot be used", "team", m.team.name, "account", o.id, "error", e)
		}
		m.onUpdate(o.id, got)
	}
	m.works()
	return nil
}
