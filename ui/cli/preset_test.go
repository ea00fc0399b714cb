package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
)

func presetRun(t *testing.T) (*run, string) {
	t.Helper()
	r := newRun()
	wren := api.Preset{Kind: "wren", Own: true, Hosts: []string{"https://api.wren.example"}, Repeat: core.RepeatSame, Accounts: 1}
	r.agent.presets = []api.Preset{{Kind: "feishu", Hosts: []string{"https://open.feishu.cn"}, File: []byte("{\n}\n")}, wren}
	r.agent.presetSaved = api.PresetSaved{Preset: wren, Replaced: true, Paused: []string{"bird/sandbox"}}
	file := filepath.Join(t.TempDir(), "wren.json")
	if err := os.WriteFile(file, []byte(`{"name":"wren"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	return r, file
}

func TestPresetsAreListedAndShown(t *testing.T) {
	r, _ := presetRun(t)
	out, _ := r.try(t, 0, "preset", "list")
	for _, want := range []string{"feishu", "wren (yours)", "https://api.wren.example", "https://open.feishu.cn"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing:\n%s", want, out)
		}
	}
	if out, _ := r.try(t, 0, "preset", "show", "feishu"); !strings.HasSuffix(out, "1\n{\n}\n") {
		t.Errorf("%q", out)
	}
	if _, errOut := r.try(t, 3, "preset", "show", "nobody"); !strings.Contains(errOut, "tokentray preset list") {
		t.Errorf("%q", errOut)
	}
	r.try(t, 2, "preset", "show")
}

// The output names the hosts of the added preset and the accounts that wait for their
// secret.
func TestAPresetIsAdded(t *testing.T) {
	r, file := presetRun(t)
	_, errOut := r.try(t, 0, "preset", "add", file, "--replace")
	if string(r.agent.presetAdded.File) != `{"name":"wren"}` || !r.agent.presetAdded.Replace || !strings.Contains(errOut, "https://api.wren.example") || !strings.Contains(errOut, "tokentray edit bird/sandbox --secret") {
		t.Errorf("%s", errOut)
	}
	r.agent.refuse = &core.Error{Class: core.Invalid, Remedy: core.RemedyInput, Message: "no", Err: api.PresetFaults{
		{Line: 5, Field: "url", Code: "elsewhere"}, {Line: 9, Field: "renew_befor", Code: "unknown", Other: "renew_before"}, {Line: 12, Code: "json"},
	}}
	_, errOut = r.try(t, 2, "preset", "add", file)
	for _, want := range []string{"line 5, url: a host must be written out", "line 9, renew_befor: there is no such field; did you mean renew_before?", "line 12: from here on it is not JSON"} {
		if !strings.Contains(errOut, want) {
			t.Errorf("%q is missing:\n%s", want, errOut)
		}
	}
	r.try(t, 2, "preset", "add", filepath.Join(t.TempDir(), "none.json"))
}

// The secret of a trial comes by a hidden prompt or standard input, and is printed
// nowhere.
func TestAPresetIsTried(t *testing.T) {
	r, file := presetRun(t)
	r.agent.presetTrial = api.PresetTrial{
		Method: "POST", URL: "https://api.wren.example/token", Body: `{"secret":"•••"}`, Status: 200, ExpiresIn: 7200, Mask: "t-ab••••wxyz",
		Found: []api.PresetFound{{Field: "token", Path: "data.token", There: true, Value: "t-ab••••wxyz"}, {Field: "expires", Path: "data.ex"}},
	}
	r.term.in = strings.NewReader("s3cr3t-of-wren")
	out, errOut := r.try(t, 0, "preset", "try", file, "--appid", "r1", "--secret-stdin")
	if r.agent.presetTried.Secret != "s3cr3t-of-wren" || string(r.agent.presetTried.File) != `{"name":"wren"}` || strings.Contains(out+errOut, "s3cr3t") {
		t.Errorf("%+v\n%s%s", r.agent.presetTried, out, errOut)
	}
	for _, want := range []string{"POST https://api.wren.example/token", "Answer: HTTP 200", "token: data.token = t-ab••••wxyz", "expires: nothing at data.ex", "It works: the token t-ab••••wxyz lives 2 h"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing:\n%s", want, out)
		}
	}
	r.term.in = strings.NewReader("s3cr3t-of-wren")
	r.agent.presetTrial.Error = &api.Error{Class: core.BadSecret, Remedy: core.RemedySecret, Message: "no"}
	r.try(t, 4, "preset", "try", "wren", "--appid", "r1", "--secret-stdin")
	if r.agent.presetTried.Kind != "wren" || len(r.agent.presetTried.File) > 0 {
		t.Errorf("%+v", r.agent.presetTried)
	}
	r.try(t, 2, "preset", "try", file)
}

// A proxy carries the request of a trial. Its password comes after the secret, as with
// an account, and is printed nowhere.
func TestAPresetIsTriedThroughAProxy(t *testing.T) {
	const proxy = "http://dev@proxy.example:3128"
	for _, c := range []struct {
		args     []string
		stdin    string
		password string
	}{
		{[]string{"--proxy", proxy}, "s3cr3t-of-wren\n", ""},
		{[]string{"--proxy", proxy, "--secret-stdin", "--proxy-password-stdin"}, "s3cr3t-of-wren\npr0xy-p4ss\n", "pr0xy-p4ss"},
	} {
		r, file := presetRun(t)
		r.term.in = strings.NewReader(c.stdin)
		out, errOut := r.try(t, 0, append([]string{"preset", "try", file, "--appid", "r1"}, c.args...)...)
		if got := r.agent.presetTried; got.Proxy != proxy || got.Secret != "s3cr3t-of-wren" || got.ProxyPassword != c.password {
			t.Errorf("%q: the agent is asked for %+v", c.args, got)
		}
		if strings.Contains(out+errOut, "s3cr3t") || strings.Contains(out+errOut, "pr0xy-p4ss") {
			t.Errorf("%q: a secret is shown:\n%s%s", c.args, out, errOut)
		}
	}
	r, file := presetRun(t)
	r.term.in = strings.NewReader("s3cr3t-of-wren")
	r.try(t, 2, "preset", "try", file, "--appid", "r1", "--proxy", proxy, "--proxy-password-stdin") // one line alone
}
