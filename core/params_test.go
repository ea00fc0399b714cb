package core_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"tokentray/core"
)

func TestParams(t *testing.T) {
	for _, fields := range []map[string]string{
		{}, {"agent": "1000002"}, {"a": "", "": "b", "1:": "2:x", "ü": "12:\x00\n", "zz": "7:1000002"},
	} {
		p := core.ParamsOf(fields)
		if got := p.Map(); got == nil || !maps.Equal(got, fields) || p != core.ParamsOf(maps.Clone(fields)) {
			t.Errorf("%q became %q", fields, got)
		}
		if !slices.Equal(p.Keys(), slices.Sorted(maps.Keys(fields))) || p.IsZero() != (len(fields) == 0) {
			t.Errorf("%q has the keys %q", fields, p.Keys())
		}
		for key, value := range fields {
			if p.Get(key) != value {
				t.Errorf("%q of %q is %q", key, fields, p.Get(key))
			}
		}
		var back core.Params
		raw, err := json.Marshal(p)
		if err != nil || json.Unmarshal(raw, &back) != nil || back != p {
			t.Errorf("%q comes back as %q", raw, back.Map())
		}
	}
	p := core.ParamsOf(map[string]string{"b": "1"})
	if more := p.With("a", "2"); more.With("a", "") != p || more.Get("a") != "2" || more.Get("b") != "1" || p.Get("a") != "" {
		t.Errorf("with another field: %q", more.Map())
	}
	if raw, _ := json.Marshal(core.Account{}); string(raw) != `{"id":"","name":"","env":"","kind":"","product":"","appid":"","auto":false}` {
		t.Errorf("an account without fields is %s", raw)
	}
	if raw, _ := json.Marshal(p); string(raw) != `{"b":"1"}` || json.Unmarshal([]byte(`{"b":1}`), &p) == nil {
		t.Errorf("written as %s", raw)
	}
	if json.Unmarshal([]byte(`null`), &p) != nil || !p.IsZero() {
		t.Error("null is not the same as no fields")
	}
}
