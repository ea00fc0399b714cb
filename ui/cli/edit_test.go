package cli

import (
	"context"
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
