package push

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/format"
)

// graceTime is how long a command may take to end when it is told to.
const graceTime = 2 * time.Second

// maxTail is how much of a command's complaints is read, maxSaid how much of them is
// kept.
const (
	maxTail = 4 << 10
	maxSaid = 200
)

// runCommand does a job whose push is a command: it gets the token and a line end on
// its standard input, its output is discarded, and the last line of its error output
// explains a failure.
func runCommand(ctx context.Context, job Job) error {
	limited, cancel := context.WithTimeout(ctx, job.Push.Timeout)
	defer cancel()
	cmd := exec.CommandContext(limited, job.Push.Command[0], job.Push.Command[1:]...)
	cmd.Stdin = strings.NewReader(job.Token.Value + "\n")
	said := &tail{}
	cmd.Stderr = said
	cmd.Env = job.environment(os.Environ())
	cmd.Dir = homeFolder()
	cmd.WaitDelay = graceTime
	err := runGroup(limited, cmd)
	if errors.Is(err, exec.ErrWaitDelay) && limited.Err() == nil {
		err = nil // it ended with success and left a child that has its output open
	}
	if err == nil {
		return nil
	}
	return failed(ctx, limited, job, err, said.lastLine())
}

// runGroup runs a command until it ends, and with it, when ctx ends, everything that
// it started.
func runGroup(ctx context.Context, cmd *exec.Cmd) error {
	g, err := newGroup(cmd)
	if err != nil {
		return err
	}
	defer g.close()
	cmd.Cancel = g.ask
	if err = g.start(); err == nil {
		err = cmd.Wait()
	}
	if cmd.Process != nil && (ctx.Err() != nil || errors.Is(err, exec.ErrWaitDelay)) {
		g.finish() // and what it started
	}
	return err
}

// failed says how a command failed, without the token.
func failed(ctx, limited context.Context, job Job, err error, line string) *core.Error {
	name := filepath.Base(job.Push.Command[0])
	out := &core.Error{Class: core.PushFailed, Remedy: core.RemedyPushCommand, Err: err}
	var status *exec.ExitError
	switch {
	case ctx.Err() != nil:
		out.Message = name + " was ended because the agent stops"
	case limited.Err() != nil:
		out.Remedy = core.RemedyPushTimeout
		out.Message = fmt.Sprintf("%s did not end within %s", name, job.Push.Timeout)
	case errors.As(err, &status):
		out.Message = fmt.Sprintf("%s ended with %s", name, status.ProcessState)
	default:
		out.Message = fmt.Sprintf("%s cannot be started: %s", name, reason(err))
	}
	if line = redact(line, job.Token.Value, job.Token.Previous.Value); line != "" {
		out.Message += ": " + line
	}
	return out
}

// environment describes the token to a command. The token itself is not in it,
// because other programs of the user may read it there.
func (j Job) environment(own []string) []string {
	out := make([]string, 0, len(own)+8)
	for _, entry := range own {
		if !strings.HasPrefix(entry, format.PassphraseVariable+"=") {
			out = append(out, entry)
		}
	}
	return append(
		out,
		"TOKENTRAY_ACCOUNT="+j.Account.Name, "TOKENTRAY_ENV="+string(j.Account.Env), "TOKENTRAY_APPID="+j.Account.AppID,
		"TOKENTRAY_BASE_URL="+j.BaseURL, "TOKENTRAY_EXPIRES_AT="+j.Token.ExpiresAt.Format(time.RFC3339),
		"TOKENTRAY_EXPIRES_AT_UNIX="+strconv.FormatInt(j.Token.ExpiresAt.Unix(), 10),
	)
}

// homeFolder is where commands run: the agent's own folder is the root.
func homeFolder() string {
	if home, err := os.UserHomeDir(); err == nil {
		if info, err := os.Stat(home); err == nil && info.IsDir() {
			return home
		}
	}
	return string(filepath.Separator)
}

// tail keeps the end of what is written to it.
type tail struct{ kept []byte }

func (t *tail) Write(p []byte) (int, error) {
	n := len(p)
	t.kept = append(t.kept, p[max(0, n-maxTail):]...)
	t.kept = t.kept[max(0, len(t.kept)-maxTail):]
	return n, nil
}

func (t *tail) lastLine() string {
	lines := strings.Split(strings.TrimSpace(string(t.kept)), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
