package agent

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

// notebook counts writes of uses.
type notebook struct {
	useStore
	writes []map[core.ID]time.Time
}

func (n *notebook) Touch(used map[core.ID]time.Time) error {
	n.writes = append(n.writes, used)
	return nil
}

func TestUsesAreWrittenOnceAMinuteAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		book := &notebook{}
		told := map[core.ID]time.Time{}
		u := uses{
			store: book, log: slog.New(slog.DiscardHandler), written: func(...core.ID) {},
			used: func(id core.ID, at time.Time) { told[id] = at },
		}
		for range 300 {
			u.touch("a", time.Now())
			time.Sleep(time.Second)
		}
		u.touch("b", time.Now())
		u.close()
		if n := len(book.writes); n < 5 || n > 6 {
			t.Errorf("%d writes in five minutes of uses, want one a minute", n)
		}
		if _, ok := book.writes[len(book.writes)-1]["b"]; !ok || !told["b"].Equal(time.Now()) {
			t.Error("the last use was lost at the end")
		}
		u.touch("c", time.Now())
		time.Sleep(time.Hour) // a timer would end the bubble with a write
		if n := len(book.writes); n > 6 {
			t.Error("something was written after the end")
		}
	})
}
