package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"tokentray/core"
)

// fakeVault is a vault whose calls can fail, before or after they took effect.
type fakeVault struct {
	has  map[core.ID]string
	fail error
	late bool // it fails after it took effect

	cleans int // how often Clean asked for removals
}

func (v *fakeVault) set(id core.ID, secret string) func(context.Context) error {
	return func(context.Context) error {
		if v.fail == nil || v.late {
			v.has[id] = secret
		}
		return v.fail
	}
}

func (v *fakeVault) unset(_ context.Context, id core.ID) error {
	if v.fail == nil || v.late {
		delete(v.has, id)
	}
	return v.fail
}

func (v *fakeVault) unsetAll(ctx context.Context, ids []core.ID) error {
	v.cleans++
	for _, id := range ids {
		if err := v.unset(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

func (v *fakeVault) unsetOf(id core.ID) func(context.Context) error {
	return func(ctx context.Context) error { return v.unset(ctx, id) }
}

// sound fails when an account lacks its secret, or a secret has neither an
// account nor an intent by which Clean finds it.
func sound(t *testing.T, h *home, v *fakeVault, after string) {
	t.Helper()
	accounts, err := h.Accounts()
	if err != nil {
		t.Fatal(err)
	}
	pending, err := h.Pending()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[core.ID]bool{}
	for _, a := range accounts {
		seen[a.ID] = true
		if _, ok := v.has[a.ID]; !ok {
			t.Errorf("%s: %s can be seen and has no secret", after, a.Ref())
		}
	}
	for id := range v.has {
		if !seen[id] && !slices.Contains(pending, id) {
			t.Errorf("%s: nobody will find the secret of %s", after, id)
		}
	}
}

// clean is what the agent does at each start.
func clean(t *testing.T, h *home, v *fakeVault) []core.Account {
	t.Helper()
	interrupted, begun, err := h.Clean(t.Context(), v.unsetAll)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range begun { // what the agent makes accounts of again
		if _, ok := v.has[id]; ok {
			a := account("back " + string(id))
			a.ID = id
			if _, err := batchOf(h, func(context.Context) error { return nil }, a); err != nil {
				t.Fatal(err)
			}
		} else if err := h.EndIntents(id); err != nil {
			t.Fatal(err)
		}
	}
	if pending, err := h.Pending(); err != nil || len(pending) != 0 {
		t.Errorf("after Clean: %v, %v are pending", pending, err)
	}
	if accounts, _ := h.Accounts(); len(v.has) != len(accounts) {
		t.Errorf("after Clean: %d secrets, %d accounts", len(v.has), len(accounts))
	}
	return interrupted
}

func TestCrashBetweenStepsOfSaving(t *testing.T) {
	for steps := range 4 {
		t.Run(fmt.Sprint("after step ", steps), func(t *testing.T) {
			h, v := newHome(t), &fakeVault{has: map[core.ID]string{}}
			a := account("shop")
			for _, step := range []func() error{
				func() error { _, err := h.begin(a); return err },
				func() error { return v.set(a.ID, "s")(t.Context()) },
				func() error { return h.commit(a) },
			}[:steps] {
				if err := step(); err != nil {
					t.Fatal(err)
				}
				h.crash()
				sound(t, h, v, "crashed")
			}
			clean(t, h, v)
			if got, want := len(h.refs()), min(steps/2, 1); got != want { // a secret that is in the vault is kept
				t.Errorf("%d accounts, want %d", got, want)
			}
		})
	}
}

func TestCrashBetweenStepsOfAnEdit(t *testing.T) {
	for steps := 1; steps < 4; steps++ {
		t.Run(fmt.Sprint("after step ", steps), func(t *testing.T) {
			h, v := newHome(t), &fakeVault{has: map[core.ID]string{}}
			a := account("shop")
			if err := h.Save(t.Context(), a, v.set(a.ID, "old"), v.unsetOf(a.ID)); err != nil {
				t.Fatal(err)
			}
			a.Note = "edited"
			for _, step := range []func() error{
				func() error { _, err := h.begin(a); return err },
				func() error { return v.set(a.ID, "new")(t.Context()) },
				func() error { return h.commit(a) },
			}[:steps] {
				if err := step(); err != nil {
					t.Fatal(err)
				}
				h.crash()
				sound(t, h, v, "crashed")
			}
			interrupted := clean(t, h, v)
			if steps < 3 && (len(interrupted) != 1 || interrupted[0].ID != a.ID) {
				t.Errorf("the interrupted edit is not told: %v", interrupted)
			}
			if len(h.refs()) != 1 {
				t.Error("the account is gone")
			}
		})
	}
}

func TestCrashBetweenStepsOfRemoval(t *testing.T) {
	for steps := range 4 {
		t.Run(fmt.Sprint("after step ", steps), func(t *testing.T) {
			h, v := newHome(t), &fakeVault{has: map[core.ID]string{}}
			a := account("shop")
			if err := h.Save(t.Context(), a, v.set(a.ID, "s"), v.unsetOf(a.ID)); err != nil {
				t.Fatal(err)
			}
			for _, step := range []func() error{
				func() error { return h.drop(a.ID) },
				func() error { return v.unset(t.Context(), a.ID) },
				func() error { return h.EndIntents(a.ID) },
			}[:steps] {
				if err := step(); err != nil {
					t.Fatal(err)
				}
				h.crash()
				sound(t, h, v, "crashed")
			}
			clean(t, h, v)
			if got := len(h.refs()); (got == 1) != (steps == 0) {
				t.Errorf("%d accounts after %d steps", got, steps)
			}
		})
	}
}

func TestVaultThatFails(t *testing.T) {
	locked := &core.Error{Class: core.VaultClosed, Message: "locked", Remedy: core.RemedyVaultUnlock}
	for _, late := range []bool{false, true} {
		t.Run(fmt.Sprint("late=", late), func(t *testing.T) {
			h, v := newHome(t), &fakeVault{has: map[core.ID]string{}, fail: locked, late: late}
			a := account("shop")
			wantError(t, h.Save(t.Context(), a, v.set(a.ID, "s"), v.unsetOf(a.ID)), core.VaultClosed, locked)
			sound(t, h, v, "failed save")
			if len(h.refs()) != 0 {
				t.Error("an account without a secret is shown")
			}
			if _, _, err := h.Clean(t.Context(), v.unsetAll); err == nil {
				t.Error("Clean hides that the vault refused")
			}
			if pending, _ := h.Pending(); len(pending) != 1 {
				t.Errorf("pending = %v; the secret would never be removed", pending)
			}

			v.fail = nil
			clean(t, h, v)
			if err := h.Save(t.Context(), a, v.set(a.ID, "s"), v.unsetOf(a.ID)); err != nil {
				t.Fatal(err)
			}
			v.fail = locked
			e := wantError(t, h.Remove(t.Context(), a.ID, v.unsetOf(a.ID)), core.VaultClosed, nil)
			if e.Remedy != core.RemedySecretLeft || !errors.Is(e, locked) {
				t.Errorf("%q has the remedy %s", e, e.Remedy)
			}
			if len(h.refs()) != 0 {
				t.Errorf("%q, and the account is still there", e)
			}
			sound(t, h, v, "failed removal")
			v.fail = nil
			clean(t, h, v)
		})
	}
}

func TestSaveThatTheVaultRefusedLeavesTheOldSecret(t *testing.T) {
	h, v := newHome(t), &fakeVault{has: map[core.ID]string{}}
	a := account("shop")
	if err := h.Save(t.Context(), a, v.set(a.ID, "old"), v.unsetOf(a.ID)); err != nil {
		t.Fatal(err)
	}
	v.fail = errors.New("no")
	edited := a
	edited.Note = "edited"
	if err := h.Save(t.Context(), edited, v.set(a.ID, "new"), v.unsetOf(a.ID)); err == nil {
		t.Fatal("the edit went through")
	}
	all, err := h.Accounts()
	if err != nil || len(all) != 1 || !all[0].Equal(a) || v.has[a.ID] != "old" {
		t.Errorf("after a refused edit: %v, %v, secret kept: %v", all, err, v.has[a.ID] == "old")
	}
	if pending, _ := h.Pending(); len(pending) != 0 {
		t.Errorf("pending: %v", pending)
	}
}

// TestCleanAsksTheVaultOnce: a passphrase file works for a second at each change,
// and an agent that starts has thirty. What the vault refuses stays whole for the
// next time, and an interrupted edit beside it is settled too.
func TestCleanAsksTheVaultOnce(t *testing.T) {
	h, v := newHome(t), &fakeVault{has: map[core.ID]string{}}
	kept := account("kept")
	if err := h.Save(t.Context(), kept, v.set(kept.ID, "s"), v.unsetOf(kept.ID)); err != nil {
		t.Fatal(err)
	}
	if _, err := h.begin(kept); err != nil {
		t.Fatal(err)
	}
	for n := range 20 {
		a := account(fmt.Sprint("lost ", n))
		if err := h.Save(t.Context(), a, v.set(a.ID, "s"), v.unsetOf(a.ID)); err != nil {
			t.Fatal(err)
		}
		if err := h.drop(a.ID); err != nil {
			t.Fatal(err)
		}
	}
	h.crash()
	v.fail = errors.New("no")
	if interrupted, _, err := h.Clean(t.Context(), v.unsetAll); err == nil || len(interrupted) != 1 {
		t.Errorf("a vault that refuses: %v, interrupted %v", err, interrupted)
	}
	if pending, err := h.Pending(); err != nil || len(pending) != 20 {
		t.Errorf("%d intents stay, %v; want 20", len(pending), err)
	}
	v.fail, v.cleans = nil, 0
	if interrupted := clean(t, h, v); len(interrupted) != 0 || v.cleans != 1 {
		t.Errorf("the vault was asked %d times, interrupted %v", v.cleans, interrupted)
	}
	if _, _, err := h.Clean(t.Context(), v.unsetAll); err != nil || v.cleans != 1 {
		t.Errorf("with nothing to remove the vault was asked again: %v", err)
	}
}
