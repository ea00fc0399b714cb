package api

import (
	"context"
	"fmt"
	"time"

	"tokentray/core"
	"tokentray/core/local"
)

// AnswerTime is how long an agent may take to answer for its status. That takes no
// work, so a slower agent is stopped or hangs.
const AnswerTime = 5 * time.Second

// HungError is in the chain of Answers' error when an agent accepts calls but answers
// none.
type HungError struct {
	PID int // of its process, 0 where the platform does not tell
}

func (e *HungError) Error() string {
	if e.PID == 0 {
		return core.SaysAgentHangs
	}
	return fmt.Sprintf("the agent (process %d) does not answer", e.PID)
}

// Answers asks the agent for its status once and waits at most limit. If the agent
// does not answer, the error holds a *HungError.
func (c *Client) Answers(ctx context.Context, limit time.Duration) (Status, error) {
	short, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	status, err := c.Status(short)
	if err == nil || short.Err() == nil || ctx.Err() != nil {
		return status, err
	}
	hung := &HungError{c.pid(ctx)}
	return status, &core.Error{
		Class: core.Internal, Remedy: core.RemedyHungAgent,
		Message: hung.Error() + "; end it", Err: hung,
	}
}

// pid is the process that listens on the socket, 0 when the system does not tell.
func (c *Client) pid(ctx context.Context) int {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	conn, err := local.Dial(ctx, c.socket)
	if err != nil {
		return 0
	}
	defer conn.Close()
	return local.PeerPID(conn)
}
