package format_test

import (
	"os/exec"
	"strings"
	"testing"

	"tokentray/core/format"
)

func TestForShell(t *testing.T) {
	for _, c := range []struct{ shell, token, want string }{
		{"", "84_a-B", "export ACCESS_TOKEN='84_a-B'"},
		{"", "a $(b) `c` \"d\" !e", "export ACCESS_TOKEN='a $(b) `c` \"d\" !e'"},
		{"", `it's\`, `export ACCESS_TOKEN='it'\''s'\\''`},
		{"bash", `it's\`, `export ACCESS_TOKEN='it'\''s'\\''`},
		{"fish", `it's\`, `set -gx ACCESS_TOKEN 'it'\''s'\\''`},
		{"powershell", "it's $x ’", "$env:ACCESS_TOKEN = 'it''s $x ’’'"},
	} {
		if got, err := format.ForShell(c.shell, c.token); err != nil || got != c.want {
			t.Errorf("%s: %s, %v; want %s", c.shell, got, err, c.want)
		}
	}
	for _, c := range []struct{ shell, token string }{{"bash", "a\nsecret"}, {"zsh", "a\xffsecret"}, {"csh", "secret"}} {
		if got, err := format.ForShell(c.shell, c.token); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %q, %v", c.shell, got, err)
		}
	}
}

// The shells that are here set the variable, and what they start has it.
func TestShellsTakeTheCommand(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "sh"} {
		path, err := exec.LookPath(shell)
		if err != nil {
			continue
		}
		for _, token := range []string{"84_a-B", `a $(b) "c" 'd' \e`} {
			as := shell
			if shell == "sh" {
				as = "bash"
			}
			line, err := format.ForShell(as, token)
			if err != nil {
				t.Fatal(err)
			}
			script := `eval "$1"; env`
			args := []string{"-c", script, shell, line}
			if shell == "fish" {
				args = []string{"-c", "eval $argv[1]; env", line}
			}
			out, err := exec.Command(path, args...).CombinedOutput()
			if err != nil || !strings.Contains("\n"+string(out), "\nACCESS_TOKEN="+token+"\n") {
				t.Errorf("%s: %v\n%s", shell, err, out)
			}
		}
	}
}
