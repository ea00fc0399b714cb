//go:build linux

package main

import (
	"strings"
	"testing"
)

// TestCompare: what compare accepts and what not.
func TestCompare(t *testing.T) {
	a := kept{Name: "a", Note: "one", Secret: "s1", Auto: true}
	b := kept{Name: "b", Note: "two", Secret: "s2", Auto: true}
	before := book{"A": a, "B": b}
	note := before.with("A", func(k *kept) { k.Note = "three" })
	secret := before.with("A", func(k *kept) { k.Note, k.Secret = "three", "s3" })
	many := before.with("C", func(k *kept) { k.Name, k.Secret = "c", "s4" }).with("D", func(k *kept) { k.Name, k.Secret = "d", "s5" })
	editing := &deed{what: "edit", touches: []string{"A"}, after: note}
	for name, c := range map[string]struct {
		got       book
		recovered string
		under     *deed
		outcome   string
		wrong     string
	}{
		"all as it was":                    {got: before},
		"one is lost":                      {got: before.without("B"), wrong: "lost"},
		"one is back":                      {got: before.with("C", func(*kept) {}), wrong: "nobody added it"},
		"an old note":                      {got: note, wrong: "acknowledged as"},
		"another secret":                   {got: before.with("B", func(k *kept) { k.Secret = "x" }), wrong: "acknowledged as"},
		"paused by itself":                 {got: before.with("B", func(k *kept) { k.Auto = false }), recovered: "B", wrong: "acknowledged as"},
		"an edit that was made":            {got: note, under: editing, outcome: "was made"},
		"an edit that was not":             {got: before, under: editing, outcome: "was not made"},
		"an edit and another loss":         {got: note.without("B"), under: editing, outcome: "was made", wrong: "lost"},
		"an edit of something else":        {got: before.with("A", func(k *kept) { k.Note = "four" }), under: editing, outcome: "was not made", wrong: "half"},
		"the secret of an edit":            {got: before.with("A", func(k *kept) { k.Secret = "s3" }), under: &deed{touches: []string{"A"}, after: secret}, outcome: "came back from the vault"},
		"half of an import":                {got: many.without("D"), under: &deed{touches: []string{"C", "D"}, after: many}, wrong: "half done"},
		"an import that was made":          {got: many, under: &deed{touches: []string{"C", "D"}, after: many}, outcome: "was made"},
		"an import found in the vault":     {got: many.without("D").with("C", func(k *kept) { k.Note = "" }), recovered: "C", under: &deed{touches: []string{"C", "D"}, after: many.with("C", func(k *kept) { k.Note = "n" })}, outcome: "came back from the vault"},
		"a removal that was made":          {got: before.without("A"), under: &deed{touches: []string{"A"}, after: before.without("A")}, outcome: "was made"},
		"an account without its AppSecret": {got: before.with("A", func(k *kept) { k.Secret = "" }), under: &deed{touches: []string{"A"}, after: before.without("A")}, outcome: "was not made", wrong: "half"},
	} {
		t.Run(name, func(t *testing.T) {
			outcome, wrong := compare(c.got, map[string]bool{c.recovered: true}, before, c.under)
			if outcome != c.outcome {
				t.Errorf("outcome %q, want %q", outcome, c.outcome)
			}
			if text := strings.Join(wrong, "; "); !strings.Contains(text, c.wrong) || (c.wrong == "") != (text == "") {
				t.Errorf("wrong: %q, want %q", text, c.wrong)
			}
		})
	}
}

// TestWhole: what may be there after a disk refused changes, and what not.
func TestWhole(t *testing.T) {
	a := kept{Name: "a", Note: "one", Secret: "s1", Auto: true}
	before := book{"A": a}
	edit := before.with("A", func(k *kept) { k.Note, k.Secret = "two", "s2" })
	add := before.with("B", func(k *kept) { *k = kept{Name: "b", Note: "n", Secret: "s3", Auto: true} })
	removal := deed{touches: []string{"A"}, after: book{}}
	editing := deed{touches: []string{"A"}, after: edit}
	adding := deed{touches: []string{"B"}, after: add}
	for name, c := range map[string]struct {
		got     book
		refused []deed
		wrong   string
	}{
		"all as it was":                {got: before, refused: []deed{editing, adding}},
		"a refused edit was made":      {got: edit, refused: []deed{editing}},
		"its AppSecret alone":          {got: before.with("A", func(k *kept) { k.Secret = "s2" }), refused: []deed{editing}},
		"its note alone":               {got: before.with("A", func(k *kept) { k.Note = "two" }), refused: []deed{editing}, wrong: "acknowledged as"},
		"an edit of nobody":            {got: edit, wrong: "acknowledged as"},
		"one is lost":                  {got: book{}, refused: []deed{editing}, wrong: "lost"},
		"a refused removal":            {got: book{}, refused: []deed{removal}},
		"a refused addition":           {got: add, refused: []deed{adding}},
		"it came from the vault":       {got: add.with("B", func(k *kept) { k.Note, k.Auto = "", false }), refused: []deed{adding}},
		"without its AppSecret":        {got: add.with("B", func(k *kept) { k.Secret = "" }), refused: []deed{adding}, wrong: "half"},
		"an addition that nobody made": {got: add, wrong: "nobody added it"},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Join(whole(c.got, before, c.refused), "; ")
			if !strings.Contains(text, c.wrong) || (c.wrong == "") != (text == "") {
				t.Errorf("wrong: %q, want %q", text, c.wrong)
			}
		})
	}
}
