package door

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"tokentray/core"
)

// bridge is a network of containers as a test has it: the listener is on the loopback,
// and callers come from there.
type bridge struct {
	mu     sync.Mutex
	subnet Subnet
	err    error
	at     string // where it listens
}

func (b *bridge) set(change func(*bridge)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(b)
}

// bridged is an open door with a bridge, and a clock that every look moves on.
func bridged(t *testing.T) (*gate, *bridge) {
	t.Helper()
	g := newGate(t)
	b := &bridge{subnet: Subnet{Interface: "docker0", Index: 7, Prefix: netip.MustParsePrefix("127.0.0.0/8")}}
	g.door.cfg.SubnetOf = func(netip.Addr) (Subnet, error) {
		b.mu.Lock()
		defer b.mu.Unlock()
		return b.subnet, b.err
	}
	g.door.cfg.ListenLAN = func(_ context.Context, _ Subnet, address string) (net.Listener, error) {
		if !strings.HasPrefix(address, "172.17.0.1:") {
			t.Errorf("it listens at %s", address)
		}
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err == nil {
			b.set(func(b *bridge) { b.at = l.Addr().String() })
		}
		return l, err
	}
	var mu sync.Mutex
	now := time.Now()
	g.door.cfg.Now = func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(2 * lookTime)
		return now
	}
	opened(t, g)
	return g, b
}

var docker0 = netip.MustParseAddr("172.17.0.1")

// by calls the door from the bridge.
func (b *bridge) by(t *testing.T, host, key, path string) (int, string) {
	t.Helper()
	b.mu.Lock()
	at := b.at
	b.mu.Unlock()
	req, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+at+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = host
	req.Header.Set("Authorization", "Bearer "+key)
	once := &http.Transport{DisableKeepAlives: true}
	resp, err := once.RoundTrip(req)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body)
}

// TestTheFurtherAddress: a key that was made for a Host calls there by that Host, every
// other key and every other Host, the loopback's names included, is refused.
func TestTheFurtherAddress(t *testing.T) {
	g, b := bridged(t)
	if err := g.door.Extend(docker0); err != nil {
		t.Fatal(err)
	}
	if all := g.door.Addresses(); len(all) < 2 || all[len(all)-1] != b.at {
		t.Errorf("it says that it listens on %v", all)
	}
	secret, hash := core.NewClientSecret()
	box := secret.Reveal()
	g.door.AddKey(core.ClientKey{Name: "box", Hash: hash, Envs: core.Envs(), Hosts: []string{"host.docker.internal:17278"}})
	port := strings.TrimPrefix(g.door.Addresses()[0], "127.0.0.1:")
	for _, tt := range []struct {
		what, host, key string
		status          int
	}{
		{"its Host", "host.docker.internal:17278", box, 200},
		{"the loopback's name", "127.0.0.1:" + port, box, 403},
		{"localhost", "localhost:" + port, box, 403},
		{"the address", "172.17.0.1:17278", box, 403},
		{"a key without hosts at the other's", "host.docker.internal:17278", g.all, 403},
		{"a key without hosts at the loopback's name", "127.0.0.1:" + port, g.all, 403},
		{"a wrong key", "host.docker.internal:17278", "ttk_wrong", 401},
	} {
		status, body := b.by(t, tt.host, tt.key, "/v1/token/shop")
		if status != tt.status || strings.Contains(body, "88_") != (tt.status == 200) {
			t.Errorf("%s: %d %s", tt.what, status, body)
		}
		if status == 403 && (!strings.Contains(body, tt.host) || !strings.Contains(body, "tokentray api key add NAME --host "+tt.host)) {
			t.Errorf("%s: a refusal that names neither the Host nor the command: %s", tt.what, body)
		}
	}
	if err := g.door.Extend(netip.Addr{}); err != nil || len(g.door.Addresses()) > 2 {
		t.Errorf("taken away: %v, %v", err, g.door.Addresses())
	}
	if status, why := b.by(t, "host.docker.internal:17278", box, "/v1/status"); status != 0 {
		t.Errorf("it listens after it was taken away: %d %s", status, why)
	}
}

// TestStrangersOfTheFurtherAddress are not even read.
func TestStrangersOfTheFurtherAddress(t *testing.T) {
	g, b := bridged(t)
	b.subnet.Prefix = netip.MustParsePrefix("172.17.0.0/16")
	if err := g.door.Extend(docker0); err != nil {
		t.Fatal(err)
	}
	if status, body := b.by(t, "host.docker.internal:17278", g.all, "/v1/status"); status != 0 {
		t.Errorf("a caller of another subnet is answered: %d %s", status, body)
	}
	if lines := g.door.Accesses(10); len(lines) != 0 {
		t.Errorf("it was read: %v", lines)
	}
}

// TestAnAddressThatBecomesUnsafe: an interface that gets a default route is left at
// once by new callers, and with the next look by all.
func TestAnAddressThatBecomesUnsafe(t *testing.T) {
	g, b := bridged(t)
	secret, hash := core.NewClientSecret()
	g.door.AddKey(core.ClientKey{Name: "box", Hash: hash, Envs: core.Envs(), Hosts: []string{"box:1"}})
	ask := func() int {
		status, _ := b.by(t, "box:1", secret.Reveal(), "/v1/status")
		return status
	}
	if err := g.door.Extend(docker0); err != nil || ask() != 200 {
		t.Fatalf("%v", err)
	}
	held, err := net.Dial("tcp", b.at)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	if _, err := io.WriteString(held, "GET /v1/status HTTP/1.1\r\nHost: box:1\r\nAuthorization: Bearer "+secret.Reveal()+"\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if n, err := held.Read(make([]byte, 1)); n != 1 {
		t.Fatalf("not answered: %v", err)
	}
	b.set(func(b *bridge) { b.subnet.LeadsOut = true })
	if ask() != 0 {
		t.Error("a new caller is answered")
	}
	if err := g.door.Extend(docker0); core.AsError(err).Remedy != core.RemedyAddressOut {
		t.Errorf("looked at again: %v", err)
	}
	if _, err := io.Copy(io.Discard, held); errors.Is(err, io.EOF) {
		t.Errorf("the connection of before: %v", err)
	}
	b.set(func(b *bridge) { b.subnet.LeadsOut = false })
	if err := g.door.Extend(docker0); err != nil || ask() != 200 {
		t.Errorf("safe again: %v", err)
	}
	b.set(func(b *bridge) { b.subnet.Index = 8 }) // Docker made its bridge anew
	before := b.at
	if err := g.door.Extend(docker0); err != nil || ask() != 200 || b.at == before {
		t.Errorf("on another interface: %v, at %s and %s", err, before, b.at)
	}
}

// TestAddressesThatAreNotListenedAt: the error says why, and the door is on the loopback.
func TestAddressesThatAreNotListenedAt(t *testing.T) {
	g, b := bridged(t)
	for remedy, change := range map[string]func(*bridge){
		core.RemedyAddressGone:   func(b *bridge) { b.subnet = Subnet{} },
		core.RemedyAddressOut:    func(b *bridge) { b.subnet = Subnet{Interface: "eth0", Index: 2, LeadsOut: true} },
		core.RemedyAddressSystem: func(b *bridge) { b.err = errors.ErrUnsupported },
	} {
		b.set(func(b *bridge) { b.err = nil; change(b) })
		if err := g.door.Extend(docker0); core.AsError(err).Remedy != remedy || !strings.Contains(err.Error(), ";") {
			t.Errorf("%s: %v", remedy, err)
		}
		if len(g.door.Addresses()) > 2 {
			t.Errorf("%s: it listens on %v", remedy, g.door.Addresses())
		}
	}
}
