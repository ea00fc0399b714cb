package notify

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/xml"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"tokentray/core"
	"tokentray/ui/text"
)

// script decodes the script that PowerShell runs.
func script(t *testing.T, c command) string {
	t.Helper()
	i := slices.Index(c.args, "-EncodedCommand")
	b, err := base64.StdEncoding.DecodeString(c.args[i+1])
	if err != nil || len(b)%2 != 0 {
		t.Fatalf("the script is not encoded: %v", err)
	}
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

// toastOf is a toast whose clicks report the action.
func toastOf(root string, m message) command {
	return toast(root, appID, m, func(act string) string { return "mark " + m.kind.String() + " " + act })
}

// The command is the same for every message. The message is data and arrives
// complete.
func TestCommandsAreConstant(t *testing.T) {
	plain := message{kind: person, title: "a", body: "b"}
	if got := script(t, toastOf(`C:\Windows`, plain)); got != toastScript {
		t.Errorf("the script is\n%s", got)
	}
	if c := toastOf(`C:\Windows`, plain); !strings.HasPrefix(c.path, `C:\Windows`) || !strings.HasSuffix(c.path, "powershell.exe") {
		t.Errorf("%s is run", c.path)
	}
	if c := untoast("", appID, failing); script(t, c) != untoastScript || c.stdin != appID+"\r\nfailing\r\n" {
		t.Errorf("a toast is taken away with %q", c.stdin)
	}
	for _, s := range []string{toastScript, untoastScript} {
		if strings.Contains(s, "Invoke-Expression") || strings.Contains(s, "iex") {
			t.Error("a script runs text")
		}
	}
	if c := banner(plain); c.path != "/usr/bin/osascript" || c.args[1] != bannerScript || c.args[2] != "tokentray" {
		t.Errorf("%s %q is run", c.path, c.args)
	}
}

// FuzzCommands: no account name becomes part of the command.
func FuzzCommands(f *testing.F) {
	for _, s := range []string{
		"shop", `$(calc.exe)`, "`whoami`", `"; Remove-Item C:\ ; "`, "”; calc; “", "„x“", `' & do shell script "x" & '`, "-e", "--", "</text><action/>", "&#36;", "\ufffe", "👩‍💻", "a\x00b", "/Date(1)/",
	} {
		f.Add(s)
	}
	reference := compose(decision{kind: person, accounts: []account{{}, {}}}, noon, text.New(text.English))
	f.Fuzz(func(t *testing.T, name string) {
		for _, lang := range []text.Lang{text.English, text.Chinese} {
			m := compose(told(t, person, blocked(name, name), blocked("shop", "1.2.3.4")), noon, text.New(lang))
			want, got := toastOf(`C:\Windows`, reference), toastOf(`C:\Windows`, m)
			if got.path != want.path || !slices.Equal(got.args, want.args) {
				t.Fatalf("%q changes what PowerShell runs", name)
			}
			lines := strings.Split(got.stdin, "\r\n")
			decoded := func(s string) string {
				b, err := base64.StdEncoding.DecodeString(s)
				if err != nil {
					t.Errorf("%q: %v", s, err)
				}
				return string(b)
			}
			buttons := m.buttons[1:] // the first is a click on the text
			if len(lines) != 6+2*len(buttons) || lines[0] != appID || decoded(lines[1]) != m.title || decoded(lines[2]) != m.body || lines[3] != "person" || lines[4] != "mark person default" {
				t.Fatalf("PowerShell reads %q", got.stdin)
			}
			for i, b := range buttons {
				if decoded(lines[5+2*i]) != b.label || lines[6+2*i] != "mark person "+b.act {
					t.Errorf("PowerShell reads %q for the button %s", got.stdin, b.act)
				}
			}
			// A text node can hold everything that XML allows.
			if err := xml.Unmarshal([]byte("<t>"+markup(m.title+m.body)+"</t>"), new(struct{})); err != nil {
				t.Errorf("%q fits in no XML: %v", m.title+m.body, err)
			}
			args := banner(m).args
			if !slices.Equal(args[:3], banner(reference).args[:3]) || len(args) != 5 || args[3] != m.title || strings.ContainsAny(args[4], "\n\x00") {
				t.Errorf("osascript is told %q", args)
			}
		}
	})
}

// On every platform a token in an error is kept out of the command.
func TestNoSecretInCommands(t *testing.T) {
	const token = "88_token"
	a := but(blocked("shop", "1.2.3.4"), core.Internal, core.RemedyLog, token)
	a.Mask = token
	m := compose(told(t, person, a), noon, text.New(text.English))
	for _, c := range []command{toastOf("", m), banner(m)} {
		said := strings.Join(c.args, " ")
		for _, line := range strings.Fields(c.stdin) {
			if b, err := base64.StdEncoding.DecodeString(line); err == nil {
				said += string(b)
			}
		}
		if strings.Contains(said, token) {
			t.Errorf("%s is told the token", c.path)
		}
	}
}
