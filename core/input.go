package core

import (
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Input is what a client says about an account, to add or to edit it. A nil field was
// not given. Its fields are those of Account without the ID, with the same names; a
// test compares the two.
type Input struct {
	Name    *string  `json:"name,omitempty"`
	Env     *Env     `json:"env,omitempty"`
	Kind    *Kind    `json:"kind,omitempty"`
	Product *Product `json:"product,omitempty"`
	AppID   *string  `json:"appid,omitempty"`
	// Params holds those that change; an empty value removes one.
	Params     map[string]string `json:"params,omitempty"`
	BaseURL    *string           `json:"base_url,omitempty"`
	Proxy      *string           `json:"proxy,omitempty"`
	CA         *string           `json:"ca,omitempty"`
	Auto       *bool             `json:"auto,omitempty"`
	Pinned     *bool             `json:"pinned,omitempty"`
	Note       *string           `json:"note,omitempty"`
	Group      *string           `json:"group,omitempty"`
	AllowLive  *bool             `json:"allow_live,omitempty"`
	Watch      *bool             `json:"watch,omitempty"`
	Budget     *int              `json:"budget,omitempty"`
	CopyFormat *string           `json:"copy_format,omitempty"`
	CopyPath   *string           `json:"copy_path,omitempty"`
	Declined   *Kind             `json:"declined,omitempty"`
}

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
