package redistest

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// StartCluster runs three nodes that share the slots of a Cluster, and gives their URL.
func StartCluster(t testing.TB) (nodes []*Server, url string) {
	t.Helper()
	const slots, each = 16384, 5461
	var addrs []string
	for i := range 3 {
		// The bus is on a free port too: the usual one, 10,000 up, may not exist.
		port, bus := FreePort(t), FreePort(t)
		for bus == port {
			bus = FreePort(t)
		}
		n := startOn(t, port, "--cluster-enabled", "yes", "--cluster-port", strconv.Itoa(bus), "--cluster-node-timeout", "20000")
		nodes, addrs = append(nodes, n), append(addrs, fmt.Sprintf("127.0.0.1:%d", n.Port))
		first, last := i*each, (i+1)*each-1
		if i == 2 {
			last = slots - 1
		}
		n.must("CLUSTER", "ADDSLOTSRANGE", first, last)
		if i > 0 {
			bus := nodes[0].must("CONFIG", "GET", "cluster-port").([]any)[1]
			n.must("CLUSTER", "MEET", "127.0.0.1", nodes[0].Port, bus)
		}
	}
	for _, n := range nodes {
		for !strings.Contains(n.must("CLUSTER", "INFO").(string), "cluster_state:ok") || strings.Count(n.must("CLUSTER", "NODES").(string), " connected") < 3 {
			time.Sleep(20 * time.Millisecond) // the test's time ends it
		}
	}
	return nodes, "redis://" + strings.Join(addrs, ",") + "?cluster=true"
}

// MoveSlot moves the slot of a key to another node of a Cluster that StartCluster began,
// as redis-cli does.
func MoveSlot(t testing.TB, nodes []*Server, key string) {
	t.Helper()
	var ids []string
	for _, n := range nodes {
		ids = append(ids, n.must("CLUSTER", "MYID").(string))
	}
	slot := nodes[0].must("CLUSTER", "KEYSLOT", key).(int64)
	from := 0
	for i, n := range nodes {
		for _, one := range n.must("CLUSTER", "SLOTS").([]any) {
			row := one.([]any)
			if node := row[2].([]any); row[0].(int64) <= slot && slot <= row[1].(int64) && node[2] == ids[i] {
				from = i
			}
		}
	}
	to := (from + 1) % len(nodes)
	source, target := nodes[from], nodes[to]
	target.must("CLUSTER", "SETSLOT", slot, "IMPORTING", ids[from])
	source.must("CLUSTER", "SETSLOT", slot, "MIGRATING", ids[to])
	for _, key := range source.must("CLUSTER", "GETKEYSINSLOT", slot, 1000).([]any) {
		source.must("MIGRATE", "127.0.0.1", target.Port, key, 0, 5000)
	}
	target.must("CLUSTER", "SETSLOT", slot, "NODE", ids[to])
	source.must("CLUSTER", "SETSLOT", slot, "NODE", ids[to])
}

// StartReplica runs a copy of a server that StartPort began, and waits until it has all.
func StartReplica(t testing.TB, of *Server) *Server {
	t.Helper()
	r := StartPort(t, "--replicaof", fmt.Sprintf("127.0.0.1 %d", of.Port))
	for !strings.Contains(r.must("INFO", "replication").(string), "master_link_status:up") {
		time.Sleep(20 * time.Millisecond)
	}
	return r
}

// StartSentinel runs one Sentinel that watches a server under the name main, takes half a
// second of silence for its end, and decides alone. It gives the URL by which the server
// is found, and returns when the Sentinel knows a replica.
func StartSentinel(t testing.TB, of *Server) (url string) {
	t.Helper()
	port, dir := FreePort(t), shortDir(t)
	conf := filepath.Join(dir, "sentinel.conf") // a Sentinel writes it anew
	text := fmt.Sprintf("port %d\nbind 127.0.0.1\nsentinel monitor main 127.0.0.1 %d 1\nsentinel down-after-milliseconds main 500\nsentinel failover-timeout main 5000\n", port, of.Port)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s := run(t, &Server{URL: fmt.Sprintf("redis://127.0.0.1:%d", port), Dir: dir, Port: port}, []string{conf, "--sentinel"})
	for len(s.must("SENTINEL", "REPLICAS", "main").([]any)) == 0 {
		time.Sleep(20 * time.Millisecond)
	}
	return s.URL + "?master=main"
}

// must sends a command to the server itself.
func (s *Server) must(args ...any) any {
	s.t.Helper()
	c := s.Client()
	defer c.Close()
	out, err := c.Do(s.t.Context(), args...).Result()
	if err != nil {
		s.t.Fatalf("%v: %v", args[0], err)
	}
	return out
}
