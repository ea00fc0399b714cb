//go:build linux

package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
)

// pmRun is what the scripts of one request did in the sandbox of an API client.
type pmRun struct {
	Runs []struct {
		Tests []struct {
			Name, Failed string
			Skipped      bool
		}
		Errors      []string // exceptions that the scripts did not catch
		Asked       []string // requests that the scripts sent themselves
		AfterTheEnd []string // what they did after they had failed
		Skipped     bool     // the request
		Sent        string
		Status      int
	}
	Variables struct {
		Local               []string
		Environment, Shared map[string]string
	}
}

// pmScripts runs the scripts of one request of an export, with the pm functions of a
// client.
func (d *doors) pmScripts(t *testing.T, client, dir, collection, environment, request string, times string) pmRun {
	t.Helper()
	harness, err := filepath.Abs("clients/pmscripts.js")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", harness, client, filepath.Join(dir, collection), filepath.Join(dir, environment), request, times)
	cmd.Env = d.env
	raw, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", client, err)
	}
	var out pmRun
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatalf("%s: %v", client, err)
	}
	return out
}

// TestClientsScriptsInSandboxes: the scripts in the exports for Postman and Apifox
// work with the functions of Postman, Apifox and Apipost. They take a token, show a
// failure once and stop, and report and replace a dead token.
func TestClientsScriptsInSandboxes(t *testing.T) {
	t.Parallel()
	modules(t)
	d := openDoors(t)
	sandbox := api.Ref{Name: "shop", Env: core.Sandbox}
	type export struct{ dir, collection, environment, request string }
	group := alive + "|API server IPs"
	postman := export{d.export(t, "postman", "shop", "postman"), "tokentray.postman_collection.json", "tokentray-shop.postman_environment.json", group}
	fox := export{d.export(t, "apifox", "shop", "apifox"), "tokentray-apifox.postman_collection.json", "tokentray-apifox.postman_environment.json", "shop/sandbox|" + group}
	run := func(client string, e export, times string) pmRun {
		t.Helper()
		return d.pmScripts(t, client, e.dir, e.collection, e.environment, e.request, times)
	}
	each := func(t *testing.T, exports []export, f func(t *testing.T, client string, e export)) {
		for _, client := range []string{"postman", "apifox", "apipost"} {
			for _, e := range exports {
				t.Run(client+" "+filepath.Base(e.dir), func(t *testing.T) { f(t, client, e) })
			}
		}
	}
	each(t, []export{postman, fox}, func(t *testing.T, client string, e export) {
		got := run(client, e, "1")
		one := got.Runs[0]
		if len(one.Errors) > 0 || len(one.Tests) != 1 || one.Tests[0].Failed != "" || one.Status != 200 || !strings.HasSuffix(one.Sent, d.sim+"/cgi-bin/get_api_domain_ip") {
			t.Errorf("a call: %+v", one)
		}
		if got.Variables.Environment["access_token"] != "" || got.Variables.Shared["access_token"] != "" {
			t.Error("the token is kept in a variable that is saved")
		}
	})

	// A failure is shown once, and the script stops.
	broken := func(change func(values map[string]string)) func(t *testing.T, client string, e export) {
		return func(t *testing.T, client string, e export) {
			e.dir = changedEnvironment(t, e.dir, e.collection, e.environment, change)
			one := run(client, e, "1").Runs[0]
			if len(one.Tests) != 1 || one.Tests[0].Failed == "" || one.Sent != "" || len(one.AfterTheEnd) > 0 {
				t.Errorf("%+v", one)
			}
			if skips := client != "apifox"; one.Skipped != skips || (len(one.Errors) > 0) == skips || strings.Contains(strings.Join(one.Errors, "\n"), "TypeError") {
				t.Errorf("skipped %v, errors %q", one.Skipped, one.Errors)
			}
		}
	}
	for what, change := range map[string]func(map[string]string){
		"no key":                func(v map[string]string) { v["tokentray_key"] = "" },
		"a wrong key":           func(v map[string]string) { v["tokentray_key"] = "ttk_wrong" },
		"nobody is at the port": func(v map[string]string) { v["tokentray_url"] = "http://127.0.0.1:1" },
		"somebody else":         func(v map[string]string) { v["tokentray_url"] = d.sim },
	} {
		t.Run(what, func(t *testing.T) { each(t, []export{postman, fox}, broken(change)) })
	}
	t.Run("no account", func(t *testing.T) {
		each(t, []export{postman}, broken(func(v map[string]string) { v["tokentray_account"] = "" }))
	})

	// A dead token: a client that can repeat the request does so, another one says
	// so.
	for i, client := range []string{"apifox", "apipost"} {
		d.sleepUntilTheFloorIsOver(d.current(t, sandbox))
		d.steer(t, "/sim/revoke", `{"appid":"`+doorAppID+`"}`)
		before := d.current(t, sandbox).AccessToken
		got := run(client, fox, "2")
		one, last := got.Runs[0], got.Runs[len(got.Runs)-1]
		if !slices.ContainsFunc(one.Asked, func(s string) bool { return strings.HasSuffix(s, "/refresh") }) || len(one.Errors) > 0 {
			t.Errorf("%s: a dead token: %+v", client, one)
		}
		if client == "apifox" && (len(one.Tests) != 1 || !strings.Contains(one.Tests[0].Failed, "send again")) {
			t.Errorf("%s: a dead token: %+v", client, one)
		}
		if after := d.current(t, sandbox).AccessToken; after == before || len(got.Runs) != 2 || len(last.Errors) > 0 || last.Tests[0].Failed != "" {
			t.Errorf("%s: sent again: %+v", client, last)
		}
		if n := d.asked(t, doorAppID); n != 2+i {
			t.Errorf("%s: WeChat was asked for a token %d times", client, n)
		}
	}
}

// changedEnvironment copies an export and changes values of variables.
func changedEnvironment(t *testing.T, dir, collection, environment string, change func(map[string]string)) string {
	t.Helper()
	type variable struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	}
	var env struct {
		Values []variable `json:"values"`
	}
	readJSON(t, filepath.Join(dir, environment), &env)
	values := map[string]string{}
	for _, v := range env.Values {
		values[v.Key] = v.Value
	}
	change(values)
	env.Values = nil
	for k, v := range values {
		env.Values = append(env.Values, variable{k, v})
	}
	raw, err := json.Marshal(env)
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	if err := os.WriteFile(filepath.Join(out, environment), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(filepath.Join(dir, collection), filepath.Join(out, collection)); err != nil {
		t.Fatal(err)
	}
	return out
}
