package push

import (
	"context"
	"time"

	"tokentray/core"
	"tokentray/core/format"
)

// Job is one token on its way to one place.
type Job struct {
	Account core.Account
	Push    core.Push
	Token   core.Token
	BaseURL string // where the token is of use
}

// Deliver does a job once. Its error is a *core.Error of class PushFailed that
// holds neither the token nor a piece of it. A command that still runs when ctx
// ends is ended.
func Deliver(ctx context.Context, job Job) error {
	if err := ctx.Err(); err != nil {
		return &core.Error{Class: core.PushFailed, Remedy: core.RemedyTryAgain, Message: "the agent stops; start it again", Err: err}
	}
	if job.Push.Kind == core.PushCommand {
		return runCommand(ctx, job)
	}
	return writeFile(job)
}

// input is the job's token as formats want it.
func (j Job) input() format.Input {
	return format.Input{
		AccessToken: j.Token.Value, ExpiresIn: int64(max(0, time.Until(j.Token.ExpiresAt)) / time.Second),
		ExpiresAt: j.Token.ExpiresAt, ObtainedAt: j.Token.ObtainedAt,
		Account: j.Account.Name, Env: j.Account.Env, AppID: j.Account.AppID, BaseURL: j.BaseURL,
	}
}
