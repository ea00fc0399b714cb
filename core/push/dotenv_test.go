package push

import (
	"os/exec"
	"strings"
	"testing"
)

const newToken = "88_new-token_0123456789"

func TestSetVariable(t *testing.T) {
	for name, tt := range map[string]struct{ before, after string }{
		"an empty file":              {"", "T=NEW\n"},
		"no such variable":           {"A=1\n", "A=1\nT=NEW\n"},
		"no line end at the end":     {"A=1", "A=1\nT=NEW\n"},
		"a bare value":               {"A=1\nT=old\nB=2\n", "A=1\nT=NEW\nB=2\n"},
		"the last line":              {"A=1\nT=old", "A=1\nT=NEW"},
		"no value":                   {"T=\nB=2\n", "T=NEW\nB=2\n"},
		"no value and no line end":   {"T=", "T=NEW"},
		"double quotes":              {"T=\"old\"\n", "T=\"NEW\"\n"},
		"single quotes":              {"T='old'\n", "T='NEW'\n"},
		"backticks":                  {"T=`old`\n", "T=`NEW`\n"},
		"empty quotes":               {"T=\"\" # mine\n", "T=\"NEW\" # mine\n"},
		"export":                     {"export T=old\n", "export T=NEW\n"},
		"export, indented and wide":  {"  export \t T = old  \n", "  export \t T = NEW  \n"},
		"a comment behind":           {"T=old # from WeChat\n", "T=NEW # from WeChat\n"},
		"a comment behind nothing":   {"T= # from WeChat\n", "T=NEW # from WeChat\n"},
		"a hash within":              {"T=old#x\n", "T=NEW\n"},
		"a comment behind quotes":    {"T='old' # x\n", "T='NEW' # x\n"},
		"a comment that looks alike": {"# T=old\n#T=older\nT=x\n", "# T=old\n#T=older\nT=NEW\n"},
		"twice":                      {"T=one\nA=1\nT=\"two\"\n", "T=NEW\nA=1\nT=\"NEW\"\n"},
		"CRLF":                       {"A=1\r\nT=old\r\nB=2\r\n", "A=1\r\nT=NEW\r\nB=2\r\n"},
		"CRLF, appended":             {"A=1\r\nB=2\r\n", "A=1\r\nB=2\r\nT=NEW\r\n"},
		"CRLF, no line end":          {"A=1\r\nB=2", "A=1\r\nB=2\r\nT=NEW\r\n"},
		"a byte order mark":          {"\ufeffT=old\n", "\ufeffT=NEW\n"},
		"nothing but such a mark":    {"\ufeff", "\ufeffT=NEW\n"},
		"a name that begins alike":   {"TT=1\nT_T=2\nXT=3\n", "TT=1\nT_T=2\nXT=3\nT=NEW\n"},
		"many lines in quotes":       {"A=\"x\nT=old\ny\"\nT=1\n", "A=\"x\nT=old\ny\"\nT=NEW\n"},
		"many lines of its own":      {"T=\"a\nb\"\nA=1\n", "T=\"NEW\"\nA=1\n"},
		"an escaped quote":           {"A=\"\\\"\nT=old\n\"\nT=1\n", "A=\"\\\"\nT=old\n\"\nT=NEW\n"},
		"a quote that is not closed": {"A=\"x\nT=old\n", "A=\"x\nT=NEW\n"},
		"two quotes on two lines":    {"A=\"x\nT=\"old\"\n", "A=\"x\nT=\"NEW\"\n"},
		"more behind the quotes":     {"T=\"a\"b\nA=1\n", "T=NEW\nA=1\n"},
		"all of them exported":       {"export A=1\nexport B=2\n", "export A=1\nexport B=2\nexport T=NEW\n"},
		"some of them exported":      {"export A=1\nB=2\n", "export A=1\nB=2\nT=NEW\n"},
		"a name without a value":     {"T\nexport T\n", "T\nexport T\nT=NEW\n"},
		"a variable named export":    {"export=1\nexport = 2\n", "export=1\nexport = 2\nT=NEW\n"},
		"blank lines and order":      {"\n\n# head\n\nB=1\n\nA=2\n", "\n\n# head\n\nB=1\n\nA=2\nT=NEW\n"},
		"no line of a .env file":     {"{\"a\": 1}\n", "{\"a\": 1}\nT=NEW\n"},
	} {
		t.Run(name, func(t *testing.T) {
			want := strings.ReplaceAll(tt.after, "NEW", newToken)
			got, err := setVariable(tt.before, "T", newToken)
			if err != nil || got != want {
				t.Fatalf("%q became\n%q, want\n%q (%v)", tt.before, got, want, err)
			}
			if again, err := setVariable(got, "T", newToken); err != nil || again != got {
				t.Errorf("a second time: %q, %v", again, err)
			}
		})
	}
}

func TestSetVariableQuotesWhatNeedsIt(t *testing.T) {
	for before, want := range map[string]string{
		"T=old\n": "T='a b'\n", "T=\"old\" # c\n": "T='a b' # c\n", "A=1\n": "A=1\nT='a b'\n",
	} {
		if got, err := setVariable(before, "T", "a b"); err != nil || got != want {
			t.Errorf("%q became %q, want %q (%v)", before, got, want, err)
		}
	}
	for _, value := range []string{"it's", "a$b", "a\nb", `a\b`} {
		if got, err := setVariable("T=old\n", "T", value); err == nil || strings.Contains(err.Error(), value) {
			t.Errorf("%q: %q, %v; want an error without it", value, got, err)
		}
	}
	if _, err := setVariable("T=\x00", "T", "x"); err == nil {
		t.Error("a binary file was taken")
	}
}

// TestSetVariableInASection: a file with sections, as ThinkPHP has it.
func TestSetVariableInASection(t *testing.T) {
	const file = "APP_DEBUG = true\n\n[WECHAT]\nAPPID = wx1\nT = old ; ours\n\n[MINI]\nT=\"x\"\nU=1\n"
	for _, c := range []struct{ key, before, after string }{
		{"WECHAT.T", file, strings.Replace(file, "old", "NEW", 1)},
		{"mini.T", file, strings.Replace(file, "x\"", "NEW\"", 1)},
		{"U", file, strings.Replace(file, "U=1", "U=NEW", 1)},
		{"NEW_ONE", file, strings.Replace(file, "true\n", "true\nNEW_ONE=NEW\n", 1)},
		{"WECHAT.V", file, strings.Replace(file, "; ours\n", "; ours\nV=NEW\n", 1)},
		{"MINI.V", file, file + "V=NEW\n"},
		{"OTHER.V", file, file + "\n[OTHER]\nV=NEW\n"},
		{"A.T", "", "[A]\nT=NEW\n"},
		{"T", "[A]\r\nB=1\r\n", "T=NEW\r\n[A]\r\nB=1\r\n"},
		{"A.T", "[A] ; x\r\n\r\n[B]\r\n", "[A] ; x\r\nT=NEW\r\n\r\n[B]\r\n"},
		{"wx.T", "wx.T=old\nA=1\n", "wx.T=NEW\nA=1\n"},
		{"A.T", "X=\"\n[A]\n\"\nT=1\n[A]\n", "X=\"\n[A]\n\"\nT=1\n[A]\nT=NEW\n"},
	} {
		want := strings.ReplaceAll(c.after, "NEW", newToken)
		if c.key == "NEW_ONE" {
			want = strings.Replace(want, newToken+"_ONE", "NEW_ONE", 1)
		}
		got, err := setVariable(c.before, c.key, newToken)
		if err != nil || got != want {
			t.Errorf("%s: %q became\n%q, want\n%q (%v)", c.key, c.before, got, want, err)
		}
		if again, err := setVariable(got, c.key, newToken); err != nil || again != got {
			t.Errorf("%s, a second time: %q, %v", c.key, again, err)
		}
	}
	if _, err := setVariable(file, "T", newToken); err == nil || !strings.Contains(err.Error(), "WECHAT.T, MINI.T") || strings.Contains(err.Error(), newToken) {
		t.Errorf("one name in two sections: %v", err)
	}
	if _, err := setVariable("A=1\n", "X.T", newToken); err == nil {
		t.Error("a section of a file without any was taken")
	}
}

// TestShellsReadWhatWasSet: bash reads the new value, and the other variables as
// before.
func TestShellsReadWhatWasSet(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here")
	}
	before := "# head\nexport A='one two'\nT=\"old\" # ours\nB=3\nC=\"x\nT=inside\"\n"
	text, err := setVariable(before, "T", newToken)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bash, "-c", `. /dev/stdin; printf '%s|' "$A" "$T" "$B" "$C"`)
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.CombinedOutput()
	if want := "one two|" + newToken + "|3|x\nT=inside|"; err != nil || string(out) != want {
		t.Errorf("bash read %q, want %q (%v)", out, want, err)
	}
}

// FuzzSetVariable: whatever the file, the variable has the value wherever it is
// assigned, every other assignment stays, and so does every byte beside.
func FuzzSetVariable(f *testing.F) {
	for _, s := range []string{
		"", "T=old", "export T='old' # c\r\nA=1\r\n", "A=\"x\nT=1\"\nT=", "T=\"\\\"\"\nT=`a`", "\ufeffT = 1", "T=\"x\nA='y", "# T=1\n\nT=#x\nT= # x", "T=\r", "T='a'b",
	} {
		f.Add(s, "88_tok-en")
		f.Add(s, "a b")
	}
	f.Fuzz(func(t *testing.T, before, value string) {
		after, err := setVariable(before, "T", value)
		if err != nil {
			return
		}
		strip := func(text string) (rest string, others []string, values []string) {
			var out strings.Builder
			at := 0
			all, _ := assignments(text)
			for _, a := range all {
				v := text[a.start:a.end]
				if a.name != "T" {
					others = append(others, a.name+"="+v)
					continue
				}
				out.WriteString(text[at:a.start])
				at = a.end
				values = append(values, v)
			}
			return out.String() + text[at:], others, values
		}
		restBefore, othersBefore, valuesBefore := strip(before)
		restAfter, othersAfter, valuesAfter := strip(after)
		_, sections := assignments(before)
		if len(sections) == 0 && !strings.HasPrefix(restAfter, restBefore) || len(valuesBefore) > 0 && restAfter != restBefore {
			t.Errorf("beside the values %q became %q", restBefore, restAfter)
		}
		if strings.Join(othersBefore, "\x00") != strings.Join(othersAfter, "\x00") {
			t.Errorf("the others %q became %q", othersBefore, othersAfter)
		}
		if len(valuesAfter) != max(1, len(valuesBefore)) {
			t.Errorf("%q became %q", valuesBefore, valuesAfter)
		}
		for _, v := range valuesAfter {
			if strings.Trim(v, "'\"`") != strings.Trim(value, "'\"`") {
				t.Errorf("a value is %q, want %q", v, value)
			}
		}
		if again, err := setVariable(after, "T", value); err != nil || again != after {
			t.Errorf("a second time: %q became %q (%v)", after, again, err)
		}
	})
}

// TestSetVariableOfALongToken: a token of 8 KB is set whole, with and without quotes,
// and replaced whole.
func TestSetVariableOfALongToken(t *testing.T) {
	long := strings.Repeat("0123456789aBcD-_", 8<<10/16)
	for before, want := range map[string]string{
		"":              "T=" + long + "\n",
		"T=old\nB=2\n":  "T=" + long + "\nB=2\n",
		"T=\"old\" # c": "T=\"" + long + "\" # c",
	} {
		got, err := setVariable(before, "T", long)
		if err != nil || got != want {
			t.Errorf("%q became %d bytes, want %d (%v)", before, len(got), len(want), err)
		}
		if again, err := setVariable(got, "T", newToken); err != nil || again != strings.Replace(want, long, newToken, 1) {
			t.Errorf("a short token after it: %q, %v", again, err)
		}
	}
}
