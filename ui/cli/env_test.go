package cli

import (
	"context"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/collection"
	"tokentray/core/kinds"
)

// Loopback tells how the API stands.
func (f *fake) Loopback(context.Context) (api.Loopback, error) {
	return f.door, f.did("loopback")
}

func TestHowAnSDKCalls(t *testing.T) {
	for _, one := range collection.SDKs() {
		name := one.Name
		r, _ := calling()
		r.agent.door = api.Loopback{State: api.DoorOff, Port: 18000}
		out, errOut := r.try(t, 0, "env", "shop/live", "--sdk", name)
		for _, want := range []string{"http://127.0.0.1:18000/call/shop/live", "wx0123456789abcdef", "TOKENTRAY_KEY"} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: %q lacks %q", name, out, want)
			}
		}
		if strings.ContainsAny(strings.NewReplacer("${TOKENTRAY_KEY}", "").Replace(out), "\x00") || strings.Contains(out, "{url}") || strings.Contains(out, "{appid}") {
			t.Errorf("%s: %q", name, out)
		}
		if strings.Contains(errOut, "do not run it") == one.Run || !strings.Contains(errOut, "--account shop --env live") || !strings.Contains(errOut, "tokentray api on") {
			t.Errorf("%s: %s", name, errOut)
		}
	}
	r, _ := calling()
	r.try(t, 2, "env", "shop", "--sdk", "another")
	corp := account("corp", core.Sandbox, 0)
	corp.Kind, corp.Product = kinds.WeCom, kinds.ProductCorpOwn
	r.agent.list.Accounts = append(r.agent.list.Accounts, corp)
	r.try(t, 2, "env", "corp", "--sdk", "silenceper")
}
