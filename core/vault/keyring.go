package vault

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	"tokentray/core"
)

// Service is the name under which the keyring shows our entries.
const Service = "tokentray"

// ChildCommand is the hidden command by which the program becomes the keyring's
// child; see ServeKeyringChild.
const ChildCommand = "__keyring"

// How long a call may take: without a person, and with one at a prompt. A locked keyring
// is told at once; a busy machine may need seconds to start the child.
const (
	callTime    = 8 * time.Second
	promptTime  = 60 * time.Second
	stumbleTime = 250 * time.Millisecond // before a failed call is tried once more
)

// KeyringConfig says how to reach the keyring.
type KeyringConfig struct {
	Exe  string // the program that knows ChildCommand; empty means this one
	Home string // the home's id: entries are named <home id>/<key>
	// DBus is the session bus's address; empty means the environment's, else the
	// socket in XDG_RUNTIME_DIR. Only Linux and the BSDs use it.
	DBus string
	// Busy is a file that an agent's children lock, so that the next agent waits for
	// those of a killed one; empty: nobody waits.
	Busy string
	Log  *slog.Logger // nil discards
}

// Keyring is the operating system's keyring. Each call runs alone in a short-lived
// child of this program and is killed at its deadline: a keyring call that waits for
// its prompt cannot be cancelled, and what it leaves in a process goes with the
// child.
//
// A prompt is shown only for a call marked by core.Attended, which may take 60 s
// instead of 8. A caller that waited while another's call failed gets that failure;
// the owner of the Keyring decides when to ask again. A caller whose turn did not
// come gets Temporary.
type Keyring struct {
	cfg  KeyringConfig
	turn chan struct{} // holds one token; its holder may run a child

	prompting atomic.Bool // the turn belongs to a person, who may see a prompt
	first     sync.Once   // call: it waits for the children of an earlier agent

	// The limits, which tests shorten.
	callTime, promptTime, stumbleTime time.Duration

	mu       sync.Mutex
	dbus     string
	failures int // so far
	failure  error
}

var _ Vault = (*Keyring)(nil)

// NewKeyring returns the keyring. Nothing is started before the first call.
func NewKeyring(cfg KeyringConfig) *Keyring {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	k := &Keyring{
		cfg: cfg, turn: make(chan struct{}, 1), dbus: cfg.DBus,
		callTime: callTime, promptTime: promptTime, stumbleTime: stumbleTime,
	}
	k.turn <- struct{}{}
	return k
}

// SetDBus changes the address of the session bus: the desktop session came, or was
// started again. Empty means the environment's.
func (k *Keyring) SetDBus(address string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.dbus = address
}

// Get implements Vault.
func (k *Keyring) Get(ctx context.Context, key string) ([]byte, error) {
	a, err := k.call(ctx, request{Op: opGet, User: k.user(key)})
	if err != nil {
		return nil, err
	}
	return a.Value, nil
}

// Set implements Vault.
func (k *Keyring) Set(ctx context.Context, key string, value []byte) error {
	_, err := k.call(ctx, request{Op: opSet, User: k.user(key), Value: value})
	return err
}

// Delete implements Vault.
func (k *Keyring) Delete(ctx context.Context, key string) error {
	_, err := k.call(ctx, request{Op: opDelete, User: k.user(key)})
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

func (k *Keyring) user(key string) string { return k.cfg.Home + "/" + key }

// call waits for its turn and runs the child.
func (k *Keyring) call(ctx context.Context, req request) (answer, error) {
	limit := k.callTime
	if req.Attended = core.IsAttended(ctx); req.Attended {
		limit = k.promptTime
	}
	k.mu.Lock()
	before := k.failures
	k.mu.Unlock()

	if err := k.wait(ctx, req.Attended); err != nil {
		return answer{}, err
	}
	defer func() { k.turn <- struct{}{} }()
	k.prompting.Store(req.Attended)
	defer k.prompting.Store(false)

	k.mu.Lock()
	failure, bus := k.failure, k.dbus
	shared := k.failures > before && !req.Attended
	k.mu.Unlock()
	if shared {
		return answer{}, failure // of the call we waited for
	}

	env, err := childEnv(os.Getenv, bus)
	if err != nil {
		return answer{}, err
	}
	k.first.Do(func() { waitBusy(ctx, k.cfg.Busy, k.callTime) })
	a, err := k.run(ctx, req, env, limit)
	if errors.Is(err, ErrUnavailable) && !req.Attended {
		// One failure of a busy bus is not believed: it would close the vault until
		// a person comes. Every request may be made twice.
		k.cfg.Log.Info("the keyring stumbled and is asked once more", "op", req.Op, "err", err)
		select {
		case <-time.After(k.stumbleTime):
			a, err = k.run(ctx, req, env, limit)
		case <-ctx.Done():
			return answer{}, core.AsError(ctx.Err())
		}
	}
	if errors.Is(err, ErrLocked) || errors.Is(err, ErrUnavailable) {
		k.cfg.Log.Warn("the keyring does not answer as it should", "op", req.Op, "attended", req.Attended, "err", err)
		k.mu.Lock()
		k.failures, k.failure = k.failures+1, err
		k.mu.Unlock()
	}
	return a, err
}

// wait waits for the turn: as long as other calls take theirs, up to promptTime, but
// not for another's prompt, which may wait just as long for its answer. A busy
// keyring is not a locked one, so the error is Temporary.
func (k *Keyring) wait(ctx context.Context, attended bool) error {
	limited, cancel := context.WithTimeout(ctx, k.promptTime)
	defer cancel()
	look := time.NewTicker(k.callTime)
	defer look.Stop()
	for {
		select {
		case <-k.turn:
			return nil
		case <-look.C:
			if attended || !k.prompting.Load() {
				continue
			}
		case <-limited.Done():
			if err := ctx.Err(); err != nil {
				return core.AsError(err)
			}
		}
		return &core.Error{
			Class: core.Temporary, Remedy: core.RemedyTryAgain,
			Message: "the keyring is busy, perhaps with a prompt that waits for you; answer it, or try again in a moment",
		}
	}
}

// run runs one child and judges its answer.
func (k *Keyring) run(ctx context.Context, req request, env []string, limit time.Duration) (answer, error) {
	exe := k.cfg.Exe
	if exe == "" {
		var err error
		if exe, err = os.Executable(); err != nil {
			return answer{}, problem(ErrUnavailable, "the program cannot find itself to reach the keyring; start it by its full path", err)
		}
	}
	req.Service, req.Limit = Service, limit
	input, err := json.Marshal(req)
	if err != nil {
		return answer{}, problem(ErrUnavailable, "the keyring could not be asked; try again", err)
	}

	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	out := &bounded{max: maxMessage}
	cmd := exec.CommandContext(limited, exe, ChildCommand)
	cmd.Env, cmd.Dir = env, rootDir()
	cmd.Stdin, cmd.Stdout = bytes.NewReader(input), out
	cmd.WaitDelay = time.Second
	cmd.SysProcAttr = childAttr()
	if mark, err := markBusy(k.cfg.Busy); err == nil && mark != nil {
		defer func() { _ = mark.Close() }()
		cmd.ExtraFiles = []*os.File{mark}
	}
	err = cmd.Run()

	switch {
	case ctx.Err() != nil:
		return answer{}, core.AsError(ctx.Err())
	case limited.Err() != nil:
		return answer{}, problem(ErrLocked, fmt.Sprintf(
			"the keyring gave no answer within %s and may be locked; unlock it with tokentray vault unlock", limit))
	case err != nil && out.buf.Len() == 0:
		return answer{}, problem(ErrUnavailable, "the helper that asks the keyring failed; see the log, or use a passphrase file: tokentray vault init", err)
	}
	a, bad := decodeAnswer(out.buf.Bytes())
	if err == nil { // nobody uses them any more
		clear(input)
		clear(out.buf.Bytes())
	}
	if bad != nil {
		return answer{}, problem(ErrUnavailable, "the helper that asks the keyring answered nonsense; see that only one version of tokentray is installed", bad)
	}
	return a, a.err()
}

// bounded keeps the first max bytes and refuses more.
type bounded struct {
	buf bytes.Buffer
	max int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.buf.Len()+len(p) > b.max {
		return 0, io.ErrShortBuffer
	}
	return b.buf.Write(p)
}
