package text

import (
	"slices"
	"testing"

	"tokentray/core/api"
	"tokentray/core/filefault"
)

// TestAFaultIsSaidOnce: with all its lines, however many there are.
func TestAFaultIsSaidOnce(t *testing.T) {
	faults := api.ImportFaults{
		{Code: filefault.Key, Line: 3}, {Code: filefault.Missing, Line: 3, Key: "appid"}, {Code: filefault.Key, Line: 9}, {Code: filefault.Missing, Line: 5, Key: "name"}, {Code: filefault.Empty},
	}
	for n := range 20 {
		faults = append(faults, api.ImportFault{Code: filefault.Quote, Line: 20 + n})
	}
	english := filefault.English()
	want := []string{
		"lines 3 and 9: " + english[filefault.Key], "line 3, <appid>: " + english[filefault.Missing], "line 5, <name>: " + english[filefault.Missing], english[filefault.Empty],
		"lines 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31 and 8 more: " + english[filefault.Quote],
	}
	got := New(English).Faults(faults, func(key string) string { return "<" + key + ">" })
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if got := New(Chinese).Lines([]int{3, 5, 9}); got != "第 3、5、9 行" {
		t.Errorf("in Chinese: %s", got)
	}
	if faults[0].Line != 3 || faults[2].Line != 9 {
		t.Error("the faults were changed")
	}
}
