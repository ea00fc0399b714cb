//go:build linux

package e2e

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"tokentray/core"
	"tokentray/core/redisconn/redistest"
	"tokentray/core/team"
)

// monitor starts to record all that a Redis is sent and returns how to end it.
func (l *leakage) monitor(s *redistest.Server) (end func() []byte) {
	l.t.Helper()
	conn, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(s.Port))
	if err != nil {
		l.t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "MONITOR\r\n"); err != nil {
		l.t.Fatal(err)
	}
	var seen []byte
	var reading sync.WaitGroup
	reading.Go(func() { seen, _ = io.ReadAll(conn) })
	return func() []byte {
		_ = conn.Close()
		reading.Wait()
		return seen
	}
}

// teamsGoOut makes a team on a Redis, shares tokens, invites, joins again, makes a new key
// and leaves another team. Passwords, passphrases and the keys in the invites must be
// nowhere. The Redis must be sent no token, no AppID and no name.
func (l *leakage) teamsGoOut() (end func()) {
	l.t.Helper()
	s := redistest.StartPort(l.t)
	c := s.Client()
	defer func() { _ = c.Close() }()
	seen := l.monitor(s)
	password, ctx := l.odd(), l.t.Context()
	for _, err := range []error{
		c.Do(ctx, "acl", "setuser", "member", "on", ">"+password, "~*", "&*", "+@all").Err(),
		c.Do(ctx, "config", "set", "requirepass", l.odd()).Err(), // of another user
	} {
		if err != nil {
			l.t.Fatal(err)
		}
	}
	at := strings.Replace(s.URL, "redis://", "redis://member@", 1)
	out := func(name string) string { return filepath.Join(l.dir, "out", name) }

	create := []string{"team", "create", "five", "--redis", at, "--member", "laptop"}
	l.fails(l.odd()+"\n", append(create, "--redis-password-stdin")...)
	l.fails("", "team", "create", "five", "--redis", strings.Replace(s.URL, "redis://", "redis://member:"+l.mistake()+"@", 1))
	l.socketCall("POST", "/v1/teams", fmt.Sprintf(`{"name":"five","redis":%q,"password":[%q]}`, at, l.odd()))
	l.socketCall("POST", "/v1/teams", fmt.Sprintf(`{"name":"five","redis":%q,"password":%q`, at, l.odd()))
	l.socketCall("POST", "/v1/teams", fmt.Sprintf(`{"name":"five","redis":%q,"password":%q}`, strings.Replace(s.URL, "redis://", "redis://member:"+l.secret()+"@", 1), l.odd()))
	l.typed([]string{password}, create...)
	for _, name := range []string{"stdin", "typed", "legacy"} {
		l.do("", "team", "share", name)
	}

	// Invites, opened well and badly.
	pass := l.odd()
	l.do(pass+"\n", "team", "invite", "five", "--out", out("five.invite"), "--passphrase-stdin")
	typed := l.odd()
	l.typed([]string{typed, typed}, "team", "invite", "five", "--out", out("typed.invite"))
	l.keysOf(out("five.invite"), pass)
	l.keysOf(out("typed.invite"), typed)
	l.fails(l.odd()+"\n", "team", "join", out("five.invite"), "--passphrase-stdin", "--yes")
	file, err := os.ReadFile(out("five.invite"))
	if err != nil {
		l.t.Fatal(err)
	}
	l.fails(pass+"\n", "team", "join", l.write("cut.invite", string(file[:len(file)-10])), "--passphrase-stdin", "--yes")
	l.fails(l.secret()+"\n", "team", "join", l.write("no.invite", l.secret()), "--passphrase-stdin", "--yes")
	join := func(apply bool, more string) string {
		raw, _ := json.Marshal(map[string]any{"age": file, "passphrase": pass, "apply": apply})
		return strings.TrimSuffix(string(raw), "}") + more
	}
	l.socketCall("POST", "/v1/teams/join", join(false, "}"))
	l.socketCall("POST", "/v1/teams/join", join(true, `,"member":"`+strings.Repeat("0", 32)+`"}`)) // a name that may be a secret
	l.socketCall("POST", "/v1/teams/join", join(true, ""))
	l.do(pass+"\n", "team", "join", out("five.invite"), "--passphrase-stdin", "--yes")
	l.typed([]string{pass, "y"}, "team", "join", out("five.invite"))

	// A new key, and a new password.
	again := l.odd()
	l.do(again+"\n", "team", "rotate-key", "five", "--out", out("rotated.invite"), "--passphrase-stdin")
	l.keysOf(out("rotated.invite"), again)
	l.socketCall("POST", "/v1/teams/five/invite", `{"passphrase":"`+l.secret()+`"}`)
	l.socketCall("POST", "/v1/teams/five/rotate", `{"passphrase":["`+l.secret()+`"`)
	l.fails(l.odd()+"\n", "team", "edit", "five", "--redis-password-stdin")
	l.socketCall("PATCH", "/v1/teams/five", fmt.Sprintf(`{"password":%q,"redis":7`, l.odd()))
	l.do(password+"\n", "team", "edit", "five", "--redis-password-stdin")
	for _, name := range []string{"stdin", "legacy"} {
		l.do("", "get", name)
		l.do("", "show", name, "--json")
		l.do("", "history", name, "--json")
	}
	l.try("", "refresh", "typed", "--force", "--yes")
	l.do("", "team", "unshare", "legacy")
	l.do(password+"\n", "team", "create", "six", "--redis", at, "--redis-password-stdin")
	l.do("", "team", "leave", "six", "--yes")
	l.do("", "team", "status")
	l.do("", "team", "status", "--json")
	l.try("", "doctor")

	l.pushesGoOut()
	return func() {
		l.redisTells("what a team's Redis is sent", seen())
		c, err := l.reader(s, password)
		if err != nil {
			l.t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		l.redisTells("what a team's Redis holds", l.dump(c))
	}
}

// keysOf marks the keys in an invite.
func (l *leakage) keysOf(path, passphrase string) {
	l.t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		l.t.Fatal(err)
	}
	invite, err := team.OpenInvite(file, core.NewSecret(passphrase))
	if err != nil {
		l.t.Fatal(err)
	}
	raw, err := invite.Secrets()
	if err != nil {
		l.t.Fatal(err)
	}
	var held struct {
		Keys struct{ Naming, Key, Old string }
	}
	if err := json.Unmarshal(raw, &held); err != nil || held.Keys.Naming == "" || held.Keys.Key == "" {
		l.t.Fatalf("the invite holds no keys: %v", err)
	}
	for _, key := range []string{held.Keys.Naming, held.Keys.Key, held.Keys.Old} {
		if key == "" {
			continue
		}
		plain, err := base64.RawStdEncoding.DecodeString(key)
		if err != nil || len(plain) != 32 {
			l.t.Fatalf("a key of %d bytes: %v", len(plain), err)
		}
		l.mark(aSecret, key)
		l.mark(aSecret, string(plain)) // its spellings are those in hexadecimal and base64
	}
}

// reader is a client of a Redis as the team's user.
func (l *leakage) reader(s *redistest.Server, password string) (*redis.Client, error) {
	c := redis.NewClient(&redis.Options{Addr: "127.0.0.1:" + strconv.Itoa(s.Port), Username: "member", Password: password})
	return c, c.Ping(l.t.Context()).Err()
}

// dump is every key of a Redis with its value.
func (l *leakage) dump(c *redis.Client) (out []byte) {
	l.t.Helper()
	ctx := l.t.Context()
	keys, err := c.Keys(ctx, "*").Result()
	if err != nil || len(keys) < 4 {
		l.t.Fatalf("the Redis has %d keys: %v", len(keys), err)
	}
	for _, key := range keys {
		out = fmt.Appendf(out, "%s\n", key)
		if text, err := c.Get(ctx, key).Result(); err == nil {
			out = fmt.Appendf(out, "%s\n", text)
		} else if fields, err := c.HGetAll(ctx, key).Result(); err == nil {
			for name, value := range fields {
				out = fmt.Appendf(out, "%s\n%s\n", name, value)
			}
		}
	}
	return out
}

// redisTells searches what a team's Redis is sent or holds, also for AppIDs and names.
func (l *leakage) redisTells(where string, text []byte) {
	l.t.Helper()
	l.look(where, text)
	if !strings.Contains(string(text), "{tt:five:") {
		l.t.Errorf("%s tells nothing of the team: %d bytes", where, len(text))
	}
	for _, word := range []string{"wx0000000000000001", "wx0000000000000002", "wx0000000000000003", "laptop", strings.TrimPrefix(l.base, "http://")} {
		for _, s := range spellings(word) {
			if strings.Contains(string(text), s) {
				l.t.Errorf("%s has %q", where, s)
			}
		}
	}
}

// pushesGoOut pushes a token into a backend's Redis, whose password is a secret. The token
// lies there in the clear, by the person's wish.
func (l *leakage) pushesGoOut() {
	l.t.Helper()
	s := redistest.StartPort(l.t)
	c := s.Client()
	defer func() { _ = c.Close() }()
	password := l.odd()
	if err := c.Do(l.t.Context(), "acl", "setuser", "writer", "on", ">"+password, "~*", "&*", "+@all").Err(); err != nil {
		l.t.Fatal(err)
	}
	at := strings.Replace(s.URL, "redis://", "redis://writer@", 1)
	push := []string{"push", "add", "stdin", "--redis", at, "--layout", "plain", "--redis-key", "shop:token"}
	l.fails(l.odd()+"\n", "push", "add", "stdin", "--redis", strings.Replace(s.URL, "redis://", "redis://writer:"+l.mistake()+"@", 1), "--layout", "plain", "--redis-key", "shop:token", "--redis-password-stdin")
	l.try(l.odd()+"\n", append(push, "--redis-password-stdin", "--dry-run")...)
	l.try(password+"\n", append(push, "--redis-password-stdin", "--dry-run")...)
	l.do(password+"\n", append(push, "--redis-password-stdin")...)
	l.do("", "push", "list", "stdin", "--json")
	deadline := time.Now().Add(60 * time.Second)
	for c.Get(l.t.Context(), "shop:token").Val() == "" {
		if time.Now().After(deadline) {
			l.t.Error("the push wrote nothing")
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}
