package agent

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"tokentray/core"
)

// The directory finds what a map of accounts finds, after any changes; accounts may
// also swap their names.
func TestTheDirectoryFindsEachAccount(t *testing.T) {
	const accounts, changes = 20, 2000
	random := rand.New(rand.NewPCG(1, 2))
	var d directory
	want := map[core.ID]core.Account{}
	for change := range changes {
		id := core.ID(fmt.Sprintf("%016x", random.IntN(accounts)))
		switch was, there := want[id]; {
		case there && random.IntN(3) == 0:
			d.drop(id)
			delete(want, id)
		case there && random.IntN(2) == 0: // swap names with another
			for other, b := range want {
				if other != id {
					was.Name, was.Env, b.Name, b.Env = b.Name, b.Env, was.Name, was.Env
					want[id], want[other] = was, b
					d.put(&was)
					d.put(&b)
					break
				}
			}
		default:
			a := core.Account{ID: id, Name: fmt.Sprintf("shop-%d", change), Env: core.Envs()[random.IntN(2)], AppID: fmt.Sprint(random.IntN(5)), Kind: "k", Note: fmt.Sprint(random.Int())}
			if there {
				a.Name, a.Env = was.Name, was.Env
			}
			want[id] = a
			d.put(&a)
		}
		if d.count() != len(want) || len(d.all()) != len(want) {
			t.Fatalf("the directory has %d accounts, want %d", d.count(), len(want))
		}
		for id, a := range want {
			if got, ok := d.get(id); !ok || got.Note != a.Note || got.Ref() != a.Ref() {
				t.Fatalf("get(%s) = %v, want %v", id, got, a)
			}
			if got, ok := d.find(refOf(a)); !ok || got.ID != id {
				t.Fatalf("find(%s) is %s, want %s", a.Ref(), got.ID, id)
			}
		}
	}
	all := d.all()
	for i := 1; i < len(all); i++ {
		if core.CompareNames(all[i-1].Name, all[i-1].Env, all[i].Name, all[i].Env) >= 0 {
			t.Errorf("%s stands before %s", all[i-1].Ref(), all[i].Ref())
		}
	}
	for _, ref := range d.withAppID("3", []core.Kind{"k"}) {
		if a, _ := d.find(ref); a.AppID != "3" {
			t.Errorf("withAppID: %s has the AppID %s", ref, a.AppID)
		}
	}
}
