package rediscache_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
	"tokentray/core/keepertest"
	"tokentray/core/kinds"
	"tokentray/core/rediscache"
	"tokentray/core/redisconn/redistest"
)

// silent is a Redis of one entry that tells of no change, by the test's clock.
type silent struct {
	mu    sync.Mutex
	value string
	ends  time.Time
	reads []time.Time
}

func (s *silent) put(value string, life time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.value, s.ends = value, time.Now().Add(life)
}

// rounds returns when the entry was read after a time. What is not there is looked for
// once more within a moment, which is the same round.
func (s *silent) rounds(after time.Time) []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []time.Time
	for _, at := range s.reads {
		if at.After(after) && (len(out) == 0 || at.Sub(out[len(out)-1]) > 5*time.Second) {
			out = append(out, at)
		}
	}
	return out
}

func (s *silent) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.reads)
}

func (s *silent) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	go s.serve(there)
	return here, nil
}

func (s *silent) serve(c net.Conn) {
	defer c.Close()
	for in := bufio.NewReader(c); ; {
		line, err := in.ReadString('\n')
		n, bad := strconv.Atoi(strings.Trim(line, "*\r\n"))
		if err != nil || bad != nil {
			return
		}
		args := make([]string, n)
		for i := range args {
			line, _ := in.ReadString('\n')
			size, _ := strconv.Atoi(strings.Trim(line, "$\r\n"))
			arg := make([]byte, size+2)
			if _, err := io.ReadFull(in, arg); err != nil {
				return
			}
			args[i] = string(arg[:size])
		}
		if _, err := io.WriteString(c, s.answer(strings.ToLower(args[0]))); err != nil {
			return
		}
	}
}

func (s *silent) answer(command string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := time.Until(s.ends)
	switch command {
	case "pttl":
		s.reads = append(s.reads, time.Now())
		if left <= 0 {
			return ":-2\r\n"
		}
		return fmt.Sprintf(":%d\r\n", left.Milliseconds())
	case "getrange":
		if left <= 0 {
			return "$0\r\n\r\n"
		}
		return fmt.Sprintf("$%d\r\n%s\r\n", len(s.value), s.value)
	case "config":
		return "*2\r\n$22\r\nnotify-keyspace-events\r\n$0\r\n\r\n"
	}
	return "-ERR unknown command\r\n"
}

// TestASilentRedisIsPolledGently: where the Redis does not tell of changes, an entry is
// read again only when its end is near, at most each 30 s, and what the backend put there
// is known within that time. While the backend stays away it is looked for less and less.
func TestASilentRedisIsPolledGently(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const floor, slack = 30 * time.Second, 5 * time.Second
		s := &silent{}
		s.put(older, 2*time.Hour)
		a := kinds.Builtin().Clean(account(&redistest.Server{URL: "redis://127.0.0.1:6379"}, kinds.ProductRedisOther, "", "plain", map[string]string{kinds.RedisKey: "mine"}))
		a.Auto = true
		k := keepertest.Run(t, core.Config{
			Upstreams: keepertest.Upstreams(t, keepertest.Only(t, kinds.Redis), rediscache.Sources(rediscache.Options{Dial: s.dial})),
			Vault:     keepertest.OneSecret(kinds.NoKey),
		}, a)
		has := func(want string) bool {
			got, _ := k.Token(a.ID)
			return got.Value == want
		}
		began := time.Now()
		time.Sleep(2*time.Hour - kinds.RedisWindow - slack)
		if n := len(s.rounds(began.Add(-1))); n != 1 || !has(older) {
			t.Errorf("before its end is near the entry was read %d times", n)
		}
		time.Sleep(kinds.RedisWindow + slack - 20*time.Second)
		s.put(token, 2*time.Hour) // 20 s before the end
		replaced := time.Now()
		time.Sleep(floor + slack)
		if !has(token) {
			t.Error("what the backend put there is not known")
		}
		near := s.rounds(began.Add(time.Hour))
		t.Logf("near the end it was read %d times; the next token was known %v after it came", len(near), near[len(near)-1].Sub(replaced))
		if len(near) > 3 {
			t.Errorf("near the end it was read %d times", len(near))
		}
		gone := replaced.Add(2 * time.Hour)
		time.Sleep(time.Until(gone.Add(3 * time.Hour)))
		all, absent, later := s.rounds(began.Add(-1)), s.rounds(gone), s.rounds(gone.Add(2*time.Hour))
		t.Logf("in three hours without an entry it was looked for %d times, %d of them in the last hour", len(absent), len(later))
		if len(later) > 40 {
			t.Errorf("in the third hour without an entry it was looked for %d times", len(later))
		}
		if n := s.count(); n > 2*len(all) {
			t.Errorf("in %d rounds it was read %d times", len(all), n)
		}
		for i := 1; i < len(all); i++ {
			if gap := all[i].Sub(all[i-1]); gap < floor {
				t.Errorf("two rounds lie %v apart", gap)
			}
		}
	})
}
