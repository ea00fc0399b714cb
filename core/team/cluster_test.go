package team

import (
	"testing"
	"time"

	"tokentray/core/redisconn/redistest"
)

// TestAClusterMovesTheSlot runs the protocol on three nodes and moves the account's
// slot to another node while a member holds its lease.
func TestAClusterMovesTheSlot(t *testing.T) {
	nodes, url := redistest.StartCluster(t)
	ctx := t.Context()
	var ids []string
	for _, n := range nodes {
		c := n.Client()
		ids = append(ids, c.Do(ctx, "CLUSTER", "MYID").Val().(string))
		_ = c.Close()
	}

	r := &rig{t: t, keys: NewKeys()}
	a, b := r.with(r.keys, url, ""), r.with(r.keys, url, "")
	publish(t, a, "before", time.Hour)
	l := acquire(t, a)

	// As redis-cli moves a slot.
	slot := int(a.team.redis.ClusterKeySlot(ctx, a.tok).Val())
	from := min(2, slot/5461)
	to := (from + 1) % 3
	source, target := nodes[from].Client(), nodes[to].Client()
	defer source.Close()
	defer target.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(target.Do(ctx, "CLUSTER", "SETSLOT", slot, "IMPORTING", ids[from]).Err())
	must(source.Do(ctx, "CLUSTER", "SETSLOT", slot, "MIGRATING", ids[to]).Err())
	keys := source.ClusterGetKeysInSlot(ctx, slot, 100).Val()
	if len(keys) < 3 {
		t.Fatalf("the slot holds %q", keys)
	}
	for _, key := range keys {
		must(source.Do(ctx, "MIGRATE", "127.0.0.1", nodes[to].Port, key, 0, 5000).Err())
	}
	must(target.Do(ctx, "CLUSTER", "SETSLOT", slot, "NODE", ids[to]).Err())
	must(source.Do(ctx, "CLUSTER", "SETSLOT", slot, "NODE", ids[to]).Err())

	if p := read(t, b); p.Value != "before" {
		t.Errorf("after the move the team has %q", p.Value)
	}
	must(l.Renew(ctx))
	if other, wait, err := b.Acquire(ctx); other != nil || wait <= 0 || err != nil {
		t.Errorf("the move lost the lease: %v, %v", wait, err)
	}
	must(l.Release(ctx))
	if next := publish(t, b, "after", time.Hour); next.fence != l.fence+1 {
		t.Errorf("the fence went from %d to %d", l.fence, next.fence)
	}
	if p := read(t, a); p.Value != "after" {
		t.Errorf("the team has %q", p.Value)
	}
}
