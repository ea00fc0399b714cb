package store

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"tokentray/core"
)

// FuzzRecords: whatever stands in a record of one account, nobody's call fails, counts are
// never below zero and go on, what is kept next is read back, and the records of another
// account stay as they are.
func FuzzRecords(f *testing.F) {
	for _, raw := range []string{
		`{"day":"2026-03-01","n":3,"last":"2026-03-01T09:00:00Z","calls":7}`, `{"day":"2026-03-01","n":-9223372036854775808,"calls":-1}`,
		`{"at":"2026-03-01T09:00:00Z","what":"failed","caller_ip":"1.2.3.4"}`, `{"at":"x","what":7}`, `{"what":"failed","target":"x"}`,
		`{"jsapi":{"ticket":"aGk=","life":1}}`, `{"jsapi":null}`, `{"jsapi":{"expires":"2099-03-01T09:00:00Z","life":1}}`, `{"expires":"2099-03-01T09:00:00Z","life":1}`, "null", "[]", "{", "", "\x00",
	} {
		f.Add([]byte(raw))
	}
	h := newHome(f)
	h.db.NoSync = true
	odd, good := h.add("odd"), h.add("good")
	line := core.Entry{At: h.clock.now(), What: core.DidFail, CallerIP: "1.2.3.4"}
	ticket := core.Ticket{Token: core.Token{Value: "a ticket that is kept", ExpiresAt: h.clock.now().Add(time.Hour)}}
	for _, err := range []error{h.Append(good.ID, line), h.CountForce(good.ID, "2026-03-01", h.clock.now()), h.SaveTicket(good, "jsapi", ticket)} {
		if err != nil {
			f.Fatal(err)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		h.log.Reset()
		err := h.db.Update(func(tx *bbolt.Tx) error {
			if err := dropHistory(tx, odd.ID); err != nil {
				return err
			}
			tokens := tx.Bucket([]byte(bucketTokens))
			if err := tokens.Delete([]byte(odd.ID)); err != nil {
				return err
			}
			if _, bad := decodeToken(raw); bad == nil { // another is damage, and told
				if err := tokens.Put([]byte(odd.ID), raw); err != nil {
					return err
				}
			}
			for bucket, key := range map[string][]byte{bucketHistory: historyKey(odd.ID, 1), bucketForced: []byte(odd.ID), bucketTickets: []byte(odd.ID), bucketUsed: []byte(odd.ID)} {
				if err := tx.Bucket([]byte(bucket)).Put(key, raw); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		check := func(what string, err error, fine bool) {
			t.Helper()
			if err != nil || !fine {
				t.Fatalf("%q: %s: %v", raw, what, err)
			}
		}
		lines, err := h.History(odd.ID, time.Time{}, 0)
		check("history", err, len(lines) <= 1)
		last, err := h.LastLines()
		check("last lines", err, last[good.ID].What == core.DidFail)
		failed, err := h.Failures(time.Time{})
		check("failures", err, failed[good.ID].Lines == 1 && failed[odd.ID].Lines <= 1)
		_, err = h.RefusedIP(odd.ID, "")
		check("refused address", err, true)
		_, err = h.LastUsed()
		check("last used", err, true)
		tickets, err := h.Tickets()
		check("tickets", err, tickets[good.ID]["jsapi"].Value == ticket.Value && len(tickets[odd.ID]) == 0)
		tokens, err := h.Tokens()
		check("tokens", err, len(tokens) == 0)
		counts, err := h.Counts()
		check("counts", err, counts[good.ID].Forced == 1 && counts[odd.ID].Forced >= 0 && counts[odd.ID].Calls >= 0)
		before, _, err := h.Forced(odd.ID, "2026-03-01")
		check("forced", err, before >= 0)

		check("append", h.Append(odd.ID, line), true)
		check("count", h.CountForce(odd.ID, "2026-03-01", h.clock.now()), true)
		check("save", h.SaveTicket(odd, "jsapi", ticket), true)
		check("touch", h.Touch(map[core.ID]time.Time{odd.ID: h.clock.now()}), true)
		lines, err = h.History(odd.ID, time.Time{}, 1)
		check("history again", err, len(lines) == 1 && lines[0].CallerIP == line.CallerIP)
		n, at, err := h.Forced(odd.ID, "2026-03-01")
		check("forced again", err, n > before && at.Equal(h.clock.now()))
		tickets, err = h.Tickets()
		check("tickets again", err, tickets[odd.ID]["jsapi"].Value == ticket.Value)
		used, err := h.LastUsed()
		check("last used again", err, used[odd.ID].Equal(h.clock.now()))
	})
}

// FuzzRepairMark: whatever stands beside the database, it is opened; a mark of ours tells
// what it told.
func FuzzRepairMark(f *testing.F) {
	for _, raw := range []string{`{"moved":"/home/u/tokentray.db.damaged","backup":"2026-03-01T09:00:00Z","put_back":true}`, `{"behind":true}`, `{"backup":1}`, "null", "[]", ""} {
		f.Add([]byte(raw))
	}
	h := newHome(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		if err := os.WriteFile(h.path+markName, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		s := &Store{path: h.path, log: h.opt.Log}
		s.recall()
		var m repairMark
		if known := json.Unmarshal(raw, &m) == nil; known != (s.repair != nil) {
			t.Fatalf("%q: %+v", raw, s.repair)
		}
		if s.repair == nil {
			return
		}
		if err := s.mark(*s.repair); err != nil {
			return // a time that cannot be written
		}
		again := &Store{path: h.path, log: h.opt.Log}
		again.recall()
		if r := again.repair; r == nil || r.Moved != s.repair.Moved || !r.Backup.Equal(s.repair.Backup) || r.PutBack != s.repair.PutBack || r.Behind != s.repair.Behind {
			t.Fatalf("%q is %+v, and that %+v", raw, s.repair, r)
		}
	})
}
