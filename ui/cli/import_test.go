package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
)

// importer is an agent that answers with the plans of a test, and keeps what it
// was asked.
type importer struct {
	*fake
	plan func(api.ImportRequest) (api.ImportPlan, error)
	reqs []api.ImportRequest
}

func (f *importer) Import(_ context.Context, req api.ImportRequest) (api.ImportPlan, error) {
	f.reqs = append(f.reqs, req)
	return f.plan(req)
}

// withImport gives a run an agent that plans as plan says.
func withImport(r *run, plan func(api.ImportRequest) (api.ImportPlan, error)) *importer {
	f := &importer{fake: r.agent, plan: plan}
	r.parts = func(p *Parts) {
		p.Connect = func(context.Context, string, bool) (api.Agent, error) { return f, nil }
	}
	return f
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// conflicting is a plan with one conflict, ready once the conflict is decided.
func conflicting(req api.ImportRequest) (api.ImportPlan, error) {
	action := req.OnConflict
	if action == "" {
		action = api.ImportUndecided
	}
	return api.ImportPlan{
		Rows: []api.ImportRow{{
			Status: api.ImportConflict, Action: action, Name: "shop", Env: core.Sandbox, AppID: "wx0123456789abcdef",
			With: "shop/sandbox", Changes: []string{"note", "secret"},
		}},
		Digest: "0011", Ready: action != api.ImportUndecided, Done: req.Apply != "",
	}, nil
}

const shopEnv = "SHOP_WX_APPID=wx0123456789abcdef\nSHOP_WX_SECRET=0123456789abcdef0123456789abcdef\n"

func TestAConflictIsAskedAbout(t *testing.T) {
	r := newRun()
	r.term.tty, r.term.answers = true, []string{"burn", "Replace", "y"}
	f := withImport(r, conflicting)
	out, errOut := r.try(t, exitOK, "import", write(t, "a.env", shopEnv))
	if !strings.Contains(out, "conflict (replace)") || !strings.Contains(out, "other note, AppSecret") || !strings.Contains(errOut, "Imported accounts: 1") {
		t.Errorf("stdout:\n%s\nstderr:\n%s", out, errOut)
	}
	if len(f.reqs) != 3 || f.reqs[2].Apply != "0011" || f.reqs[2].OnConflict != api.ConflictReplace || string(f.reqs[2].File.Data) != shopEnv || f.reqs[2].File.Name != "a.env" {
		t.Errorf("asked %d times, at last %+v", len(f.reqs), f.reqs[len(f.reqs)-1])
	}
}

func TestNothingIsImportedUnlessSomebodyAgrees(t *testing.T) {
	for _, c := range []struct {
		name    string
		answers []string
		tty     bool
		args    []string
		code    int
		asked   int
	}{
		{"no", []string{"n"}, true, []string{"--on-conflict", "replace"}, exitFailure, 1},
		{"Ctrl-C at the first question", nil, true, nil, exitInterrupted, 1},
		{"nobody to ask", nil, false, []string{"--on-conflict", "replace"}, exitUsage, 1},
		{"nobody to decide", nil, false, []string{"--yes"}, exitUsage, 1},
		{"a dry run", nil, false, []string{"--on-conflict", "replace", "--dry-run", "--yes"}, exitOK, 1},
		{"nothing to do", nil, false, []string{"--on-conflict", "skip"}, exitOK, 1},
		{"a format that is none", nil, false, []string{"--from", "xml"}, exitUsage, 0},
		{"a secret's key alone", nil, false, []string{"--secret-key", "X"}, exitUsage, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRun()
			r.term.tty, r.term.answers = c.tty, c.answers
			f := withImport(r, conflicting)
			r.try(t, c.code, append([]string{"import", write(t, "a.env", shopEnv)}, c.args...)...)
			if len(f.reqs) != c.asked {
				t.Errorf("the agent was asked %d times", len(f.reqs))
			}
			for _, req := range f.reqs {
				if req.Apply != "" {
					t.Error("it was carried out")
				}
			}
		})
	}
}

func TestAnImportThatTheAgentRefuses(t *testing.T) {
	r := newRun()
	withImport(r, func(req api.ImportRequest) (api.ImportPlan, error) {
		if req.Apply == "" {
			req.OnConflict = api.ConflictReplace
			return conflicting(req)
		}
		return api.ImportPlan{}, &core.Error{Class: core.VaultClosed, Remedy: core.RemedyImportLeft, Message: "nothing was imported"}
	})
	_, errOut := r.try(t, exitVault, "import", write(t, "a.env", shopEnv), "--yes")
	if !strings.Contains(errOut, "Nothing was imported.") || !strings.Contains(errOut, "Import again") || strings.Contains(errOut, "0123456789abcdef0123456789abcdef") {
		t.Errorf("stderr:\n%s", errOut)
	}
}

// The agent says that a file is a backup, and only then the passphrase is asked for.
func TestABackupAsksForItsPassphrase(t *testing.T) {
	r := newRun()
	r.term.tty, r.term.answers = true, []string{"correct horse"}
	f := withImport(r, func(req api.ImportRequest) (api.ImportPlan, error) {
		if req.File.Passphrase == "" {
			return api.ImportPlan{}, &core.Error{Class: core.Invalid, Remedy: core.RemedyBackupAsk, Message: "it is a backup"}
		}
		req.OnConflict = api.ConflictSkip
		return conflicting(req)
	})
	r.try(t, exitOK, "import", write(t, "a.age", "age"))
	if len(f.reqs) != 2 || f.reqs[1].File.Passphrase != "correct horse" {
		t.Errorf("asked %d times", len(f.reqs))
	}
}

// What is wrong with a file is said line by line, in the person's language.
func TestFaultsOfAFile(t *testing.T) {
	r := newRun()
	withImport(r, func(api.ImportRequest) (api.ImportPlan, error) {
		return api.ImportPlan{}, &core.Error{
			Class: core.Invalid, Remedy: core.RemedyInput, Message: "line 2: x",
			Err: api.ImportFaults{{Code: "quote", Line: 2, Key: "WX_SECRET"}, {Code: "too_many", Other: 7}},
		}
	})
	_, errOut := r.try(t, exitUsage, "import", write(t, "a.env", shopEnv))
	for _, want := range []string{"line 2, WX_SECRET: a quotation begins here", "more than 7;"} {
		if !strings.Contains(errOut, want) {
			t.Errorf("stderr lacks %q:\n%s", want, errOut)
		}
	}
}

// TestAFileThatCameInTheMeantimeIsNotReplaced: what is written without force
// takes its name first.
func TestAFileThatCameInTheMeantimeIsNotReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	if err := writeOut(path, []byte("one"), false); err != nil {
		t.Fatal(err)
	}
	if err := writeOut(path, []byte("two"), false); err == nil {
		t.Error("it was replaced")
	}
	if err := writeOut(path, []byte("three"), true); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "three" {
		t.Errorf("%q, %v", data, err)
	}
	if err := writeOut(filepath.Join(path, "b"), nil, false); err == nil {
		t.Error("a file was written below a file")
	}
	names, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(names) != 1 {
		t.Errorf("%v, %v", names, err)
	}
}

// TestAPlanShowsWhereCallsWouldGo: complete, however narrow the terminal is, because
// the person who agrees sends an AppSecret there.
func TestAPlanShowsWhereCallsWouldGo(t *testing.T) {
	const evil = "https://api.weixin.qq.com.a-very-long-name-that-nobody-reads-to-its-end.evil.example/cgi-bin"
	for _, width := range []int{40, 80, 0} {
		r := newRun()
		r.term.outTTY, r.term.width = width > 0, width
		withImport(r, func(req api.ImportRequest) (api.ImportPlan, error) {
			return api.ImportPlan{
				Rows: []api.ImportRow{{
					Status: api.ImportConflict, Action: api.ImportReplace, Name: "shop", Env: core.Sandbox, With: "shop/sandbox",
					Changes: []string{"base_url", "proxy"}, SecretAgain: true,
					Addresses: []api.ImportAddress{
						{Field: "base_url", From: "https://api.weixin.qq.com", To: evil},
						{Field: "proxy", To: "http://\u202eproxy\x1b[2J.example:1"},
					},
				}}, Digest: "0011", Ready: true, Done: req.Apply != "",
			}, nil
		})
		out, errOut := r.try(t, exitOK, "import", write(t, "a.env", shopEnv), "--on-conflict", "replace", "--yes")
		for _, want := range []string{
			"shop/sandbox: base URL https://api.weixin.qq.com → " + evil + "\n", "shop/sandbox: proxy none → http://",
			"shop/sandbox: its AppSecret was entered for another host",
		} {
			if !strings.Contains(out, want) {
				t.Errorf("%d columns: no %q in\n%s", width, want, out)
			}
		}
		if strings.Contains(out, "\u202e") || strings.Contains(out, "\x1b[2J") {
			t.Errorf("control characters are printed: %q", out)
		}
		if !strings.Contains(errOut, "tokentray edit shop/sandbox --secret") {
			t.Errorf("it does not say what to do then: %q", errOut)
		}
	}
}

// TestAPlanShowsWhatNobodySees: a name that is refused for an invisible character shows
// it, and prints no control character.
func TestAPlanShowsWhatNobodySees(t *testing.T) {
	r := newRun()
	withImport(r, func(api.ImportRequest) (api.ImportPlan, error) {
		return api.ImportPlan{Rows: []api.ImportRow{{
			Status: api.ImportProblem, Name: "sh\u200bop\x1b[2J", Env: core.Sandbox, AppID: "wx\u202e1",
			Problems: []core.Problem{{Field: "name", Key: core.ProblemNameChars}},
		}}, Digest: "0011"}, nil
	})
	out, _ := r.try(t, exitUsage, "import", write(t, "a.env", shopEnv), "--dry-run")
	if !strings.Contains(out, `sh\u200Bop\u001B[2J`) || !strings.Contains(out, `wx\u202E1`) || strings.ContainsAny(out, "\u200b\u202e\x1b") {
		t.Errorf("%q", out)
	}
}

// TestAPlanStaysReadable: a name as long as a file can make it does not widen the table,
// and a setting that a file may not change has its reason. In a terminal the reasons go on
// in lines of their own, and none is cut.
func TestAPlanStaysReadable(t *testing.T) {
	plan := api.ImportPlan{
		Rows: []api.ImportRow{{
			Status: api.ImportProblem, Name: strings.Repeat("n", 1<<20), Env: core.Sandbox, AppID: strings.Repeat("x", 1<<20),
			Problems: []core.Problem{{Field: "name", Key: core.ProblemNameLong}},
		}},
		Settings: []api.ImportSetting{{Key: "hotkey", Status: api.ImportProblem, Action: api.ImportSkip}}, Digest: "0011",
	}
	shown := func(width int) string {
		t.Helper()
		r := newRun()
		r.env["NO_COLOR"], r.term.outTTY, r.term.width = "1", width > 0, width
		withImport(r, func(api.ImportRequest) (api.ImportPlan, error) { return plan, nil })
		out, _ := r.try(t, exitUsage, "import", write(t, "a.env", shopEnv), "--dry-run")
		return out
	}
	if out := shown(0); len(out) > 4096 || !strings.Contains(out, "setting hotkey") || !strings.Contains(out, "no setting that a file may change") {
		t.Errorf("%d bytes: %.600q", len(out), out)
	}
	out := shown(80)
	for line := range strings.Lines(out) {
		if n := cells(strings.TrimSuffix(line, "\n")); n > 80 {
			t.Errorf("%d cells: %q", n, line)
		}
	}
	words := strings.Join(strings.Fields(out), " ")
	for _, want := range []string{"A name has at most 200 characters.", "setting hotkey", "no setting that a file may change, or no value of it"} {
		if !strings.Contains(words, want) {
			t.Errorf("in a terminal it does not say %q but\n%s", want, out)
		}
	}
}
