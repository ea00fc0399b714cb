package core

import (
	"maps"
	"reflect"
	"slices"
	"strings"
)

// InputOf is the input that says everything about a.
func InputOf(a Account) Input {
	var in Input
	from, to := reflect.ValueOf(a), reflect.ValueOf(&in).Elem()
	for i := range to.NumField() {
		if to.Field(i).Kind() == reflect.Pointer {
			value := from.FieldByName(to.Type().Field(i).Name)
			p := reflect.New(value.Type())
			p.Elem().Set(value)
			to.Field(i).Set(p)
		}
	}
	if !a.Params.IsZero() {
		in.Params = a.Params.Map()
	}
	return in
}

// Over is a with the fields that the input says.
func (in Input) Over(a Account) Account {
	from, to := reflect.ValueOf(in), reflect.ValueOf(&a).Elem()
	for i := range from.NumField() {
		if f := from.Field(i); f.Kind() == reflect.Pointer && !f.IsNil() {
			to.FieldByName(from.Type().Field(i).Name).Set(f.Elem())
		}
	}
	if len(in.Params) > 0 {
		params := a.Params.Map()
		maps.Copy(params, in.Params)
		maps.DeleteFunc(params, func(_, value string) bool { return value == "" })
		a.Params = ParamsOf(params)
	}
	return a
}

// Changes lists the fields in which a and b differ, by their JSON names, and each
// param by its own key. The ID is not compared.
func (a Account) Changes(b Account) []string {
	var out []string
	va, vb := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range va.NumField() {
		name, _, _ := strings.Cut(va.Type().Field(i).Tag.Get("json"), ",")
		switch {
		case name == "id":
		case name == "params":
			out = append(out, changedKeys(a.Params.Map(), b.Params.Map())...)
		case va.Field(i).Interface() != vb.Field(i).Interface():
			out = append(out, name)
		}
	}
	return out
}

// Equal reports whether a and b are the same account with the same fields.
func (a Account) Equal(b Account) bool { return a.ID == b.ID && len(a.Changes(b)) == 0 }

// changedKeys lists the keys whose values differ, in order.
func changedKeys(a, b map[string]string) []string {
	keys := map[string]bool{}
	for k, v := range a {
		keys[k] = b[k] != v
	}
	for k, v := range b {
		keys[k] = a[k] != v
	}
	maps.DeleteFunc(keys, func(_ string, differs bool) bool { return !differs })
	return slices.Sorted(maps.Keys(keys))
}
