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
	r := &rig{t: t, keys: NewKeys()}
	a, b := r.with(r.keys, url, ""), r.with(r.keys, url, "")
	publish(t, a, "before", time.Hour)
	l := acquire(t, a)

	redistest.MoveSlot(t, nodes, a.tok)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
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
