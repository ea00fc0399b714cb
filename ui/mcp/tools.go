package mcp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

// maxAnswer is how many bytes of an answer the AI agent gets.
const maxAnswer = 64 << 10

// raiseAgain is how long the window is not raised again to show the same thing.
const raiseAgain = time.Minute

type tools struct {
	cfg Config

	mu     sync.Mutex
	raised map[api.Showing]time.Time // by what was shown, without its Account
}

type (
	nothing   struct{}
	accountIn struct {
		Account string `json:"account" jsonschema:"the account as NAME/ENV, such as shop/sandbox"`
	}
	callIn struct {
		Account string `json:"account" jsonschema:"the account as NAME/ENV, such as shop/sandbox"`
		Method  string `json:"method,omitempty" jsonschema:"GET, POST, PUT, PATCH or DELETE; GET if there is no body, else POST"`
		Path    string `json:"path" jsonschema:"path and query of the call, such as /cgi-bin/menu/get, without host and without access_token"`
		Body    string `json:"body,omitempty" jsonschema:"the JSON body of the call, as text"`
	}
	explainIn struct {
		Text string `json:"text" jsonschema:"the failed answer, the line of the log, the exception's text or the errcode"`
		Kind string `json:"kind,omitempty" jsonschema:"the kind of account whose upstream said it, as tokentray_accounts lists it; otherwise the text tells"`
	}
	signIn struct {
		Account string `json:"account" jsonschema:"the account as NAME/ENV, such as shop/sandbox"`
		URL     string `json:"url" jsonschema:"the address of the page, as location.href has it"`
		Ticket  string `json:"ticket,omitempty" jsonschema:"the name of the ticket, where an account has several"`
	}
)

type accountOut struct {
	Account   string     `json:"account"`
	Kind      string     `json:"kind"`
	Product   string     `json:"product,omitempty"`
	State     string     `json:"state"`
	Expires   *time.Time `json:"token_expires_at,omitempty"`
	Error     string     `json:"error,omitempty"`
	WhatToDo  string     `json:"what_to_do,omitempty"`
	Code      int        `json:"errcode,omitempty"`
	ForPerson string     `json:"for_a_person,omitempty"`
}

type accountsOut struct {
	Active    string       `json:"active_environment"`
	Accounts  []accountOut `json:"accounts"`
	ForPerson string       `json:"for_a_person,omitempty"`
}

func (t *tools) accounts(ctx context.Context, _ *mcp.CallToolRequest, _ nothing) (*mcp.CallToolResult, accountsOut, error) {
	l, err := t.cfg.Agent.List(ctx)
	if err != nil {
		return nil, accountsOut{}, t.failed(ctx, api.Ref{}, err)
	}
	out := accountsOut{Active: string(l.Active), Accounts: []accountOut{}}
	for _, a := range l.Accounts {
		out.Accounts = append(out.Accounts, t.shown(a))
	}
	if len(out.Accounts) == 0 {
		out.ForPerson = t.say("mcp.none") + " " + t.raise(ctx, api.Showing{})
	}
	return nil, out, nil
}

func (t *tools) status(ctx context.Context, _ *mcp.CallToolRequest, in accountIn) (*mcp.CallToolResult, accountOut, error) {
	ref, err := t.refOf(in.Account)
	if err != nil {
		return nil, accountOut{}, err
	}
	a, err := t.cfg.Agent.Account(ctx, ref)
	if err != nil {
		return nil, accountOut{}, t.failed(ctx, api.Ref{}, err)
	}
	out := t.shown(a)
	if a.Error != nil && a.Error.Class.NeedsPerson() {
		out.ForPerson = t.raiseAccount(ctx, a.Ref())
	}
	return nil, out, nil
}

func (t *tools) shown(a api.Account) accountOut {
	out := accountOut{Account: a.Ref().String(), Kind: string(a.Kind), Product: string(a.Product), State: string(a.State)}
	if !a.ExpiresAt.IsZero() {
		out.Expires = &a.ExpiresAt
	}
	if a.Error != nil {
		out.Error, out.Code = t.cfg.Text.Cause(a.Error, out.Account), a.Error.UpstreamCode
		out.WhatToDo = t.cfg.Text.Remedy(a.Error, out.Account)
	}
	return out
}

func (t *tools) read(ctx context.Context, _ *mcp.CallToolRequest, in callIn) (*mcp.CallToolResult, any, error) {
	return t.call(ctx, in, true)
}

func (t *tools) write(ctx context.Context, _ *mcp.CallToolRequest, in callIn) (*mcp.CallToolResult, any, error) {
	return t.call(ctx, in, false)
}

// call makes a call. A tool that reads refuses calls that are not listed as reading,
// so that its hints are true.
func (t *tools) call(ctx context.Context, in callIn, reading bool) (*mcp.CallToolResult, any, error) {
	ref, err := t.refOf(in.Account)
	if err != nil {
		return nil, nil, err
	}
	head := api.CallHead{Method: strings.ToUpper(in.Method), Target: in.Path, Agent: t.cfg.Client, Dry: true}
	if head.Method == "" && in.Body == "" {
		head.Method = http.MethodGet
	} else if head.Method == "" {
		head.Method = http.MethodPost
	}
	req := api.CallRequest{CallHead: head}
	if reading {
		plan, err := t.cfg.Agent.Call(ctx, ref, req)
		if err != nil {
			return nil, nil, t.failed(ctx, ref, err)
		}
		_ = plan.Body.Close()
		if !plan.Reading {
			return nil, nil, errors.New(t.say("mcp.not_reading", "call", head.Method+" "+plan.Path))
		}
	}
	req.Dry = false
	if in.Body != "" {
		req.Body, req.Length = strings.NewReader(in.Body), int64(len(in.Body))
		req.Header = http.Header{"Content-Type": {"application/json"}}
	}
	got, err := t.cfg.Agent.Call(ctx, ref, req)
	if err != nil {
		return nil, nil, t.failed(ctx, ref, err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(io.LimitReader(got.Body, maxAnswer+1))
	if err != nil {
		return nil, nil, t.failed(ctx, ref, err)
	}
	out := &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: t.answerText(got, body)}}}
	if got.Error != nil {
		out.IsError = true
		out.Content = append(out.Content, &mcp.TextContent{Text: t.words(got.Error, ref)})
	}
	return out, nil, nil
}

// answerText returns an answer as text. For an answer that is not text it returns
// only type and size.
func (t *tools) answerText(got api.CallAnswer, body []byte) string {
	kind, _, _ := mime.ParseMediaType(got.Header.Get("Content-Type"))
	cut := len(body) > maxAnswer
	if cut {
		body = body[:maxAnswer]
		for len(body) > 0 && !utf8.RuneStart(body[len(body)-1]) {
			body = body[:len(body)-1]
		}
		if n := len(body); n > 0 && body[n-1] >= utf8.RuneSelf {
			body = body[:n-1]
		}
	}
	if !utf8.Valid(body) {
		return t.say("mcp.no_text", "status", got.Status, "kind", kind, "size", size(body))
	}
	out := t.say("mcp.http", "status", got.Status) + "\n" + string(body)
	if cut {
		out += "\n" + t.say("mcp.cut", "size", size(body))
	}
	return out
}

// size returns the length of a body in words.
func size(body []byte) string { return fmt.Sprintf("%d B", len(body)) }

type meaningOut struct {
	Kind     string   `json:"kind,omitempty"`
	Class    string   `json:"class"`
	Cause    string   `json:"cause"`
	WhatToDo string   `json:"what_to_do,omitempty"`
	Pages    []string `json:"pages,omitempty"`
}

type explainOut struct {
	Code     string       `json:"code"`
	RID      string       `json:"rid,omitempty"`
	CallerIP string       `json:"caller_ip,omitempty"`
	Meanings []meaningOut `json:"meanings"`
}

func (t *tools) explain(ctx context.Context, _ *mcp.CallToolRequest, in explainIn) (*mcp.CallToolResult, explainOut, error) {
	got, err := t.cfg.Agent.Explain(ctx, api.ExplainRequest{Text: in.Text, Kind: core.Kind(in.Kind)})
	if err != nil {
		return nil, explainOut{}, t.failed(ctx, api.Ref{}, err)
	}
	out := explainOut{Code: got.Code, RID: got.RID, CallerIP: got.CallerIP, Meanings: []meaningOut{}}
	for _, e := range got.Meanings {
		m := t.cfg.Text.Meaning(e, t.cfg.Text.Remedy(e, ""))
		one := meaningOut{Kind: string(e.Kind), Class: string(e.Class), Cause: m.Cause, WhatToDo: m.Remedy}
		for _, p := range m.Pages {
			one.Pages = append(one.Pages, p.URL)
		}
		out.Meanings = append(out.Meanings, one)
	}
	return nil, out, nil
}

type signOut struct {
	Call   string         `json:"call"`
	Config map[string]any `json:"config"`
	URL    string         `json:"url"`
	Hints  []string       `json:"hints,omitempty"`
}

func (t *tools) sign(ctx context.Context, _ *mcp.CallToolRequest, in signIn) (*mcp.CallToolResult, signOut, error) {
	ref, err := t.refOf(in.Account)
	if err != nil {
		return nil, signOut{}, err
	}
	got, err := t.cfg.Agent.Sign(ctx, ref, api.SignRequest{URL: in.URL, Ticket: in.Ticket, Agent: t.cfg.Client})
	if err != nil {
		return nil, signOut{}, t.failed(ctx, ref, err)
	}
	out := signOut{Call: got.Call, Config: got.Config, URL: got.URL}
	for _, h := range got.Hints {
		out.Hints = append(out.Hints, h.Message)
	}
	return nil, out, nil
}

// refOf reads NAME/ENV. The environment is required, because the active one can
// change while an AI agent works.
func (t *tools) refOf(account string) (api.Ref, error) {
	name, env, ok := strings.Cut(account, "/")
	name, err := core.CleanName(name) // what is none would stand in the answer at any length
	if !ok || err != nil || !core.Env(env).Valid() {
		return api.Ref{}, errors.New(t.say("mcp.no_env"))
	}
	return api.Ref{Name: name, Env: core.Env(env)}, nil
}

// failed returns an error in words for the AI agent. It raises the window if a person
// must act.
func (t *tools) failed(ctx context.Context, ref api.Ref, err error) error {
	e := api.FromError(err)
	if e.Remedy == core.RemedyCallClosed { // its remedy, to take the token, is for a person
		return errors.New(t.cfg.Text.Cause(e, "") + "\n" + t.say("mcp.no_token"))
	}
	said := t.words(e, ref)
	switch {
	case ref.Name == "" || e.Remedy == core.RemedyGrantNo:
	case e.Remedy == core.RemedyNoGrant:
		said += "\n" + t.raise(ctx, api.Showing{Account: &ref, Asks: true})
	case e.Class.NeedsPerson(), e.Class == core.VaultClosed:
		said += "\n" + t.raiseAccount(ctx, ref)
	}
	return errors.New(said)
}

func (t *tools) words(e *api.Error, ref api.Ref) string {
	account := ""
	if ref.Name != "" {
		account = ref.String()
	}
	parts := []string{t.cfg.Text.Cause(e, account), t.cfg.Text.Remedy(e, account)}
	parts = append(parts, t.cfg.Text.Details(e)...)
	return strings.TrimSpace(strings.Join(parts, "\n"))
}

func (t *tools) say(key text.Key, args ...any) string { return t.cfg.Text.Say(key, args...) }

// raiseAccount shows an account in the window and returns a sentence about that.
func (t *tools) raiseAccount(ctx context.Context, ref api.Ref) string {
	return t.raise(ctx, api.Showing{Account: &ref})
}

// raise shows something in the window and returns a sentence about that. It limits
// how often, so that an AI agent that retries does not take the screen from the
// person.
func (t *tools) raise(ctx context.Context, what api.Showing) string {
	key := api.Showing{Asks: what.Asks}
	if what.Account != nil {
		key.Search = what.Account.String()
	}
	now := t.cfg.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	if last, known := t.raised[key]; known && now.Sub(last) < raiseAgain && !now.Before(last) {
		return t.say("mcp.raised_before")
	}
	switch raised := t.cfg.Raise != nil && t.cfg.Raise(ctx, what); {
	case !raised:
		return t.say("mcp.not_raised")
	case what.Asks:
		t.raised[key] = now
		return t.say("mcp.raised_ask")
	case what.Account != nil:
		t.raised[key] = now
		return t.say("mcp.raised", "account", what.Account)
	}
	t.raised[key] = now
	return t.say("mcp.raised_none")
}
