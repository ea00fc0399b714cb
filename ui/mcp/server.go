// Package mcp is TokenTray for AI agents: a server of the Model Context Protocol. It is
// a client of the agent that keeps the tokens, as every user interface is, and no tool
// of it returns a token or takes a secret.
//
// Which calls an AI agent may make is decided where the tokens are: a person grants them
// to a client by its name, for a while, and this server only says who asks.
package mcp

import (
	"context"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"tokentray/core/api"
	"tokentray/ui/text"
)

// DefaultClient is what an AI agent is called that is given no name.
const DefaultClient = "agent"

// Config is what a server is made of.
type Config struct {
	Agent   Agent
	Client  string // the AI agent's name, to which a person grants calls
	Version string
	Text    *text.Text
	// Raise shows an account in the window and reports whether a window is there.
	Raise func(ctx context.Context, ref api.Ref) bool
}

// Agent is what the tools ask; api.Client is one.
type Agent interface {
	api.UpstreamCalls
	api.ExplainCalls
	api.SignCalls
	List(ctx context.Context) (api.List, error)
	Account(ctx context.Context, ref api.Ref) (api.Account, error)
	Status(ctx context.Context) (api.Status, error)
}

// Serve answers a client over a transport until it goes away or ctx ends.
func Serve(ctx context.Context, cfg Config, over mcp.Transport) error {
	return New(cfg).Run(ctx, over)
}

const instructions = `TokenTray keeps the access tokens of WeChat and other accounts and makes calls with them; you never see a token.
Accounts are named NAME/ENV, such as shop/sandbox. A call needs a person's grant: an answer that refuses one names the command by which a person can allow it; do not run that command yourself.
Never ask anybody for an AppSecret or a token, and pass none: secrets are entered in TokenTray's window alone.`

// New returns a server with all tools.
func New(cfg Config) *mcp.Server {
	s := mcp.NewServer(&mcp.Implementation{Name: "tokentray", Title: "TokenTray", Version: cfg.Version},
		&mcp.ServerOptions{Instructions: instructions, Capabilities: &mcp.ServerCapabilities{}})
	t := tools{cfg}
	yes, no := true, false
	mcp.AddTool(s, &mcp.Tool{
		Name: "tokentray_accounts", Description: "List the accounts whose tokens TokenTray keeps: name, environment, kind, state. No tokens.",
		Annotations: &mcp.ToolAnnotations{Title: "Accounts", ReadOnlyHint: true, OpenWorldHint: &no},
	}, t.accounts)
	mcp.AddTool(s, &mcp.Tool{
		Name: "tokentray_status", Description: "Tell how an account's token is: alive or not, until when, and what is wrong with it and helps. Asks nobody.",
		Annotations: &mcp.ToolAnnotations{Title: "Status of an account", ReadOnlyHint: true, OpenWorldHint: &no},
	}, t.status)
	mcp.AddTool(s, &mcp.Tool{
		Name: "tokentray_read", Description: "Make a call that the account's upstream lists as reading, with the token put in, and return the answer. Needs a person's grant.",
		Annotations: &mcp.ToolAnnotations{Title: "Call that reads", ReadOnlyHint: true, OpenWorldHint: &yes},
	}, t.read)
	mcp.AddTool(s, &mcp.Tool{
		Name: "tokentray_write", Description: "Make a call that may change something at the account's upstream, with the token put in, and return the answer. Needs a person's grant that includes writing.",
		Annotations: &mcp.ToolAnnotations{Title: "Call that writes", DestructiveHint: &yes, OpenWorldHint: &yes},
	}, t.write)
	mcp.AddTool(s, &mcp.Tool{
		Name: "tokentray_explain_error", Description: "Say what a failed answer of WeChat or another upstream means and what to do: JSON, a line of a log, an exception's text or a bare errcode. Offline.",
		Annotations: &mcp.ToolAnnotations{Title: "Explain a failed answer", ReadOnlyHint: true, OpenWorldHint: &no},
	}, t.explain)
	mcp.AddTool(s, &mcp.Tool{
		Name: "tokentray_sign_jssdk", Description: "Sign a page's address for WeChat's or WeCom's JS-SDK and return wx.config's parameters; the ticket stays in TokenTray. Needs a person's grant for the account.",
		Annotations: &mcp.ToolAnnotations{Title: "Sign for the JS-SDK", ReadOnlyHint: true, OpenWorldHint: &yes},
	}, t.sign)
	return s
}
