package store

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"tokentray/core"
)

// batchOf saves many accounts and undoes nothing.
func batchOf(h *home, set func(context.Context) error, accounts ...core.Account) (bool, error) {
	return h.SaveAll(context.Background(), accounts, make([]core.Entry, len(accounts)), set, func(context.Context) error { return nil })
}

// batch saves many accounts with their secrets through a vault.
func batch(h *home, v *fakeVault, accounts ...core.Account) (bool, error) {
	before := map[core.ID]string{}
	for id, s := range v.has {
		before[id] = s
	}
	lines := make([]core.Entry, len(accounts))
	for i := range lines {
		lines[i] = core.Entry{What: core.DidAdd}
	}
	return h.SaveAll(context.Background(), accounts, lines, func(context.Context) error {
		for _, a := range accounts {
			if v.fail == nil || v.late {
				v.has[a.ID] = "new"
			}
		}
		return v.fail
	}, func(context.Context) error {
		if v.fail != nil && !v.late {
			return v.fail
		}
		v.has = before
		return nil
	})
}

func TestManyAreSavedAllOrNone(t *testing.T) {
	h, v := newHome(t), &fakeVault{has: map[core.ID]string{}}
	a, b, c := account("a"), account("b"), account("c")
	if undone, err := batch(h, v, a, b); err != nil || !undone {
		t.Fatal(undone, err)
	}
	if lines, err := h.History(a.ID, time.Time{}, 5); err != nil || len(lines) != 1 || lines[0].What != core.DidAdd {
		t.Errorf("history %v, %v", lines, err)
	}
	sound(t, h, v, "after two")

	taken := c
	taken.Name = "b"
	for what, these := range map[string][]core.Account{"a taken name": {c, taken}, "one name twice": {c, {ID: core.NewID(), Name: "c", Env: c.Env}}} {
		var e *core.Error
		if _, err := batch(h, v, these...); !errors.As(err, &e) || e.Class != core.Invalid {
			t.Errorf("%s: %v", what, err)
		}
		sound(t, h, v, what)
	}

	changed := a
	changed.Note = "changed"
	for _, late := range []bool{false, true} {
		v.fail, v.late = errors.New("no vault"), late
		undone, err := batch(h, v, changed, c)
		if err == nil || undone != late {
			t.Errorf("late %v: undone %v, %v", late, undone, err)
		}
		v.fail = nil
		sound(t, h, v, "after a refusal")
		clean(t, h, v)
	}
	accounts, err := h.Accounts()
	if err != nil || len(accounts) != 2 || accounts[0].Note != "" {
		t.Errorf("accounts %+v, %v", accounts, err)
	}
}

func TestTenThousandAreSavedAtOnce(t *testing.T) {
	h, v := newHome(t), &fakeVault{has: map[core.ID]string{}}
	var many []core.Account
	for i := range 10_000 {
		many = append(many, account(fmt.Sprint("shop ", i)))
	}
	if _, err := batch(h, v, many...); err != nil {
		t.Fatal(err)
	}
	if accounts, err := h.Accounts(); err != nil || len(accounts) != len(many) {
		t.Errorf("%d accounts, %v", len(accounts), err)
	}
}
