//go:build linux

package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"tokentray/core/api"
)

// TestACommandCallsWithoutTheToken: a command that exec runs gets the URL for calls
// and a key. The key works only for its account and only while the command runs.
func TestACommandCallsWithoutTheToken(t *testing.T) {
	t.Parallel()
	d := openDoors(t)
	out := d.run("", "exec", "shop", "--", "sh", "-c", `
		unset ACCESS_TOKEN
		curl -sS -H "Authorization: Bearer $TOKENTRAY_CALL_KEY" "$TOKENTRAY_CALL_URL/cgi-bin/get_api_domain_ip"
		curl -sS -o /dev/null -w ' %{http_code}' -H "Authorization: Bearer $TOKENTRAY_CALL_KEY" "${TOKENTRAY_CALL_URL%/call/*}/v1/token/shop"
		echo " $TOKENTRAY_CALL_KEY"`)
	answer, rest, _ := strings.Cut(out, "} ")
	status, key, _ := strings.Cut(strings.TrimSpace(rest), " ")
	if !strings.HasPrefix(answer, `{"ip_list":[`) || status != "403" || !strings.HasPrefix(key, "ttk_") {
		t.Fatalf("the command: %q, status %q", answer, status)
	}
	// The agent notices the end of the process a moment later and then revokes the
	// key.
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		status, _ := d.call(http.MethodGet, "/call/shop/sandbox/cgi-bin/get_api_domain_ip", key, "")
		if status == http.StatusUnauthorized {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the key outlives its command: status %d", status)
		}
	}
	if token := d.current(t, api.Ref{Name: "shop"}).AccessToken; strings.Contains(out, token) {
		t.Error("the command's output holds the token")
	}
}
