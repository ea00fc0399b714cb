package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

// defaultAgentName is what an AI agent is called that is given no name.
const defaultAgentName = "agent"

func (a *app) mcpCommand() *cobra.Command {
	var as string
	cmd := &cobra.Command{
		Use:  "mcp",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := core.CleanName(as); err != nil {
				return err
			}
			return a.serveMCP(as)
		},
	}
	cmd.Flags().StringVar(&as, "as", defaultAgentName, "flag.mcp_as")
	cmd.AddCommand(a.mcpAllowCommand(), a.mcpGrantsCommand(), a.mcpRevokeCommand(), a.mcpConfigCommand())
	return cmd
}

// serveMCP hands over to the program that speaks the protocol.
func (a *app) serveMCP(as string) error {
	path, err := a.FindMCP()
	if err != nil {
		return &core.Error{Class: core.Internal, Remedy: core.RemedyNoProgram, Message: err.Error(), Err: err}
	}
	args := []string{path, "--as", as}
	if a.home != "" {
		args = append(args, "--home", a.home)
	}
	code, err := a.RunChild(Child{Path: path, Args: args, Env: a.Environ()})
	if err != nil {
		return notRun(path, err)
	}
	return &childExit{code}
}

func (a *app) mcpAllowCommand() *cobra.Command {
	var in api.GrantInput
	var life string
	cmd := &cobra.Command{
		Use:               "allow NAME[/ENV] [--as NAME] [--calls CALL]… [--write]",
		Args:              oneAccount,
		ValidArgsFunction: a.completeRef,
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := parseLife(life)
			if err != nil || d < time.Second || d > api.MaxGrant {
				return usage("usage.mcp_for")
			}
			if in.Write && len(in.Calls) == 0 {
				return usage("usage.mcp_write")
			}
			in.Seconds = int64(d / time.Second)
			return a.mcpAllow(cmd.Context(), args[0], in)
		},
	}
	cmd.Flags().StringVar(&in.Client, "as", defaultAgentName, "flag.mcp_as")
	cmd.Flags().StringArrayVar(&in.Calls, "calls", nil, "flag.mcp_calls")
	cmd.Flags().BoolVar(&in.Write, "write", false, "flag.mcp_write")
	cmd.Flags().StringVar(&life, "for", "8h", "flag.mcp_for")
	return cmd
}

// mcpAllow gives a grant. A person gives it, at a terminal: an AI agent that runs
// commands has none, or shows its person what it asks for.
func (a *app) mcpAllow(ctx context.Context, account string, in api.GrantInput) error {
	if !a.Term.InIsTerminal() || a.json {
		return usage("usage.mcp_terminal")
	}
	agent, acc, err := a.findAccount(ctx, account)
	if err != nil {
		return err
	}
	if acc.Env == core.Live {
		_, err := agent.Grant(ctx, acc.Ref(), in) // says why not
		return err
	}
	calls := strings.Join(in.Calls, ", ")
	if calls == "" {
		calls = core.CallReads
	}
	warning := []string{a.say("mcp.allow", "client", clean(in.Client), "account", acc.Ref(), "calls", clean(calls), "left", a.text().Coarse(time.Duration(in.Seconds)*time.Second))}
	if in.Write {
		warning = append(warning, a.say("mcp.allow_write"))
	}
	if err := a.confirm(ctx, false, warning, "mcp.allow_ask"); err != nil {
		return err
	}
	g, err := agent.Grant(ctx, acc.Ref(), in)
	if err != nil {
		return err
	}
	a.note(a.say("mcp.allowed", "client", clean(g.Client), "time", g.Until.Local().Format(time.TimeOnly)))
	return nil
}

func (a *app) mcpGrantsCommand() *cobra.Command {
	return &cobra.Command{Use: "grants", Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		agent, err := a.connect(cmd.Context())
		if err != nil {
			return err
		}
		got, err := agent.Grants(cmd.Context())
		if err != nil {
			return err
		}
		if a.json {
			return a.printJSON(got)
		}
		if len(got.Grants) == 0 {
			a.note(a.say("mcp.no_grants"))
		}
		return a.printGrants(got)
	}}
}

// printGrants prints what AI agents may call, and what they were refused.
func (a *app) printGrants(got api.Grants) error {
	head := func(keys ...text.Key) []cell {
		var out []cell
		for _, key := range keys {
			out = append(out, styled(a.say(key), styleHead))
		}
		return out
	}
	var lines []string
	if len(got.Grants) > 0 {
		t := table{elastic: 2}
		t.add(head("mcp.client", "mcp.account", "mcp.calls", "mcp.may", "mcp.until")...)
		for _, g := range got.Grants {
			may := a.say("mcp.reads")
			switch {
			case g.Left > 0:
				may = a.say("mcp.writes_left", "n", g.Left)
			case g.Write:
				may = a.say("mcp.writes")
			}
			t.add(plain(clean(g.Client)), plain(clean(g.Ref().String())), plain(clean(strings.Join(g.Calls, ", "))), plain(may), plain(g.Until.Local().Format(time.TimeOnly)))
		}
		lines = t.lines(0)
	}
	if len(got.Asks) > 0 {
		t := table{elastic: 2}
		t.add(head("mcp.client", "mcp.account", "mcp.calls", "mcp.asked")...)
		for _, q := range got.Asks {
			t.add(plain(clean(q.Client)), plain(clean(q.Ref().String())), plain(clean(cmp.Or(q.Call, "sign"))), plain(q.At.Local().Format(time.TimeOnly)))
		}
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, t.lines(0)...)
	}
	return a.print(lines...)
}

func (a *app) mcpRevokeCommand() *cobra.Command {
	return &cobra.Command{
		Use:  "revoke NAME",
		Args: func(cmd *cobra.Command, args []string) error { return counted(cmd, args, 1, "usage.mcp_client") },
		RunE: func(cmd *cobra.Command, args []string) error {
			agent, err := a.connect(cmd.Context())
			if err != nil {
				return err
			}
			if err := agent.RevokeGrants(cmd.Context(), args[0]); err != nil {
				return err
			}
			a.note(a.say("mcp.revoked", "client", clean(args[0])))
			return nil
		},
	}
}

func unknownMCPClient() error {
	return usage("usage.mcp_config", "clients", strings.Join(mcpClients(), ", "))
}

// The AI clients whose entries are known.
func mcpClients() []string {
	return []string{"claude-code", "claude-desktop", "cursor", "vscode", "codex", "gemini-cli", "qwen-code", "windsurf"}
}

func (a *app) mcpConfigCommand() *cobra.Command {
	return &cobra.Command{
		Use: "config [CLIENT]",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return unknownMCPClient()
			}
			return nil
		},
		ValidArgsFunction: completeWords(mcpClients()...),
		RunE: func(_ *cobra.Command, args []string) error {
			client := mcpClients()[0]
			if len(args) > 0 {
				client = args[0]
			}
			return a.mcpConfig(client)
		},
	}
}

// mcpConfig prints the entry of a client's file, by which it starts this program.
func (a *app) mcpConfig(client string) error {
	args := []string{"mcp", "--as", client}
	// AI clients hand on little of their environment, so the home stands in the entry.
	if dir := cmp.Or(a.home, a.Getenv("TOKENTRAY_HOME")); dir != "" {
		args = append(args, "--home", dir)
	}
	entry := map[string]any{"command": "tokentray", "args": args}
	var file, key string
	switch client {
	case "claude-code":
		file, key = ".mcp.json", "mcpServers"
	case "claude-desktop":
		file, key = "claude_desktop_config.json", "mcpServers"
	case "cursor":
		file, key = ".cursor/mcp.json", "mcpServers"
	case "gemini-cli":
		file, key = "~/.gemini/settings.json", "mcpServers"
	case "qwen-code":
		file, key = "~/.qwen/settings.json", "mcpServers"
	case "windsurf":
		file, key = "~/.codeium/windsurf/mcp_config.json", "mcpServers"
	case "vscode":
		file, key = ".vscode/mcp.json", "servers"
		entry["type"] = "stdio"
	case "codex":
		quoted := make([]string, len(args))
		for i, arg := range args {
			raw, err := json.Marshal(arg) // which TOML reads too, but for one character
			if err != nil {
				return err
			}
			quoted[i] = strings.ReplaceAll(string(raw), "\x7f", `\u007f`)
		}
		a.note(a.say("mcp.config", "file", "~/.codex/config.toml"))
		return a.print("[mcp_servers.tokentray]", `command = "tokentray"`, "args = ["+strings.Join(quoted, ", ")+"]")
	default:
		return unknownMCPClient()
	}
	raw, err := json.MarshalIndent(map[string]any{key: map[string]any{"tokentray": entry}}, "", "  ")
	if err != nil {
		return err
	}
	a.note(a.say("mcp.config", "file", file))
	return a.print(string(raw))
}
