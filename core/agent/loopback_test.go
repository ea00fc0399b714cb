package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/redisconn/redistest"
)

// freePort is a port of the loopback that nobody has and that the system gives nobody before
// a door opens there.
func freePort(t testing.TB) int {
	t.Helper()
	return redistest.FreePort(t)
}

// openDoor opens the door of an agent and returns its base URL.
func (r *running) openDoor() string {
	r.world.t.Helper()
	got, err := r.client.SetLoopback(r.world.t.Context(), api.LoopbackRequest{On: true, Port: freePort(r.world.t)})
	if err != nil || got.State != api.DoorOn || len(got.Addresses) == 0 {
		r.world.t.Fatalf("the door does not open: %+v, %v", got, err)
	}
	return "http://" + got.Addresses[0]
}

// key makes a client key.
func (r *running) key(in api.ClientKeyInput) string {
	r.world.t.Helper()
	got, err := r.client.AddClientKey(r.world.t.Context(), in)
	if err != nil {
		r.world.t.Fatal(err)
	}
	return got.Key
}

// request makes a call at the door.
func request(t testing.TB, method, url, key, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, url, strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return resp.StatusCode, string(raw)
}

func token(t testing.TB, body string) api.Token {
	t.Helper()
	var out api.Token
	if err := json.Unmarshal([]byte(body), &out); err != nil || out.AccessToken == "" {
		t.Errorf("no token in %s", body)
	}
	return out
}

func TestTheDoorIsShutUntilItIsOpened(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	got, err := r.client.Loopback(t.Context())
	if err != nil || got.State != api.DoorOff || got.Port != core.DefaultLoopbackPort || got.Addresses != nil {
		t.Fatalf("a new home: %+v, %v", got, err)
	}
	r.add("shop", core.Sandbox)
	base := r.openDoor()
	key := r.key(api.ClientKeyInput{Name: "postman"})
	if code, body := request(t, "GET", base+"/v1/token/shop", key, ""); code != 200 || token(t, body).Account != "shop" {
		t.Errorf("%d %s", code, body)
	}
	if s, _ := r.client.Status(t.Context()); s.Loopback != api.DoorOn {
		t.Errorf("status says %q", s.Loopback)
	}

	// It survives a restart, and so does the key.
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	r = w.start()
	if code, body := request(t, "GET", base+"/v1/token/shop", key, ""); code != 200 {
		t.Errorf("after a restart: %d %s", code, body)
	}
	keys, err := r.client.ClientKeys(t.Context())
	if err != nil || len(keys) != 1 || time.Since(keys[0].LastUsed) > time.Minute {
		t.Errorf("keys %+v, %v", keys, err)
	}

	got, err = r.client.SetLoopback(t.Context(), api.LoopbackRequest{})
	if err != nil || got.State != api.DoorOff {
		t.Errorf("off: %+v, %v", got, err)
	}
	if c, err := net.Dial("tcp", strings.TrimPrefix(base, "http://")); err == nil {
		_ = c.Close()
		t.Error("a door that was shut listens")
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	r = w.start()
	if got, _ := r.client.Loopback(t.Context()); got.State != api.DoorOff || got.Keys != 1 {
		t.Errorf("off does not survive a restart: %+v", got)
	}
}

func TestAPortThatSomebodyHas(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	other, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	taken := other.Addr().(*net.TCPAddr).Port
	base := r.openDoor()
	_, err = r.client.SetLoopback(t.Context(), api.LoopbackRequest{On: true, Port: taken})
	if e := wantClass(t, err, core.Internal); e.Remedy != core.RemedyPort || !strings.Contains(e.Message, strconv.Itoa(taken)) {
		t.Errorf("%v, remedy %s", e, e.Remedy)
	}
	got, _ := r.client.Loopback(t.Context())
	if got.State != api.DoorOn || "http://"+got.Addresses[0] != base {
		t.Errorf("a refused change changed something: %+v", got)
	}
	for _, port := range []int{-1, 65536} {
		_, err := r.client.SetLoopback(t.Context(), api.LoopbackRequest{On: true, Port: port})
		wantClass(t, err, core.Invalid)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}

	// At a start the agent does without, and says so.
	squatter, err := net.Listen("tcp4", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	r = w.start()
	got, err = r.client.Loopback(t.Context())
	if err != nil || got.State != api.DoorTaken || got.Error == nil || got.Error.Remedy != core.RemedyPort {
		t.Errorf("with its port taken: %+v, %v", got, err)
	}
	if s, _ := r.client.Status(t.Context()); s.Loopback != api.DoorTaken {
		t.Errorf("status says %q", s.Loopback)
	}
	_ = squatter.Close()
	if got, err = r.client.SetLoopback(t.Context(), api.LoopbackRequest{On: true}); err != nil || got.State != api.DoorOn || got.Error != nil {
		t.Errorf("once it is free: %+v, %v", got, err)
	}
}

// full is a store whose disk has no room for settings.
type full struct {
	Store
	is atomic.Bool
}

func (f *full) PutSettings(s core.Settings) error {
	if f.is.Load() {
		return errors.New("no space left on device")
	}
	return f.Store.PutSettings(s)
}

// TestAChangeThatCannotBeKept: the door stays as the settings have it.
func TestAChangeThatCannotBeKept(t *testing.T) {
	w := newWorld(t)
	disk := &full{}
	w.over = func(s Store) Store { disk.Store = s; return disk }
	r := w.start()
	disk.is.Store(true)
	_, err := r.client.SetLoopback(t.Context(), api.LoopbackRequest{On: true, Port: freePort(t)})
	wantClass(t, err, core.Internal)
	if got, _ := r.client.Loopback(t.Context()); got.State != api.DoorOff || got.Addresses != nil {
		t.Errorf("it was shut, and is %+v", got)
	}
	disk.is.Store(false)
	base := r.openDoor()
	key := r.key(api.ClientKeyInput{Name: "ci"})
	disk.is.Store(true)
	for _, req := range []api.LoopbackRequest{{On: true, Port: freePort(t)}, {}} {
		_, err := r.client.SetLoopback(t.Context(), req)
		wantClass(t, err, core.Internal)
		if got, _ := r.client.Loopback(t.Context()); got.State != api.DoorOn || "http://"+got.Addresses[0] != base {
			t.Errorf("it was open at %s, and is %+v", base, got)
		}
		if code, _ := request(t, "GET", base+"/v1/status", key, ""); code != 200 {
			t.Errorf("a call where it was open: %d", code)
		}
	}
}

// both are the two doors as a reporter of a stale token meets them.
func both(t *testing.T, r *running) map[string]func(stale string) (api.Token, error) {
	base := r.openDoor()
	key := r.key(api.ClientKeyInput{Name: "sdk"})
	return map[string]func(string) (api.Token, error){
		"socket": func(stale string) (api.Token, error) {
			return r.client.Refresh(context.Background(), api.Ref{Name: "shop"}, api.RefreshRequest{Stale: stale})
		},
		"loopback": func(stale string) (api.Token, error) {
			code, body := request(t, "POST", base+"/v1/token/shop/refresh", key, fmt.Sprintf(`{"stale":%q}`, stale))
			if code != 200 {
				return api.Token{}, errors.New(body)
			}
			return token(t, body), nil
		},
	}
}

// TestPassiveRefreshOverBothDoors: a hundred clients that report the same token
// cost one round and get one answer; a report of an old token costs none.
func TestPassiveRefreshOverBothDoors(t *testing.T) {
	for _, door := range []string{"socket", "loopback"} {
		t.Run(door, func(t *testing.T) {
			w := newWorld(t)
			r := w.start()
			r.add("shop", core.Sandbox)
			refresh := both(t, r)[door]
			old := w.up.tokens()[0]
			w.pass(time.Minute) // the floor between rounds
			before := w.up.count()
			hang := make(chan struct{})
			w.up.set(nil, hang)
			var wg sync.WaitGroup
			answers := make([]api.Token, 100)
			for i := range answers {
				wg.Go(func() {
					got, err := refresh(old)
					if err != nil {
						t.Errorf("client %d: %v", i, err)
					}
					answers[i] = got
				})
			}
			for !r.renewing() {
				time.Sleep(time.Millisecond)
			}
			close(hang)
			wg.Wait()
			if n := w.up.count() - before; n != 1 {
				t.Errorf("100 reports caused %d calls, want 1", n)
			}
			for i, got := range answers {
				if got.AccessToken != answers[0].AccessToken || got.AccessToken == old || got.AccessToken == "" {
					t.Fatalf("client %d got %s, the first %s", i, core.Mask(got.AccessToken), core.Mask(answers[0].AccessToken))
				}
			}
			before = w.up.count()
			got, err := refresh(old)
			if err != nil || got.AccessToken != answers[0].AccessToken || w.up.count() != before {
				t.Errorf("a report of an old token: %s, %v, %d calls", core.Mask(got.AccessToken), err, w.up.count()-before)
			}
		})
	}
}

// renewing reports whether a round is under way.
func (r *running) renewing() bool {
	for _, snap := range r.keeper.Snapshots() {
		if snap.Renewing {
			return true
		}
	}
	return false
}

// TestWaitingOverTheDoor: whoever waits hears of a renewal by the Keeper's event.
func TestWaitingOverTheDoor(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	r.add("shop", core.Sandbox)
	base := r.openDoor()
	key := r.key(api.ClientKeyInput{Name: "watcher"})
	first, err := r.client.Token(t.Context(), api.Ref{Name: "shop"}, 0)
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan string, 1)
	go func() {
		code, body := request(t, "GET", fmt.Sprintf("%s/v1/token/shop?newer_than=%d&wait=60s", base, first.ExpiresAtUnix), key, "")
		got <- fmt.Sprint(code, " ", body)
	}()
	for {
		r.waiters.mu.Lock()
		waiting := len(r.waiters.chans) > 0
		r.waiters.mu.Unlock()
		if waiting {
			break
		}
		time.Sleep(time.Millisecond)
	}
	w.pass(time.Minute)
	next, err := r.client.Refresh(t.Context(), api.Ref{Name: "shop"}, api.RefreshRequest{Stale: first.AccessToken})
	if err != nil {
		t.Fatal(err)
	}
	if body := <-got; !strings.HasPrefix(body, "200 ") || token(t, body[4:]).AccessToken != next.AccessToken {
		t.Errorf("got %s", body)
	}
	if code, body := request(t, "GET", fmt.Sprintf("%s/v1/token/shop?newer_than=%d&wait=10ms", base, next.ExpiresAtUnix), key, ""); code != 204 || body != "" {
		t.Errorf("nothing newer: %d %s", code, body)
	}
}

// TestWeChatsPathsCostUpstreamNothing: the current token, by AppID.
func TestWeChatsPathsCostUpstreamNothing(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	shop := r.add("shop", core.Sandbox)
	live := r.add("shop", core.Live)
	base := r.openDoor()
	key := r.key(api.ClientKeyInput{Name: "sdk"})
	before := w.up.count()
	want, err := r.client.Token(t.Context(), shop.Ref(), 0)
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		code, body := request(t, "GET", base+"/cgi-bin/token?grant_type=client_credential&appid="+shop.AppID+"&secret="+key, "", "")
		if code != 200 || token(t, body).AccessToken != want.AccessToken {
			t.Fatalf("%d %s", code, body)
		}
		code, body = request(t, "POST", base+"/cgi-bin/stable_token", "", fmt.Sprintf(`{"grant_type":"client_credential","appid":%q,"secret":%q,"force_refresh":true}`, shop.AppID, key))
		if code != 200 || token(t, body).AccessToken != want.AccessToken {
			t.Fatalf("%d %s", code, body)
		}
	}
	if n := w.up.count() - before; n != 0 {
		t.Errorf("%d calls upstream", n)
	}
	_, body := request(t, "GET", base+"/cgi-bin/token?grant_type=client_credential&appid="+live.AppID+"&secret="+key, "", "")
	if !strings.Contains(body, `"errcode":40013`) {
		t.Errorf("a live account with a key of the sandbox: %s", body)
	}
	lines, err := r.client.AccessLog(t.Context(), 10)
	if err != nil || len(lines) == 0 || lines[0].Errcode != 40013 || lines[0].Key != "sdk" {
		t.Errorf("access log %+v, %v", lines, err)
	}
	if strings.Contains(w.log.String(), key) || strings.Contains(w.log.String(), want.AccessToken) {
		t.Error("the log holds a key or a token")
	}
}

// The settings of the door open, move and shut it, and a port that is not to be
// had changes neither the door nor the settings.
func TestTheDoorIsASettingToo(t *testing.T) {
	r := newWorld(t).start()
	ctx := t.Context()
	port := strconv.Itoa(freePort(t))
	for _, set := range [][2]string{{core.SettingLoopbackPort, port}, {core.SettingLoopback, "on"}} {
		if _, err := r.client.SetSetting(ctx, set[0], set[1]); err != nil {
			t.Fatal(err)
		}
	}
	at := func() api.Loopback {
		t.Helper()
		l, err := r.client.Loopback(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	if l := at(); l.State != api.DoorOn || strconv.Itoa(l.Port) != port {
		t.Errorf("the door is %+v", l)
	}
	other, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	taken := strconv.Itoa(other.Addr().(*net.TCPAddr).Port)
	_, err = r.client.SetSetting(ctx, core.SettingLoopbackPort, taken)
	if e := core.AsError(err); e == nil || e.Remedy != core.RemedyPort {
		t.Errorf("a port that is taken: %v", err)
	}
	if l := at(); l.State != api.DoorOn || strconv.Itoa(l.Port) != port {
		t.Errorf("after that the door is %+v", l)
	}
	_, err = r.client.SetSetting(ctx, core.SettingLoopbackPort, "http")
	if e := core.AsError(err); e == nil || e.Class != core.Invalid {
		t.Errorf("a port that is none: %v", err)
	}
	set, err := r.client.SetSetting(ctx, core.SettingLoopback, "off")
	if err != nil || set.Loopback || at().State != api.DoorOff {
		t.Errorf("shut, the settings are %+v, %v", set, err)
	}
}

// TestAnotherProgramOnThePort: while the door is shut, another program that listens
// there would get the keys that clients send. The agent says so.
func TestAnotherProgramOnThePort(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Logf("%s: %v", address, err) // a machine without IPv6
			continue
		}
		port := l.Addr().(*net.TCPAddr).Port
		got, err := r.client.SetLoopback(t.Context(), api.LoopbackRequest{Port: port})
		if err != nil || got.State != api.DoorOff || got.Error == nil || got.Error.Remedy != core.RemedyPort {
			t.Errorf("%s: %+v, %v", address, got, err)
		}
		if runtime.GOOS == "linux" && (got.Holder == nil || !got.Holder.Own || got.Holder.User == "") {
			t.Errorf("%s: the program of this test is %+v's", address, got.Holder)
		}
		_ = l.Close()
		if got, err := r.client.Loopback(t.Context()); err != nil || got.Error != nil || got.Holder != nil {
			t.Errorf("%s, after its end: %+v, %v", address, got.Error, err)
		}
	}
	r.openDoor()
	if got, err := r.client.Loopback(t.Context()); err != nil || got.State != api.DoorOn || got.Error != nil {
		t.Errorf("its own: %+v, %v", got, err)
	}
}

// TestAFurtherAddressThatCannotBe: the door stays as it was and nothing is saved. An
// address that is only missing now stays set, and the status says so.
func TestAFurtherAddressThatCannotBe(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	base := r.openDoor()
	for address, want := range map[string]string{
		"0.0.0.0": core.RemedyInput, "::": core.RemedyInput, "::ffff:172.17.0.1": core.RemedyInput, "127.0.0.1": core.RemedyInput,
		"192.0.2.77": map[bool]string{true: core.RemedyAddressGone, false: core.RemedyAddressSystem}[runtime.GOOS == "linux"],
	} {
		if _, err := r.client.SetLoopback(t.Context(), api.LoopbackRequest{On: true, Address: address}); core.AsError(err).Remedy != want {
			t.Errorf("%s: %v", address, err)
		}
		got, err := r.client.Loopback(t.Context())
		if err != nil || got.State != api.DoorOn || got.Address != "" || got.AddressError != nil || "http://"+got.Addresses[0] != base {
			t.Errorf("%s: then %+v, %v", address, got, err)
		}
	}
	set := r.current()
	set.LoopbackAddress = "192.0.2.77" // as of before Docker was stopped
	if err := r.parts.Store.PutSettings(set); err != nil {
		t.Fatal(err)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	r = w.start()
	got, err := r.client.Loopback(t.Context())
	if err != nil || got.State != api.DoorOn || got.Address != "192.0.2.77" || got.AddressError == nil {
		t.Errorf("after a start: %+v, %v", got, err)
	}
	r.mendLoopback()
	if got, err = r.client.SetLoopback(t.Context(), api.LoopbackRequest{On: true, Address: api.NoAddress}); err != nil || got.Address != "" || got.AddressError != nil {
		t.Errorf("taken away: %+v, %v", got, err)
	}
}
