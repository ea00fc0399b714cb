//go:build !darwin || cgo

package tray

import (
	"runtime"
	"strings"
	"testing"
)

// FuzzMnemonics: a panel that reads an access key shows the label as it is, and finds none.
func FuzzMnemonics(f *testing.F) {
	for _, s := range []string{"shop_live", "_", "__x_", "R&D", "&&", "店_铺", ""} {
		f.Add(s)
	}
	mark := map[string]string{"darwin": "", "windows": "&"}
	f.Fuzz(func(t *testing.T, label string) {
		of, known := mark[runtime.GOOS]
		if !known {
			of = "_"
		}
		shown, rest := "", mnemonics(label)
		for of != "" && strings.Contains(rest, of) {
			before, after, _ := strings.Cut(rest, of)
			if !strings.HasPrefix(after, of) {
				t.Fatalf("%q has an access key in %q", label, mnemonics(label))
			}
			shown, rest = shown+before+of, after[len(of):]
		}
		if shown+rest != label {
			t.Fatalf("%q is shown as %q", label, shown+rest)
		}
	})
}
