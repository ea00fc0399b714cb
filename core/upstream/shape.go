package upstream

import (
	"fmt"
	"slices"
	"time"

	"tokentray/core"
)

// Shape says where in an answer the parts of a token stand, for upstreams whose
// answers are JSON of a form of their own. It is data, and reads purely.
type Shape struct {
	Token Path // of the token
	Life  Path // of its life in seconds; empty: Fixed is the life
	Code  Path // of what tells success from failure; empty: the token does
	Text  Path // of upstream's own words about a failure
	// Success are the values of Code that mean success, numbers as digits. An answer
	// without Code is a success where Absent says so, or where there are no values.
	Success []string
	Absent  bool
	// Fixed is the life of tokens whose answer names none at Life.
	Fixed time.Duration
}

// Reading is what an answer says by its shape. An answer that says success and yet
// has no token that can be used is a success with a Fault.
type Reading struct {
	OK    bool // upstream says that it is a success
	Grant core.Grant
	Code  string // as upstream wrote it; empty where it wrote none
	Text  string // upstream's words, not for showing before they were cleaned
	Fault string // why there is no Grant in a success; it names the path, and quotes nothing
}

// Read reads an answer. A reason that is not empty says what it is instead of JSON
// that has this shape; it quotes nothing of the answer.
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
			r.Fault = fmt.Sprintf("nothing at %s, where the code of success stands", s.Code)
		}
		return r
	}
	token, fault := d.At(s.Token).Token()
	if fault != "" {
		r.Fault = about(s.Token, "token", fault)
		return r
	}
	life, fault := s.life(d)
	if fault != "" {
		r.Fault = about(s.Life, "life in seconds", fault)
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

// about says what is wrong at a path, where something should stand.
func about(p Path, what, fault string) string {
	if fault == TokenMissing {
		return fmt.Sprintf("nothing at %s, where the %s should stand", p, what)
	}
	return fmt.Sprintf("what stands at %s, where the %s should, %s", p, what, fault)
}
