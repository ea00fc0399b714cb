//go:build linux

package engines

import (
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/redisconn/redistest"
	"tokentray/core/team"
)

// TestSentinelsFailOver kills the server of a team. Its tokens are served meanwhile; after
// the fail-over the machines go on with the replica, and nothing is asked twice.
func TestSentinelsFailOver(t *testing.T) {
	t.Parallel()
	c := newCrew(t, legacy)
	redistest.StartReplica(t, c.redis)
	c.url = redistest.StartSentinel(t, c.redis)
	a, b := c.hire("a", true), c.hire("b", true)
	token := a.mustToken()
	agree(token, b)
	c.redis.Kill()
	if a.mustToken() != token || b.mustToken() != token {
		t.Error("while there is no Redis, living tokens are not served")
	}
	c.revoke()
	next := ""
	c.until("the token is renewed by way of the replica", 60*time.Second, func() bool {
		got, err := a.report(t.Context(), token)
		if e := core.AsError(err); e != nil && e.Class != core.Temporary {
			t.Fatalf("during the fail-over: %v", e)
		}
		next = got
		return err == nil && got != token
	})
	agree(next, b)
	agree(b.next(next), a)
	if n := c.asked(); n != 3 {
		t.Errorf("three tokens cost %d calls", n)
	}
}

// TestAFailOverLosesWrites: the replica that takes over has not heard of the last token.
// Nobody goes back to the one before, and the team has the last one again without a call.
func TestAFailOverLosesWrites(t *testing.T) {
	t.Parallel()
	c := newCrew(t, legacy)
	a, b := c.hire("a", true), c.hire("b", true)
	first := a.mustToken()
	agree(first, b)
	replica := redistest.StartReplica(t, c.redis)
	mirror := replica.Client()
	defer mirror.Close()
	fence := func() int {
		keys := mirror.Keys(t.Context(), "{tt:five:*}:tok").Val()
		if len(keys) != 1 {
			t.Fatalf("the replica has %d tokens", len(keys))
		}
		n, _ := mirror.HGet(t.Context(), keys[0], "fence").Int()
		return n
	}
	before := fence()
	if err := mirror.Do(t.Context(), "REPLICAOF", "NO", "ONE").Err(); err != nil { // it hears of nothing from here on
		t.Fatal(err)
	}
	last := a.next(first)
	agree(last, b)
	c.redis.Kill()
	a.net.lead(replica.Port)
	b.net.lead(replica.Port)
	if n := fence(); n != before {
		t.Fatalf("the replica heard of the last token: fence %d, %d before", n, before)
	}
	c.until("the team has the last token", 60*time.Second, func() bool {
		if a.mustToken() != last || b.mustToken() != last {
			t.Fatal("an older token took the place of a newer one")
		}
		return fence() > before
	})
	agree(last, a, b)
	if n := c.asked(); n != 2 {
		t.Errorf("two tokens cost %d calls", n)
	}
	agree(b.next(last), a)
	if n := c.asked(); n != 3 {
		t.Errorf("three tokens cost %d calls", n)
	}
}

// TestAClusterMoves moves the slot of a team's account to another node.
func TestAClusterMoves(t *testing.T) {
	t.Parallel()
	nodes, url := redistest.StartCluster(t)
	c := newCrew(t, legacy)
	c.url = url
	a, b := c.hire("a", true), c.hire("b", true)
	token := a.mustToken()
	agree(token, b)
	_, client := c.member("mover")
	tok := ""
	for _, n := range nodes {
		one := n.Client()
		for _, key := range one.Keys(t.Context(), "{tt:five:*}:tok").Val() {
			tok = key
		}
		_ = one.Close()
	}
	if tok == "" {
		t.Fatal("no node has the token")
	}
	for range 3 {
		redistest.MoveSlot(t, nodes, tok)
		token = a.next(token)
		agree(token, b)
		token = b.next(token)
		agree(token, a)
	}
	if n := c.asked(); n != 7 {
		t.Errorf("seven tokens cost %d calls", n)
	}
	if n := client.HLen(t.Context(), tok).Val(); n < 5 {
		t.Errorf("the token's hash has %d fields", n)
	}
}

// TestARedisThatEvicts throws the team's keys away when its memory is full. Status says so
// before it does, and afterwards the team has its token again.
func TestARedisThatEvicts(t *testing.T) {
	t.Parallel()
	c := newCrew(t, legacy, "--maxmemory", "4mb", "--maxmemory-policy", "allkeys-lru")
	a, b := c.hire("a", true), c.hire("b", true)
	token := a.mustToken()
	agree(token, b)
	out := a.run("", "team", "status")
	if !strings.Contains(out, "allkeys-lru") || !strings.Contains(out, "throws away any key") {
		t.Errorf("status says\n%s", out)
	}
	_, client := c.member("other")
	for i := 0; len(client.Keys(t.Context(), "{tt:five:*}:*").Val()) > 0; i++ {
		if i == 100 {
			t.Fatal("the Redis keeps the team's keys")
		}
		for j := range 200 {
			client.Set(t.Context(), "filler:"+strconv.Itoa(i)+":"+strconv.Itoa(j), strings.Repeat("x", 1000), 0)
		}
	}
	if a.mustToken() != token || b.mustToken() != token {
		t.Error("the living token is gone with the keys")
	}
	next := a.next(token)
	agree(next, b)
	if n := c.asked(); n != 2 {
		t.Errorf("two tokens cost %d calls", n)
	}
}

// TestARefusalIsSaid: by the ACL, by another key, by a server that cannot be written to,
// and by what is no Redis. Nothing is kept of a team that was refused.
func TestARefusalIsSaid(t *testing.T) {
	t.Parallel()
	c := newCrew(t, legacy)
	a := c.hire("a", true)
	token := a.mustToken()
	_, client := c.member("root")
	ctx := t.Context()
	must := func(args ...any) {
		t.Helper()
		if err := client.Do(ctx, args...).Err(); err != nil {
			t.Fatal(err)
		}
	}
	refused := func(what string, want string, args ...string) {
		t.Helper()
		m := c.machine("refused")
		code, _, errOut := m.try("pw\n", args...)
		if code == 0 || !strings.Contains(errOut, want) || strings.Contains(errOut, "pw\n") {
			t.Errorf("%s: code %d\n%s", what, code, errOut)
		}
		if all, err := m.client.Teams(ctx); err != nil || len(all) != 0 {
			t.Errorf("%s: kept %+v, %v", what, all, err)
		}
	}
	server := "redis://%@127.0.0.1:" + strconv.Itoa(c.redis.Port)
	url := func(user string) string { return strings.Replace(server, "%", user, 1) }

	must("ACL", "SETUSER", "weak", "on", ">pw", "~{tt:six:*}*", "&{tt:six:*}*", "-@all", "+get", "+ping", "+command", "+hget", "+hgetall")
	refused("a user that may only read", "does not allow its user everything", "team", "create", "six", "--redis", url("weak"), "--redis-password-stdin")
	must("ACL", "SETUSER", "other", "on", ">pw", "~{tt:seven:*}*", "&{tt:seven:*}*", "+@all")
	refused("another team's user", "does not allow its user everything", "team", "create", "six", "--redis", url("other"), "--redis-password-stdin")

	replica := redistest.StartReplica(t, c.redis)
	refused("a replica", "takes no writes just now", "team", "create", "six", "--redis", replica.URL, "--redis-password-stdin")

	web := httptest.NewServer(nil)
	defer web.Close()
	refused("a web server", "", "team", "create", "six", "--redis", strings.Replace(web.URL, "http", "redis", 1), "--redis-password-stdin")

	t.Log("a user that loses its rights: the living token is served, the row says why it is the last")
	must("ACL", "SETUSER", "default", "-evalsha", "-eval")
	must("CLIENT", "KILL", "TYPE", "pubsub")
	c.until("the row says so", 60*time.Second, func() bool {
		e := a.account().Team.Error
		return e != nil && e.Remedy == core.RemedyRedisACL
	})
	if a.mustToken() != token {
		t.Error("the living token is not served")
	}
	must("ACL", "SETUSER", "default", "+@all")
	c.until("the row recovers", 60*time.Second, func() bool { return a.account().Team.Error == nil })

	t.Log("the wrong key")
	right := c.keys
	c.keys = team.NewKeys()
	stranger := c.machine("stranger")
	joined, err := c.tryJoin(stranger)
	if e := core.AsError(err); e == nil || e.Remedy != core.RemedyTeamKey || joined.Done {
		t.Errorf("another team's key: %+v, %v", joined, err)
	}
	if all, err := stranger.client.Teams(ctx); err != nil || len(all) != 0 {
		t.Errorf("kept %+v, %v", all, err)
	}
	c.keys = right
	if n := c.asked(); n != 1 {
		t.Errorf("one token cost %d calls", n)
	}
}
