package vault

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// opened is the index at path, as the next agent finds it.
func opened(t *testing.T, path string) *Index {
	t.Helper()
	x, err := OpenIndex(path)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// do fails the test on an error of a change.
func do(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestIndexOutlivesTheAgent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vault-index")
	x := opened(t, path)
	do(t, x.Claim("home1"))
	do(t, x.Keep(map[string]string{"a": "", "b": "m1", "c": "m2", "d": ""}))
	do(t, x.Keep(map[string]string{"b": "m3"}))
	do(t, x.Remove("c", "never"))
	do(t, x.Forget("d"))
	for range 2 {
		if got, want := x.Entries(), map[string]string{"a": "", "b": "m3"}; !maps.Equal(got, want) {
			t.Errorf("it holds %v, want %v", got, want)
		}
		if !x.Removed("c") || !x.Removed("never") || x.Removed("a") || x.Removed("d") || x.Home() != "home1" {
			t.Errorf("removed %v, home %q", x.removed, x.Home())
		}
		x = opened(t, path)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	before, err := os.ReadFile(path)
	do(t, err)
	do(t, x.Keep(map[string]string{"a": "", "b": "m3"}))
	do(t, x.Remove("c"))
	do(t, x.Forget("d"))
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Error("what it knows already is written again")
	}
}

// TestIndexAfterACrash: a line that was cut off, or that is no line of ours,
// spoils no other.
func TestIndexAfterACrash(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vault-index")
	do(t, os.WriteFile(path, []byte("home h\n+ a m\nhello\n+\n- \n\x00\x00\n+ b x y\n+ c"), 0o600))
	x := opened(t, path)
	do(t, x.Keep(map[string]string{"e": "m"}))
	x = opened(t, path)
	if got, want := x.Entries(), map[string]string{"a": "m", "b": "x y", "c": "", "e": "m"}; !maps.Equal(got, want) || x.Home() != "h" {
		t.Errorf("it holds %v, want %v; home %q", got, want, x.Home())
	}
}

// TestIndexStaysSmall although accounts are added and renamed for years.
func TestIndexStaysSmall(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vault-index")
	x := opened(t, path)
	do(t, x.Claim("h"))
	do(t, x.Remove("gone"))
	for i := range 1000 {
		do(t, x.Keep(map[string]string{"a": strings.Repeat("x", 1+i%2)}))
	}
	raw, err := os.ReadFile(path)
	do(t, err)
	if lines := strings.Count(string(raw), "\n"); lines > 120 {
		t.Errorf("%d lines for one entry", lines)
	}
	x = opened(t, path)
	if mark, ok := x.Mark("a"); !ok || mark != "xx" || !x.Removed("gone") || x.Home() != "h" {
		t.Errorf("mark %q, removed %v, home %q", mark, x.removed, x.Home())
	}
}

// TestIndexOfLongMarksStaysSmall: a big team's mark is long, and each change of it a line.
func TestIndexOfLongMarksStaysSmall(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vault-index")
	x := opened(t, path)
	many := map[string]string{}
	for i := range 10_000 {
		many[fmt.Sprintf("key%05d", i)] = "m"
	}
	do(t, x.Keep(many))
	long := strings.Repeat("x", 250_000)
	for i := range 100 {
		do(t, x.Keep(map[string]string{"team": fmt.Sprint(i, long)}))
	}
	do(t, x.Remove("gone"))
	if info, err := os.Stat(path); err != nil || info.Size() > 2*longIndex {
		t.Errorf("it is %d bytes long, %v", info.Size(), err)
	}
	x = opened(t, path)
	if mark, _ := x.Mark("team"); mark != fmt.Sprint(99, long) || !x.Removed("gone") || len(x.Entries()) != len(many)+1 {
		t.Errorf("it has %d entries; removed %v; the mark begins with %.8q", len(x.Entries()), x.Removed("gone"), mark)
	}
}

// TestIndexOfAnotherHomeIsPutAside: its entries lie under other names.
func TestIndexOfAnotherHomeIsPutAside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vault-index")
	x := opened(t, path)
	do(t, x.Claim("h1"))
	do(t, x.Keep(map[string]string{"a": ""}))
	x = opened(t, path)
	do(t, x.Claim("h2"))
	if got := x.Entries(); len(got) != 0 {
		t.Errorf("it holds %v", got)
	}
	do(t, x.Keep(map[string]string{"b": ""}))
	if got := opened(t, path+".h1").Entries(); len(got) != 1 {
		t.Errorf("the one put aside holds %v", got)
	}
	if x = opened(t, path); x.Home() != "h2" || len(x.Entries()) != 1 {
		t.Errorf("home %q, entries %v", x.Home(), x.Entries())
	}
}

// TestIndexThatCannotBeWritten refuses the change and goes on with what it has.
func TestIndexThatCannotBeWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no", "vault-index")
	x := opened(t, path)
	if err := x.Keep(map[string]string{"a": ""}); err == nil {
		t.Error("nothing is written and nothing said")
	}
	if len(x.Entries()) != 0 {
		t.Errorf("it holds %v", x.Entries())
	}
	if x, err := OpenIndex(""); err != nil || x.Keep(map[string]string{"a": ""}) != nil || len(x.Entries()) != 1 {
		t.Errorf("one in memory: %v", err)
	}
}

func FuzzIndex(f *testing.F) {
	f.Add("home h\n+ a m\n- b\n~ a\n")
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(t.TempDir(), "vault-index")
		do(t, os.WriteFile(path, []byte(text), 0o600))
		x := opened(t, path)
		do(t, x.Keep(map[string]string{"k": "m"}))
		if mark, ok := opened(t, path).Mark("k"); (!ok || mark != "m") && len(text) < 60_000 { // a longer line ends the reading
			t.Errorf("after %q the entry is lost", text)
		}
		for key := range x.Entries() {
			if x.Removed(key) {
				t.Errorf("%q is both there and removed", key)
			}
		}
	})
}
