package upstream

import (
	"fmt"
	"slices"
	"time"

	"tokentray/core"
)

// Shape says where the parts of a token are in an answer, for upstreams with JSON of
// a form of their own. It is pure data.
type Shape struct {
	Token Path // of the token
	Life  Path // of its life in seconds; empty: Fixed is the life
	Code  Path // the value that tells success from failure; empty: the token does
	Text  Path // upstream's message about a failure
	// Success are the values of Code that mean success, numbers as digits. An answer
	// without Code is a success if Absent says so, or if there are no values.
	Success []string
	Absent  bool
	// Fixed is the life of tokens if the answer has none at Life.
	Fixed time.Duration
}

// Reading is the content of an answer by its shape. An answer that says success
// without a usable token is a success with a Fault.
type Reading struct {
	OK    bool // upstream says that it is a success
	Grant core.Grant
	Code  string // as upstream wrote it; empty if missing
	Text  string // upstream's message, to be cleaned before it is shown
	Gap          // why there is no Grant in a success
}

// Gap is a part of an answer that cannot be found or used.
type Gap struct {
	Part  string // core.PartToken, PartLife or PartCode
	Path  Path   // where it should be
	Fault string // what is wrong; it names the path, and quotes nothing
	Empty bool   // nothing stands there
}

// GapAt is the Gap of a part for one of the reasons of Value.
func GapAt(part string, p Path, reason string) Gap {
	what := map[string]string{core.PartLife: "life in seconds", core.PartCode: "code of success"}[part]
	if what == "" {
		what = part
	}
	if reason == TokenMissing {
		return Gap{part, p, fmt.Sprintf("nothing at %s, where the %s should be", p, what), true}
	}
	return Gap{part, p, fmt.Sprintf("what stands at %s, where the %s should, %s", p, what, reason), false}
}

// Error is the error for an answer with the gap. Nobody but who wrote the path, or
// answers in upstream's place, can mend it.
func (g Gap) Error() *core.Error {
	e := OddAnswer(g.Fault)
	e.Part, e.Path, e.Remedy = g.Part, string(g.Path), core.RemedyPart
	if g.Empty {
		e.Remedy = core.RemedyPath
	}
	e.Message = "upstream's answer cannot be used: " + g.Fault + "; check the path and the base URL, and try again"
	return e
}

// Read reads an answer. A reason that is not empty says what it is instead of JSON
// of this shape; it quotes nothing of the answer.
func (s Shape) Read(body []byte) (Reading, string) {
	d, reason := ReadDocument(body)
	if reason != "" {
		return Reading{}, reason
	}
	return s.ReadFrom(d), ""
}

// ReadFrom is Read for an answer that was read before.
func (s Shape) ReadFrom(d Document) Reading {
	var r Reading
	code := d.At(s.Code)
	r.Code, _ = code.Text()
	r.Text, _ = d.At(s.Text).Text()
	switch {
	case code == nil:
		r.OK = s.Code == "" || s.Absent || len(s.Success) == 0
	default:
		r.OK = slices.Contains(s.Success, r.Code)
	}
	if !r.OK {
		if code == nil {
			r.Gap = GapAt(core.PartCode, s.Code, TokenMissing)
		}
		return r
	}
	token, fault := d.At(s.Token).Token()
	if fault != "" {
		r.Gap = GapAt(core.PartToken, s.Token, fault)
		return r
	}
	life, fault := s.life(d)
	if fault != "" {
		r.Gap = GapAt(core.PartLife, s.Life, fault)
		return r
	}
	r.Grant = core.Grant{Value: token, ExpiresIn: life}
	return r
}

func (s Shape) life(d Document) (time.Duration, string) {
	if s.Life == "" {
		return s.Fixed, ""
	}
	life, fault := d.At(s.Life).Life()
	if fault == LifeMissing && s.Fixed > 0 {
		return s.Fixed, ""
	}
	return life, fault
}
