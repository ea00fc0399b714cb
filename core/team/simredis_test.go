package team

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/parse"
)

// simRedis is as much of a Redis as a team needs, in this process, so that simulated
// time goes by for it too. It runs the team's own scripts, and counts commands as INFO
// does: those within a script one by one.
type simRedis struct {
	roundTrip time.Duration

	mu      sync.Mutex
	data    map[string]*simValue
	scripts map[string]*lua.LFunction
	lua     *lua.LState
	subs    map[string]map[*simConn]bool
	count   int64 // commands
	told    int64 // messages that went to subscribers
	mute    bool  // messages are lost
}

type simValue struct {
	text string
	hash map[string]string // nil: a text
	ends time.Time         // zero: never
}

func newSimRedis(roundTrip time.Duration) *simRedis {
	s := &simRedis{
		roundTrip: roundTrip, data: map[string]*simValue{}, scripts: map[string]*lua.LFunction{},
		lua: lua.NewState(), subs: map[string]map[*simConn]bool{},
	}
	redis := s.lua.NewTable()
	s.lua.SetField(redis, "call", s.lua.NewFunction(s.call))
	s.lua.SetGlobal("redis", redis)
	return s
}

// commands is how many commands there were.
func (s *simRedis) commands() (commands, told int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count, s.told
}

// simNet is the way of one member to the simRedis.
type simNet struct {
	redis *simRedis

	mu    sync.Mutex
	cut   bool
	conns []*simConn
}

// dial implements redisconn.Options.Dial.
func (n *simNet) dial(context.Context, string, string) (net.Conn, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.cut {
		return nil, errors.New("cut off")
	}
	c := &simConn{redis: n.redis, wake: make(chan struct{}, 1)}
	n.conns = append(n.conns, c)
	return c, nil
}

// kill ends all connections, and there are no others.
func (n *simNet) kill() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cut = true
	for _, c := range n.conns {
		_ = c.Close()
	}
}

// simConn is one connection. The Redis does a command when its last byte is written, and
// its answer can be read a round trip later: no goroutine stands in between, because a
// large team makes millions of them.
type simConn struct {
	redis *simRedis
	wake  chan struct{} // something that Read waits for changed

	in   []byte   // of a command that is not complete; only Write uses these three
	args []string // of it, so far
	need int      // how many are missing

	mu       sync.Mutex
	out      []simAnswer
	deadline time.Time // of reading
	closed   bool
}

// simAnswer is on its way to the client.
type simAnswer struct {
	text string
	at   time.Time // when it is there
}

// send puts an answer on its way. It does not wait.
func (c *simConn) send(text string) {
	c.mu.Lock()
	c.out = append(c.out, simAnswer{text, time.Now().Add(c.redis.roundTrip)})
	c.mu.Unlock()
	c.changed()
}

func (c *simConn) changed() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *simConn) Read(p []byte) (int, error) {
	for {
		c.mu.Lock()
		now, until := time.Now(), c.deadline
		switch {
		case c.closed:
			c.mu.Unlock()
			return 0, net.ErrClosed
		case len(c.out) > 0 && !now.Before(c.out[0].at):
			n := copy(p, c.out[0].text)
			if c.out[0].text = c.out[0].text[n:]; c.out[0].text == "" {
				c.out = c.out[1:]
			}
			c.mu.Unlock()
			return n, nil
		case !until.IsZero() && !now.Before(until):
			c.mu.Unlock()
			return 0, os.ErrDeadlineExceeded
		}
		coming := len(c.out) > 0 && (until.IsZero() || c.out[0].at.Before(until))
		if coming {
			until = c.out[0].at
		}
		c.mu.Unlock()
		switch {
		case coming:
			time.Sleep(until.Sub(now))
		case until.IsZero():
			<-c.wake
		default:
			timer := time.NewTimer(until.Sub(now))
			select {
			case <-c.wake:
			case <-timer.C:
			}
			timer.Stop()
		}
	}
}

// Write reads arrays of strings.
func (c *simConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	closed := c.closed
	c.mu.Unlock()
	if closed {
		return 0, net.ErrClosed
	}
	c.in = append(c.in, p...)
	rest := c.in
	for {
		line, after, whole := bytes.Cut(rest, []byte("\r\n"))
		if !whole {
			break
		}
		mark := byte('$')
		if c.need == 0 {
			mark = '*'
		}
		n, err := strconv.Atoi(string(line[1:]))
		if err != nil || line[0] != mark {
			return 0, fmt.Errorf("no %c: %q", mark, line)
		}
		if c.need == 0 {
			c.need, c.args, rest = n, make([]string, 0, n), after
			continue
		}
		if len(after) < n+2 {
			break
		}
		c.args, rest = append(c.args, string(after[:n])), after[n+2:]
		if c.need--; c.need == 0 {
			c.redis.do(c, c.args)
		}
	}
	c.in = append(c.in[:0], rest...)
	return len(p), nil
}

func (c *simConn) Close() error {
	c.redis.mu.Lock()
	for _, on := range c.redis.subs {
		delete(on, c)
	}
	c.redis.mu.Unlock()
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.changed()
	return nil
}

func (c *simConn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	c.deadline = t
	c.mu.Unlock()
	return nil
}

func (c *simConn) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

// SetWriteDeadline does nothing: no writing waits.
func (c *simConn) SetWriteDeadline(time.Time) error { return nil }

func (c *simConn) LocalAddr() net.Addr { return &net.UnixAddr{Name: "member", Net: "unix"} }

func (c *simConn) RemoteAddr() net.Addr { return &net.UnixAddr{Name: "redis", Net: "unix"} }

func bulk(text string) string { return "$" + strconv.Itoa(len(text)) + "\r\n" + text + "\r\n" }

// do does a command of a client.
func (s *simRedis) do(c *simConn, args []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	switch name := strings.ToLower(args[0]); name {
	case "subscribe":
		for i, channel := range args[1:] {
			if s.subs[channel] == nil {
				s.subs[channel] = map[*simConn]bool{}
			}
			s.subs[channel][c] = true
			c.send("*3\r\n" + bulk("subscribe") + bulk(channel) + fmt.Sprintf(":%d\r\n", i+1))
		}
	case "ping":
		c.send("*2\r\n" + bulk("pong") + bulk("")) // only subscribers ping
	case "eval", "evalsha":
		sha := args[1]
		if name == "eval" {
			sum := sha1.Sum([]byte(args[1]))
			sha = hex.EncodeToString(sum[:])
			if s.scripts[sha] == nil {
				s.scripts[sha] = s.lua.NewFunctionFromProto(compiled(args[1]))
			}
		}
		if s.scripts[sha] == nil {
			c.send("-NOSCRIPT No matching script.\r\n")
			return
		}
		keys, _ := strconv.Atoi(args[2])
		c.send(s.run(s.scripts[sha], args[3:3+keys], args[3+keys:]))
	case "hget", "hsetnx", "hset", "time":
		c.send(reply(s.command(args)))
	default:
		c.send("-ERR unknown command\r\n")
	}
}

func compiled(text string) *lua.FunctionProto {
	chunk, err := parse.Parse(strings.NewReader(text), "script")
	if err != nil {
		panic(err)
	}
	proto, err := lua.Compile(chunk, "script")
	if err != nil {
		panic(err)
	}
	return proto
}

func (s *simRedis) run(script *lua.LFunction, keys, argv []string) string {
	table := func(all []string) *lua.LTable {
		t := s.lua.NewTable()
		for _, one := range all {
			t.Append(lua.LString(one))
		}
		return t
	}
	s.lua.SetGlobal("KEYS", table(keys))
	s.lua.SetGlobal("ARGV", table(argv))
	s.lua.Push(script)
	if err := s.lua.PCall(0, 1, nil); err != nil {
		return "-ERR " + strings.ReplaceAll(err.Error(), "\n", " ") + "\r\n"
	}
	out := s.lua.Get(-1)
	s.lua.Pop(1)
	return fromLua(out)
}

// call is redis.call within a script.
func (s *simRedis) call(l *lua.LState) int {
	args := make([]string, l.GetTop())
	for i := range args {
		args[i] = l.Get(i + 1).String()
	}
	s.count++
	switch v := s.command(args).(type) {
	case nil:
		l.Push(lua.LFalse)
	case string:
		l.Push(lua.LString(v))
	case int64:
		l.Push(lua.LNumber(v))
	case []string:
		t := l.NewTable()
		for _, one := range v {
			t.Append(lua.LString(one))
		}
		l.Push(t)
	}
	return 1
}

func reply(v any) string {
	switch v := v.(type) {
	case string:
		return bulk(v)
	case int64:
		return ":" + strconv.FormatInt(v, 10) + "\r\n"
	case []string:
		var b strings.Builder
		fmt.Fprintf(&b, "*%d\r\n", len(v))
		for _, one := range v {
			b.WriteString(bulk(one))
		}
		return b.String()
	}
	return "$-1\r\n"
}

func fromLua(v lua.LValue) string {
	var b strings.Builder
	writeLua(&b, v)
	return b.String()
}

func writeLua(b *strings.Builder, v lua.LValue) {
	switch v := v.(type) {
	case lua.LNumber:
		fmt.Fprintf(b, ":%d\r\n", int64(v))
	case lua.LString:
		b.WriteString(bulk(string(v)))
	case *lua.LTable:
		fmt.Fprintf(b, "*%d\r\n", v.Len())
		for i := 1; i <= v.Len(); i++ {
			writeLua(b, v.RawGetInt(i))
		}
	default:
		b.WriteString("$-1\r\n")
	}
}

// value is what a key holds; nil: nothing.
func (s *simRedis) value(key string) *simValue {
	v := s.data[key]
	if v != nil && !v.ends.IsZero() && !time.Now().Before(v.ends) {
		delete(s.data, key)
		return nil
	}
	return v
}

func (s *simRedis) hash(key string) map[string]string {
	v := s.value(key)
	if v == nil {
		v = &simValue{hash: map[string]string{}}
		s.data[key] = v
	}
	return v.hash
}

// command does a command on the keys. Its answer is nil, a string, an int64 or strings.
func (s *simRedis) command(args []string) any {
	name, key := strings.ToUpper(args[0]), ""
	if len(args) > 1 {
		key = args[1]
	}
	v := s.value(key)
	switch name {
	case "TIME":
		now := time.Now()
		return []string{strconv.FormatInt(now.Unix(), 10), strconv.Itoa(now.Nanosecond() / 1000)}
	case "GET":
		if v == nil {
			return nil
		}
		return v.text
	case "SET":
		v = &simValue{text: args[2]}
		if len(args) == 5 {
			v.ends = time.Now().Add(millis(args[4]))
		}
		s.data[key] = v
		return "OK"
	case "INCR":
		if v == nil {
			v = &simValue{text: "0"}
			s.data[key] = v
		}
		n, _ := strconv.ParseInt(v.text, 10, 64)
		v.text = strconv.FormatInt(n+1, 10)
		return n + 1
	case "DEL":
		delete(s.data, key)
		return int64(1)
	case "PTTL":
		switch {
		case v == nil:
			return int64(-2)
		case v.ends.IsZero():
			return int64(-1)
		}
		return time.Until(v.ends).Milliseconds()
	case "PEXPIRE":
		if v != nil {
			v.ends = time.Now().Add(millis(args[2]))
		}
		return int64(1)
	case "PUBLISH":
		on := s.subs[key]
		for c := range on {
			if s.mute {
				continue
			}
			c.send("*3\r\n" + bulk("message") + bulk(key) + bulk(args[2]))
			s.told++
		}
		return int64(len(on))
	}
	return s.hashCommand(name, key, args, v)
}

func (s *simRedis) hashCommand(name, key string, args []string, v *simValue) any {
	switch name {
	case "HGET":
		if v != nil {
			if text, there := v.hash[args[2]]; there {
				return text
			}
		}
		return nil
	case "HGETALL":
		out := []string{}
		if v != nil {
			for field, text := range v.hash {
				out = append(out, field, text)
			}
		}
		return out
	case "HSET":
		for i := 2; i+1 < len(args); i += 2 {
			s.hash(key)[args[i]] = args[i+1]
		}
		return int64(1)
	case "HSETNX":
		if _, there := s.hash(key)[args[2]]; there {
			return int64(0)
		}
		s.hash(key)[args[2]] = args[3]
		return int64(1)
	case "HDEL":
		if v != nil {
			delete(v.hash, args[2])
		}
		return int64(1)
	}
	panic("the simulated Redis knows no " + name)
}

func millis(text string) time.Duration {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		panic(err)
	}
	return time.Duration(n) * time.Millisecond
}
