package api

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"tokentray/core"
)

// ErrNoAgent is in the chain of a Client's error when nobody answers on the
// socket, or the agent went away during the call.
var ErrNoAgent = errors.New("no agent is running")

// ErrEnded is in the chain of a Client's error, with ErrNoAgent, when the agent went
// away during a call that changes something. Nobody knows whether the change was
// made.
var ErrEnded = errors.New("the agent ended during the call")

// Ended is the class of that error. No agent answers with it.
const Ended core.Class = "agent_ended"

// ErrVersion is in the chain of a Client's error when the agent speaks another API
// number. Stop still works.
var ErrVersion = errors.New("the agent speaks another API number")

// VersionError is in the chain of the same error and has the agent's API number, to
// tell people which of the two is older.
type VersionError struct {
	Agent int // 0 when it named none
}

func (e *VersionError) Error() string { return ErrVersion.Error() }

// Is makes it one with ErrVersion.
func (e *VersionError) Is(target error) bool { return target == ErrVersion }

// FromError turns an error into its wire form; nil stays nil.
func FromError(err error) *Error {
	e := core.AsError(err)
	if e == nil {
		return nil
	}
	out := &Error{
		Class: e.Class, Message: e.Message, Remedy: e.Remedy, Kind: e.Kind,
		UpstreamCode: e.Code, Upstream: e.Upstream, CallerIP: e.CallerIP, PriorIP: e.PriorIP, RID: e.RID,
		RetryAt: e.RetryAt, SecretHost: e.SecretHost, Part: e.Part, Path: e.Path,
	}
	var problems core.Problems
	if errors.As(e.Err, &problems) {
		out.Problems = problems
	}
	var faults ImportFaults
	if errors.As(e.Err, &faults) {
		out.Faults = faults
	}
	var presets PresetFaults
	if errors.As(e.Err, &presets) {
		out.PresetFaults = presets
	}
	return out
}

// Core turns the wire form back into the domain's error; nil stays nil.
func (e *Error) Core() *core.Error {
	if e == nil {
		return nil
	}
	out := &core.Error{
		Class: e.Class, Message: e.Message, Remedy: e.Remedy, Kind: e.Kind,
		Code: e.UpstreamCode, Upstream: e.Upstream, CallerIP: e.CallerIP, PriorIP: e.PriorIP, RID: e.RID,
		RetryAt: e.RetryAt, SecretHost: e.SecretHost, Part: e.Part, Path: e.Path,
	}
	if len(e.Problems) > 0 {
		out.Err = core.Problems(e.Problems)
	}
	if len(e.Faults) > 0 {
		out.Err = ImportFaults(e.Faults)
	}
	if len(e.PresetFaults) > 0 {
		out.Err = PresetFaults(e.PresetFaults)
	}
	return out
}

// HTTPStatus is the status that answers an error of a class.
func HTTPStatus(class core.Class) int {
	switch class {
	case core.Invalid:
		return http.StatusBadRequest
	case core.NotFound:
		return http.StatusNotFound
	case core.Misuse:
		return http.StatusConflict
	case core.VaultClosed:
		return http.StatusLocked
	case core.Quota:
		return http.StatusTooManyRequests
	case core.Whitelist, core.Confirm, core.BadSecret, core.Frozen:
		return http.StatusBadGateway
	case core.Temporary:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// errorBody is the shape of every failure.
type errorBody struct {
	Error *Error `json:"error"`
}

func noAgent(cause error) *core.Error {
	return &core.Error{
		Class: core.Internal, Remedy: core.RemedyNoAgent,
		Message: "no agent is running; start it with tokentray agent",
		Err:     errors.Join(ErrNoAgent, cause),
	}
}

func endedMeanwhile(cause error) *core.Error {
	return &core.Error{
		Class: Ended, Remedy: core.RemedyAgentEnded,
		Message: "the agent ended during the call, and the change may have been made or not; look with tokentray list, show or history before you repeat it",
		Err:     errors.Join(ErrEnded, ErrNoAgent, cause),
	}
}

func otherVersion(got string) *core.Error {
	number, _ := strconv.Atoi(got)
	if got == "" {
		got = "none"
	}
	return &core.Error{
		Class: core.Internal, Remedy: core.RemedyRestart,
		Message: fmt.Sprintf("the agent speaks API %.20s and this program API %d; run tokentray stop and try again", got, Version),
		Err:     &VersionError{number},
	}
}

// Invalid is the refusal of invalid input.
func Invalid(format string, args ...any) *core.Error {
	return &core.Error{Class: core.Invalid, Remedy: core.RemedyInput, Message: fmt.Sprintf(format, args...)}
}

// RetryAfter is the value of a Retry-After header: whole seconds, at least 1.
func RetryAfter(at, now time.Time) int {
	return max(1, int(at.Sub(now).Round(time.Second)/time.Second))
}
