package store

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"tokentray/core"
)

// filePush is a push into a file, of any system's spelling.
func filePush() core.Push {
	p, problems := core.Push{Kind: core.PushFile, Path: absolute("srv/shop/.env"), Key: "WX_TOKEN"}.Clean()
	if len(problems) > 0 {
		panic(problems)
	}
	return p
}

func commandPush() core.Push {
	p, problems := core.Push{Kind: core.PushCommand, Command: []string{absolute("usr/bin/true"), "a b", "中文"}}.Clean()
	if len(problems) > 0 {
		panic(problems)
	}
	return p
}

func TestPushesOutliveTheProcess(t *testing.T) {
	h := newHome(t)
	shop, blog := h.add("shop"), h.add("blog")
	file, err := h.AddPush(shop.ID, filePush())
	if err != nil || file.Number != 1 {
		t.Fatalf("%+v, %v", file, err)
	}
	command, err := h.AddPush(shop.ID, commandPush())
	if err != nil || command.Number != 2 {
		t.Fatalf("%+v, %v", command, err)
	}
	at := h.clock.now().UTC()
	fine := core.PushResult{At: at, Took: time.Second, Tries: 1, Mask: "88_ab••••wxyz", Print: "0011223344556677", Expires: at.Add(time.Hour)}
	failed := fine
	failed.Err = &core.Error{Class: core.PushFailed, Remedy: core.RemedyPushCommand, Message: "it ended with 1"}
	if err := errors.Join(h.SavePushResult(shop.ID, 1, fine), h.SavePushResult(shop.ID, 2, failed),
		h.SavePushResult(shop.ID, 7, fine), h.SavePushResult(blog.ID, 1, fine)); err != nil {
		t.Fatal(err)
	}
	h.reopen()
	got, err := h.Pushes()
	want := map[core.ID][]core.KeptPush{shop.ID: {{Push: file, Result: fine}, {Push: command, Result: failed}}}
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Errorf("%v %s", err, d)
	}
	if err := h.RemovePush(shop.ID, 2); err != nil {
		t.Fatal(err)
	}
	if third, err := h.AddPush(shop.ID, commandPush()); err != nil || third.Number != 3 {
		t.Errorf("a number was given twice: %+v, %v", third, err)
	}
	if e := core.AsError(h.RemovePush(shop.ID, 2)); e == nil || e.Class != core.NotFound || e.Remedy != core.RemedyNoPush {
		t.Errorf("an unknown push: %v", e)
	}
}

func TestWhatPushesAreRefused(t *testing.T) {
	h := newHome(t)
	a := h.add("a")
	if _, err := h.AddPush("nobody", filePush()); core.AsError(err).Class != core.NotFound {
		t.Errorf("for an unknown account: %v", err)
	}
	for range core.MaxPushes {
		if _, err := h.AddPush(a.ID, commandPush()); err != nil {
			t.Fatal(err)
		}
	}
	var p core.Problems
	if _, err := h.AddPush(a.ID, commandPush()); !errors.As(err, &p) || p[0].Key != core.ProblemPushMany {
		t.Errorf("one too many: %v", err)
	}
}

// TestAPushIsNeverMisread: a record that could not have been saved is damage,
// for it says what is run.
func TestAPushIsNeverMisread(t *testing.T) {
	for _, value := range []string{
		``, `{"pushes":[{}]}`, `{"last":1,"pushes":[{"number":1,"kind":"file","path":"relative"}]}`,
		`{"last":1,"pushes":[{"number":1,"kind":"command","command":["sh"]}]}`,
		`{"last":1,"pushes":[{"number":1,"kind":"command","command":"` + absolute("bin/sh") + `"}]}`,
		`{"last":1,"pushes":[{"number":2,"kind":"command","command":["` + absolute("bin/sh") + `"]}]}`,
	} {
		if r, err := decodePushes([]byte(value)); err == nil {
			t.Errorf("%s was read as %+v", value, r)
		}
	}
}

// TestPushesOfAnotherSystemAreNoDamage: a database that moved between Windows and
// others opens whole, and so does its backup.
func TestPushesOfAnotherSystemAreNoDamage(t *testing.T) {
	h := newHome(t)
	shop := h.add("shop")
	var want []core.KeptPush
	for i, p := range []core.Push{
		{Kind: core.PushFile, Path: "/srv/shop/.env", Form: core.PushDotenv, Key: "T"},
		{Kind: core.PushFile, Path: `C:\shop\token.json`, Form: core.PushJSON},
		{Kind: core.PushCommand, Command: []string{"/bin/true"}, Timeout: time.Second},
		{Kind: core.PushCommand, Command: []string{`\\server\tools\push.exe`, "中文"}, Timeout: time.Second},
	} {
		kept, err := h.AddPush(shop.ID, p)
		if err != nil || kept.Number != i+1 {
			t.Fatalf("%+v: %v", kept, err)
		}
		want = append(want, core.KeptPush{Push: kept})
	}
	h.reopen()
	got, err := h.Pushes()
	if d := cmp.Diff(map[core.ID][]core.KeptPush{shop.ID: want}, got); err != nil || d != "" || h.Repaired() != nil {
		t.Errorf("%v, repaired %+v %s", err, h.Repaired(), d)
	}
}

func FuzzDecodePushes(f *testing.F) {
	for _, p := range []core.Push{filePush(), commandPush()} {
		p.Number = 1
		value, err := json.Marshal(pushesRecord{Last: 1, Pushes: []pushRecord{newPushRecord(p)}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		r, err := decodePushes(value)
		if err != nil {
			return
		}
		for _, p := range r.Pushes {
			if problems := p.push().CheckKept(); len(problems) > 0 || p.push().Target() == "" {
				t.Errorf("read %+v: %v", p, problems)
			}
		}
		again, err := json.Marshal(r)
		if err != nil {
			return // a time beyond what JSON can say
		}
		if _, err := decodePushes(again); err != nil {
			t.Errorf("%s does not come back: %v", again, err)
		}
	})
}

// absolute is a path from the root on, as this system writes it.
func absolute(path string) string {
	if filepath.Separator == '\\' {
		return `C:/` + path
	}
	return "/" + path
}

// TestPushesOfNoAccount: a damaged key would take the pushes from their account without a
// word. The backup has them.
func TestPushesOfNoAccount(t *testing.T) {
	h := newHome(t)
	shop := h.add("shop")
	if _, err := h.AddPush(shop.ID, filePush()); err != nil {
		t.Fatal(err)
	}
	if err := h.Store.backup(""); err != nil {
		t.Fatal(err)
	}
	err := h.db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(bucketPushes))
		return errors.Join(b.Put([]byte("0000000000000000"), b.Get([]byte(shop.ID))), b.Delete([]byte(shop.ID)))
	})
	if err != nil {
		t.Fatal(err)
	}
	h.crash()
	if h.Repaired() == nil {
		t.Error("the damage was not noticed")
	}
	if all, err := h.Pushes(); err != nil || len(all[shop.ID]) != 1 || len(all) != 1 {
		t.Errorf("the pushes are %v: %v", all, err)
	}
}
