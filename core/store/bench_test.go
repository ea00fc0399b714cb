package store

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"tokentray/core"
)

// BenchmarkOpen opens and checks a home of 1,000 accounts with a token and ten
// lines of history each.
func BenchmarkOpen(b *testing.B) {
	path := filepath.Join(b.TempDir(), "db")
	s, err := Open(path, Options{})
	if err != nil {
		b.Fatal(err)
	}
	fill(b, s, 1000, 10)
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := Open(path, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRecord is one renewal's write, flush to the disk included.
func BenchmarkRecord(b *testing.B) {
	s, err := Open(filepath.Join(b.TempDir(), "db"), Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	ids := fill(b, s, 1000, 0)
	now, n := time.Now(), 0
	for b.Loop() {
		t := core.Token{Value: fmt.Sprintf("%0512d", n), ObtainedAt: now, ExpiresAt: now.Add(2 * time.Hour), Life: 2 * time.Hour}
		line := core.Entry{At: now, What: core.DidRenew, Mask: core.Mask(t.Value), Expires: t.ExpiresAt, Calls: 1}
		if err := s.Record(ids[n%len(ids)], core.Record{Token: &t, Line: &line, Day: "2026-03-01", Calls: 1}); err != nil {
			b.Fatal(err)
		}
		n++
	}
}
