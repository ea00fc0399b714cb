package text

import "testing"

// TestTextsShareTheirSentences: a program that takes its languages from one text holds
// the sentences of each once.
func TestTextsShareTheirSentences(t *testing.T) {
	tx := New(English)
	zh := tx.In(Chinese)
	if tx.Say("window.form.save") == zh.Say("window.form.save") || zh.Lang() != Chinese {
		t.Error("In does not change the language")
	}
	if &zh.rows()[0] != &tx.In(Chinese).Knowing(tx.Kinds()).rows()[0] || &tx.rows()[0] != &zh.In(English).rows()[0] {
		t.Error("a language is held twice")
	}
}
