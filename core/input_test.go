package core_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tokentray/core"
)

// TestInputSaysEveryField: Input has each field of Account, under the same name in Go
// and in JSON.
func TestInputSaysEveryField(t *testing.T) {
	account, input := reflect.TypeFor[core.Account](), reflect.TypeFor[core.Input]()
	for i := range account.NumField() {
		f := account.Field(i)
		if f.Name == "ID" {
			continue // nobody enters it
		}
		in, ok := input.FieldByName(f.Name)
		if !ok {
			t.Errorf("core.Input has no %s; run make generate", f.Name)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if want := name + ",omitempty"; in.Tag.Get("json") != want {
			t.Errorf("%s is %q in JSON, want %q", f.Name, in.Tag.Get("json"), want)
		}
		if f.Type != reflect.TypeFor[core.Params]() && in.Type != reflect.PointerTo(f.Type) {
			t.Errorf("%s is a %s, want a pointer to %s", f.Name, in.Type, f.Type)
		}
	}
	if input.NumField() != account.NumField()-1 {
		t.Errorf("core.Input has %d fields for %d of core.Account; run make generate", input.NumField(), account.NumField()-1)
	}
}

func TestInputOver(t *testing.T) {
	a := core.Account{
		ID: "1", Name: "shop", Env: core.Live, Kind: "k", Product: "p", AppID: "wx0", Params: core.ParamsOf(map[string]string{"agent": "7", "old": "x"}),
		BaseURL: "https://a.example", Proxy: "http://p:1", Auto: true, Note: "n", AllowLive: true, CopyFormat: "raw", CopyPath: "/x", Declined: "k2",
	}
	if got := core.InputOf(a).Over(core.Account{ID: "1"}); !got.Equal(a) {
		t.Errorf("everything said: %s", cmp.Diff(a, got))
	}
	if got := (core.Input{}).Over(a); !got.Equal(a) {
		t.Errorf("nothing said: %s", cmp.Diff(a, got))
	}
	off := false
	got := core.Input{Auto: &off, Params: map[string]string{"agent": "8", "old": "", "new": "y"}}.Over(a)
	if want := []string{"agent", "new", "old", "auto"}; !slices.Equal(a.Changes(got), want) {
		t.Errorf("changed %v, want %v", a.Changes(got), want)
	}
	if got.Params != core.ParamsOf(map[string]string{"agent": "8", "new": "y"}) || a.Params.Get("old") != "x" {
		t.Errorf("params %v, and those before %v", got.Params, a.Params)
	}
	if b := a; !b.Equal(a) || a.Equal(got) {
		t.Error("Equal is wrong")
	}
}
