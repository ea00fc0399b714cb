// Package mcp is TokenTray's server of the Model Context Protocol for AI agents. Like
// every user interface it is a client of the agent that keeps the tokens. No tool
// returns a token or takes a secret.
//
// The agent decides which calls an AI agent may make: a person grants them to a
// client by its name, for a limited time. This server only tells the agent which
// client asks.
package mcp

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"tokentray/core/api"
	"tokentray/ui/text"
)

// DefaultClient is the name of an AI agent that was given none.
const DefaultClient = "agent"

// Config configures a server.
type Config struct {
	Agent   Agent
	Client  string // name of the AI agent; a person grants calls to it
	Version string
	Text    *text.Text
	// Raise shows something in the window and reports whether a window is open.
	Raise func(ctx context.Context, what api.Showing) bool
	Now   func() time.Time // nil means the machine's
}

// Agent is what the tools ask. api.Client is one.
type Agent interface {
	api.UpstreamCalls
	api.ExplainCalls
	api.SignCalls
	List(ctx context.Context) (api.List, error)
	Account(ctx context.Context, ref api.Ref) (api.Account, error)
	Status(ctx context.Context) (api.Status, error)
}

// Serve answers a client over a transport until the client leaves or ctx ends.
func Serve(ctx context.Context, cfg Config, over mcp.Transport) error {
	return New(cfg).Run(ctx, over)
}

// New returns a server with all tools.
func New(cfg Config) *mcp.Server {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	say := func(key text.Key) string { return cfg.Text.Say(key) }
	var kinds []string
	for _, spec := range cfg.Text.Kinds().All() {
		kinds = append(kinds, cfg.Text.KindChoice(spec.Kind))
	}
	s := mcp.NewServer(&mcp.Implementation{Name: "tokentray", Title: "TokenTray", Version: cfg.Version},
		&mcp.ServerOptions{Instructions: cfg.Text.Say("mcp.instructions", "kinds", strings.Join(kinds, "; ")), Capabilities: &mcp.ServerCapabilities{}})
	t := &tools{cfg: cfg, raised: map[api.Showing]time.Time{}}
	tool := func(name string, hints mcp.ToolAnnotations) *mcp.Tool {
		hints.Title = say(text.Key("mcp.tool." + name + ".title"))
		return &mcp.Tool{Description: say(text.Key("mcp.tool." + name)), Annotations: &hints}
	}
	add(s, "tokentray_accounts", tool("accounts", reads(false)), t.accounts)
	add(s, "tokentray_status", tool("status", reads(false)), t.status)
	add(s, "tokentray_read", tool("read", reads(true)), t.read)
	add(s, "tokentray_write", tool("write", writes()), t.write)
	add(s, "tokentray_explain_error", tool("explain", reads(false)), t.explain)
	add(s, "tokentray_sign_jssdk", tool("sign", reads(true)), t.sign)
	return s
}

func add[In, Out any](s *mcp.Server, name string, tool *mcp.Tool, do mcp.ToolHandlerFor[In, Out]) {
	tool.Name = name
	if reflect.TypeFor[Out]().Kind() == reflect.Struct {
		out, err := jsonschema.For[Out](nil)
		if err != nil {
			panic(err) // a type of this package that has no schema
		}
		withoutNull(out)
		tool.OutputSchema = out
	}
	mcp.AddTool(s, tool, do)
}

// withoutNull removes null from the types in a schema. No answer contains null, and
// some clients accept only a single type.
func withoutNull(s *jsonschema.Schema) {
	if s == nil {
		return
	}
	if i := slices.Index(s.Types, "null"); i >= 0 && len(s.Types) == 2 {
		s.Type, s.Types = s.Types[1-i], nil
	}
	withoutNull(s.Items)
	for _, p := range s.Properties {
		withoutNull(p)
	}
}

// reads returns the hints of a tool that changes nothing. open: the tool asks the
// upstream.
func reads(open bool) mcp.ToolAnnotations {
	return mcp.ToolAnnotations{ReadOnlyHint: true, OpenWorldHint: &open}
}

func writes() mcp.ToolAnnotations {
	yes := true
	return mcp.ToolAnnotations{DestructiveHint: &yes, OpenWorldHint: &yes}
}
