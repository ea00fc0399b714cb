package kinds_test

import (
	"encoding/json"
	"testing"

	"tokentray/core/kinds"
)

// FuzzSpec: a kind that somebody wrote is refused, or goes over the wire and comes
// back the same.
func FuzzSpec(f *testing.F) {
	for _, spec := range kinds.Builtin().All() {
		raw, err := json.Marshal(spec)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var spec kinds.Spec
		if json.Unmarshal(raw, &spec) != nil {
			return
		}
		set, err := kinds.New(spec)
		if err != nil {
			return
		}
		wire, err := json.Marshal(set.All()[0])
		if err != nil {
			t.Fatal(err)
		}
		var back kinds.Spec
		if err := json.Unmarshal(wire, &back); err != nil {
			t.Fatalf("%s: %v", wire, err)
		}
		again, err := kinds.New(back)
		if err != nil || !again.Equal(set) {
			t.Fatalf("%s came back another: %v", wire, err)
		}
	})
}
