package cli

import (
	"reflect"
	"testing"

	"tokentray/core"
	"tokentray/core/interchange"
)

// TestNothingThatAFileTellsIsLost: every field that interchange reads reaches
// the agent.
func TestNothingThatAFileTellsIsLost(t *testing.T) {
	acc := interchange.Account{Secret: core.NewSecret("s"), ProxyPassword: core.NewSecret("p")}
	v := reflect.ValueOf(&acc).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); {
		case !f.CanSet():
		case f.Kind() == reflect.String:
			f.SetString("x")
		case f.Kind() == reflect.Pointer:
			f.Set(reflect.New(f.Type().Elem()))
		}
	}
	in := reflect.ValueOf(inputOf(acc))
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if name == "Line" || name == "Made" || name == "spare" {
			continue // of the file, not of the account
		}
		if got := in.FieldByName(name); !got.IsValid() || got.IsNil() {
			t.Errorf("interchange.Account.%s does not reach api.AccountInput", name)
		}
	}
	if in := inputOf(interchange.Account{}); in.Secret != nil || in.Kind != nil || in.Note != nil || in.AllowLive != nil {
		t.Errorf("what a file does not tell is told: %+v", in)
	}
}
