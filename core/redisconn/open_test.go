package redisconn_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/redisconn"
	"tokentray/core/redisconn/redistest"
)

// open is a client of the Redis at text, with a password.
func open(t *testing.T, text, password string) redisconn.Client {
	t.Helper()
	u, err := redisconn.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	c, err := redisconn.Open(u, redisconn.Options{Password: func(context.Context) (string, error) { return password, nil }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// TestAUserIsNeverTakenForTheDefaultOne: the URL's user logs in, or nobody does.
func TestAUserIsNeverTakenForTheDefaultOne(t *testing.T) {
	s := redistest.Start(t, "--user", "shop", "on", ">hunter2", "~*", "+get", "--user", "open", "on", "nopass", "~*", "+get")
	at := func(user string) string { return "unix://" + user + "@" + strings.TrimPrefix(s.URL, "unix://") }
	if err := redisconn.Explain(open(t, at("shop"), "").Set(t.Context(), "a", "x", 0).Err()); err == nil || err.Remedy != core.RemedyRedisAuth {
		t.Errorf("without its password: %v", err)
	}
	if err := redisconn.Explain(open(t, at("open"), "").Set(t.Context(), "a", "x", 0).Err()); err == nil || err.Remedy != core.RemedyRedisACL {
		t.Errorf("a user without a password is another one: %v", err)
	}
	if err := open(t, at("open"), "").Get(t.Context(), "a").Err(); err == nil || err.Error() != "redis: nil" {
		t.Errorf("a user without a password: %v", err)
	}
}

// TestSentinelsHaveAPasswordOfTheirOwn: it is in a file that nobody else reads, and the
// server behind them has another.
func TestSentinelsHaveAPasswordOfTheirOwn(t *testing.T) {
	first := redistest.StartPort(t)
	redistest.StartReplica(t, first)
	found := redistest.StartSentinel(t, first)
	sentinel, _, _ := strings.Cut(found, "?")
	own := open(t, sentinel, "")
	if err := own.Do(t.Context(), "ACL", "SETUSER", "default", "resetpass", ">sentinels").Err(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "pw")
	if err := os.WriteFile(file, []byte("sentinels\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := open(t, found, "").Ping(t.Context()).Err(); err == nil {
		t.Error("a Sentinel that wants a password took none")
	}
	with := found + "&sentinel_password_file=" + file
	if err := open(t, with, "").Ping(t.Context()).Err(); err != nil {
		t.Errorf("with the password of the file: %v", err)
	}
	if runtime.GOOS == "windows" {
		return
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	u, err := redisconn.Parse(with)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := redisconn.Open(u, redisconn.Options{}); err == nil || strings.Contains(err.Error(), "sentinels\n") {
		t.Errorf("a file that others read: %v", err)
	}
}

func TestPasswordAndUserComeFromElsewhere(t *testing.T) {
	s := redistest.Start(t, "--user", "default", "off", "--user", "shop", "on", ">hunter2", "~a*", "+get", "+set", "+ping")
	ctx := t.Context()
	with := "unix://shop@" + strings.TrimPrefix(s.URL, "unix://")
	c := open(t, with, "hunter2")
	if err := c.Set(ctx, "a1", "x", 0).Err(); err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		err    error
		remedy string
	}{
		"another key":    {c.Get(ctx, "b1").Err(), core.RemedyRedisACL},
		"a wrong word":   {open(t, with, "nonsense").Get(ctx, "a1").Err(), core.RemedyRedisAuth},
		"nobody":         {open(t, s.URL, "").Get(ctx, "a1").Err(), core.RemedyRedisAuth},
		"nothing there":  {open(t, "unix:///nowhere/redis.sock", "").Get(ctx, "a1").Err(), core.RemedyRedisAway},
		"something else": {open(t, notRedis(t), "").Get(ctx, "a1").Err(), core.RemedyRedisURL},
		"no TLS":         {open(t, strings.Replace(notRedis(t), "redis://", "rediss://", 1), "").Get(ctx, "a1").Err(), core.RemedyRedisTLS},
	} {
		e := redisconn.Explain(c.err)
		if e == nil || e.Remedy != c.remedy {
			t.Errorf("%s: %v (%v), not %s", what, e, c.err, c.remedy)
			continue
		}
		if strings.Contains(e.Error(), "hunter2") || strings.Contains(e.Error(), "b1") {
			t.Errorf("%s: the error tells too much: %v", what, e)
		}
	}
}

// notRedis is the URL of a server that speaks another protocol.
func notRedis(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 1))
			_, _ = c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
			_ = c.Close()
		}
	}()
	return fmt.Sprintf("redis://%s", l.Addr())
}

func TestAServerThatComesBackIsFoundAgain(t *testing.T) {
	s := redistest.Start(t)
	c := open(t, s.URL, "")
	if err := c.Set(t.Context(), "a", "x", 0).Err(); err != nil {
		t.Fatal(err)
	}
	s.Kill()
	if e := redisconn.Explain(c.Get(t.Context(), "a").Err()); e == nil || e.Class != core.Temporary || e.Remedy != core.RemedyRedisAway {
		t.Fatalf("away: %v", e)
	}
	s.Run()
	if err := c.Set(t.Context(), "a", "y", 0).Err(); err != nil {
		t.Fatal(err)
	}
}
