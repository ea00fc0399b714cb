package launch

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"tokentray/core"
	"tokentray/core/api"
)

// readyVariable tells a child where its starter listens. The child removes it from
// its environment at once.
const readyVariable = "TOKENTRAY_READY"

// The words of the starter's pipe, one line, once.
const (
	wordReady   = "ready"
	wordRunning = "running"
	wordError   = "error "
)

// Announcer tells the program that started this one how the start went. In a process
// that nobody waits for it does nothing.
type Announcer struct{ to io.WriteCloser }

// Announce returns the connection to the starter. Call it once, early in main,
// before any other process is started.
func Announce() *Announcer {
	value := os.Getenv(readyVariable)
	_ = os.Unsetenv(readyVariable)
	if value == "" {
		return &Announcer{}
	}
	return &Announcer{readyPipe(value)}
}

// Ready tells that the agent serves its socket.
func (a *Announcer) Ready() { a.say(wordReady) }

// Running tells that another agent has this home.
func (a *Announcer) Running() { a.say(wordRunning) }

// Fail tells why the agent cannot start.
func (a *Announcer) Fail(err error) {
	raw, encodeErr := json.Marshal(api.FromError(err))
	if encodeErr != nil {
		raw = []byte(`{"class":"internal","message":"the agent cannot start; see its log"}`)
	}
	a.say(wordError + string(raw))
}

// say writes one line and closes the pipe. A starter that has gone is no error.
func (a *Announcer) say(line string) {
	if a.to == nil {
		return
	}
	_, _ = io.WriteString(a.to, line+"\n")
	_ = a.to.Close()
	a.to = nil
}

// errRunning is what a starter reads when another agent has the home.
var errRunning = errors.New("another agent has this home")

// readAnnouncement reads a child's line: nil for ready, errRunning, or an error with
// ErrCannotStart in its chain. It reads one line and not to the end, because
// programs that the child starts may keep the pipe open.
func readAnnouncement(r io.Reader) error {
	line, err := bufio.NewReader(io.LimitReader(r, 64<<10)).ReadString('\n')
	line = strings.TrimSuffix(line, "\n")
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return CannotStart(fmt.Errorf("hear from the agent: %w", err))
	case line == wordReady:
		return nil
	case line == wordRunning:
		return errRunning
	}
	said, found := strings.CutPrefix(line, wordError)
	var wire api.Error
	if !found || json.Unmarshal([]byte(said), &wire) != nil || wire.Message == "" {
		return CannotStart(errors.New("the agent ended before it was ready"))
	}
	e := wire.Core()
	e.Err = errors.Join(ErrCannotStart, e.Err)
	return e
}

// ErrCannotStart is in the chain of Ensure's error when there is no agent and
// none could be started. It has api.ErrNoAgent in its own chain.
var ErrCannotStart = fmt.Errorf("none could be started: %w", api.ErrNoAgent)

// CannotStart is the error of an agent that cannot start, with ErrCannotStart in
// its chain. It keeps the remedy of a cause that has one of its own.
func CannotStart(cause error) *core.Error {
	remedy := core.RemedyNoAgent
	if e := (*core.Error)(nil); errors.As(cause, &e) && e.Remedy != "" {
		remedy = e.Remedy
	}
	return &core.Error{
		Class: core.Internal, Remedy: remedy,
		Message: fmt.Sprintf("the agent cannot be started: %v; run tokentray agent to see why", cause),
		Err:     errors.Join(ErrCannotStart, cause),
	}
}
