package window

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// refWords is how an account is named in a sentence: shop/live.
func refWords(r api.Ref) string {
	name := text.Isolated(kit.MiddleCut(r.Name, mostName))
	if r.Env == "" {
		return name
	}
	return name + "/" + string(r.Env)
}

// mostName is how many characters of a name a sentence has room for.
const mostName = 48

// envWord is the word for an environment.
func envWord(ui *kit.UI, e core.Env) string { return ui.Words.Say(text.Key("env." + string(e))) }

// didWord is the word for what happened; that of a newer agent stands for itself.
func didWord(ui *kit.UI, what core.What) string {
	if key := text.Key("did." + string(what)); ui.Words.Has(key) {
		return ui.Words.Say(key)
	}
	return string(what)
}

// codeWords are the code of an answer, by the name that the kind's answers have for it.
func codeWords(spec kinds.Spec, code int) string {
	return cmp.Or(spec.CodeName(), "code") + " " + strconv.Itoa(code)
}

// codePart is the code of an answer behind what else is said of it; empty for 0 of a
// kind whose answers have no code for success.
func codePart(spec kinds.Spec, code int) string {
	if code == 0 && !spec.ZeroWorks() {
		return ""
	}
	return " · " + codeWords(spec, code)
}

// failureWords are the class of a failure and what upstream called it.
func failureWords(ui *kit.UI, k core.Kind, e api.HistoryEntry) []string {
	var out []string
	if short := ui.Words.Short(k, e.Class); short != "" {
		out = append(out, short)
	}
	if e.Code != 0 {
		out = append(out, codeWords(ui.Words.Spec(k), e.Code))
	}
	if e.CallerIP != "" {
		out = append(out, "IP "+e.CallerIP)
	}
	return out
}

// moment is a time of day, with the date when it is not today's.
func moment(ui *kit.UI, t, now time.Time) string {
	if t.IsZero() {
		return ui.T("detail.never")
	}
	t, now = t.Local(), now.Local()
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format(time.TimeOnly)
	}
	return t.Format("01-02 15:04")
}

// clock is a local time to the minute, with the date when that is another than
// that of beside.
func clock(at, beside time.Time) string {
	at, beside = at.Local(), beside.Local()
	if at.Format(time.DateOnly) == beside.Format(time.DateOnly) {
		return at.Format("15:04")
	}
	return at.Format("01-02 15:04")
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func otherEnv(e core.Env) core.Env {
	if e == core.Live {
		return core.Sandbox
	}
	return core.Live
}

// pairMark stands in the row of an account whose name both environments have.
const pairMark = "↔"

// pathAlone is a path without its query.
func pathAlone(target string) string {
	path, _, _ := strings.Cut(target, "?")
	return path
}
