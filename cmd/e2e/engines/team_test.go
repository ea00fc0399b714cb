//go:build linux

package engines

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"tokentray/core/api"
	"tokentray/core/redisconn"
)

// TestTwoMachinesHaveOneToken does what people do: one makes a team, shares an
// account and invites; the other sees what is shared, joins, and has the token. The
// upstream is asked once.
func TestTwoMachinesHaveOneToken(t *testing.T) {
	t.Parallel()
	r := newRig(t, 0, "--requirepass", "hunter2-of-the-redis")
	laptop, server := r.machine("laptop"), r.machine("server")
	began := time.Now()
	laptop.add(legacy)

	code, _, errOut := laptop.try("", "team", "create", "five", "--redis", strings.Replace(laptop.redisURL(), "://", "://:hunter2-of-the-redis@", 1))
	if code != 4 || !strings.Contains(errOut, "The URL holds a password") || strings.Contains(errOut, "hunter2") {
		t.Errorf("a password in the URL: code %d\n%s", code, errOut)
	}
	code, _, errOut = laptop.try("wrong\n", "team", "create", "five", "--redis", laptop.redisURL(), "--redis-password-stdin")
	if code != 4 || !strings.Contains(errOut, "refuses the user or the password") {
		t.Errorf("a wrong password: code %d\n%s", code, errOut)
	}
	code, _, errOut = laptop.try("", "team", "create", "five", "--redis", "redis://redis.example:6379")
	if code != 4 || !strings.Contains(errOut, "--plaintext") {
		t.Errorf("another host in the clear: code %d\n%s", code, errOut)
	}
	laptop.run("hunter2-of-the-redis\n", "team", "create", "five", "--redis", laptop.redisURL(), "--redis-password-stdin", "--member", "laptop")
	code, _, errOut = laptop.try("hunter2-of-the-redis\n", "team", "create", "five", "--redis", laptop.redisURL(), "--redis-password-stdin")
	if code != 4 || !strings.Contains(errOut, "a team of that name") {
		t.Errorf("a second team of the name: code %d\n%s", code, errOut)
	}
	token := laptop.mustToken()
	laptop.run("", "team", "share", "shop")
	invite := filepath.Join(laptop.dir, "five.invite")
	laptop.run(invitePass+"\n", "team", "invite", "--out", invite, "--passphrase-stdin")
	if file, err := os.ReadFile(invite); err != nil || !strings.HasPrefix(string(file), "age-encryption.org/v1") || strings.Contains(string(file), "hunter2") {
		t.Errorf("the invite: %v", err)
	}

	code, _, errOut = server.try("another one\n", "team", "join", invite, "--passphrase-stdin", "--yes")
	if code != 2 || !strings.Contains(errOut, "does not open the invite") {
		t.Errorf("a wrong passphrase: code %d\n%s", code, errOut)
	}
	cut := filepath.Join(server.dir, "cut.invite")
	file, _ := os.ReadFile(invite)
	if err := os.WriteFile(cut, file[:len(file)-20], 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, errOut = server.try(invitePass+"\n", "team", "join", cut, "--passphrase-stdin", "--yes")
	if code != 2 || !strings.Contains(errOut, "damaged, cut off") {
		t.Errorf("a cut invite: code %d\n%s", code, errOut)
	}
	code, _, errOut = server.try(invitePass+"\n", "team", "join", invite, "--passphrase-stdin")
	if code != 2 || !strings.Contains(errOut, "shop/sandbox") || !strings.Contains(errOut, appID) || !strings.Contains(errOut, "new here") {
		t.Errorf("without agreement: code %d\n%s", code, errOut)
	}
	server.run(invitePass+"\n", "team", "join", invite, "--passphrase-stdin", "--member", "server", "--yes")

	if got := server.mustToken(); got != token {
		t.Error("the two have different tokens")
	}
	if n := r.asked(); n != 1 {
		t.Errorf("the upstream was asked %d times", n)
	}
	a := server.account()
	if a.Auto || a.Team == nil || a.Team.Name != "five" || a.Team.By != "laptop" || a.Team.At.Before(began) {
		t.Errorf("the row says %+v", a.Team)
	}
	if out := server.run("", "show", "shop"); !strings.Contains(out, "five, renewed by laptop") {
		t.Errorf("show says\n%s", out)
	}
	if out := server.run("", "history", "shop"); !strings.Contains(out, "renewed by the team") {
		t.Errorf("history says\n%s", out)
	}
	out := server.run("", "team", "status")
	for _, want := range []string{"laptop", "server *", "noeviction", "shop/sandbox", "round trip"} {
		if !strings.Contains(out, want) {
			t.Errorf("status does not say %q:\n%s", want, out)
		}
	}
	var status []api.Team
	if err := json.Unmarshal([]byte(server.run("", "team", "status", "--json")), &status); err != nil || len(status) != 1 || len(status[0].Members) != 2 || status[0].Accounts[0].CallsToday != 0 {
		t.Errorf("status --json: %+v, %v", status, err)
	}

	// A report by one machine brings both the next token, with one call.
	next, err := laptop.client.Refresh(t.Context(), shop(), api.RefreshRequest{Force: true, Person: true})
	if err != nil || next.AccessToken == token {
		t.Fatalf("force: %v", err)
	}
	r.until("the server has the new token", 60*time.Second, func() bool { return server.mustToken() == next.AccessToken })
	if n := r.asked(); n != 2 {
		t.Errorf("the upstream was asked %d times", n)
	}

	// After a restart of both, nothing is fetched.
	laptop.stop()
	server.stop()
	laptop.start()
	server.start()
	if laptop.mustToken() != next.AccessToken || server.mustToken() != next.AccessToken || r.asked() != 2 {
		t.Errorf("after a restart the upstream was asked %d times", r.asked())
	}

	// The Redis contains no name, AppID or token in plain text.
	u := "redis://127.0.0.1:" + strconv.Itoa(r.redis.Port)
	for _, word := range []string{token, next.AccessToken, appID, appSecret, "laptop", "shop"} {
		if where := inRedis(t, u, "hunter2-of-the-redis", word); where != "" {
			t.Errorf("%.5s… stands in the Redis, in %s", word, where)
		}
	}
}

// inRedis returns a key whose name or value contains a word, or "".
func inRedis(t *testing.T, text, password, word string) string {
	t.Helper()
	u, err := redisconn.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	c, err := redisconn.Open(u, redisconn.Options{Password: func(context.Context) (string, error) { return password, nil }})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	keys, err := c.Keys(t.Context(), "*").Result()
	if err != nil || len(keys) < 3 {
		t.Fatalf("keys %q, %v", keys, err)
	}
	for _, key := range keys {
		dump := key
		switch c.Type(t.Context(), key).Val() {
		case "string":
			dump += c.Get(t.Context(), key).Val()
		case "hash":
			dump += fmt.Sprint(c.HGetAll(t.Context(), key).Val())
		}
		if strings.Contains(dump, word) {
			return key
		}
	}
	return ""
}
