package interchange

import (
	"fmt"
	"strings"

	"tokentray/core/filefault"
)

// Fault is one reason why a file cannot be read, and its place. Code is one
// of core/filefault.
type Fault struct {
	Code string `json:"code"`
	Line int    `json:"line,omitempty"` // from 1; 0: the file as a whole
	Key  string `json:"key,omitempty"`  // of the value in question, if it is a key we know
	// Other is another line it is about, or the limit that was exceeded.
	Other int `json:"other,omitempty"`
}

// Error is the fault in English, without the file's contents.
func (f Fault) Error() string {
	var b strings.Builder
	if f.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", f.Line)
	}
	if f.Key != "" {
		b.WriteString(f.Key + ": ")
	}
	b.WriteString(filefault.Say(f.Code, f.Other))
	return b.String()
}

// Faults are all faults, in the order of lines. As an error they describe the first
// and count the others.
type Faults []Fault

func (f Faults) Error() string {
	switch len(f) {
	case 0:
		return "the file is fine"
	case 1:
		return f[0].Error()
	}
	return fmt.Sprintf("%s (and %d more)", f[0].Error(), len(f)-1)
}

// maxFaults ends the search: a file of another kind has a fault per line.
const maxFaults = 20

// faults gathers Faults.
type faults struct{ list Faults }

func (f *faults) add(code string, line int, key string, other int) {
	if len(f.list) < maxFaults {
		f.list = append(f.list, Fault{Code: code, Line: line, Key: key, Other: other})
	}
}

// join adds the faults of another.
func (f *faults) join(more faults) {
	for _, one := range more.list {
		f.add(one.Code, one.Line, one.Key, one.Other)
	}
}

// err is the gathered faults as an error, nil for none.
func (f *faults) err() error {
	if len(f.list) == 0 {
		return nil
	}
	return f.list
}

func one(code string, line int) Faults { return Faults{{Code: code, Line: line}} }
