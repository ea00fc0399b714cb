package preset

import (
	"errors"
	"fmt"
	"strings"
)

// MaxFile is how long the file of a preset may be, in bytes.
const MaxFile = 64 << 10

// Fault is one error in a preset's file. ui/text has a sentence for each code,
// preset.fault. and the code, with {field} and {other} in it.
type Fault struct {
	Line  int    `json:"line"` // from 1
	Field string `json:"field,omitempty"`
	Code  string `json:"code"`
	Other string `json:"other,omitempty"` // what should be there, or what is there if it may be told
}

// The codes of faults.
const (
	FaultBig         = "big"          // the file is longer than Other
	FaultJSON        = "json"         // it is no JSON from here on
	FaultCut         = "cut"          // it ends too early
	FaultDeep        = "deep"         // lists and objects in each other too deep
	FaultObject      = "object"       // the file is no JSON object
	FaultUnknown     = "unknown"      // there is no such field; Other is what was meant, if that is clear
	FaultTwice       = "twice"        // the field stands there twice
	FaultType        = "type"         // it must be Other: text, number, list, object, bool
	FaultMissing     = "missing"      // it is missing
	FaultName        = "name"         // no name of a kind
	FaultBuiltin     = "builtin"      // a name of TokenTray's own
	FaultURL         = "url"          // no URL of the form https://host/path
	FaultHTTPS       = "https"        // http to another machine
	FaultForeign     = "foreign"      // a host of another domain than the url's
	FaultLiteral     = "literal"      // a secret itself stands in the file
	FaultElsewhere   = "elsewhere"    // a placeholder in the host would send the secret elsewhere
	FaultQuery       = "query"        // the URL has a query, which belongs into fields
	FaultPlaceholder = "placeholder"  // there is no placeholder Other
	FaultSecretPlace = "secret_place" // {{secret}} stands in the URL
	FaultNoSecret    = "no_secret"    // {{secret}} stands nowhere
	FaultHeader      = "header"       // a header that is not for a preset to set
	FaultSigns       = "signs"        // characters that must not stand there
	FaultValue       = "value"        // it must be one of Other
	FaultDuration    = "duration"     // no time such as 5m
	FaultPath        = "path"         // no path in an answer
	FaultCallPath    = "call_path"    // no path of a call
	FaultPattern     = "pattern"      // no call such as GET /users/*
	FaultNumber      = "number"       // not a number of Other
	FaultHost        = "host"         // a host alone: no path, no query
	FaultCode        = "no_code"      // success by value needs the path of the code
	FaultPlace       = "place"        // the token goes into a query parameter or into a header
	FaultZone        = "zone"         // no offset from UTC such as +08:00
	FaultBoth        = "both"         // a code stands there that stands in Other as well
	FaultSpec        = "spec"         // Other says it in English
)

// Error says the fault in English, for logs.
func (f Fault) Error() string {
	at := fmt.Sprintf("line %d", f.Line)
	if f.Field != "" {
		at += ", " + f.Field
	}
	says := f.Code
	if f.Other != "" {
		says += ": " + f.Other
	}
	return at + ": " + says + "; correct it"
}

// Faults are all errors of a file, by line.
type Faults []Fault

func (f Faults) Error() string {
	out := make([]string, len(f))
	for i, one := range f {
		out[i] = one.Error()
	}
	return strings.Join(out, "\n")
}

// asFaults is an error of readTree as Faults.
func asFaults(err error) Faults {
	var one Fault
	if errors.As(err, &one) {
		return Faults{one}
	}
	return Faults{{Line: 1, Code: FaultJSON}}
}
