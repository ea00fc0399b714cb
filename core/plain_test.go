package core_test

import (
	"reflect"
	"slices"
	"testing"

	"tokentray/core"
)

// TestPlainFields: the table has every field of an account that is a text, a word,
// a number or a switch, and reads and writes each, in an account as in what is said of one.
func TestPlainFields(t *testing.T) {
	var keys []string
	for _, p := range core.Plains() {
		keys = append(keys, p.Key)
		if found, ok := core.PlainOf(p.Key); !ok || found != p {
			t.Errorf("%s is not found by its key", p.Key)
		}
		if p.Form != "" && p.Switch != (p.Form == core.FormSwitch) || p.Number && p.Form != "" ||
			!slices.Contains([]core.Form{"", core.FormLine, core.FormSwitch, core.FormLines}, p.Form) {
			t.Errorf("%s cannot be drawn as %q", p.Key, p.Form)
		}
		value := "x"
		switch {
		case p.Switch:
			value = "true"
		case p.Number:
			value = "12"
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
	number, _ := core.PlainOf("budget")
	for _, odd := range []string{"", "x", "1.5", "99999999999999999999"} {
		var a core.Account
		if number.Put(&a, odd); len(a.Check().Fatal()) == 0 || number.Of(a) != "-1" {
			t.Errorf("%q became %d, and nothing is said of it", odd, a.Budget)
		}
	}
	if _, ok := core.PlainOf("params"); ok || len(keys) != reflect.TypeFor[core.Account]().NumField()-2 {
		t.Errorf("the plain fields are %v; all but id and params are plain", keys)
	}
	if (core.Plain{}).Put(&core.Input{}, "x") {
		t.Error("a field that is not there was written")
	}
}
