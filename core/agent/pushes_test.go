package agent

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/push"
)

// parcel is where a test's pushes go.
type parcel struct {
	mu   sync.Mutex
	got  []push.Job
	fail error
	hang chan struct{}
}

func (p *parcel) deliver(ctx context.Context, job push.Job) error {
	p.mu.Lock()
	p.got = append(p.got, job)
	fail, hang := p.fail, p.hang
	p.mu.Unlock()
	if hang != nil {
		select {
		case <-hang:
		case <-ctx.Done():
			return &core.Error{Class: core.PushFailed, Message: "ended"}
		}
	}
	return fail
}

func (p *parcel) set(fail error, hang chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fail, p.hang = fail, hang
}

func (p *parcel) tokens() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	for _, job := range p.got {
		out = append(out, job.Token.Value)
	}
	return out
}

// commandInput is a push to a command that a test never runs.
func commandInput() api.PushInput {
	return api.PushInput{Kind: core.PushCommand, Command: []string{filepath.Join(os.TempDir(), "deploy"), "--site", "shop"}}
}

// until reads events until the account is as wanted.
func until(t *testing.T, events <-chan api.Event, what string, ok func(api.Account) bool) api.Account {
	t.Helper()
	late := time.After(time.Minute)
	for {
		select {
		case e, open := <-events:
			if !open {
				t.Fatalf("the stream ended before %s", what)
			}
			if e.Account != nil && ok(*e.Account) {
				return *e.Account
			}
		case <-late:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func (r *running) events(t *testing.T) <-chan api.Event {
	t.Helper()
	events, err := r.client.Events(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	if first := <-events; first.Type != api.EventSnapshot { // what comes after it is an event
		t.Fatalf("the stream begins with %q", first.Type)
	}
	return events
}

// TestARenewalIsPushed: at once when it is added, and with each token that comes,
// once it is stored; told in the account, its events and its history.
func TestARenewalIsPushed(t *testing.T) {
	w, p := newWorld(t), &parcel{}
	w.deliver = p.deliver
	r := w.start()
	a := r.add("shop", core.Sandbox)
	added, err := r.client.AddPush(t.Context(), a.Ref(), commandInput())
	if err != nil || added.Number != 1 || added.Last == nil || added.Failing() || added.Timeout != 30 {
		t.Fatalf("%+v, %v", added, err)
	}
	events := r.events(t)
	w.pass(time.Minute)
	if _, err := r.client.Refresh(t.Context(), a.Ref(), api.RefreshRequest{Force: true}); err != nil {
		t.Fatal(err)
	}
	tokens := w.up.tokens()
	acc := until(t, events, "the push", func(acc api.Account) bool {
		return len(acc.Pushes) == 1 && acc.Pushes[0].Last.ExpiresAt.After(added.Last.ExpiresAt)
	})
	if got := p.tokens(); len(got) != 2 || got[0] != tokens[0] || got[1] != tokens[1] {
		t.Errorf("pushed %q of %q", got, tokens)
	}
	if !acc.Pushes[0].Last.ExpiresAt.Equal(acc.ExpiresAt) || acc.Pushes[0].Target != "deploy" {
		t.Errorf("%+v", acc.Pushes[0])
	}
	history, err := r.client.History(t.Context(), a.Ref(), api.HistoryQuery{Limit: 50})
	if err != nil || history[0].What != core.DidPush || history[0].Target != "deploy" || history[0].Mask != core.Mask(tokens[1]) {
		t.Errorf("history %+v, %v", history[0], err)
	}
	if job := p.got[1]; job.Account.Ref() != "shop/sandbox" || job.BaseURL != "https://api.example.com" {
		t.Errorf("the job is of %s at %s", job.Account.Ref(), job.BaseURL)
	}
}

// TestTokensOfOneMaskAreTwo: of short tokens nothing is shown. One that takes the place
// of another within seconds is another, and is pushed.
func TestTokensOfOneMaskAreTwo(t *testing.T) {
	w, p := newWorld(t), &parcel{}
	w.deliver, w.up.form = p.deliver, "%s-%d"
	r := w.start()
	a := r.add("shop", core.Sandbox)
	added, err := r.client.AddPush(t.Context(), a.Ref(), commandInput())
	if err != nil {
		t.Fatal(err)
	}
	events := r.events(t)
	w.pass(3 * time.Second)
	got, err := r.client.Refresh(t.Context(), a.Ref(), api.RefreshRequest{Force: true, Person: true})
	if err != nil || got.Same || core.Mask(got.AccessToken) != added.Last.Mask {
		t.Fatalf("the same: %v, %v", got.Same, err)
	}
	until(t, events, "the push", func(acc api.Account) bool {
		return len(acc.Pushes) == 1 && acc.Pushes[0].Last.ExpiresAt.After(added.Last.ExpiresAt)
	})
	if got, want := p.tokens(), w.up.tokens(); !slices.Equal(got, want) || len(want) != 2 {
		t.Errorf("pushed %q of %q", got, want)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	r = w.start() // what arrived is known after a restart, too
	if kept, err := r.client.Account(t.Context(), a.Ref()); err != nil || len(kept.Pushes) != 1 || kept.Pushes[0].Failing() {
		t.Fatalf("%+v, %v", kept.Pushes, err)
	}
	token, _ := r.keeper.Token(a.ID)
	if kept := r.pushes.of(a.ID); len(kept) != 1 || !arrived(kept[0].Result, token) {
		t.Errorf("after a restart: %+v", kept)
	}
}

// TestAFailingPushIsSeenAndHoldsNothingUp: the token is there for everybody
// while a push hangs, and a failure shows until one succeeds.
func TestAFailingPushIsSeenAndHoldsNothingUp(t *testing.T) {
	w, p := newWorld(t), &parcel{hang: make(chan struct{})}
	w.deliver = p.deliver
	r := w.start()
	a := r.add("shop", core.Sandbox)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { // the caller leaves once the push hangs
		for len(p.tokens()) == 0 && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	if _, err := r.client.AddPush(ctx, a.Ref(), commandInput()); err == nil {
		t.Fatal("a push that hangs was done")
	}
	w.pass(time.Minute)
	if _, err := r.client.Refresh(t.Context(), a.Ref(), api.RefreshRequest{Force: true}); err != nil {
		t.Fatal(err)
	}
	events := r.events(t)
	failure := &core.Error{Class: core.PushFailed, Remedy: core.RemedyPushCommand, Message: "deploy ended with exit status 1"}
	hang := p.hang
	p.set(failure, nil)
	close(hang)
	acc := until(t, events, "the failure", func(acc api.Account) bool { return acc.FailingPushes() == 1 })
	last := acc.Pushes[0].Last
	if last.Error.Class != core.PushFailed || last.Error.Remedy != core.RemedyPushCommand || last.NextTry.IsZero() {
		t.Errorf("%+v", last)
	}
	if s, err := r.client.Status(t.Context()); err != nil || s.FailingPushes != 1 || s.NeedYou != 0 {
		t.Errorf("status %+v, %v", s, err)
	}
	history, err := r.client.History(t.Context(), a.Ref(), api.HistoryQuery{Limit: 50})
	if err != nil || history[0].What != core.DidMiss || history[0].Message != failure.Message || history[0].Class != core.PushFailed {
		t.Errorf("history %+v, %v", history[0], err)
	}
	p.set(nil, nil)
	done, err := r.client.RunPush(t.Context(), a.Ref(), 1)
	if err != nil || done.Failing() {
		t.Errorf("%+v, %v", done, err)
	}
	if s, err := r.client.Status(t.Context()); err != nil || s.FailingPushes != 0 {
		t.Errorf("status %+v, %v", s, err)
	}
}

// TestWhatARestartMissedIsPushed, and nothing that arrived before.
func TestWhatARestartMissedIsPushed(t *testing.T) {
	w, p := newWorld(t), &parcel{}
	w.deliver = p.deliver
	r := w.start()
	a, b := r.add("shop", core.Sandbox), r.add("blog", core.Sandbox)
	if _, err := r.client.AddPush(t.Context(), a.Ref(), commandInput()); err != nil {
		t.Fatal(err)
	}
	p.set(errors.New("no"), nil)
	if got, err := r.client.AddPush(t.Context(), b.Ref(), commandInput()); err != nil || !got.Failing() {
		t.Fatalf("%+v, %v", got, err)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	before := len(p.tokens())
	p.set(nil, nil)
	r = w.start()
	events := r.events(t)
	l, err := r.client.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if acc := l.Accounts[0]; acc.FailingPushes() > 0 { // it may be over already
		until(t, events, "the missed push", func(acc api.Account) bool { return acc.Name == "blog" && acc.FailingPushes() == 0 })
	}
	if got := p.tokens()[before:]; len(got) != 1 || got[0] != w.up.tokens()[1] {
		t.Errorf("after the restart %q were pushed, want the one token of blog", got)
	}
}

// TestARestoredBackupPushesNothing: it may hold pushes that were removed after it
// was made. One that a person tries goes on, the others stay held over restarts.
func TestARestoredBackupPushesNothing(t *testing.T) {
	w, p := newWorld(t), &parcel{}
	w.deliver = p.deliver
	r := w.start()
	a := r.add("shop", core.Sandbox)
	for range 2 {
		if _, err := r.client.AddPush(t.Context(), a.Ref(), commandInput()); err != nil {
			t.Fatal(err)
		}
	}
	before := len(p.tokens())
	heldOnes := func(want int) {
		t.Helper()
		acc, err := r.client.Account(t.Context(), a.Ref())
		n := 0
		for _, one := range acc.Pushes {
			if one.Failing() && one.Last.Error.Remedy == core.RemedyReviewPush {
				n++
			}
		}
		if err != nil || n != want {
			t.Errorf("%d are held, want %d: %+v, %v", n, want, acc.Pushes, err)
		}
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	w.restored = true
	r = w.start()
	heldOnes(2)
	w.pass(time.Minute)
	if _, err := r.client.Refresh(t.Context(), a.Ref(), api.RefreshRequest{Force: true}); err != nil {
		t.Fatal(err)
	}
	if err := r.end(); err != nil { // which waits for those under way
		t.Fatal(err)
	}
	if got := p.tokens()[before:]; len(got) != 0 {
		t.Errorf("pushed %q", got)
	}
	w.restored = false
	r = w.start()
	heldOnes(2)
	tested, err := r.client.RunPush(t.Context(), a.Ref(), 2)
	if err != nil || tested.Failing() {
		t.Errorf("tried by somebody: %+v, %v", tested, err)
	}
	heldOnes(1)
	events := r.events(t)
	w.pass(time.Minute)
	if _, err := r.client.Refresh(t.Context(), a.Ref(), api.RefreshRequest{Force: true}); err != nil {
		t.Fatal(err)
	}
	until(t, events, "the push that goes on", func(acc api.Account) bool {
		return len(acc.Pushes) == 2 && acc.Pushes[1].Last.ExpiresAt.After(tested.Last.ExpiresAt)
	})
	if got := p.tokens()[before:]; len(got) != 2 {
		t.Errorf("pushed %q, want one by hand and one by itself", got)
	}
	heldOnes(1)
}

// TestAnOlderTokenDoesNotStay: after a person's try that began with the token before
// a renewal, the new token is pushed too. A push that was removed while it was queued
// is not made.
func TestAnOlderTokenDoesNotStay(t *testing.T) {
	w, p := newWorld(t), &parcel{}
	w.deliver = p.deliver
	r := w.start()
	a := r.add("shop", core.Sandbox)
	added, err := r.client.AddPush(t.Context(), a.Ref(), commandInput())
	if err != nil {
		t.Fatal(err)
	}
	old, _ := r.keeper.Token(a.ID)
	kept, _ := r.pushes.find(a.ID, added.Number)
	events := r.events(t)
	w.pass(time.Minute)
	if _, err := r.client.Refresh(t.Context(), a.Ref(), api.RefreshRequest{Force: true}); err != nil {
		t.Fatal(err)
	}
	current, _ := r.keeper.Token(a.ID)
	arrives := func(tries int) {
		until(t, events, "today's token", func(acc api.Account) bool {
			return len(p.tokens()) == tries && len(acc.Pushes) == 1 && acc.Pushes[0].Last.ExpiresAt.Equal(current.ExpiresAt)
		})
	}
	arrives(2)
	if _, err := r.pushes.run(t.Context(), a.ID, kept.Push, old); err != nil {
		t.Fatal(err)
	}
	arrives(4)
	if got := p.tokens(); got[len(got)-1] != current.Value || got[len(got)-2] != old.Value {
		t.Errorf("pushed %q", got)
	}
	before := len(p.tokens())
	job, _ := r.pushes.job(a.ID, kept.Push, old)
	job.Account.AppID = "wx00000000000000ff" // as it was before an edit
	if other, err := r.pushes.runner.Do(t.Context(), job); err != nil || other.Err == nil || slices.Contains(p.tokens()[before:], old.Value) {
		t.Errorf("the token of another app: %+v, %v", other, err)
	}
	arrives(before + 1)
	if err := r.client.RemovePush(t.Context(), a.Ref(), added.Number); err != nil {
		t.Fatal(err)
	}
	before = len(p.tokens())
	gone, err := r.pushes.run(t.Context(), a.ID, kept.Push, current)
	if err != nil || !gone.Failing() || len(p.tokens()) != before {
		t.Errorf("a push that was removed: %+v, %v", gone, err)
	}
}

func TestWhatPushesAreRefused(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a, b := r.add("shop", core.Sandbox), r.add("blog", core.Live)
	dir := t.TempDir()
	there := filepath.Join(dir, "there.json")
	if err := os.WriteFile(there, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := func(path string, form core.PushForm, key string) api.PushInput {
		return api.PushInput{Kind: core.PushFile, Path: path, Form: form, Key: key}
	}
	env := filepath.Join(dir, ".env")
	if got, err := r.client.AddPush(t.Context(), a.Ref(), file(env, "", "")); err != nil || got.Form != core.PushDotenv || got.Key != "ACCESS_TOKEN" || got.Failing() {
		t.Fatalf("%+v, %v", got, err)
	}
	for want, in := range map[string]api.PushInput{
		core.ProblemPushKind:    {},
		core.ProblemPushPath:    file("relative", "", ""),
		core.ProblemPushForm:    file(env, "yaml", ""),
		core.ProblemPushKey:     file(env, "", "1A"),
		core.ProblemPushMixed:   {Kind: core.PushFile, Path: env, Command: []string{"/bin/true"}},
		core.ProblemPushCommand: {Kind: core.PushCommand, Command: []string{"sh", "-c", "true"}},
		core.ProblemPushTimeout: {Kind: core.PushCommand, Command: []string{"/bin/true"}, Timeout: 1 << 60},
		core.ProblemPushTwice:   file(filepath.Join(dir, "x", "..", ".env"), "", "ACCESS_TOKEN"),
		core.ProblemPushExists:  file(there, "", ""),
		core.ProblemPushHome:    file(filepath.Join(w.home.Dir(), "token"), "", ""),
	} {
		_, err := r.client.AddPush(t.Context(), b.Ref(), in)
		var problems core.Problems
		if !errors.As(err, &problems) || problems[0].Key != want {
			t.Errorf("%+v: %v, want %s", in, err, want)
		}
	}
	hard := file(filepath.Join(dir, "hard.env"), "", "")
	hard.InPlace = true
	if err := errors.Join(os.WriteFile(w.home.PassphraseFile(), []byte("a vault"), 0o600), os.Link(w.home.PassphraseFile(), hard.Path)); err != nil {
		t.Fatal(err)
	}
	var problems core.Problems
	if _, err := r.client.AddPush(t.Context(), b.Ref(), hard); !errors.As(err, &problems) || problems[0].Key != core.ProblemPushHome {
		t.Errorf("a second name of a file of the home: %v", err)
	}
	if _, err := r.client.AddPush(t.Context(), b.Ref(), file(env, core.PushPlain, "")); err == nil {
		t.Error("a .env file may be written whole by another push")
	}
	if got, err := r.client.AddPush(t.Context(), b.Ref(), file(env, "", "LIVE_TOKEN")); err != nil || got.Failing() {
		t.Errorf("another variable of the same file: %+v, %v", got, err)
	}
	over := file(there, "", "")
	over.Overwrite = true
	if got, err := r.client.AddPush(t.Context(), a.Ref(), over); err != nil || got.Failing() {
		t.Errorf("with consent: %+v, %v", got, err)
	}
	if raw, err := os.ReadFile(there); err != nil || !strings.Contains(string(raw), w.up.tokens()[0]) {
		t.Errorf("it holds %q, %v", raw, err)
	}
	if _, err := r.client.RunPush(t.Context(), a.Ref(), 9); wantClass(t, err, core.NotFound).Remedy != core.RemedyNoPush {
		t.Error(err)
	}
	wantClass(t, r.client.RemovePush(t.Context(), a.Ref(), 9), core.NotFound)
}

// TestPushesGoWithTheirAccount, and a removed one is pushed to no more; what was
// written stays.
func TestPushesGoWithTheirAccount(t *testing.T) {
	w, p := newWorld(t), &parcel{}
	w.deliver = p.deliver
	r := w.start()
	a := r.add("shop", core.Sandbox)
	for range 2 {
		if _, err := r.client.AddPush(t.Context(), a.Ref(), commandInput()); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.client.RemovePush(t.Context(), a.Ref(), 1); err != nil {
		t.Fatal(err)
	}
	if acc, err := r.client.Account(t.Context(), a.Ref()); err != nil || len(acc.Pushes) != 1 || acc.Pushes[0].Number != 2 {
		t.Errorf("%+v, %v", acc.Pushes, err)
	}
	if err := r.client.Remove(t.Context(), a.Ref()); err != nil {
		t.Fatal(err)
	}
	if kept, err := r.parts.Store.Pushes(); err != nil || len(kept) != 0 || len(r.pushes.of(a.ID)) != 0 {
		t.Errorf("%v, %v", kept, err)
	}
}

// TestNoTokenIsInWhatIsKeptOfAPush: neither in the database nor in the log, and
// in no answer but the token's own.
func TestNoTokenIsInWhatIsKeptOfAPush(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a := r.add("shop", core.Sandbox)
	in := api.PushInput{Kind: core.PushCommand, Command: []string{"/bin/sh", "-c", "cat >&2; exit 1"}}
	got, err := r.client.AddPush(t.Context(), a.Ref(), in)
	if err != nil {
		t.Fatal(err)
	}
	if !got.Failing() || !strings.Contains(got.Last.Error.Message, "•••") {
		t.Skipf("no shell here: %+v", got.Last)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	token := w.up.tokens()[0]
	if in := found(t, w.home.Dir(), token); len(in) > 0 || strings.Contains(w.log.String(), token) {
		t.Errorf("the token is in %v or the log", in)
	}
	if !strings.Contains(w.log.String(), "sh ended with exit status 1") {
		t.Errorf("the log does not tell: %s", w.log.String())
	}
}
