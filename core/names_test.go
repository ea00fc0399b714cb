package core

import "testing"

// TestNamesThatLookAlike: nothing that nobody sees makes a second name of one.
func TestNamesThatLookAlike(t *testing.T) {
	for name, want := range map[string]string{
		"shop": "", "é店 2": "", "👨‍💻": "", "❤️‍🔥": "", "می\u200cخواهم": "",
		"sh\u200bop": ProblemNameChars, "shop\u200d": ProblemNameChars, "sh\u200dop": ProblemNameChars, "sh\u2060op": ProblemNameChars,
		"sh\ufeffop": ProblemNameChars, "sh\u00adop": ProblemNameChars, "sh\u034fop": ProblemNameChars, "shop\u3164": ProblemNameChars,
		"sh\u202eop": ProblemNameChars, "sh\u0085op": ProblemNameChars, "shop\U000e0041": ProblemNameChars,
	} {
		if got := checkNewName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	if _, err := CleanName("sh\u200bop"); err != nil {
		t.Errorf("a name of an earlier version cannot be found: %v", err)
	}
}

func TestANoteHoldsNothingThatATerminalObeys(t *testing.T) {
	a := Account{Note: " one\n\ttwo \u202ethree\u0085\u009b31m\x1b[0m\u2028👨‍💻\r\n"}.Clean()
	if want := "one\n\ttwo three31m[0m👨‍💻"; a.Note != want {
		t.Errorf("%q, want %q", a.Note, want)
	}
	if again := a.Clean(); again.Note != a.Note {
		t.Errorf("cleaned again: %q", again.Note)
	}
}
