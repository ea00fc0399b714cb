package vault

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"

	"tokentray/core"
	"tokentray/core/durable"
)

// Index lists, in a file beside the database, which entries a vault holds, because
// no keyring can list them. When the database is damaged or replaced by an older
// one, the index tells which secrets have no account any more, so that they can be
// found, and which of them a person removed, so that those do not come back.
//
// The file is text and only appended to, each change in one write that is flushed to
// the disk: "home ID", "+ KEY MARK", "- KEY" (a person removed it) and "~ KEY"
// (nothing is known about it any more). Unreadable lines are skipped. It holds
// random IDs and never a secret; of a team the mark holds what the database has of it.
type Index struct {
	path string

	mu      sync.Mutex
	home    string
	marks   map[string]string // key -> mark
	removed map[string]bool
	lines   int   // in the file
	size    int64 // of it, in bytes
	least   int64 // … when it had no outdated lines
}

// maxIndex bounds what is read of an index, in bytes; ten thousand accounts and as
// many removals take a hundredth. One that is longer than longIndex, and twice as long as
// it was without outdated lines, is written again: each change of a team of ten thousand
// accounts is a line of 250 kB.
const (
	maxIndex  = 256 << 20
	longIndex = 4 << 20
)

// maxLine bounds a line of an index; that of a team with ten thousand accounts takes a
// quarter.
const maxLine = 1 << 20

// OpenIndex reads the index at path. A missing one is empty; an empty path keeps it
// only in memory.
func OpenIndex(path string) (*Index, error) {
	x := &Index{path: path, marks: map[string]string{}, removed: map[string]bool{}}
	if path == "" {
		return x, nil
	}
	f, err := durable.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return x, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the list of vault entries: %w", err)
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil {
		x.size = info.Size()
	}
	lines := bufio.NewScanner(io.LimitReader(f, maxIndex))
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		x.lines++
		x.apply(lines.Text())
	}
	// A line too long to be ours ends the reading; what came before it counts.
	return x, nil
}

// apply applies one line.
func (x *Index) apply(line string) {
	op, rest, _ := strings.Cut(line, " ")
	key, mark, _ := strings.Cut(rest, " ")
	if key == "" {
		return
	}
	switch op {
	case "home":
		x.home = key
	case "+":
		x.marks[key] = mark
		delete(x.removed, key)
	case "-":
		delete(x.marks, key)
		x.removed[key] = true
	case "~":
		delete(x.marks, key)
		delete(x.removed, key)
	}
}

// Home is the home of this vault; empty when nobody claimed it.
func (x *Index) Home() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.home
}

// Claim sets the home of this vault. Entries listed for another home are put aside
// with the file, because they cannot be found under this one's names.
func (x *Index) Claim(home string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.home == home {
		return nil
	}
	if x.home != "" && x.path != "" {
		if err := os.Rename(x.path, x.path+"."+x.home); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("put the list of vault entries aside: %w", err)
		}
	}
	if x.home != "" {
		x.marks, x.removed, x.lines = map[string]string{}, map[string]bool{}, 0
	}
	x.home = home
	return x.append([]string{"home " + home})
}

// Entries returns the vault's keys with their marks.
func (x *Index) Entries() map[string]string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return maps.Clone(x.marks)
}

// Mark returns the mark of a key, and whether the vault holds it.
func (x *Index) Mark(key string) (string, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	mark, ok := x.marks[key]
	return mark, ok
}

// Removed reports whether a person removed the entry.
func (x *Index) Removed(key string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.removed[key]
}

// Keep lists entries with their marks: a word each, without blanks.
func (x *Index) Keep(entries map[string]string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	var lines []string
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		if mark, ok := x.marks[key]; !ok || mark != entries[key] {
			lines = append(lines, strings.TrimRight("+ "+key+" "+entries[key], " "))
		}
	}
	return x.append(lines)
}

// Remove records that a person removed entries.
func (x *Index) Remove(keys ...string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	var lines []string
	for _, key := range keys {
		if !x.removed[key] {
			lines = append(lines, "- "+key)
		}
	}
	return x.append(lines)
}

// Forget drops keys from the list that are not in the vault and that nobody removed.
func (x *Index) Forget(keys ...string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	var lines []string
	for _, key := range keys {
		if _, ok := x.marks[key]; ok || x.removed[key] {
			lines = append(lines, "~ "+key)
		}
	}
	return x.append(lines)
}

// slack is how many outdated lines a file may hold for each valid one before it is
// written again.
const slack = 4

// append writes lines and applies them. On an error nothing has changed, except the
// file, which may hold some of them. The lock is held.
func (x *Index) append(lines []string) error {
	if len(lines) == 0 {
		return nil
	}
	if x.path != "" {
		if err := x.write(lines); err != nil {
			return &core.Error{
				Class: core.Internal, Remedy: core.RemedyDisk, Err: err,
				Message: "the list of vault entries could not be written; see that the home's folder is yours and the disk has room, nothing was lost",
			}
		}
	}
	for _, line := range lines {
		x.apply(line)
	}
	x.lines += len(lines)
	if long := x.size > longIndex && x.size > 2*x.least; x.path != "" && (long || x.lines > 100+slack*(len(x.marks)+len(x.removed))) {
		x.compact()
	}
	return nil
}

func (x *Index) write(lines []string) error {
	f, err := durable.OpenFile(x.path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	text := strings.Join(lines, "\n") + "\n"
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if last := make([]byte, 1); info.Size() > 0 {
		if _, err := f.ReadAt(last, info.Size()-1); err == nil && last[0] != '\n' {
			text = "\n" + text // a crash cut the last line off
		}
	}
	n, err := f.WriteString(text)
	x.size = info.Size() + int64(n)
	if err != nil {
		return err
	}
	return f.Sync()
}

// compact writes the file again without outdated lines. If that fails the long one
// stays.
func (x *Index) compact() {
	var lines []string
	if x.home != "" {
		lines = append(lines, "home "+x.home)
	}
	for _, key := range slices.Sorted(maps.Keys(x.removed)) {
		lines = append(lines, "- "+key)
	}
	for _, key := range slices.Sorted(maps.Keys(x.marks)) {
		lines = append(lines, strings.TrimRight("+ "+key+" "+x.marks[key], " "))
	}
	text := strings.Join(lines, "\n") + "\n"
	err := durable.Write(x.path, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
	if err == nil {
		x.lines, x.size, x.least = len(lines), int64(len(text)), int64(len(text))
	}
}
