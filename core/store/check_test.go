package store

import (
	"os"
	"strings"
	"testing"
)

// TestTheFormatIsOfTheBboltWeUse: check.go knows bbolt's pages by heart, so it
// must be compared with each release of bbolt before that is taken.
func TestTheFormatIsOfTheBboltWeUse(t *testing.T) {
	raw, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		if f := strings.Fields(line); len(f) >= 2 && f[0] == "go.etcd.io/bbolt" {
			if f[1] != readFrom {
				t.Errorf("go.mod has bbolt %s and check.go was read from %s: compare internal/common of both, then change readFrom", f[1], readFrom)
			}
			return
		}
	}
	t.Error("go.mod has no bbolt")
}
