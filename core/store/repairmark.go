package store

import (
	"encoding/json"
	"io"
	"os"
	"time"

	"tokentray/core/durable"
)

// A repair needs more than a new file: accounts that a person removed are removed
// again, the loopback stays shut, people are told. A crash after the file was
// replaced must not lose that. So a repair is written down beside the database
// before it begins, and each Open reports it until RepairDone.

// repairMark is a Repair on disk. What the damaged file tells is read again.
type repairMark struct {
	Moved   string    `json:"moved,omitempty"`
	Backup  time.Time `json:"backup,omitzero"`
	PutBack bool      `json:"put_back,omitempty"`
	Behind  bool      `json:"behind,omitempty"`
}

// markName is the mark's suffix to the database's name.
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

// recall takes up an unfinished repair of an earlier Open, unless this Open made one
// of its own.
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

// RepairDone says that everything that a repair needs was done.
func (s *Store) RepairDone() {
	if err := os.Remove(s.path + markName); err != nil && s.repair != nil {
		s.log.Warn("the repair is told about again at the next start", "err", err)
	}
}
