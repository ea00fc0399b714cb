package core_test

import (
	"reflect"
	"slices"
	"testing"

	"tokentray/core"
)

// TestPlainFields: the table has every field of an account that is a text, a word
// or a switch, and reads and writes each, in an account as in what is said of one.
func TestPlainFields(t *testing.T) {
	var keys []string
	for _, p := range core.Plains() {
		keys = append(keys, p.Key)
		if found, ok := core.PlainOf(p.Key); !ok || found != p {
			t.Errorf("%s is not found by its key", p.Key)
		}
		value := "x"
		if p.Switch {
			value = "true"
		}
		var in core.Input
		var a core.Account
		if _, told := p.Get(&in); told {
			t.Errorf("%s is said without a word", p.Key)
		}
		if !p.Put(&in, value) || !p.Put(&a, value) {
			t.Fatalf("%s cannot be written", p.Key)
		}
		if got, told := p.Get(&in); got != value || !told || p.Of(in.Over(core.Account{})) != value || p.Of(a) != value {
			t.Errorf("%s became %q", p.Key, got)
		}
		if changes := a.Changes(core.Account{}); !slices.Equal(changes, []string{p.Key}) {
			t.Errorf("writing %s changed %v", p.Key, changes)
		}
	}
	if _, ok := core.PlainOf("params"); ok || len(keys) != reflect.TypeFor[core.Account]().NumField()-2 {
		t.Errorf("the plain fields are %v; all but id and params are plain", keys)
	}
	if (core.Plain{}).Put(&core.Input{}, "x") {
		t.Error("a field that is not there was written")
	}
}
