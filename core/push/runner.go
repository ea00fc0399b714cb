package push

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"tokentray/core"
)

// Times of the queue.
const (
	// drainTime is how long jobs under way may take to end at a stop.
	drainTime = 3 * time.Second
	// lookTime bounds how long the queue sleeps while a retry is planned: timers
	// stop while the machine sleeps.
	lookTime = time.Minute
)

// workers is how many jobs are done at once.
const workers = 4

// pauses are those between the tries of one token. After the last one the queue
// waits for the next token.
func pauses() []time.Duration {
	return []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute}
}

// Config is what a Runner needs.
type Config struct {
	// Deliver does a job once; nil means the package's own.
	Deliver func(ctx context.Context, job Job) error
	// Done is called after each try, before the next one of that push begins.
	Done func(job Job, result core.PushResult)
	Now  func() time.Time // the wall clock; nil means the machine's
	Log  *slog.Logger     // nil discards
}

// Runner is the queue of all pushes. Only Do waits for a job. Jobs that write one
// file run one after the other.
type Runner struct {
	cfg  Config
	wake chan struct{}

	mu    sync.Mutex
	slots map[key]*slot
	turn  int                  // counts jobs, so that the oldest goes first
	files map[string]*fileTurn // being written or waited for
	over  bool                 // Run has ended
}

// fileTurn lets one job at a time write a file.
type fileTurn struct {
	sync.Mutex
	users int // those who have it or wait for it
}

// key names a push.
type key struct {
	account core.ID
	number  int
}

// slot is a push in the queue.
type slot struct {
	job     *Job // to be done, nil for none
	due     time.Time
	turn    int
	tries   int // with this token
	running bool
	doing   string                 // the token of the try under way
	waiting []chan core.PushResult // for the job
}

// NewRunner returns an empty queue. Nothing is done before Run.
func NewRunner(cfg Config) *Runner {
	if cfg.Deliver == nil {
		cfg.Deliver = Deliver
	}
	if cfg.Done == nil {
		cfg.Done = func(Job, core.PushResult) {}
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Runner{cfg: cfg, wake: make(chan struct{}, 1), slots: map[key]*slot{}, files: map[string]*fileTurn{}}
}

func (r *Runner) now() time.Time { return r.cfg.Now().Round(0) }

// Add puts a job into the queue and replaces an older one of the same push. A job
// whose very token is being delivered is skipped.
func (r *Runner) Add(job Job) { r.add(job, nil) }

// Do is Add, and waits for the try; if a newer job replaced it, for that one's. The
// error is that of ctx, or says that the queue has ended.
func (r *Runner) Do(ctx context.Context, job Job) (core.PushResult, error) {
	done := make(chan core.PushResult, 1)
	if !r.add(job, done) {
		return core.PushResult{}, errOver()
	}
	select {
	case result, ok := <-done:
		if !ok {
			return core.PushResult{}, errOver()
		}
		return result, nil
	case <-ctx.Done():
		return core.PushResult{}, core.AsError(ctx.Err())
	}
}

func errOver() *core.Error {
	return &core.Error{Class: core.Temporary, Remedy: core.RemedyTryAgain, Message: "the push was not tried: it was removed, or the agent is stopping; try again"}
}

func (r *Runner) add(job Job, done chan core.PushResult) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		return false
	}
	k := key{job.Account.ID, job.Push.Number}
	s := r.slots[k]
	if s == nil {
		s = &slot{}
		r.slots[k] = s
	}
	if done == nil && s.running && s.job == nil && s.doing == job.Token.Value {
		return true
	}
	if s.job == nil {
		r.turn++
		s.turn = r.turn
	}
	s.job, s.due, s.tries = &job, time.Time{}, 0
	if done != nil {
		s.waiting = append(s.waiting, done)
	}
	r.poke()
	return true
}

// Forget takes a push out of the queue. A try under way is not stopped.
func (r *Runner) Forget(account core.ID, number int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := key{account, number}
	if s := r.slots[k]; s != nil {
		s.release()
		delete(r.slots, k)
	}
}

// release lets those who wait go on.
func (s *slot) release() {
	for _, done := range s.waiting {
		close(done)
	}
	s.waiting = nil
}

func (r *Runner) poke() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Run does jobs until ctx ends, gives those under way drainTime and returns when all
// of them have ended. It drops what is still in the queue then.
func (r *Runner) Run(ctx context.Context) {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	var wg sync.WaitGroup
	r.dispatch(ctx, work, &wg)
	r.mu.Lock()
	r.over = true
	r.mu.Unlock()
	late := time.AfterFunc(drainTime, cancel)
	wg.Wait()
	late.Stop()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.slots {
		s.release()
	}
	clear(r.slots)
}

// dispatch starts jobs as they fall due.
func (r *Runner) dispatch(ctx, work context.Context, wg *sync.WaitGroup) {
	timer := time.NewTimer(lookTime)
	defer timer.Stop()
	for ctx.Err() == nil {
		start, wait := r.next()
		if start != nil {
			wg.Go(func() {
				start(work)
				r.poke()
			})
			continue
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
		case <-r.wake:
		case <-timer.C:
		}
	}
}

// next is the next job to begin, nil for none, and how long to sleep.
func (r *Runner) next() (start func(context.Context), wait time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now, wait := r.now(), lookTime
	running := 0
	var ready []*slot
	keys := map[*slot]key{}
	for k, s := range r.slots {
		switch {
		case s.running:
			running++
		case s.job == nil:
		case s.due.After(now):
			wait = min(wait, s.due.Sub(now))
		default:
			ready = append(ready, s)
			keys[s] = k
		}
	}
	if len(ready) == 0 || running >= workers {
		return nil, wait
	}
	oldest := slices.MinFunc(ready, func(a, b *slot) int { return a.turn - b.turn })
	return r.begin(keys[oldest], oldest), 0
}

// begin takes a job out of the queue. The lock is held.
func (r *Runner) begin(k key, s *slot) func(context.Context) {
	job, waiting := *s.job, s.waiting
	s.job, s.waiting, s.running, s.doing = nil, nil, true, job.Token.Value
	s.tries++
	tries := s.tries
	return func(ctx context.Context) {
		began := r.now()
		err := r.deliver(ctx, job)
		result := core.PushResult{
			At: r.now(), Err: err, Tries: tries, Mask: core.Mask(job.Token.Value), Print: core.TokenPrint(job.Token.Value), Expires: job.Token.ExpiresAt,
		}
		result.Took = max(0, result.At.Sub(began))
		r.end(k, s, job, &result)
		for _, done := range waiting {
			done <- result
		}
	}
}

// deliver does a job once. A panic in it must not end the agent.
func (r *Runner) deliver(ctx context.Context, job Job) (out *core.Error) {
	defer func() {
		if p := recover(); p != nil {
			r.cfg.Log.Error("a push panicked", "account", job.Account.ID, "push", job.Push.Number, "panic", fmt.Sprintf("%T", p))
			out = &core.Error{Class: core.PushFailed, Remedy: core.RemedyUpdate, Message: "TokenTray failed at the push; " + core.SaysNewerVersion}
		}
	}()
	if job.Push.Kind == core.PushFile {
		defer r.alone(place(job.Push.Path))()
	}
	err := r.cfg.Deliver(ctx, job)
	if err == nil {
		return nil
	}
	var e *core.Error
	if errors.As(err, &e) {
		return e
	}
	return &core.Error{Class: core.PushFailed, Remedy: core.RemedyPushFile, Message: reason(err), Err: err}
}

// alone waits until nobody else writes a file, whose path has no links, and returns
// how to release it.
func (r *Runner) alone(path string) (done func()) {
	r.mu.Lock()
	turn := r.files[path]
	if turn == nil {
		turn = &fileTurn{}
		r.files[path] = turn
	}
	turn.users++
	r.mu.Unlock()
	turn.Lock()
	return func() {
		turn.Unlock()
		r.mu.Lock()
		defer r.mu.Unlock()
		if turn.users--; turn.users == 0 {
			delete(r.files, path)
		}
	}
}

// end records a try and plans the next one: with the same token if it failed and the
// token lives, unless a newer job came meanwhile.
func (r *Runner) end(k key, s *slot, job Job, result *core.PushResult) {
	r.mu.Lock()
	gone := r.slots[k] != s
	again := !gone && !r.over && s.job == nil && result.Err != nil
	if steps := pauses(); again && result.Tries <= len(steps) {
		next := result.At.Add(steps[result.Tries-1])
		if next.Before(job.Token.ExpiresAt) {
			result.NextTry = next
		}
	}
	r.mu.Unlock()

	if !gone {
		r.cfg.Done(job, *result)
	}

	r.mu.Lock()
	defer r.mu.Unlock()
	s.running, s.doing = false, ""
	if s.job == nil && !result.NextTry.IsZero() && r.slots[k] == s {
		r.turn++
		s.job, s.due, s.turn = &job, result.NextTry, r.turn
	}
}
