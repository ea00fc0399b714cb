package core

import (
	"hash/fnv"
	"time"
)

// Entry is one line of an account's history. It holds masks, never a token.
type Entry struct {
	At       time.Time `json:"at"`
	What     What      `json:"what"`
	Class    Class     `json:"class,omitempty"` // of the failure
	Code     int       `json:"code,omitempty"`
	Message  string    `json:"message,omitempty"`
	CallerIP string    `json:"caller_ip,omitempty"`
	RID      string    `json:"rid,omitempty"`
	// Remedy and RetryAt belong to a failure that keeps an account from being
	// renewed, so that it is known after a restart too; RetryAt is zero when waiting
	// does not help.
	Remedy  string    `json:"remedy,omitempty"`
	RetryAt time.Time `json:"retry_at,omitzero"`
	// SecretHost is where the kept AppSecret may go, beside RemedySecretAgain.
	SecretHost string    `json:"secret_host,omitempty"`
	Mask       string    `json:"mask,omitempty"`
	Expires    time.Time `json:"expires,omitzero"`
	// PrevUntil is until when the replaced token may still work; zero when it died
	// with the replacement, or there was none.
	PrevUntil time.Time     `json:"prev_until,omitzero"`
	Took      time.Duration `json:"took,omitempty"`
	Calls     int           `json:"calls,omitempty"`  // upstream calls of this round
	Target    string        `json:"target,omitempty"` // where a token was pushed, or what was called or was to be
	By        string        `json:"by,omitempty"`     // the AI agent that made the call, or wanted to; who of the team fetched the token
}

// What happened.
type What string

// The things that happen to an account.
const (
	DidRenew   What = "renewed"  // a new token came
	DidKeep    What = "kept"     // the same token came back, or upstream accepts it still
	DidFail    What = "failed"   // no token came
	DidForce   What = "forced"   // a new token was forced
	DidReport  What = "reported" // a caller called the token stale, but upstream accepts it
	DidEdit    What = "edited"
	DidAdd     What = "added"
	DidRecover What = "recovered"   // made again from its entry in the vault
	DidLose    What = "lost"        // upstream no longer accepts the token, before its time
	DidReset   What = "quota_reset" // upstream began the day's counters anew
	DidPush    What = "pushed"      // a token got where it is to go
	DidMiss    What = "push_failed" // it did not
	DidCall    What = "called"      // an AI agent made a call
	DidRefuse  What = "not_called"  // an AI agent wanted to make a call, and was refused
	DidTake    What = "taken"       // another machine of the team fetched a new token
)

// Failed reports whether it is a failure: no token came, one died, or it did not get
// where it is to go.
func (w What) Failed() bool { return w == DidFail || w == DidLose || w == DidMiss }

// Failures is what failed for an account: the newest line that tells of a failure, and
// how many there are.
type Failures struct {
	Lines  int
	Newest Entry
}

// failureSum stands for the words of a failure, which are longer; 0: none.
type failureSum uint64

func sumOf(message, callerIP string) failureSum {
	h := fnv.New64a()
	_, _ = h.Write([]byte(message + callerIP)) // it cannot fail
	return failureSum(h.Sum64())
}

// line is what the history says about a round, if anything: of failures in a row it
// keeps the first, those that differ, and the rest less and less often.
func (e *entry) line(f *flight, out outcome, token, before Token, now time.Time) (Entry, bool) {
	h := Entry{At: now, Calls: out.calls, Took: out.took, Mask: Mask(token.Value), Expires: token.ExpiresAt}
	if token.Value != before.Value {
		h.PrevUntil = token.Previous.Until
	}
	if err := out.err; err != nil {
		h.What, h.Class, h.Code, h.Message, h.CallerIP, h.RID = DidFail, err.Class, err.Code, err.Message, err.CallerIP, err.RID
		if e.err != nil && e.err.Class == err.Class && e.err.Message == err.Message { // the round is about renewal
			h.Remedy, h.RetryAt, h.SecretHost = e.err.Remedy, e.err.RetryAt, e.err.SecretHost
		}
		noted := sumOf(err.Message, err.CallerIP)
		differs := noted != e.noted
		e.noted = noted
		return h, differs || f.goal != renew || e.fails&(e.fails-1) == 0
	}
	e.noted = 0
	switch {
	case out.verdict == accepted && f.asked:
		h.What = DidKeep
	case out.verdict == accepted:
		h.What = DidReport
	case out.verdict == same:
		h.What = DidKeep
		return h, f.goal != renew
	case out.by != "":
		h.What, h.By = DidTake, out.by
	case out.forced:
		h.What = DidForce
	default:
		h.What = DidRenew
	}
	return h, true
}
