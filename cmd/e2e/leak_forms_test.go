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
	aToken                  // allowed where a token is asked for
	aClientKey              // allowed where one is made
	aTicket                 // allowed where sign is told to show it
	aMistake                // a secret that a person put on a command line: allowed there
)

// trove has the words that must not leak and the texts in which they are searched.
// Both grow during a test. The search is at the end, when all words are known.
type trove struct {
	mu    sync.Mutex
	words map[string]class
	seen  map[uint64]bool
	texts []looked
	seed  maphash.Seed
}

// looked is a text from somewhere, and the classes that it may contain.
type looked struct {
	where string
	text  []byte
	may   []class
}

func newTrove() *trove {
	return &trove{words: map[string]class{}, seen: map[uint64]bool{}, seed: maphash.MakeSeed()}
}

// mark adds a word to search for and returns it.
func (v *trove) mark(c class, word string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.words[word] = c
	return word
}

// secret makes an AppSecret as WeChat's are.
func (v *trove) secret() string { return v.mark(aSecret, word()) }

// mistake makes a secret that a person puts on a command line, which is refused.
func (v *trove) mistake() string { return v.mark(aMistake, word()) }

// odd makes a word that every way of escaping changes, in both of its halves.
func (v *trove) odd() string { return v.mark(aSecret, word()[:12]+`"<%+/`+word()[:12]+`\&'>=`) }

// look adds a text to the search. The same text is added only once.
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

// walk adds every file below a folder. may returns what a file may contain, by its
// path in the folder.
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

// spellings returns a word in every form in which it may appear.
func spellings(word string) []string {
	out := []string{word, url.QueryEscape(word), url.PathEscape(word), html.EscapeString(word)}
	low := hex.EncodeToString([]byte(word))
	out = append(out, low, strings.ToUpper(low))
	quoted, _ := json.Marshal(word) // marshalling a string cannot fail
	out = append(out, string(quoted[1:len(quoted)-1]), strings.Trim(fmt.Sprintf("%q", word), `"`))
	for before := range 3 {
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text := enc.EncodeToString([]byte(strings.Repeat("x", before) + word))
			first := [...]int{0, 2, 3}[before] // the first character that does not depend on what is before the word
			out = append(out, text[first:len(text)-1])
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// pieces returns the halves of a word, which are searched. A whole word contains them
// in any form.
func pieces(word string) []string {
	return slices.Concat(spellings(word[:len(word)/2]), spellings(word[len(word)/2:]))
}

// window is how many bytes of a piece are looked up first.
const window = 8

// search returns where a forbidden word is, each place once, and for how many pieces
// it looked.
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
					what := [...]string{"a secret", "a token", "a client key", "a ticket", "a secret of a command line"}[n.class]
					found = append(found, fmt.Sprintf("%s is in %s, beginning as %.4s…, behind %q", what, l.where, n.text, l.text[max(0, i-40):i]))
				}
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found), sought
}

// TestTheSearchFinds: it finds each form of a whole word and of its halves, and
// nothing else.
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
