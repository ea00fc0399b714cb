package text

import (
	"strings"
	"testing"
)

func TestSeen(t *testing.T) {
	for in, want := range map[string]string{
		"shop": "shop", "门店 一": "门店 一", "sh\u200bop": `sh\u200Bop`, "a\u202eb": `a\u202Eb`, "a\tb": `a\u0009b`, "\ufeffx": `\uFEFFx`,
		"a\u00a0b": `a\u00A0b`, "a\u3164b": `a\u3164b`, "\U000e0041": `\U000E0041`, "": "", "👩‍👩‍👧": `👩\u200D👩\u200D👧`,
	} {
		if got := Seen(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestPresetFaultsNameTypesInTheirLanguage: no fault of a type names it by a word of the
// other language.
func TestPresetFaultsNameTypesInTheirLanguage(t *testing.T) {
	for other, want := range map[string][2]string{
		"text": {"of another type: text", "应为文本"}, "number": {"number", "应为数字"}, "list": {"list", "应为列表"}, "object": {"object", "应为对象"}, "bool": {"true or false", "应为 true 或 false"},
	} {
		for i, lang := range []Lang{English, Chinese} {
			if got := New(lang).PresetFault("type", other); !strings.Contains(got, want[i]) {
				t.Errorf("%s: %q, want %q", other, got, want[i])
			}
		}
	}
	if got := New(Chinese).PresetFault("unknown", ""); !strings.Contains(got, "preset show feishu") {
		t.Errorf("a field that nothing is like: %q", got)
	}
}
