package cli

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
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
			{Key: "song_by", Label: kinds.Label{"en": "Sends the secret as"}, Input: kinds.Choice, Choices: []string{"whistle", "hum"}},
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
		{[]string{"--agent", "7", "--song-by", "hum", "--tls"}, map[string]string{"agent": "7", "song_by": "hum", "tls": "true"}, 0},
		{[]string{"--param", "nest=a=b", "--agent", "7"}, map[string]string{"agent": "7", "nest": "a=b"}, 0},
		{[]string{"--param", "nest"}, nil, exitUsage},
		{nil, nil, 0},
	} {
		r := newRun()
		r.agent.kinds = aviary(t)
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
		{[]string{"add", "--help"}, []string{"--agent", "--appid", "--secret-stdin", "--product", "wechat, wechat-legacy, wecom, oauth2, central, redis, bird"}, nil},
		{[]string{"add", "--help", "--kind", "bird"}, []string{"--agent VALUE", "Agent", "whistle, hum", "--tls"}, []string{"--appid", "--secret-stdin", "--product", "--allow-live"}},
		{[]string{"add", "--kind", "wechat", "--help"}, []string{"--appid", "--secret-stdin", "--product"}, []string{"--agent", "--tls", "--allow-live"}},
		{[]string{"add", "--kind", "wechat-legacy", "--help"}, []string{"--allow-live"}, []string{"--agent"}},
	} {
		r := newRun()
		r.agent.kinds = aviary(t)
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
	r.agent.kinds = aviary(t)
	r.term.tty, r.term.answers = true, []string{"wren", "", "bird", "seven", "7"}
	_, errOut := r.try(t, 0, "add")
	if got := r.agent.added.Params["agent"]; got != "7" {
		t.Errorf("agent %q in\n%s", got, errOut)
	}
	if !strings.Contains(errOut, "Agent: is a number") || strings.Contains(errOut, "AppID") || strings.Contains(errOut, "AppSecret") {
		t.Errorf("asked\n%s", errOut)
	}
}

// TestTheKindsOfTheRunningAgent: it may know more than the program. Flags, help and
// completion follow it; where none runs, the program's own kinds do.
func TestTheKindsOfTheRunningAgent(t *testing.T) {
	for _, tt := range []struct {
		what string
		none bool
		args []string
		has  bool
	}{
		{"help", false, []string{"add", "--help"}, true},
		{"help", true, []string{"add", "--help"}, false},
		{"help of edit", false, []string{"help", "edit"}, true},
		{"kinds", false, []string{"__complete", "add", "wren", "--kind", ""}, true},
		{"kinds", true, []string{"__complete", "add", "wren", "--kind", ""}, false},
		{"kinds of an import", false, []string{"__complete", "import", "x", "--kind", ""}, true},
		{"flags", false, []string{"__complete", "edit", "wren", "--song"}, true},
		{"choices", false, []string{"__complete", "add", "wren", "--song-by", ""}, true},
	} {
		r := newRun()
		r.agent.kinds, r.none = aviary(t), tt.none
		out, _ := r.try(t, 0, tt.args...)
		if has := strings.Contains(out, "bird") || strings.Contains(out, "song-by") || strings.Contains(out, "whistle"); has != tt.has {
			t.Errorf("%s, an agent runs: %v: says of the kind: %v\n%s", tt.what, !tt.none, has, out)
		}
		if r.started {
			t.Errorf("%s started an agent", tt.what)
		}
	}
	r := newRun()
	r.agent.kinds, r.none = aviary(t), true
	r.try(t, exitUsage, "add", "wren", "--kind", "bird", "--song-by", "whistle")
	r = newRun() // the agent that is started knows it
	r.agent.kinds, r.none = aviary(t), true
	r.try(t, 0, "add", "wren", "--kind", "bird", "--param", "agent=7", "--secret-stdin")
	if r.agent.added.Params["agent"] != "7" {
		t.Errorf("added %+v", r.agent.added)
	}
}

// TestTheHomeIsKnownBeforeTheFlags: the agent that is asked is that of --home.
func TestTheHomeIsKnownBeforeTheFlags(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"add", "--home", "/a", "--help"}, "/a"},
		{[]string{"--home=/a", "add", "--help"}, "/a"},
		{[]string{"--home=/a", "add", "--home", "/b", "--help"}, "/b"},
		{[]string{"add", "--help"}, ""},
		{[]string{"add", "--home"}, ""},
		{[]string{"exec", "x", "--", "add", "--home", "/b"}, ""},
	} {
		if got := homeOf(tt.args); got != tt.want {
			t.Errorf("%v: %q", tt.args, got)
		}
		r := newRun()
		r.parts = func(p *Parts) {
			p.Connect = func(_ context.Context, home string, _ bool) (api.Agent, error) {
				if home != tt.want {
					t.Errorf("%v: asked the agent of %q", tt.args, home)
				}
				return r.agent, nil
			}
		}
		if tt.args[len(tt.args)-1] == "--help" {
			r.try(t, 0, tt.args...)
		}
	}
}

// TestAFieldTakesNoFlagOfAnother: a kind that a user describes may have a field of
// any key.
func TestAFieldTakesNoFlagOfAnother(t *testing.T) {
	all := aviary(t).All()
	odd := all[len(all)-1]
	odd.Kind, odd.Fields = "odd", []kinds.Field{{Key: "help", Input: kinds.Text}, {Key: "json", Input: kinds.Text}, {Key: "yes", Input: kinds.Text}, {Key: "wing", Input: kinds.Text}}
	set, err := kinds.Builtin().With(odd)
	if err != nil {
		t.Fatal(err)
	}
	r := newRun()
	r.agent.kinds = set
	r.try(t, 0, "add", "wren", "--kind", "odd", "--wing", "1", "--param", "json=2", "--yes")
	if got := r.agent.added.Params; !maps.Equal(got, map[string]string{"wing": "1", "json": "2"}) {
		t.Errorf("params %v", got)
	}
}

// TestWatchLearnsKinds: it speaks of a kind that joins while it runs.
func TestWatchLearnsKinds(t *testing.T) {
	r := newRun()
	r.agent.list.Accounts = []api.Account{account("wren", core.Sandbox, time.Hour)}
	r.agent.events = make(chan api.Event, 3)
	r.agent.events <- api.Event{Type: api.EventSnapshot, Snapshot: &r.agent.list}
	r.agent.events <- api.Event{Type: api.EventKinds}
	r.agent.events <- api.Event{Type: api.EventBye}
	r.try(t, 0, "watch")
	if r.agent.asks != 2 {
		t.Errorf("the agent was asked %d times which kinds there are, want at first and when there were others", r.agent.asks)
	}
}

// TestAFlagByItsOtherName: a kind can call a flag by another name, and then either
// sets the field.
func TestAFlagByItsOtherName(t *testing.T) {
	for _, flag := range []string{"--corpid", "--appid"} {
		r := newRun()
		r.try(t, 0, "add", "hr", "--kind", "wecom", flag, "ww0123456789abcdef", "--agent", "1000002", "--secret-stdin")
		if got := r.agent.added; got.AppID == nil || *got.AppID != "ww0123456789abcdef" || got.Params["agent"] != "1000002" {
			t.Errorf("%s: added %+v", flag, got)
		}
	}
}

// TestCommandsLookAtNoKind: to gather the kinds takes longer than most commands do.
// Only those that speak of kinds look at them.
func TestCommandsLookAtNoKind(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"get", "shop"}, {"list"}, {"history", "shop"}} {
		r := withToken(newRun())
		r.parts = func(p *Parts) {
			p.Kinds = func() kinds.Set {
				t.Errorf("%v looked at the kinds", args)
				return kinds.Builtin()
			}
		}
		r.try(t, 0, args...)
	}
	looked := false
	r := newRun()
	r.none = true
	r.parts = func(p *Parts) {
		p.Kinds = func() kinds.Set { looked = true; return aviary(t) }
	}
	if out, _ := r.try(t, 0, "help", "add"); !looked || !strings.Contains(out, "--song-by") {
		t.Errorf("help of add does not know the kinds of the program:\n%s", out)
	}
}

// TestNamesOfOneFlag: two names of one flag with different values, and a name that is
// another kind's, are errors that say what is meant; nothing is added.
func TestNamesOfOneFlag(t *testing.T) {
	for _, tt := range []struct {
		args []string
		says string // empty: it is added
	}{
		{[]string{"--kind", "wecom", "--corpid", "ww1", "--appid", "ww2", "--agent", "1"}, "--appid, --client-id, --corpid are one flag"},
		{[]string{"--kind", "wecom", "--corpid", "ww1", "--corpid", "ww2", "--agent", "1"}, "are one flag"},
		{[]string{"--kind", "wecom", "--corpid", "ww0123456789abcdef", "--appid", "ww0123456789abcdef", "--agent", "1"}, ""},
		{[]string{"--kind", "wechat", "--corpid", "ww0123456789abcdef"}, "--corpid is of wecom; an account of the kind wechat takes --appid"},
		{[]string{"--corpid", "ww0123456789abcdef"}, "--corpid is of wecom; an account of the kind wechat takes --appid"},
		{[]string{"--kind", "wecom", "--client-id", "x", "--agent", "1"}, "--client-id is of oauth2; an account of the kind wecom takes --corpid, --agent, --label"},
		{[]string{"--kind", "central", "--token-url", "https://t.example/x"}, "--token-url is of oauth2; an account of the kind central takes --base-url, --query"},
		{[]string{"--kind", "oauth2", "--client-id", "x", "--token-url", "https://t.example/x"}, ""},
	} {
		r := newRun()
		r.term.in = strings.NewReader("s3cr3t\n")
		code := exitUsage
		if tt.says == "" {
			code = 0
		}
		_, errOut := r.try(t, code, append([]string{"add", "crm", "--secret-stdin"}, tt.args...)...)
		if !strings.Contains(errOut, tt.says) || (tt.says == "") != slices.Contains(r.agent.calls, "add") {
			t.Errorf("%v: %q, calls %v", tt.args, errOut, r.agent.calls)
		}
	}
	r := newRun()
	r.agent.list.Accounts = []api.Account{account("shop", core.Sandbox, time.Hour)}
	if _, errOut := r.try(t, exitUsage, "edit", "shop/sandbox", "--corpid", "ww1"); !strings.Contains(errOut, "--corpid is of wecom") {
		t.Errorf("edit: %q", errOut)
	}
}

// TestSwitchesTakeAWord: a switch of a kind is written alone, with an equals sign or with
// its value behind it.
func TestSwitchesTakeAWord(t *testing.T) {
	for _, args := range [][]string{{"--private-http"}, {"--private-http=true"}, {"--private-http", "true"}, {"--private-http", "false"}} {
		r := newRun()
		r.term.in = strings.NewReader("s3cr3t\n")
		r.try(t, 0, append([]string{"add", "team", "--kind", "central", "--base-url", "http://10.0.0.1/t", "--secret-stdin"}, args...)...)
		want := "true"
		if args[len(args)-1] == "false" {
			want = "false"
		}
		if got := r.agent.added.Params["private_http"]; got != want {
			t.Errorf("%v: %q", args, got)
		}
	}
}

// TestHelpHasTheKindsOwnExample: example, call and products on the page are the kind's.
func TestHelpHasTheKindsOwnExample(t *testing.T) {
	for kind, tt := range map[core.Kind]struct{ has, not []string }{
		kinds.WeChat:  {[]string{"add shop --env sandbox --kind wechat --appid wx…", "empty for /cgi-bin/get_api_domain_ip"}, []string{"corp-own"}},
		kinds.WeCom:   {[]string{"add shop --env sandbox --kind wecom --corpid ww… --agent 1000002", "corp-own, corp-managed"}, []string{"wx…", "wx0123", "keycloak"}},
		kinds.OAuth2:  {[]string{"add shop/live --kind oauth2 --token-url https://…/token --client-id …", "such as /me"}, []string{"wx…", "cgi-bin", "corp-own"}},
		kinds.Central: {[]string{"--kind central --base-url https://…"}, []string{"--appid", "corp-own"}},
	} {
		r := newRun()
		out, _ := r.try(t, 0, "add", "--kind", string(kind), "--help")
		for _, want := range tt.has {
			if !strings.Contains(out, want) {
				t.Errorf("%s: there is no %q in\n%s", kind, want, out)
			}
		}
		for _, not := range tt.not {
			if strings.Contains(out, not) {
				t.Errorf("%s: there is %q in\n%s", kind, not, out)
			}
		}
	}
	if out, _ := newRun().try(t, 0, "add", "--help"); !strings.Contains(out, "add shop --env sandbox --appid wx…") {
		t.Errorf("without a kind\n%s", out)
	}
}
