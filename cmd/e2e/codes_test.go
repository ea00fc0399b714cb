//go:build linux

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/call"
	"tokentray/core/diagnose"
	"tokentray/core/kinds"
	"tokentray/core/oauth"
	"tokentray/core/preset"
	"tokentray/core/wechat"
	"tokentray/core/wecom"
	"tokentray/ui/cli"
	mcpserver "tokentray/ui/mcp"
	"tokentray/ui/text"
)

// codesOf returns all codes that the sources name for a kind: in its spec, in its
// answers that mean a dead token, and in the rules of its family or preset.
func codesOf(t *testing.T, spec kinds.Spec) []string {
	t.Helper()
	found := map[string]bool{}
	for _, n := range spec.Codes {
		found[strconv.Itoa(n)] = true
	}
	for _, a := range spec.Dead {
		for _, v := range a.Values {
			found[v] = true
		}
	}
	family, _, _ := strings.Cut(string(spec.Kind), "-")
	for _, path := range []string{filepath.Join(family, "errcode.go"), filepath.Join("preset", string(spec.Kind)+".json")} {
		raw, err := os.ReadFile(filepath.Join("../../core", path))
		if err != nil {
			continue // most families have no such file
		}
		for _, n := range regexp.MustCompile(`(?m)(?:case |, |"code": |code["=: ]+|\[)"?(-1|[1-9]\d{3,})\b`).FindAllStringSubmatch(string(raw), -1) {
			found[n[1]] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// face is an agent whose upstream refuses every call with the same error.
type face struct {
	api.Agent
	refusal *api.Error
	known   diagnose.Knowledge
}

func (f *face) Kinds(context.Context) (kinds.Set, error) { return f.known.Kinds, nil }
func (f *face) Status(context.Context) (api.Status, error) {
	return api.Status{Active: core.Sandbox}, nil
}
func (f *face) Session(context.Context, api.Session) error { return nil }
func (f *face) Account(_ context.Context, ref api.Ref) (api.Account, error) {
	return api.Account{Account: core.Account{Name: ref.Name, Env: ref.Env, Kind: f.refusal.Kind}}, nil
}

func (f *face) Call(_ context.Context, _ api.Ref, req api.CallRequest) (api.CallAnswer, error) {
	out := api.CallAnswer{Body: io.NopCloser(strings.NewReader(`{}`)), Length: 2}
	out.Path, out.Reading = req.Target, true
	if !req.Dry {
		out.Status, out.Error = http.StatusOK, f.refusal
	}
	return out, nil
}

func (f *face) Explain(_ context.Context, req api.ExplainRequest) (api.Explanation, error) {
	d, err := f.known.Explain(req.Text, req.Kind)
	if err != nil {
		return api.Explanation{}, err
	}
	return api.ShowDiagnosis(d), nil
}

// TestEveryCodeIsSaidAlikeEverywhere: each code in a spec, a rule or a preset has a
// cause and a remedy in both languages, from one table. tokentray explain, a refused
// tokentray call and both call tools for AI agents use exactly these sentences.
// (TestTheWindowSaysEveryCode tests the window.)
func TestEveryCodeIsSaidAlikeEverywhere(t *testing.T) {
	known := map[core.Kind]core.Source{}
	for _, of := range []map[core.Kind]core.Source{wechat.Sources(wechat.Options{}), wecom.Sources(wecom.Options{}), oauth.Sources(oauth.Options{}), preset.Sources(preset.Options{})} {
		maps.Copy(known, of)
	}
	k := diagnose.Knowledge{Kinds: preset.With(kinds.Builtin()), Of: func(kind core.Kind) core.Interpreter {
		i, _ := known[kind].(core.Interpreter)
		return i
	}}
	f := &face{known: k}
	words, tools := map[text.Lang]*text.Text{}, map[text.Lang]*mcp.ClientSession{}
	for _, lang := range []text.Lang{text.English, text.Chinese} {
		words[lang] = text.New(lang).Knowing(k.Kinds)
		tools[lang] = toolsOf(t, f, words[lang])
	}
	walked, listed := 0, 0
	for _, spec := range k.Kinds.All() {
		for _, code := range codesOf(t, spec) {
			if _, err := k.Explain(code, spec.Kind); err != nil {
				continue // a word that is not a code, or a number of another call
			}
			for lang, tx := range words {
				walked++
				name := fmt.Sprintf("%s %s %v", spec.Kind, code, lang)
				explained, _ := f.Explain(t.Context(), api.ExplainRequest{Text: code, Kind: spec.Kind})
				said := inProcess(t, f, lang, "explain", "--kind", string(spec.Kind), "--", code)
				told, _ := use(t, tools[lang], "tokentray_explain_error", map[string]any{"text": code, "kind": string(spec.Kind)})
				told = unescaped(told)
				for i, e := range explained.Meanings {
					cause, remedy := tx.Cause(e, ""), tx.Remedy(e, "")
					if cause == "" || remedy == "" || strings.ContainsAny(cause+remedy, "{}") {
						t.Errorf("%s: %q, %q", name, cause, remedy)
					}
					for face, words := range map[string]string{"explain": said, "the AI agent's explain": told} {
						if !strings.Contains(words, cause) || !strings.Contains(words, remedy) {
							t.Errorf("%s: %s says\n%s\nand neither\n%s\n%s", name, face, words, cause, remedy)
						}
					}
					if i > 0 {
						continue
					}
					// The same error as the answer of a call.
					f.refusal = e
					cause, remedy = tx.Cause(e, "shop/sandbox"), tx.Remedy(e, "shop/sandbox")
					told, _ := use(t, tools[lang], "tokentray_read", map[string]any{"account": "shop/sandbox", "path": "/x"})
					for face, words := range map[string]string{"call": inProcess(t, f, lang, "call", "shop/sandbox", "/x"), "the AI agent's call": told} {
						if !strings.Contains(words, cause) || !strings.Contains(words, remedy) {
							t.Errorf("%s: %s says\n%s\nand neither\n%s\n%s", name, face, words, cause, remedy)
						}
					}
				}
				// A code in the spec's list is about calls, so a call produces the
				// error.
				n, _ := strconv.Atoi(code)
				if !slices.Contains(spec.Codes, n) {
					continue
				}
				listed++
				made, means := refusedCall(t, spec, known[spec.Kind], n), explained.Meanings[0]
				if !tx.SaysCode(made) || tx.Cause(made, "") != tx.Cause(means, "") || tx.Remedy(made, "") != tx.Remedy(means, "") {
					t.Errorf("%s: a call says %q, %q; explain %q, %q", name, tx.Cause(made, ""), tx.Remedy(made, ""), tx.Cause(means, ""), tx.Remedy(means, ""))
				}
			}
		}
	}
	t.Logf("%d codes of kinds in a language, %d of them of calls", walked, listed)
	if listed < 2*(2*26+13) || walked < 300 {
		t.Errorf("only %d were walked, %d of them of calls", walked, listed)
	}
}

// refusedCall returns the error that the call engine makes of an answer with a code.
func refusedCall(t *testing.T, spec kinds.Spec, source core.Source, code int) *api.Error {
	t.Helper()
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"errcode":%d,"errmsg":"no"}`, code)
	}))
	defer upstream.Close()
	e := call.New(call.Config{
		Token: func(context.Context, kinds.Spec, core.Account) (core.Token, error) {
			return core.Token{Value: "88_aTokenOfThisTest"}, nil
		},
		Credentials: func(context.Context, core.Account) (core.Credentials, error) {
			return core.Credentials{Secret: core.NewSecret("0123456789abcdef")}, nil
		},
		Explain: func(_ core.Kind, code int, message string) *core.Error {
			if x, ok := source.(core.Explainer); ok {
				return x.Explain(code, message)
			}
			return nil
		},
	})
	a := core.Account{ID: core.NewID(), Name: "shop", Env: core.Sandbox, Kind: spec.Kind, AppID: "wx0", BaseURL: upstream.URL}
	got, err := e.Do(t.Context(), spec, a, call.Request{Method: "GET", Target: "/cgi-bin/x"})
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	if got.Refusal == nil {
		t.Fatalf("%s: %d is no refusal", spec.Kind, code)
	}
	return api.FromError(got.Refusal)
}

// inProcess runs a command in this process and returns everything it prints.
func inProcess(t *testing.T, f *face, lang text.Lang, args ...string) string {
	t.Helper()
	term := &pipes{}
	cli.Run(t.Context(), cli.Parts{
		Version: "1", Term: term, Now: time.Now,
		Kinds:   func() kinds.Set { return f.known.Kinds },
		Connect: func(context.Context, string, bool) (api.Agent, error) { return f, nil },
		Getenv: func(name string) string {
			if name == text.EnvLang {
				return map[text.Lang]string{text.English: "en", text.Chinese: "zh"}[lang]
			}
			return ""
		},
	}, args)
	return term.out.String()
}

// pipes is not a terminal: all its streams are pipes.
type pipes struct {
	cli.Terminal
	out bytes.Buffer
}

func (p *pipes) In() io.Reader       { return strings.NewReader("") }
func (p *pipes) Out() io.Writer      { return &p.out }
func (p *pipes) Err() io.Writer      { return &p.out }
func (p *pipes) InIsTerminal() bool  { return false }
func (p *pipes) InIsTyped() bool     { return false }
func (p *pipes) OutIsTerminal() bool { return false }
func (p *pipes) Size() (int, int)    { return 80, 25 }

// toolsOf returns the session of an AI agent.
func toolsOf(t *testing.T, f *face, tx *text.Text) *mcp.ClientSession {
	t.Helper()
	ours, theirs := mcp.NewInMemoryTransports()
	server, err := mcpserver.New(mcpserver.Config{Agent: f, Client: "claude", Text: tx}).Connect(t.Context(), ours, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	session, err := mcp.NewClient(&mcp.Implementation{Name: "claude"}, nil).Connect(t.Context(), theirs, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Close() })
	return session
}

// unescaped returns the strings of a JSON answer, one per line.
func unescaped(answer string) string {
	var out []string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			out = append(out, v)
		case []any:
			for _, one := range v {
				walk(one)
			}
		case map[string]any:
			for _, one := range v {
				walk(one)
			}
		}
	}
	var v any
	if json.Unmarshal([]byte(answer), &v) != nil {
		return answer
	}
	walk(v)
	return strings.Join(out, "\n")
}
