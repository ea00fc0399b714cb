package cli

import (
	"context"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
)

// moved is an agent whose account waits for its AppSecret after an edit, until
// one is entered.
type moved struct {
	*fake
	edits []api.AccountInput
}

func (m *moved) Edit(_ context.Context, _ api.Ref, in api.AccountInput) (api.Saved, error) {
	m.edits = append(m.edits, in)
	acc := account("shop", core.Sandbox, 0)
	if in.Secret == nil {
		acc.State = core.StateBlocked
		acc.Error = &api.Error{Class: core.Misuse, Remedy: core.RemedySecretAgain, Message: "m", SecretHost: "https://a.example"}
	}
	return api.Saved{Account: acc}, nil
}

// TestAnEditToAnotherHostAsksForTheAppSecret at a terminal; elsewhere it says what
// to do. Nothing entered leaves the account waiting.
func TestAnEditToAnotherHostAsksForTheAppSecret(t *testing.T) {
	for _, c := range []struct {
		name    string
		tty     bool
		answers []string
		code    int
		edits   int
		says    string
	}{
		{"entered", true, []string{appSecret}, exitOK, 2, "Changed shop/sandbox."},
		{"left for later", true, []string{""}, exitOK, 1, "tokentray edit shop/sandbox --secret"},
		{"broken off", true, nil, exitInterrupted, 1, "entered for https://a.example"},
		{"no terminal", false, nil, exitOK, 1, "tokentray edit shop/sandbox --secret"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := withToken(newRun())
			r.term.tty, r.term.answers = c.tty, c.answers
			m := &moved{fake: r.agent}
			r.parts = func(p *Parts) {
				p.Connect = func(context.Context, string, bool) (api.Agent, error) { return m, nil }
			}
			out, errOut := r.try(t, c.code, "edit", "shop", "--base-url", "https://b.example")
			if len(m.edits) != c.edits || !strings.Contains(errOut, c.says) || !strings.Contains(errOut, "Changed shop/sandbox.") {
				t.Errorf("%d edits, and said:\n%s", len(m.edits), errOut)
			}
			if c.edits == 2 && (m.edits[1].Secret == nil || *m.edits[1].Secret != appSecret || m.edits[1].BaseURL != nil || r.term.hidden != 1) {
				t.Errorf("the second edit is %+v, %d answers were hidden", m.edits[1], r.term.hidden)
			}
			if strings.Contains(out+errOut, appSecret) {
				t.Error("the AppSecret is shown")
			}
		})
	}
}

// TestWhoeverEntersAnAppSecretKnowsWhoGetsIt: a file may have named the host.
func TestWhoeverEntersAnAppSecretKnowsWhoGetsIt(t *testing.T) {
	r := withToken(newRun())
	r.agent.list.Accounts[0].BaseURL = "https://b.example/x"
	r.term.tty, r.term.answers = true, []string{appSecret}
	if _, errOut := r.try(t, exitOK, "edit", "shop", "--secret"); !strings.Contains(errOut, "The AppSecret is sent to https://b.example.") {
		t.Errorf("stderr %q", errOut)
	}
	r = withToken(newRun())
	r.term.tty, r.term.answers = true, []string{appSecret}
	if _, errOut := r.try(t, exitOK, "edit", "shop", "--secret"); strings.Contains(errOut, "is sent to") {
		t.Errorf("stderr %q", errOut)
	}
}

// TestCAOfAnAccount: --ca reads a file; what is in it is shown by its name alone.
func TestCAOfAnAccount(t *testing.T) {
	ca := testCA(t)
	dir := t.TempDir()
	file, empty := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "empty.pem")
	for path, text := range map[string]string{file: ca, empty: "\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := withToken(newRun())
	r.try(t, exitOK, "edit", "shop", "--ca", file)
	if got := *r.agent.edited.CA; got != ca {
		t.Errorf("the agent gets %q", got)
	}
	r.try(t, exitOK, "edit", "shop", "--ca", "")
	if got := *r.agent.edited.CA; got != "" {
		t.Errorf("it is not removed: %q", got)
	}
	for _, bad := range []string{empty, filepath.Join(dir, "none.pem"), dir} {
		r.agent.edited = api.AccountInput{}
		if _, errOut := r.try(t, exitUsage, "edit", "shop", "--ca", bad); !strings.Contains(errOut, bad) || r.agent.edited.CA != nil {
			t.Errorf("%s: %s", bad, errOut)
		}
	}
	r = withToken(newRun())
	r.agent.list.Accounts[0].CA = core.CleanCA(ca)
	out, _ := r.try(t, exitOK, "show", "shop")
	if !strings.Contains(out, core.CAName(ca)) || strings.Contains(out, "BEGIN") {
		t.Errorf("show says\n%s", out)
	}
	r.term.tty, r.term.answers = true, []string{appSecret}
	if _, errOut := r.try(t, exitOK, "edit", "shop", "--secret"); !strings.Contains(errOut, "is sent to https://api.weixin.qq.com (CA ") {
		t.Errorf("stderr %q", errOut)
	}
}

// testCA is a certificate in PEM.
func testCA(t *testing.T) string {
	t.Helper()
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
}
