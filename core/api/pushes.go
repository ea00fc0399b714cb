package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"tokentray/core"
)

// Push is a place that gets each new token of an account, as clients see it.
type Push struct {
	Number  int           `json:"number"` // within its account
	Kind    core.PushKind `json:"kind"`
	Path    string        `json:"path,omitempty"`
	Form    core.PushForm `json:"form,omitempty"`
	Key     string        `json:"key,omitempty"`      // the variable of a dotenv file
	InPlace bool          `json:"in_place,omitempty"` // the file is overwritten, not replaced
	Private bool          `json:"private,omitempty"`  // the file is taken away from others
	Open    bool          `json:"open,omitempty"`     // others than its owner can read the file; known only right after a try
	Command []string      `json:"command,omitempty"`  // the program and its arguments
	Timeout int64         `json:"timeout,omitempty"`  // seconds, of a command
	// Redis is the entry of a push into a Redis. Its key does not show what may be a
	// secret.
	Redis  *core.RedisPlace `json:"redis,omitempty"`
	Target string           `json:"target"` // a summary
	// Last is how the last try ended; nil before the first.
	Last *PushResult `json:"last,omitempty"`
	// Plan is what the push would do, where a dry run was asked for; nothing was saved
	// and nothing written.
	Plan *PushPlan `json:"plan,omitempty"`
}

// PushPlan is what a push into a Redis would do.
type PushPlan struct {
	Commands []string `json:"commands"` // tokens are masked, and keys do not show secrets
	There    bool     `json:"there,omitempty"`
	Error    *Error   `json:"error,omitempty"` // why nothing would be written
	// Lock is the key that the backend's SDK holds while it fetches, as commands show it.
	// A write looks at it, and a fetch takes it.
	Lock string `json:"lock,omitempty"`
}

// Failing reports whether the last try failed.
func (p Push) Failing() bool { return p.Last != nil && p.Last.Error != nil }

// PushResult is the result of a try.
type PushResult struct {
	At        time.Time     `json:"at"`
	Took      time.Duration `json:"took"`            // nanoseconds
	Error     *Error        `json:"error,omitempty"` // of class push; nil after a success
	Tries     int           `json:"tries"`           // with this token
	Mask      string        `json:"mask"`            // of the token
	ExpiresAt time.Time     `json:"expires_at"`      // of the token
	NextTry   time.Time     `json:"next_try,omitzero"`
}

// FailingPushes is how many of an account's pushes failed at their last try.
func (a Account) FailingPushes() int {
	n := 0
	for _, p := range a.Pushes {
		if p.Failing() {
			n++
		}
	}
	return n
}

// PushInput is what a person enters for a new push. An empty field takes its
// default: Form from the file's name, Key ACCESS_TOKEN, Timeout 30 s.
type PushInput struct {
	Kind    core.PushKind `json:"kind"`
	Path    string        `json:"path,omitempty"`
	Form    core.PushForm `json:"form,omitempty"`
	Key     string        `json:"key,omitempty"`
	InPlace bool          `json:"in_place,omitempty"`
	Private bool          `json:"private,omitempty"`
	Command []string      `json:"command,omitempty"`
	Timeout int64         `json:"timeout,omitempty"` // seconds
	// Overwrite is consent to overwrite an existing file, for a form that writes the
	// whole file.
	Overwrite bool `json:"overwrite,omitempty"`

	Redis *core.RedisPlace `json:"redis,omitempty"` // of an entry in a Redis
	// RedisPassword is that of the Redis' user; nil: the one that is kept for the
	// account and that Redis, if there is one.
	RedisPassword *string `json:"redis_password,omitempty"`
	// Replace is the number of the account's push that this one takes the place of; 0:
	// none. The new push has a number of its own. A key of a Redis that is as the list
	// shows it stays what it was.
	Replace int `json:"replace,omitempty"`
	// DryRun saves and writes nothing and answers with a Plan. It is for a Redis.
	DryRun bool `json:"dry_run,omitempty"`
}

// PushCalls change and try pushes. Account has those of an account.
type PushCalls interface {
	// AddPush saves a push and runs it at once if the account has a living token.
	// The result is in Last; a failure undoes nothing.
	AddPush(ctx context.Context, ref Ref, in PushInput) (Push, error)
	// RemovePush removes a push; the files it wrote stay.
	RemovePush(ctx context.Context, ref Ref, number int) error
	// RunPush runs a push now. It fetches a token if there is none. The result is in
	// Last; an error means that it could not be tried.
	RunPush(ctx context.Context, ref Ref, number int) (Push, error)
}

// pushRoutes binds the routes of pushes, for the socket alone.
func (h *handler) pushRoutes(a Agent) {
	h.ref("POST", "accounts", "/pushes", onRefBody(false, a.AddPush))
	h.ref("DELETE", "accounts", "/pushes/{number}", onPush(func(ctx context.Context, ref Ref, number int) (nothing, error) {
		return nothing{}, a.RemovePush(ctx, ref, number)
	}))
	h.ref("POST", "accounts", "/pushes/{number}/run", onPush(a.RunPush))
}

func onPush[Out any](do func(context.Context, Ref, int) (Out, error)) bound {
	return answer(func(r *http.Request) (Out, error) {
		var zero Out
		ref, err := refOf(r)
		if err != nil {
			return zero, err
		}
		number, err := strconv.Atoi(r.PathValue("number"))
		if err != nil || number < 1 {
			return zero, Invalid("a push is named by its number, from 1; the account lists its pushes")
		}
		return do(r.Context(), ref, number)
	})
}

// AddPush implements Agent.
func (c *Client) AddPush(ctx context.Context, ref Ref, in PushInput) (Push, error) {
	return callRef[Push](ctx, c, http.MethodPost, "accounts", ref, "/pushes", in)
}

// RemovePush implements Agent.
func (c *Client) RemovePush(ctx context.Context, ref Ref, number int) error {
	_, err := callRef[nothing](ctx, c, http.MethodDelete, "accounts", ref, "/pushes/"+strconv.Itoa(number), nil)
	return err
}

// RunPush implements Agent.
func (c *Client) RunPush(ctx context.Context, ref Ref, number int) (Push, error) {
	return callRef[Push](ctx, c, http.MethodPost, "accounts", ref, "/pushes/"+strconv.Itoa(number)+"/run", nil)
}
