package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"tokentray/ui/text"
)

// TestEveryFindingIsSaid: package doctor names sentences by key, and ui/text must
// have each of them. Only a program imports both.
func TestEveryFindingIsSaid(t *testing.T) {
	files, err := filepath.Glob("../../core/doctor/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("no sources: ", err)
	}
	word := regexp.MustCompile(`"((?:folders|agent|database|keyring|port|bus|tray|clipboard|manager|window|upstream|clock)(?:_[a-z_]+)?)"`)
	tx := text.New(text.English)
	found := 0
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range word.FindAllStringSubmatch(string(source), -1) {
			found++
			key := text.Key("doctor." + m[1])
			if !tx.Has(key) && !tx.Has(text.Key("doctor.check."+m[1])) {
				t.Errorf("%s says %s, which has no sentence", name, key)
			}
		}
	}
	if found < 40 {
		t.Errorf("only %d keys were found", found)
	}
}
