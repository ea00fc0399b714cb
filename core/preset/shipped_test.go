package preset

import (
	"testing"
)

func TestEveryShippedPresetIsRead(t *testing.T) {
	for _, name := range order() {
		p, err := readShipped(name)
		if err != nil {
			t.Error(err)
			continue
		}
		t.Log(p.Spec().Kind, p.Spec().Traits)
	}
	files, err := files.ReadDir(".")
	if err != nil || len(files) != len(order()) {
		t.Errorf("%d files, %d in order: %v", len(files), len(order()), err)
	}
}
