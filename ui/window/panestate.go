package window

import (
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
)

// revealTime is how long a revealed token stays in sight.
const revealTime = 20 * time.Second

// paneState is what the pane shows, and what a person chose there. It outlives the
// pane, which is made again in another language.
type paneState struct {
	account       api.Account
	paired        bool // the other environment has an account of its name
	history       []api.HistoryEntry
	historyLoaded bool // the history came
	historyAt     int  // how many lines it had when it was last fetched

	filter historyFilter
	lines  int       // of history that are wanted; 0 means the first few
	readAt time.Time // where the chart is read; zero for nowhere
	sight  sight     // what the chart shows

	revealing bool   // the token was asked for, to be shown
	revealed  string // the token, while it is in sight
	hideAt    time.Time

	sign signState
	try  tryState
}

// hide hides a revealed token, and one that is still on its way, and a revealed ticket.
func (s *paneState) hide() {
	s.hideToken()
	s.sign.hide()
}

func (s *paneState) hideToken() { s.revealing, s.revealed, s.hideAt = false, "", time.Time{} }

// detailActions are what the pane needs of the window.
type detailActions struct {
	back      func()
	copyText  func(text, said string)
	copyToken func(core.ID)
	prev      func(core.ID)
	reveal    func(core.ID)
	menu      func(core.ID, fyne.Position)
	act       func(core.ID, action)
	renew     func(core.ID)
	check     func(core.ID)
	quota     func(core.ID) // asks upstream how much is used
	reset     func(core.ID) // resets upstream's counters
	push      pushActions
	edit      func(core.ID)
	flip      func()
	filter    func(historyFilter)
	more      func()
	export    func(api.Account, []api.HistoryEntry)
	sign      signActions
	try       tryActions
}

// historyFilter says which lines of a history are shown.
type historyFilter string

const (
	historyAll      historyFilter = "all"
	historyRenewals historyFilter = "renewals"
	historyFailures historyFilter = "failures"
	historyOthers   historyFilter = "others" // reports, edits, and what a newer agent writes
)

func historyFilters() []historyFilter {
	return []historyFilter{historyAll, historyRenewals, historyFailures, historyOthers}
}

// of are the lines that match the filter.
func (f historyFilter) of(history []api.HistoryEntry) []api.HistoryEntry {
	if f == historyAll {
		return history
	}
	var out []api.HistoryEntry
	for _, e := range history {
		if filterOf(e.What) == f {
			out = append(out, e)
		}
	}
	return out
}

// filterOf is the narrowest filter that matches an event.
func filterOf(w core.What) historyFilter {
	switch w {
	case core.DidRenew, core.DidForce, core.DidKeep:
		return historyRenewals
	case core.DidFail, core.DidLose, core.DidMiss:
		return historyFailures
	}
	return historyOthers
}
