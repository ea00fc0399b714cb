// Package diagnose reads an upstream's failed answer that a person has seen: JSON, a
// line of a log, the text of an SDK's exception, or a bare code. It finds the code,
// the upstream that it belongs to, and what it means. It is pure: it asks nobody.
//
// Such texts sometimes contain tokens and secrets. Only the code, the request's ID
// and an IP address are passed on.
package diagnose

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/upstream"
)

// MaxText is how much of a text is read, in bytes.
const MaxText = 64 << 10

// Knowledge is what is known about codes.
type Knowledge struct {
	Kinds kinds.Set
	// Of returns a kind's interpreter; nil: nobody knows its codes.
	Of func(core.Kind) core.Interpreter
}

// Explain says what a text means. of is the kind whose upstream said it; empty: the
// text tells. If the text has no code, the error is Invalid with RemedyNoCode.
func (k Knowledge) Explain(text string, of core.Kind) (core.Diagnosis, error) {
	text = text[:min(len(text), MaxText)]
	found := read(text)
	if found.code == "" {
		return core.Diagnosis{}, noCode()
	}
	if inner := found.within(); k.knows(text, inner, of) {
		found = inner
	}
	out := core.Diagnosis{Code: found.code, RID: upstream.RID(text), CallerIP: upstream.CallerIP(found.message, false)}
	hinted := k.asked(text, found, of)
	worked := false
	for _, spec := range k.Kinds.All() {
		if len(hinted) > 0 && !slices.Contains(hinted, spec.Kind) {
			continue
		}
		if of == "" && len(hinted) != 1 && k.secondhand(spec.Kind) {
			continue
		}
		if worksBy(spec, found, of != "") {
			worked = true
			continue
		}
		meanings := k.meanings(spec.Kind, found)
		if n := number(found.code); len(meanings) == 0 && n != 0 && slices.Contains(spec.Codes, n) {
			meanings = k.unknown([]core.Kind{spec.Kind}, out)
		}
		for _, e := range meanings {
			e.Kind = spec.Kind
			if e.RID == "" {
				e.RID = out.RID
			}
			if out.CallerIP == "" {
				out.CallerIP = e.CallerIP
			}
			if !slices.ContainsFunc(out.Meanings, func(o *core.Error) bool { return sameMeaning(o, e) }) {
				out.Meanings = append(out.Meanings, e)
			}
		}
	}
	if len(out.Meanings) == 0 && (worked || number(found.code) == 0) {
		return core.Diagnosis{}, noCode() // an unknown word may be anything, even a secret
	}
	if len(out.Meanings) == 0 {
		out.Meanings = k.unknown(hinted, out)
	}
	return out, nil
}

// asked are the kinds of which a text speaks: the one that a person names, else those
// that it hints at.
func (k Knowledge) asked(text string, f found, of core.Kind) []core.Kind {
	if of != "" {
		return []core.Kind{of}
	}
	return k.hinted(text, f)
}

// knows reports whether one of the kinds of which a text speaks knows a code.
func (k Knowledge) knows(text string, f found, of core.Kind) bool {
	return f.code != "" && slices.ContainsFunc(k.asked(text, f, of), func(kind core.Kind) bool { return len(k.meanings(kind, f)) > 0 })
}

// secondhand reports whether a kind's codes are those of others.
func (k Knowledge) secondhand(kind core.Kind) bool {
	_, yes := k.Of(kind).(core.Secondhand)
	return yes
}

// worksBy reports whether a code is a kind's code of a call that worked. A code without
// its field is one where a person named the kind.
func worksBy(spec kinds.Spec, f found, named bool) bool {
	return slices.ContainsFunc(spec.Works, func(a kinds.Answer) bool {
		return (lastPart(a.Field) == f.field || f.field == "" && named) && slices.Contains(a.Values, f.code)
	})
}

func noCode() *core.Error {
	return &core.Error{
		Class: core.Invalid, Remedy: core.RemedyNoCode,
		Message: "no code of a failed answer is in this; paste the whole answer, the line of the log or the code",
	}
}

// meanings are those of a kind, without upstream's own words.
func (k Knowledge) meanings(kind core.Kind, f found) []*core.Error {
	i := k.Of(kind)
	if i == nil {
		return nil
	}
	out := i.Meanings(f.code, f.message)
	for _, e := range out {
		e.Upstream, e.RetryAt = "", time.Time{}
		if e.Code == 0 {
			e.Code = number(f.code)
		}
	}
	return out
}

// sameMeaning reports whether two kinds say the same: those of one family do.
func sameMeaning(a, b *core.Error) bool {
	return a.Class == b.Class && a.Remedy == b.Remedy && a.Message == b.Message && family(a.Kind) == family(b.Kind)
}

// family is a kind's name up to its first dash.
func family(k core.Kind) string {
	name, _, _ := strings.Cut(string(k), "-")
	return name
}

// unknown is the meaning of a code in no table: of the first kind that the text
// hints at, whose documentation may know more.
func (k Knowledge) unknown(hinted []core.Kind, d core.Diagnosis) []*core.Error {
	var kind core.Kind
	if len(hinted) > 0 {
		kind = hinted[0]
	}
	return []*core.Error{{
		Class: core.Misuse, Remedy: core.RemedyUnknownCode, Kind: kind, Code: number(d.Code), RID: d.RID,
		Message: "this code is not known here; look it up in the upstream's documentation",
	}}
}

// number is a numeric code, 0 for a word.
func number(code string) int {
	n, err := strconv.ParseInt(code, 10, 32)
	if err != nil {
		return 0
	}
	return int(n)
}
