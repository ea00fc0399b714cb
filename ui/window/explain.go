package window

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// explained is cause and remedy together.
func explained(ui *kit.UI, e *api.Error, account string) string {
	return joined(ui, ui.Words.Cause(e, account), remedyText(ui, e, account))
}

// joined joins two sentences; Chinese puts no blank between them. The first may end
// with the words of another program, and without a full stop.
func joined(ui *kit.UI, a, b string) string {
	chinese := ui.Words.Lang() == text.Chinese
	if last, _ := utf8.DecodeLastRuneInString(a); b != "" && (unicode.IsLetter(last) || unicode.IsDigit(last)) {
		a += map[bool]string{false: ".", true: "。"}[chinese]
	}
	if chinese {
		return a + b
	}
	return strings.TrimSpace(a + " " + b)
}

// refusal says why the agent refused the input: field by field where it names the
// fields.
func refusal(ui *kit.UI, err *core.Error, account string) string {
	var fields core.Problems
	if errors.As(err, &fields) && len(fields.Fatal()) > 0 {
		return problemWords(ui, err.Kind, fields.Fatal())
	}
	return explained(ui, wire(err), account)
}

// problemWords says what is wrong with fields, a line each.
func problemWords(ui *kit.UI, kind core.Kind, found core.Problems) string {
	var words []string
	for _, p := range found {
		words = append(words, ui.Words.Problem(kind, p))
	}
	return strings.Join(words, "\n")
}

// remedyText is what can be done, in the window's own words where the command line's
// would name a command.
func remedyText(ui *kit.UI, e *api.Error, ref string) string {
	if ui.Words.HasOf("window.remedy", e.Kind, e.Remedy) && !ui.Words.SaysCode(e) {
		ip := e.CallerIP
		if ip == "" {
			ip = ui.Words.Say("word.this_ip")
		}
		return ui.Words.SayOf("window.remedy", e.Kind, e.Remedy, "ip", ip)
	}
	return ui.Words.Remedy(e, ref)
}

// causeLine is the cause in words that fit a row.
func causeLine(ui *kit.UI, a api.Account) string {
	if ui.Words.HasOf("window.cause", a.Error.Kind, a.Error.Remedy) {
		return ui.Words.SayOf("window.cause", a.Error.Kind, a.Error.Remedy)
	}
	return ui.Words.Cause(a.Error, refWords(a.Ref()))
}

// causeOf is the cause, in the language of the window.
func causeOf(ui *kit.UI, e *core.Error) string {
	if e == nil {
		return ""
	}
	return ui.Words.Cause(wire(e), "")
}

// wire is an error as the API carries it.
func wire(e *core.Error) *api.Error { return api.FromError(e) }
