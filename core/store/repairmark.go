package store

import (
	"encoding/json"
	"io"
	"os"
	"time"

	"tokentray/core/durable"
)

// A repair asks for more than a new file: accounts that a person removed leave it
// again, the loopback stays shut, people are told. A crash after the file was
// replaced must not make anybody forget that. So a repair is written down beside
// the database before it begins, and each Open tells of it until RepairDone.

// repairMark is a Repair on disk. What the damaged file tells is read again.
type repairMark struct {
	Moved   string    `json:"moved,omitempty"`
	Backup  time.Time `json:"backup,omitzero"`
	PutBack bool      `json:"put_back,omitempty"`
	Behind  bool      `json:"behind,omitempty"`
}

// markName stands behind the database's name in that of the mark.
const markName = ".repaired"

// mark writes down that a repair begins.
func (s *Store) mark(r Repair) error {
	raw, err := json.Marshal(repairMark{r.Moved, r.Backup, r.PutBack, r.Behind})
	if err != nil {
		return err
	}
	return durable.Write(s.path+markName, func(w io.Writer) error {
		_, err := w.Write(raw)
		return err
	})
}

// recall takes up a repair of an earlier Open that was not done, unless this Open
// had to do one of its own.
func (s *Store) recall() {
	if s.repair != nil && !s.repair.Behind {
		return
	}
	raw, _, err := durable.Read(s.path+markName, 1<<16)
	var m repairMark
	if err != nil || json.Unmarshal(raw, &m) != nil {
		return
	}
	s.repair = &Repair{Moved: m.Moved, Backup: m.Backup, PutBack: m.PutBack, Behind: m.Behind}
	if m.Moved != "" {
		s.remains = readRemains(m.Moved, s.log)
	}
}

// RepairDone tells that everything was done that a repair asks for.
func (s *Store) RepairDone() {
	if err := os.Remove(s.path + markName); err != nil && s.repair != nil {
		s.log.Warn("the repair is told about again at the next start", "err", err)
	}
}
