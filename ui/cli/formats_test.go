package cli

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
)

func TestFormatsOfGet(t *testing.T) {
	for _, tt := range []struct {
		args []string
		out  string
	}{
		{[]string{"--format", "url"}, "https://api.example.com/cgi-bin/get_api_domain_ip?access_token=" + secretToken},
		{[]string{"--format", "curl", "--path", "/cgi-bin/user/get?next_openid="}, "curl 'https://api.example.com/cgi-bin/user/get?next_openid=&access_token=" + secretToken + "'"},
		{[]string{"--format", "dotenv"}, "ACCESS_TOKEN=" + secretToken},
		{[]string{"--format", "export"}, "export ACCESS_TOKEN='" + secretToken + "'"},
		{[]string{"--format", "export", "--shell", "fish"}, "set -gx ACCESS_TOKEN '" + secretToken + "'"},
		{[]string{"--format", "export", "--shell", "powershell"}, "$env:ACCESS_TOKEN = '" + secretToken + "'"},
		{[]string{"--format", "powershell"}, "$env:ACCESS_TOKEN = '" + secretToken + "'"},
		{[]string{"--format", "postman"}, `{"name":"shop/sandbox","values":[{"key":"access_token","value":"` + secretToken +
			`","type":"secret","enabled":true},{"key":"base_url","value":"https://api.example.com","type":"default","enabled":true}],"_postman_variable_scope":"environment"}`},
	} {
		for _, command := range []string{"get", "refresh"} {
			r := withToken(newRun())
			r.agent.token.BaseURL = "https://api.example.com"
			if out, _ := r.try(t, 0, append([]string{command, "shop"}, tt.args...)...); out != tt.out+"\n" {
				t.Errorf("%s %q: %s\nwant %s", command, tt.args, out, tt.out)
			}
		}
	}
	r := withToken(newRun())
	r.none = true
	_, errOut := r.try(t, exitUsage, "get", "shop", "--format", "url", "--path", "//evil.example/")
	if r.started || !strings.Contains(errOut, "/cgi-bin/") {
		t.Errorf("a bad path started the agent, or was not explained: %q", errOut)
	}
	out, _ := withToken(newRun()).try(t, 0, "get", "--help")
	if !strings.Contains(out, strings.Join(core.Formats(), ", ")) || !strings.Contains(out, "/cgi-bin/get_api_domain_ip") {
		t.Errorf("the help names no formats or no path:\n%s", out)
	}
}

func TestCopyFormatOfAnAccount(t *testing.T) {
	for _, value := range []string{"header", ""} {
		r := withToken(newRun())
		r.try(t, 0, "edit", "shop", "--copy-format", value)
		if got := r.agent.edited.CopyFormat; got == nil || *got != value {
			t.Errorf("--copy-format %q: the agent is asked for %v", value, got)
		}
	}
	r := withToken(newRun())
	r.try(t, 0, "edit", "shop", "--note", "x")
	if r.agent.edited.CopyFormat != nil {
		t.Error("another edit changes the format")
	}
	r.try(t, 0, "edit", "shop", "--copy-path", "/cgi-bin/menu/get")
	if got := r.agent.edited.CopyPath; got == nil || *got != "/cgi-bin/menu/get" {
		t.Errorf("--copy-path: the agent is asked for %v", got)
	}
	r.agent.list.Accounts[0].CopyFormat, r.agent.list.Accounts[0].CopyPath = "curl", "/cgi-bin/menu/get"
	if out, _ := r.try(t, 0, "show", "shop"); !strings.Contains(out, "curl") || !strings.Contains(out, "/cgi-bin/menu/get") {
		t.Errorf("show does not tell format and path:\n%s", out)
	}
}

// TestALongTokenIsPrintedWhole: get prints a token of 8 KB whole, to a program and to
// a terminal that is narrower, and exec hands it on whole.
func TestALongTokenIsPrintedWhole(t *testing.T) {
	long := strings.Repeat("84_456789aBcD-_.", 8<<10/16)
	for _, tty := range []bool{false, true} {
		get := func(args ...string) string {
			r := withToken(newRun())
			r.agent.token.AccessToken, r.term.outTTY, r.term.width = long, tty, 40
			out, _ := r.try(t, 0, append([]string{"get", "shop"}, args...)...)
			return out
		}
		if out := get(); out != long+"\n" {
			t.Errorf("on a terminal %v: %d bytes, want %d", tty, len(out), len(long)+1)
		}
		var got api.Token
		if err := json.Unmarshal([]byte(get("--json")), &got); err != nil || got.AccessToken != long {
			t.Errorf("as JSON, on a terminal %v: %d bytes, want %d (%v)", tty, len(got.AccessToken), len(long), err)
		}
	}
	var env []string
	r, _ := execRun(func(c Child) int { env = c.Env; return 0 })
	r.agent.token.AccessToken = long
	r.try(t, 0, "exec", "shop", "--", "true")
	if !slices.Contains(env, "ACCESS_TOKEN="+long) {
		t.Error("the child has not the whole token")
	}
}
