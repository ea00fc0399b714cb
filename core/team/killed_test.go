package team

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"tokentray/core/redisconn"
)

const holderEnv = "TOKENTRAY_TEAM_HOLDER"

// TestMain runs the tests, or plays the holder that TestAKilledHolderIsFollowed
// kills.
func TestMain(m *testing.M) {
	url := os.Getenv(holderEnv)
	if url == "" {
		os.Exit(m.Run())
	}
	fmt.Fprintln(os.Stderr, "the holder ends:", hold(context.Background(), url))
	os.Exit(1)
}

// hold takes the lease with the keys on stdin and keeps it.
func hold(ctx context.Context, url string) error {
	var form keysForm
	if err := json.NewDecoder(os.Stdin).Decode(&form); err != nil {
		return err
	}
	keys, err := form.keys()
	if err != nil {
		return err
	}
	u, err := redisconn.Parse(url)
	if err != nil {
		return err
	}
	c, err := redisconn.Open(u, redisconn.Options{})
	if err != nil {
		return err
	}
	defer c.Close()
	team, err := New("five", keys, c, Options{Timing: shortTiming})
	if err != nil {
		return err
	}
	l, _, err := team.Account(kind, shop).Acquire(ctx)
	if err != nil {
		return err
	}
	if l == nil {
		return errors.New("another has the lease")
	}
	fmt.Printf("holds %d\n", l.fence)
	for {
		if err := l.Renew(ctx); err != nil {
			return err
		}
		time.Sleep(shortTiming.Renew)
	}
}

var shortTiming = Timing{Lease: 4 * time.Second, Renew: 300 * time.Millisecond, Call: 8 * time.Second}

func TestAKilledHolderIsFollowed(t *testing.T) {
	r := newRig(t)
	r.timing = shortTiming
	form, err := json.Marshal(r.keys.form())
	if err != nil {
		t.Fatal(err)
	}
	holder := exec.Command(os.Args[0])
	holder.Env = append(os.Environ(), holderEnv+"="+r.server.URL)
	holder.Stderr = os.Stderr
	holder.Stdin = strings.NewReader(string(form))
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	_, held, _ := r.member().Acquire(t.Context())
	_ = holder.Process.Kill()
	_ = holder.Wait()
	if err != nil || line != "holds 1\n" {
		t.Fatalf("the holder says %q, %v", line, err)
	}
	if held <= 0 || held > shortTiming.Lease {
		t.Fatalf("the lease of a living holder is to be waited for %v", held)
	}
	a := r.member()
	for {
		l, wait, err := a.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if l != nil {
			if l.fence != 2 {
				t.Errorf("the fence is %d", l.fence)
			}
			return
		}
		if wait > shortTiming.Lease {
			t.Fatalf("a dead holder's lease lasts %v", wait)
		}
		time.Sleep(wait + time.Millisecond)
	}
}
