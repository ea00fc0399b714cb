package agent

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"tokentray/core"
	"tokentray/core/vault"
)

// upstream hands out tokens and counts how often it was asked.
type upstream struct {
	mu     sync.Mutex
	asked  int
	checks int
	issued []string
	form   string   // of a token, with the AppID and a number
	sent   []string // the secrets that came, each time
	refuse *core.Error
	hang   chan struct{} // a fetch waits for it, when it is there
}

func (u *upstream) Fetch(ctx context.Context, req core.Request) (core.Grant, error) {
	u.mu.Lock()
	hang := u.hang
	u.mu.Unlock()
	if hang != nil {
		select {
		case <-hang:
		case <-ctx.Done():
			return core.Grant{}, core.AsError(ctx.Err())
		}
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.asked++
	u.sent = append(u.sent, req.Credentials.Secret.Reveal())
	if u.refuse != nil {
		return core.Grant{}, u.refuse
	}
	if req.Credentials.Secret.Reveal() != goodSecret {
		return core.Grant{}, &core.Error{Class: core.BadSecret, Message: "wrong secret; enter the right one", Remedy: core.RemedySecret, Code: 40125}
	}
	token := fmt.Sprintf(cmp.Or(u.form, "88_%s_tokentokentokentoken_%04d"), req.Account.AppID, u.asked) // a mask tells one from another
	u.issued = append(u.issued, token)
	return core.Grant{Value: token, ExpiresIn: 2 * time.Hour}, nil
}

// Check accepts the token that was issued last.
func (u *upstream) Check(_ context.Context, _ core.Request, token string) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.checks++
	switch {
	case u.refuse != nil:
		return u.refuse
	case token != u.issued[len(u.issued)-1]:
		return &core.Error{Class: core.Misuse, Message: "the token is dead", Code: 40001, Err: core.ErrDead}
	}
	return nil
}

func (u *upstream) count() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.asked
}

func (u *upstream) secrets() []string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return append([]string(nil), u.sent...)
}

func (u *upstream) tokens() []string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return append([]string(nil), u.issued...)
}

func (u *upstream) set(refuse *core.Error, hang chan struct{}) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.refuse, u.hang = refuse, hang
}

// desktop is a clipboard of no screen.
type desktop struct {
	mu     sync.Mutex
	text   string
	clear  time.Duration
	closed bool
	err    error
	lose   bool // the text is replaced at once
	woken  int  // how often the machine slept

	plain              bool // histories may keep it
	taken              bool // by another program's text
	foreign            int  // how often another program copied
	watched, unwatched int
	primary, once      bool
	name               string // empty: x11
}

func (d *desktop) Copy(_ context.Context, text string, clearAfter time.Duration) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err == nil {
		d.text, d.clear, d.taken, d.plain = text, clearAfter, false, false
	}
	return d.err
}

func (d *desktop) CopyPlain(ctx context.Context, text string) error {
	if err := d.Copy(ctx, text, 0); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.plain = true
	return nil
}

func (d *desktop) Replace(ctx context.Context, text string, clearAfter time.Duration) (bool, error) {
	if !d.HasOurs() {
		return false, nil
	}
	err := d.Copy(ctx, text, clearAfter)
	return err == nil, err
}

func (d *desktop) Watch(context.Context) (func() bool, func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.watched++
	before := d.foreign
	changed := func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.foreign != before
	}
	return changed, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.unwatched++
	}
}

func (d *desktop) CopyUnless(ctx context.Context, text string, clearAfter time.Duration, changed func() bool) (bool, error) {
	if changed() {
		return false, nil
	}
	err := d.Copy(ctx, text, clearAfter)
	return err == nil, err
}

// watches is how often it was watched for other programs' copies.
func (d *desktop) watches() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.watched
}

// another program copies.
func (d *desktop) another(text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.foreign++
	d.text, d.taken = text, true
}

func (d *desktop) SetHabits(primary, once bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.primary, d.once = primary, once
}

func (d *desktop) Wake() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.woken++
}

func (d *desktop) Clear(context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.text = ""
	return nil
}

func (d *desktop) HasOurs() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.text != "" && !d.lose && !d.taken
}

func (d *desktop) Name() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return cmp.Or(d.name, "x11")
}

func (d *desktop) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed, d.text = true, ""
	return nil
}

func (d *desktop) holds() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.text
}

// ring is a keyring whose answers a test sets.
type ring struct {
	*vault.Memory
	mu      sync.Mutex
	fail    error // of every call
	noSet   error
	noDrop  error
	noGet   func(ctx context.Context, key string) error // nil: every entry can be read
	calls   int
	deleted []string
	held    map[string]bool
}

func (r *ring) answer(extra error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	if r.fail != nil {
		return r.fail
	}
	return extra
}

func (r *ring) Get(ctx context.Context, key string) ([]byte, error) {
	if err := r.answer(nil); err != nil {
		return nil, err
	}
	r.mu.Lock()
	refuse := r.noGet
	r.mu.Unlock()
	if refuse != nil {
		if err := refuse(ctx, key); err != nil {
			return nil, err
		}
	}
	return r.Memory.Get(ctx, key)
}

func (r *ring) Set(ctx context.Context, key string, value []byte) error {
	if err := r.answer(r.noSet); err != nil {
		return err
	}
	r.mu.Lock()
	if r.held == nil {
		r.held = map[string]bool{}
	}
	r.held[key] = true
	r.mu.Unlock()
	return r.Memory.Set(ctx, key, value)
}

func (r *ring) Delete(ctx context.Context, key string) error {
	if err := r.answer(r.noDrop); err != nil {
		return err
	}
	r.mu.Lock()
	r.deleted = append(r.deleted, key)
	delete(r.held, key)
	r.mu.Unlock()
	return r.Memory.Delete(ctx, key)
}

// breaks makes every later call fail, until it is called with nil.
func (r *ring) breaks(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fail = err
}

func (r *ring) asked() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.calls
}

func closedBy(cause error) *core.Error {
	return &core.Error{Class: core.VaultClosed, Message: cause.Error() + "; unlock it", Remedy: core.RemedyVaultUnlock, Err: cause}
}

// logBuffer collects a log that several goroutines write.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
