package text

import (
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// Row are the words about an account that every list shows: the window's rows, the
// tables of the command line, and its lines.
type Row struct {
	State core.State
	Soon  bool   // a fresh token ends soon
	Word  string // of the state
	Retry string // when the account is tried again; empty where that is not known
	Died  string // that a token died before its time, and when; empty where none did
	Push  string // that a push failed; empty where none did
}

// lostTime is how long lists say that a token died before its time.
const lostTime = time.Hour

// RowOf are the words about an account at now.
func (t *Text) RowOf(a api.Account, now time.Time) Row {
	r := Row{State: a.StateAt(now)}
	r.Soon = r.State == core.StateFresh && a.EndsSoon(now)
	r.Word = t.Say(Key("state." + string(r.State)))
	if r.Soon {
		r.Word = t.Say("state.soon")
	}
	switch {
	case r.State == core.StateRetrying && a.NextTry.After(now):
		r.Retry = t.Say("state.retry_in", "time", t.Coarse(a.NextTry.Sub(now)))
	case r.State == core.StateExpired:
		r.Died = t.CheckRow(a.Checked, now)
	case r.State == core.StateFresh && a.Lost != nil && now.Sub(a.Lost.At) < lostTime:
		r.Died = t.CheckRow(a.Lost, now)
	}
	if a.FailingPushes() > 0 {
		r.Push = t.Say("state.push")
	}
	return r
}

// What accounts are looked for beside their states, in the program's own words.
const (
	StateSoon = "soon"
	StatePush = "push"
)

// StateNames are the names of an account's state at now, in the program's words and in
// those of the lists.
func (t *Text) StateNames(a *api.Account, now time.Time) []string {
	state := a.StateAt(now)
	out := []string{string(state), t.Say(Key("state." + string(state)))}
	if state == core.StateFresh && a.EndsSoon(now) {
		out = append(out, StateSoon, t.Say("state.soon"))
	}
	if a.FailingPushes() > 0 {
		out = append(out, StatePush, t.Say("state.push"))
	}
	return out
}

// StateWords are the program's own words for all that accounts are looked for by state;
// the word of the lists for each is that of the key "state." and it.
func StateWords() []string {
	var out []string
	for _, s := range core.States() {
		out = append(out, string(s))
	}
	return append(out, StateSoon, StatePush)
}
