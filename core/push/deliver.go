package push

import (
	"context"
	"time"

	"tokentray/core"
	"tokentray/core/format"
)

// Job is one token for one push.
type Job struct {
	Account core.Account
	Push    core.Push
	Token   core.Token
	BaseURL string // where the token is used
	// Entry is what is known of an entry in a Redis; whoever delivers it corrects that. Nil
	// for other pushes.
	Entry *core.RedisEntry
}

// Deliver does a job once. Its error is a *core.Error of class PushFailed that
// holds neither the token nor a piece of it. A command that still runs when ctx
// ends is ended.
func Deliver(ctx context.Context, job Job) error {
	if err := ctx.Err(); err != nil {
		return &core.Error{Class: core.PushFailed, Remedy: core.RemedyTryAgain, Message: "the agent stops; start it again", Err: err}
	}
	if job.Push.Foreign() {
		return foreign(job.Push)
	}
	switch job.Push.Kind {
	case core.PushCommand:
		return runCommand(ctx, job)
	case core.PushFile:
		return writeFile(job)
	}
	return &core.Error{Class: core.PushFailed, Remedy: core.RemedyUpdate, Message: "this program makes no pushes of that kind; " + core.SaysNewerVersion}
}

// foreign is the error of a push that was added on another system.
func foreign(p core.Push) *core.Error {
	path, remedy := p.Path, core.RemedyPushFile
	if p.Kind == core.PushCommand {
		path, remedy = p.Command[0], core.RemedyPushCommand
	}
	return &core.Error{
		Class: core.PushFailed, Remedy: remedy,
		Message: path + " is a path of another system; remove the push and add it with a path of this one",
	}
}

// input is the job's token as formats want it.
func (j Job) input() format.Input {
	return format.Input{
		AccessToken: j.Token.Value, ExpiresIn: int64(max(0, time.Until(j.Token.ExpiresAt)) / time.Second),
		ExpiresAt: j.Token.ExpiresAt, ObtainedAt: j.Token.ObtainedAt,
		Account: j.Account.Name, Env: j.Account.Env, AppID: j.Account.AppID, BaseURL: j.BaseURL,
	}
}
