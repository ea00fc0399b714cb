//go:build linux

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/agent"
	"tokentray/core/api"
	"tokentray/core/home"
	"tokentray/core/kinds"
	"tokentray/core/store"
	"tokentray/core/vault"
	"tokentray/ui/cli"
)

// madeUp is a kind that only this test has, with two params, the token in a header,
// and names, labels and a token path of its own.
func madeUp() kinds.Spec {
	door := &kinds.Door{
		Paths:       []kinds.TokenPath{{Method: "POST", Path: "/robin/token", Reads: kinds.InJSON, ID: "ring", Secret: "song", WrongMethod: kinds.Refusal{Code: 5, Text: "POST"}}},
		ContentType: "application/json", Code: "status", Text: "tweet", OK: &kinds.Refusal{Code: 0, Text: "sung"},
		Refusals: map[kinds.Reason]kinds.Refusal{}, Codes: map[core.Class]int{}, Else: 99,
	}
	for i, r := range []kinds.Reason{kinds.NoSuchPath, kinds.BadData, kinds.BadFixed, kinds.NoID, kinds.NoSecret, kinds.BadKey, kinds.BadID, kinds.TooMany} {
		door.Refusals[r] = kinds.Refusal{Code: 70 + i, Text: "no " + string(r)}
	}
	return kinds.Spec{
		Kind: "robin", Label: kinds.Label{"en": "Robin", "zh": "知更鸟"}, Names: []string{"robin"},
		Fields: []kinds.Field{
			{Key: kinds.AppID, Label: kinds.Label{"en": "Ring", "zh": "环号"}, Input: kinds.Text, Required: true, Names: []string{"ringid"}},
			{Key: kinds.Secret, Label: kinds.Label{"en": "Song", "zh": "歌"}, Input: kinds.SecretText, Required: true, Names: []string{"ringsong"}},
			{Key: "nest", Label: kinds.Label{"en": "Nest", "zh": "巢"}, Input: kinds.Text, Required: true, Identity: true, Names: []string{"nest"}},
			{Key: "wing_span", Label: kinds.Label{"en": "Wing span", "zh": "翼展"}, Input: kinds.Choice, Choices: []string{"small", "large"}, Names: []string{"wingspan"}},
		},
		BaseURL: "https://robin.example", TryPath: "/me",
		Token: kinds.Place{Header: "X-Robin", Prefix: "Egg "}, Door: door,
		Traits: core.Traits{Repeat: core.RepeatSame, Vouches: true, Window: time.Minute},
	}
}

// singer is a source whose tokens contain what it was asked with.
type singer struct{}

func (singer) Fetch(_ context.Context, req core.Request) (core.Grant, error) {
	if req.Credentials.Secret.Reveal() != "tirili-0123" {
		return core.Grant{}, &core.Error{Class: core.BadSecret, Remedy: core.RemedySecret, Message: "another song; enter the right one"}
	}
	return core.Grant{Value: "egg-of-" + req.Account.AppID + "-in-" + req.Account.Params.Get("nest") + "-0123456789", ExpiresIn: time.Hour}, nil
}

// typed is a terminal without a person.
type typed struct {
	cli.Terminal
	in       io.Reader
	out, err bytes.Buffer
}

func (t *typed) In() io.Reader       { return t.in }
func (t *typed) Out() io.Writer      { return &t.out }
func (t *typed) Err() io.Writer      { return &t.err }
func (t *typed) InIsTerminal() bool  { return false }
func (t *typed) InIsTyped() bool     { return false }
func (t *typed) OutIsTerminal() bool { return false }
func (t *typed) Size() (int, int)    { return 200, 50 }

// aviary is an agent in this process that got the made-up kind while it ran.
type aviary struct {
	t      *testing.T
	home   home.Home
	client *api.Client
}

func startAviary(t *testing.T) *aviary {
	at, err := home.Find(filepath.Join(t.TempDir(), "home"))
	if err != nil {
		t.Fatal(err)
	}
	if err := at.Mkdirs(); err != nil {
		t.Fatal(err)
	}
	index, err := vault.OpenIndex("")
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(at.DB(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	builtin := kinds.Builtin()
	sources := map[core.Kind]core.Source{}
	for _, k := range builtin.Names() {
		sources[k] = singer{}
	}
	service, err := agent.New(agent.Parts{
		Home: at, Version: "1.2.3", Store: db, Kinds: builtin, Sources: sources,
		Vaults: agent.Vaults{Main: vault.NewMemory(), Kind: agent.VaultMemory, Index: index, NotFound: vault.ErrNotFound, Locked: vault.ErrLocked},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, over := make(chan struct{}), make(chan error, 1)
	go func() { over <- service.Run(ctx, func() { close(ready) }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-over; err != nil {
			t.Error(err)
		}
	})
	select {
	case <-ready:
	case err := <-over:
		over <- err
		t.Fatal(err)
	}
	set, err := builtin.With(madeUp())
	if err != nil {
		t.Fatal(err)
	}
	sources["robin"] = singer{}
	if err := service.SetKinds(set, sources); err != nil {
		t.Fatal(err)
	}
	client := api.Dial(at.Socket())
	t.Cleanup(client.Close)
	return &aviary{t, at, client}
}

// run is the command line with this agent.
func (a *aviary) run(stdin string, args ...string) string {
	a.t.Helper()
	term := &typed{in: strings.NewReader(stdin)}
	code := cli.Run(a.t.Context(), cli.Parts{
		Version: "1.2.3", Term: term, Now: time.Now, Kinds: kinds.Builtin,
		Getenv:  func(name string) string { return map[string]string{"TOKENTRAY_LANG": "en"}[name] },
		Connect: func(context.Context, string, bool) (api.Agent, error) { return a.client, nil },
	}, args)
	if code != 0 {
		a.t.Errorf("tokentray %s: code %d\n%s%s", strings.Join(args, " "), code, &term.out, &term.err)
	}
	return term.out.String()
}

// TestAMadeUpKindWalksThrough: only the spec and a source describe the kind, and
// every part of the program supports it. ui/window tests its form, and openapigen its
// part of the API description.
func TestAMadeUpKindWalksThrough(t *testing.T) {
	a := startAviary(t)
	has := func(what, text string, all ...string) {
		t.Helper()
		for _, want := range all {
			if !strings.Contains(text, want) {
				t.Errorf("%s: there is no %q in\n%s", what, want, text)
			}
		}
	}
	set, err := a.client.Kinds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if spec, ok := set.Of("robin"); !ok || spec.Token.Header != "X-Robin" || len(spec.Fields) != 4 || spec.Door.Paths[0].Path != "/robin/token" {
		t.Errorf("other processes read %+v", spec)
	}

	has("help", a.run("", "add", "--kind", "robin", "--help"), "--nest", "Nest", "--wing-span", "small, large", "--appid")
	a.run("tirili-0123\n", "add", "wren", "--kind", "robin", "--appid", "12", "--nest", "oak", "--wing-span", "large", "--secret-stdin")
	has("show", a.run("", "show", "wren"), "Robin", "Ring", "12", "Nest", "oak", "Wing span", "large")
	a.run("", "edit", "wren", "--nest", "elm")

	const token = "egg-of-12-in-elm-0123456789"
	has("header", a.run("", "get", "wren", "--format", "header"), "X-Robin: Egg "+token)
	has("curl", a.run("", "get", "wren", "--format", "curl"), "curl -H 'X-Robin: Egg "+token+"' 'https://robin.example/me'")
	has("dotenv", a.run("", "get", "wren", "--format", "dotenv"), "ACCESS_TOKEN="+token)
	has("json", a.run("", "list", "--json"), `"params":{"nest":"elm","wing_span":"large"}`)

	csv := a.run("", "export", "accounts", "--format", "csv")
	has("CSV", csv, "param.nest", "param.wing_span", "robin", "elm")
	file := filepath.Join(t.TempDir(), "birds.csv")
	if err := os.WriteFile(file, []byte("name,kind,Ring ID,Ring song,nest,wing span\nwagtail,robin,13,tirili-0123,beech,small\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	a.run("", "import", file, "--yes")
	has("imported", a.run("", "get", "wagtail"), "egg-of-13-in-beech-0123456789")
	has("collection", a.run("", "export", "http", "wren"), "X-Robin: Egg {{token.response.body.$.access_token}}", "/me")

	made, err := a.client.AddClientKey(t.Context(), api.ClientKeyInput{Name: "bird"})
	if err != nil {
		t.Fatal(err)
	}
	door, err := a.client.SetLoopback(t.Context(), api.LoopbackRequest{On: true, Port: freePort(t)})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(song string) string {
		t.Helper()
		resp, err := http.Post(fmt.Sprintf("http://127.0.0.1:%d/robin/token", door.Port), "application/json", strings.NewReader(`{"ring":"12","song":"`+song+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		raw, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	has("the door", ask(made.Key), `{"status":0,"tweet":"sung","access_token":"`+token+`","expires_in":`)
	has("the door", ask("ttk_wrong"), `{"status":75,"tweet":"no key`)
}

// freePort is a free port on the loopback.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}
