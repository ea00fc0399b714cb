package cli

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
)

// TestJSONHoldsNothingThatATerminalObeys: it says the same, in ASCII where else a
// terminal would act on it or a person be misled.
func TestJSONHoldsNothingThatATerminalObeys(t *testing.T) {
	in := map[string]string{"note": "a\x1b[31m\u009b0m\u0085\u202etxt.exe\u200b\u2028\U000e0041 é 店 👍 <&>\x7f"}
	for _, indent := range []string{"", "  "} {
		raw, err := encodeJSON(in, indent)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range strings.TrimSuffix(string(raw), "\n") {
			if unicode.IsControl(r) && r != '\n' || unicode.Is(unicode.Cf, r) || r == '\u2028' {
				t.Errorf("%q is in %q", r, raw)
			}
		}
		if !strings.Contains(string(raw), " é 店 👍 <&>") {
			t.Errorf("what can be read is escaped: %s", raw)
		}
		var out map[string]string
		if err := json.Unmarshal(raw, &out); err != nil || out["note"] != in["note"] {
			t.Errorf("%q, %v", out, err)
		}
	}
}
