//go:build linux

package e2e

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"html"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// class says what a marked word is, and so where it may be.
type class int

const (
	aSecret    class = iota // or a passphrase: nowhere at all
	aToken                  // where tokens are asked for
	aClientKey              // where one is made
	aTicket                 // where sign is told to reveal it
)

// trove is what must not leak, and all in which it is searched. Both grow while a
// test runs; the search is at the end, when every word is known.
type trove struct {
	mu    sync.Mutex
	words map[string]class
	seen  map[uint64]bool
	texts []looked
	seed  maphash.Seed
}

// looked is a text from somewhere, and what may be in it.
type looked struct {
	where string
	text  []byte
	may   []class
}

func newTrove() *trove {
	return &trove{words: map[string]class{}, seen: map[uint64]bool{}, seed: maphash.MakeSeed()}
}

// mark keeps a word to search for and returns it.
func (v *trove) mark(c class, word string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.words[word] = c
	return word
}

// secret makes an AppSecret as WeChat's are.
func (v *trove) secret() string { return v.mark(aSecret, word()) }

// odd makes a word that every escape changes, in both of its halves.
func (v *trove) odd() string { return v.mark(aSecret, word()[:12]+`"<%+/`+word()[:12]+`\&'>=`) }

// look keeps a text for the search. A text that was kept before, as a process
// shows the same for long, is kept once.
func (v *trove) look(where string, text []byte, may ...class) {
	if len(text) == 0 {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	h := maphash.Bytes(v.seed, append([]byte(where+"\x00"), text...))
	if !v.seen[h] {
		v.seen[h] = true
		v.texts = append(v.texts, looked{where, bytes.Clone(text), may})
	}
}

// walk looks into every file below a folder. may says what a file may hold, by
// its path from there.
func (v *trove) walk(t *testing.T, dir string, may func(path string) (classes []class, skip bool)) (files int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		classes, skip := may(rel)
		if skip {
			return nil
		}
		text, err := os.ReadFile(path)
		files++
		v.look("the file "+rel, text, classes...)
		v.look("the name of "+rel, []byte(rel))
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return files
}

// spellings are a word in every form in which it may come to light.
func spellings(word string) []string {
	out := []string{word, url.QueryEscape(word), url.PathEscape(word), html.EscapeString(word)}
	low := hex.EncodeToString([]byte(word))
	out = append(out, low, strings.ToUpper(low))
	quoted, _ := json.Marshal(word) // a string is never refused
	out = append(out, string(quoted[1:len(quoted)-1]), strings.Trim(fmt.Sprintf("%q", word), `"`))
	for before := range 3 {
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text := enc.EncodeToString([]byte(strings.Repeat("x", before) + word))
			first := [...]int{0, 2, 3}[before] // those that what is before it decides too
			out = append(out, text[first:len(text)-1])
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// pieces are what is searched of a word: its halves. A whole in any of the forms
// holds them.
func pieces(word string) []string {
	return slices.Concat(spellings(word[:len(word)/2]), spellings(word[len(word)/2:]))
}

// window is how many bytes of every piece are looked up first.
const window = 8

// search returns where a word is that may not be there, each place once, and how
// many pieces it looked for.
func (v *trove) search() (found []string, sought int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	type needle struct {
		text  string
		class class
	}
	needles := map[uint64][]needle{}
	for word, c := range v.words {
		for _, p := range pieces(word) {
			key := binary.NativeEndian.Uint64([]byte(p)[:window])
			needles[key] = append(needles[key], needle{p, c})
			sought++
		}
	}
	for _, l := range v.texts {
		for i := 0; i+window <= len(l.text); i++ {
			for _, n := range needles[binary.NativeEndian.Uint64(l.text[i:])] {
				if !slices.Contains(l.may, n.class) && bytes.HasPrefix(l.text[i:], []byte(n.text)) {
					what := [...]string{"a secret", "a token", "a client key", "a ticket"}[n.class]
					found = append(found, fmt.Sprintf("%s is in %s, beginning as %.4s…, behind %q", what, l.where, n.text, l.text[max(0, i-40):i]))
				}
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found), sought
}

// TestTheSearchFinds: each form of a whole word and of its halves, and nothing
// where nothing is.
func TestTheSearchFinds(t *testing.T) {
	raw := make([]byte, 64)
	rand.Read(raw)
	for range 20 {
		v := newTrove()
		secret := v.odd()
		half := len(secret) / 2
		put := func(text string) {
			t.Helper()
			v.texts, v.seen = nil, map[uint64]bool{}
			v.look("here", []byte("some text before "+text+" and after"))
			if found, _ := v.search(); len(found) == 0 {
				t.Errorf("%q of %q is not found", text, secret)
			}
		}
		for _, part := range []string{secret, secret[:half], secret[half:]} {
			for _, s := range spellings(part) {
				put(s)
			}
			for before := range 3 {
				put(base64.StdEncoding.EncodeToString([]byte(strings.Repeat(":", before) + part + "tail")))
				put(base64.URLEncoding.EncodeToString([]byte(strings.Repeat(":", before) + part)))
			}
			put(hex.EncodeToString([]byte("k=" + part + "&")))
			put(strings.ToUpper(hex.EncodeToString([]byte(part))))
		}
		v.texts, v.seen = nil, map[uint64]bool{}
		v.look("here", raw)
		v.look("here", []byte("the token of "+secret[:6]))
		if found, n := v.search(); len(found) > 0 || n < 20 {
			t.Errorf("found %q, of %d pieces", found, n)
		}
		v.look("there", []byte(secret), aSecret)
		if found, _ := v.search(); len(found) > 0 {
			t.Errorf("found where it may be: %q", found)
		}
	}
}
