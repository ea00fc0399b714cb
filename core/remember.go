package core

import "time"

// longestWait bounds a stored time: no upstream makes anybody wait longer, so a
// later time comes from a clock that was wrong.
const longestWait = 25 * time.Hour

// Remember takes the newest line of each account's history, before Run, so that a
// restart does not ask again what upstream refused in an earlier run. What waited
// for a person goes on waiting, and the rest waits for its time.
func (k *Keeper) Remember(last map[ID]Entry) {
	for id, line := range last {
		k.change(id, func(e *entry, now time.Time) {
			if err := line.refusal(now); err != nil && e.err == nil {
				e.err, e.notBefore, e.noted = err, err.RetryAt, sumOf(line.Message, line.CallerIP)
			}
		})
	}
}

// refusal is the refusal in a line of history that still holds at now; nil when
// there is none. A failure that never reached upstream costs nothing to find out
// again. The exception is a secret that was entered for another host: without it a
// paused account would look as if nothing were wrong. A request that was wrong may
// be right in another version.
func (h Entry) refusal(now time.Time) *Error {
	if h.What != DidFail && h.What != DidLose || h.Remedy == "" || h.Calls == 0 && h.Remedy != RemedySecretAgain {
		return nil
	}
	switch h.Class {
	case BadSecret, Frozen:
	case Misuse:
		if h.Remedy != RemedySecretAgain && h.Remedy != RemedyReplaced {
			return nil
		}
	case Whitelist, Confirm, Quota:
		if !now.Before(h.RetryAt) || h.RetryAt.Sub(now) > longestWait {
			return nil
		}
	default:
		return nil
	}
	return &Error{
		Class: h.Class, Remedy: h.Remedy, Message: h.Message,
		Code: h.Code, CallerIP: h.CallerIP, RID: h.RID, RetryAt: h.RetryAt, SecretHost: h.SecretHost,
	}
}
