package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"tokentray/core"
)

func (h *home) backupTimes() []time.Time {
	var out []time.Time
	for _, b := range listBackups(filepath.Join(filepath.Dir(h.path), "backups")) {
		out = append(out, b.at)
	}
	return out
}

func TestBackupsFollowAccountsNotRenewals(t *testing.T) {
	h := newHome(t)
	renew := func(id core.ID) {
		t.Helper()
		if err := h.SaveToken(id, core.Token{Value: "t"}); err != nil {
			t.Fatal(err)
		}
	}
	if got := h.backupTimes(); len(got) != 0 {
		t.Fatalf("an empty home has backups: %v", got)
	}
	a := h.add("a")
	first := h.clock.now()
	if got := h.backupTimes(); !slices.Equal(got, []time.Time{first}) {
		t.Fatalf("after an account: %v", got)
	}
	for range 5 {
		h.clock.add(90 * time.Minute)
		renew(a.ID)
	}
	if got := h.backupTimes(); len(got) != 1 {
		t.Errorf("renewals made backups: %v", got)
	}

	// Within the hour there is no second; the first change after it makes it.
	h.add("b")
	second := h.clock.now()
	h.clock.add(30 * time.Minute)
	h.add("c")
	if got := h.backupTimes(); !slices.Equal(got, []time.Time{second}) { // one a day is kept
		t.Errorf("within the hour: %v, want %v", got, second)
	}
	h.clock.add(31 * time.Minute)
	renew(a.ID)
	if got := h.backupTimes(); !slices.Equal(got, []time.Time{second}) {
		t.Errorf("a renewal made the backup that is due: %v", got)
	}
	h.add("after the hour")
	if got := h.backupTimes(); !slices.Equal(got, []time.Time{h.clock.now()}) {
		t.Errorf("the backup that was due: %v", got)
	}

	// Close makes the one that is due whatever the hour, and no other.
	h.clock.add(time.Minute)
	h.add("d")
	h.close()
	last := h.clock.now()
	if got := h.backupTimes(); !slices.Equal(got, []time.Time{last}) {
		t.Errorf("the backup due at Close: %v", got)
	}
	h.clock.add(2 * time.Hour)
	h.open()
	h.reopen()
	if got := h.backupTimes(); !slices.Equal(got, []time.Time{last}) {
		t.Errorf("nothing was due: %v", got)
	}

	// After a crash the next Open makes it.
	h.add("e")
	h.clock.add(time.Minute)
	h.add("f")
	h.clock.add(2 * time.Hour)
	h.crash()
	if got := h.backupTimes(); !slices.Equal(got, []time.Time{h.clock.now()}) {
		t.Errorf("the backup due at Open: %v", got)
	}
}

// TestChangesSettle: a burst of changes is backed up once it is over, and what
// was settled is not backed up again.
func TestChangesSettle(t *testing.T) {
	h := newHome(t)
	h.add("a")
	first := h.clock.now()
	h.clock.add(10 * time.Second)
	h.add("b")
	for range 5 {
		h.clock.add(settleTime / 2)
		h.add("more " + h.clock.now().String())
		if wait := h.Settle(); wait != settleTime || !slices.Equal(h.backupTimes(), []time.Time{first}) {
			t.Fatalf("during a burst: %v, again after %s", h.backupTimes(), wait)
		}
	}
	h.clock.add(settleTime)
	h.Settle()
	settled := h.clock.now()
	if got := h.backupTimes(); !slices.Equal(got, []time.Time{settled}) {
		t.Fatalf("after the burst: %v, want %v", got, settled)
	}
	h.clock.add(10 * time.Minute)
	if wait := h.Settle(); wait != 0 || !slices.Equal(h.backupTimes(), []time.Time{settled}) {
		t.Errorf("what was settled is backed up again: %v", h.backupTimes())
	}
}

// TestCloseAfterAResetBacksNothingUp: the accounts of a home that was reset must
// not come back.
func TestCloseAfterAResetBacksNothingUp(t *testing.T) {
	h := newHome(t)
	h.add("a")
	h.clock.add(time.Minute)
	h.add("b") // wants a backup
	for _, b := range listBackups(h.Store.opt.Backups) {
		if err := os.Remove(b.path); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(h.path); err != nil {
		t.Fatal(err)
	}
	h.close()
	if got := h.backupTimes(); len(got) != 0 {
		t.Errorf("backups: %v", got)
	}
	h.open()
	if len(h.refs()) != 0 || h.Repaired() != nil {
		t.Errorf("accounts %v, repaired %+v", h.refs(), h.Repaired())
	}
}

func TestNewestOfFiveDaysIsKept(t *testing.T) {
	h := newHome(t)
	a := h.add("a")
	var want []time.Time
	for day := range 9 {
		for range 3 {
			h.clock.add(2 * time.Hour)
			if err := h.Update(a); err != nil {
				t.Fatal(err)
			}
		}
		if day >= 4 {
			want = append([]time.Time{h.clock.now()}, want...)
		}
		h.clock.add(18 * time.Hour)
	}
	if got := h.backupTimes(); !slices.Equal(got, want) {
		t.Errorf("backups %v\nwant %v", got, want)
	}
}

func TestBackupThatFailsCostsNoChange(t *testing.T) {
	h := newHome(t)
	if err := os.WriteFile(filepath.Join(filepath.Dir(h.path), "backups"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	h.add("a") // a file stands where the folder should be
	if len(h.refs()) != 1 {
		t.Error("the account was not saved")
	}
}

// TestAFailingBackupIsNotTriedAtEveryLook, but once an hour.
func TestAFailingBackupIsNotTriedAtEveryLook(t *testing.T) {
	h := newHome(t)
	blocked := filepath.Join(filepath.Dir(h.path), "backups")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	h.add("a")
	h.clock.add(2 * settleTime)
	if _, due := h.unsettled(); due {
		t.Error("a backup that just failed is tried again already")
	}
	if err := os.Remove(blocked); err != nil {
		t.Fatal(err)
	}
	h.clock.add(backupEvery)
	if wait := h.Settle(); wait != 0 || len(h.backupTimes()) != 1 {
		t.Errorf("after an hour there are backups of %v", h.backupTimes())
	}
	h.clock.add(time.Second)
	h.add("b")
	h.clock.add(settleTime)
	if wait, due := h.unsettled(); wait != 0 || !due {
		t.Error("what changed after a backup that did not fail waits")
	}
}

func TestForeignFilesAmongBackupsStay(t *testing.T) {
	h := newHome(t)
	dir := filepath.Join(filepath.Dir(h.path), "backups")
	mine := filepath.Join(dir, "accounts-mine.db")
	h.add("a")
	if err := os.WriteFile(mine, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 8 {
		h.clock.add(25 * time.Hour)
		if err := h.Update(account("a")); err == nil {
			t.Fatal("an unknown account was updated")
		}
		all, _ := h.Accounts()
		if err := h.Update(all[0]); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(mine); err != nil {
		t.Error(err)
	}
}

// steps are this program's migrations and one of a program to come.
func steps(next func(*bbolt.Tx) error) []migration {
	return append(migrations(), migration{"a step to come", next})
}

func TestMigrationBacksUpFirst(t *testing.T) {
	h := newHome(t)
	h.add("a")
	h.close()
	h.clock.add(24 * time.Hour)
	next := steps(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("keys")); return err })
	s, err := open(h.path, h.opt, next)
	if err != nil {
		t.Fatal(err)
	}
	h.Store = s
	if got := h.backupTimes(); len(got) != 2 || !got[0].Equal(h.clock.now()) {
		t.Errorf("backups: %v", got)
	}
	h.close()

	// The older program refuses it and touches nothing.
	before, err := os.ReadFile(h.path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Open(h.path, h.opt)
	wantError(t, err, core.Internal, ErrNewer)
	after, err := os.ReadFile(h.path)
	if err != nil || !slices.Equal(before, after) || len(h.corrupt()) != 0 {
		t.Errorf("a newer database was touched: %v, %v", err, h.corrupt())
	}

	// A backup of a newer schema is not restored by the older program either.
	h.write(nil)
	h.open()
	if got := h.refs(); len(got) != 1 || h.Repaired().Backup.IsZero() {
		t.Errorf("restored %v, %+v", got, h.Repaired())
	}
}

func TestFailedMigrationChangesNothing(t *testing.T) {
	h := newHome(t)
	h.add("a")
	h.close()
	broken := errors.New("the step fails")
	_, err := open(h.path, h.opt, steps(func(tx *bbolt.Tx) error {
		return errors.Join(tx.DeleteBucket([]byte(bucketAccounts)), broken)
	}))
	wantError(t, err, core.Internal, broken)
	h.open()
	if len(h.refs()) != 1 {
		t.Error("a failed migration lost the accounts")
	}
}

// TestAWrongClockMakesNoBackupNewer: one made while the clock stood in 2031 is
// older than one made afterwards, and no damage brings it back before that.
func TestAWrongClockMakesNoBackupNewer(t *testing.T) {
	h := newHome(t)
	right := h.clock.now()
	h.clock.add(5 * 365 * 24 * time.Hour)
	h.add("a")
	h.clock.add(right.Sub(h.clock.now()))
	h.clock.add(time.Hour)
	h.add("b")
	if got := h.backupTimes(); len(got) != 2 || !got[0].Equal(h.clock.now()) {
		t.Fatalf("backups, newest first: %v", got)
	}
	h.close()
	h.write([]byte("damaged"))
	h.open()
	if got := h.refs(); !slices.Equal(got, []string{"a/sandbox", "b/sandbox"}) {
		t.Errorf("accounts after the repair: %v", got)
	}
	for range 6 { // the one from the future goes like any other
		h.clock.add(25 * time.Hour)
		all, _ := h.Accounts()
		if err := h.Update(all[0]); err != nil {
			t.Fatal(err)
		}
	}
	for _, at := range h.backupTimes() {
		if at.After(h.clock.now()) {
			t.Errorf("the backup of %v is still kept", at)
		}
	}
}

// TestABackupFromTheFutureHidesNoChange: a change that no backup holds yet is
// backed up at the next start although the last backup claims to be younger.
func TestABackupFromTheFutureHidesNoChange(t *testing.T) {
	h := newHome(t)
	right := h.clock.now()
	h.clock.add(5 * 365 * 24 * time.Hour)
	h.add("a")
	h.clock.add(time.Minute)
	h.add("b") // within the hour
	h.clock.add(right.Sub(h.clock.now()))
	h.crash()
	if got := h.backupTimes(); len(got) != 2 || !got[0].Equal(right) {
		t.Errorf("backups, newest first: %v", got)
	}
}

// TestBackupsGoOnAfterARestore: those that are damaged, or of a later database
// than the one in use, push none of the new ones out and are kept.
func TestBackupsGoOnAfterARestore(t *testing.T) {
	backups := func(h *home) []backupFile { return listBackups(filepath.Join(filepath.Dir(h.path), "backups")) }
	spoil := func(t *testing.T, path string) {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		info, err := f.Stat()
		if err == nil { // in place: Windows cuts no mapped file
			_, err = f.WriteAt(make([]byte, int(info.Size())-2*os.Getpagesize()), int64(2*os.Getpagesize()))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, damage := range map[string]struct {
		do  func(t *testing.T, h *home, old []byte)
		key string
	}{
		"the newest backup is damaged too": {func(t *testing.T, h *home, _ []byte) {
			spoil(t, h.path)
			spoil(t, backups(h)[0].path)
		}, "store_restored"},
		"an older database in its place": {func(t *testing.T, h *home, old []byte) { h.write(old) }, "store_put_back"},
		"every backup is damaged too": {func(t *testing.T, h *home, _ []byte) {
			spoil(t, h.path)
			for _, b := range backups(h) {
				spoil(t, b.path)
			}
		}, "store_emptied"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHome(t)
			h.add("a")
			h.clock.add(24 * time.Hour)
			h.add("b")
			h.close()
			old, err := os.ReadFile(h.path)
			if err != nil {
				t.Fatal(err)
			}
			h.open()
			for range 20 {
				h.clock.add(time.Minute)
				a := h.add("c")
				if err := h.Remove(t.Context(), a.ID, func(context.Context) error { return nil }); err != nil {
					t.Fatal(err)
				}
			}
			h.close()
			damage.do(t, h, old)
			before := len(backups(h))
			h.open()
			if r := h.Repaired(); r == nil || r.Key() != damage.key {
				t.Fatalf("repaired %+v", r)
			}
			h.clock.add(2 * time.Hour)
			h.add("new")
			at := h.clock.now()
			all := backups(h)
			if len(all) < before || all[0].other || !all[0].at.Equal(at) {
				t.Fatalf("after a change the backups are %+v, want that of %v first", all, at)
			}
			spoil(t, h.path)
			h.crash()
			if got := h.refs(); !slices.Contains(got, "new/sandbox") || h.Repaired() == nil {
				t.Errorf("the new backup was not taken: %v", got)
			}
			h.RepairDone()
			h.reopen()
			if r := h.Repaired(); r != nil {
				t.Errorf("the next start repairs again: %+v", r)
			}
		})
	}
}

// TestAnOldBackupThatStaysIsNoFailure: the new one is there, and others are removed.
func TestAnOldBackupThatStaysIsNoFailure(t *testing.T) {
	h := newHome(t)
	h.add("a")
	dir := filepath.Join(filepath.Dir(h.path), "backups")
	stays := filepath.Join(dir, backupPrefix+h.clock.now().Add(-time.Second).UTC().Format(stamp)+backupSuffix)
	if err := os.MkdirAll(filepath.Join(stays, "full"), 0o700); err != nil { // cannot be removed as a file is
		t.Fatal(err)
	}
	for range 3 {
		h.clock.add(time.Minute)
		h.add("more " + h.clock.now().String())
		h.clock.add(settleTime)
		h.Settle()
		if h.failed.Load() != 0 || !slices.Contains(h.backupTimes(), h.clock.now()) {
			t.Fatalf("failed at %d; backups of %v", h.failed.Load(), h.backupTimes())
		}
	}
	if got := len(h.backupTimes()); got != 2 {
		t.Errorf("%d backups of one day, want the newest and the one that stays", got)
	}
}

// FuzzBackupNames: only a name that the program gives is that of a backup, and each of its
// own is read back.
func FuzzBackupNames(f *testing.F) {
	for _, name := range []string{"accounts-20260301T120000.000Z.db", "accounts-20260301T120000.000Z-schema1.db", "accounts-20260301T120000.000Z-other.db", "accounts-mine.db", "accounts-.db", "accounts-20260301T120000.000Z.db.part"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if name == "" || name == "." || name == ".." || len(name) > 200 || strings.ContainsAny(name, "/\\\x00") {
			return // no name of a file
		}
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Skip(err)
		}
		for _, b := range listBackups(dir) {
			want := backupPrefix + b.at.UTC().Format(stamp)
			if b.path != filepath.Join(dir, name) || !strings.HasPrefix(strings.Replace(name, ",", ".", 1), want) || !strings.HasSuffix(name, backupSuffix) {
				t.Errorf("%q is taken for a backup of %s", name, b.at)
			}
			if b.other != strings.HasSuffix(name, backupOther+backupSuffix) {
				t.Errorf("%q: set aside is %t", name, b.other)
			}
		}
	})
}
