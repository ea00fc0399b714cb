package cli

import (
	"maps"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
)

// aviary are the kinds of this version and one with fields of its own and without
// AppID, products and secret.
func aviary(t *testing.T) kinds.Set {
	t.Helper()
	set, err := kinds.Builtin().With(kinds.Spec{
		Kind: "bird", Label: kinds.Label{"en": "Bird"},
		Fields: []kinds.Field{
			{Key: "agent", Label: kinds.Label{"en": "Agent", "zh": "应用"}, Input: kinds.Text, Required: true, Identity: true, Checks: []kinds.Check{{Match: `^[0-9]+$`, Problem: "agent_number", Says: "is a number"}}},
			{Key: "auth_by", Label: kinds.Label{"en": "Sends the secret as"}, Input: kinds.Choice, Choices: []string{"basic", "body"}},
			{Key: "tls", Label: kinds.Label{"en": "TLS"}, Input: kinds.Bool},
		},
		BaseURL: "https://nest.example", Token: kinds.Place{Query: "t"},
		Traits: core.Traits{Repeat: core.RepeatSame, Window: time.Minute, NoSecret: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestFlagsOfAKindsOwn(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want map[string]string
		code int
	}{
		{[]string{"--agent", "7", "--auth-by", "body", "--tls"}, map[string]string{"agent": "7", "auth_by": "body", "tls": "true"}, 0},
		{[]string{"--param", "nest=a=b", "--agent", "7"}, map[string]string{"agent": "7", "nest": "a=b"}, 0},
		{[]string{"--param", "nest"}, nil, exitUsage},
		{nil, nil, 0},
	} {
		r := newRun()
		r.parts = func(p *Parts) { p.Kinds = aviary(t) }
		r.try(t, tt.code, append([]string{"add", "wren", "--kind", "bird"}, tt.args...)...)
		if got := r.agent.added.Params; !maps.Equal(got, tt.want) {
			t.Errorf("%v: %v, want %v", tt.args, got, tt.want)
		}
		if tt.code == 0 && r.agent.added.Secret != nil {
			t.Error("a kind without a secret got one")
		}
	}
}

// TestHelpOfAKind: with --kind the page shows what that kind takes, whichever of
// the two flags comes first.
func TestHelpOfAKind(t *testing.T) {
	for _, tt := range []struct {
		args       []string
		has, hides []string
	}{
		{[]string{"add", "--help"}, []string{"--agent", "--appid", "--secret-stdin", "--product", "wechat, wechat-legacy, bird"}, nil},
		{[]string{"add", "--help", "--kind", "bird"}, []string{"--agent VALUE", "Agent", "basic, body", "--tls"}, []string{"--appid", "--secret-stdin", "--product", "--allow-live"}},
		{[]string{"add", "--kind", "wechat", "--help"}, []string{"--appid", "--secret-stdin", "--product"}, []string{"--agent", "--tls", "--allow-live"}},
		{[]string{"add", "--kind", "wechat-legacy", "--help"}, []string{"--allow-live"}, []string{"--agent"}},
	} {
		r := newRun()
		r.parts = func(p *Parts) { p.Kinds = aviary(t) }
		out, _ := r.try(t, 0, tt.args...)
		_, out, _ = strings.Cut(out, "\nFlags:")
		for _, want := range tt.has {
			if !strings.Contains(out, want) {
				t.Errorf("%v: %q is missing in\n%s", tt.args, want, out)
			}
		}
		for _, hidden := range tt.hides {
			if strings.Contains(out, hidden) {
				t.Errorf("%v shows %q:\n%s", tt.args, hidden, out)
			}
		}
	}
}

func TestAKindsOwnFieldsAreAskedFor(t *testing.T) {
	r := newRun()
	r.parts = func(p *Parts) { p.Kinds = aviary(t) }
	r.term.tty, r.term.answers = true, []string{"wren", "", "bird", "seven", "7"}
	_, errOut := r.try(t, 0, "add")
	if got := r.agent.added.Params["agent"]; got != "7" {
		t.Errorf("agent %q in\n%s", got, errOut)
	}
	if !strings.Contains(errOut, "Agent: is a number") || strings.Contains(errOut, "AppID") || strings.Contains(errOut, "AppSecret") {
		t.Errorf("asked\n%s", errOut)
	}
}
