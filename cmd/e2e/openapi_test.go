//go:build linux

package e2e

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tokentray/assets/openapi"
	"tokentray/core"
	"tokentray/core/redisconn"
	"tokentray/core/redisconn/redistest"
	"tokentray/core/team"
)

// description has the parts of an OpenAPI document that the tests need.
type description struct {
	OpenAPI string                          `json:"openapi"`
	Paths   map[string]map[string]operation `json:"paths"`
	Parts   struct {
		Schemas   map[string]*schema  `json:"schemas"`
		Responses map[string]response `json:"responses"`
	} `json:"components"`
}

type operation struct {
	ID        string              `json:"operationId"`
	Summary   string              `json:"summary"`
	Doors     []string            `json:"x-doors"`
	Responses map[string]response `json:"responses"`
	Body      *struct {
		Content map[string]struct{ Schema *schema } `json:"content"`
	} `json:"requestBody"`
	Parameters []struct {
		Name string `json:"name"`
		In   string `json:"in"`
	} `json:"parameters"`
}

type response struct {
	Ref     string                              `json:"$ref"`
	Content map[string]struct{ Schema *schema } `json:"content"`
}

type schema struct {
	Ref        string             `json:"$ref"`
	Type       string             `json:"type"`
	Properties map[string]*schema `json:"properties"`
	Required   []string           `json:"required"`
	More       any                `json:"additionalProperties"` // false, or what they are
	Items      *schema            `json:"items"`
	Enum       []string           `json:"enum"`
	OneOf      []*schema          `json:"oneOf"`
}

func described(t *testing.T, raw []byte) *description {
	t.Helper()
	d := &description{}
	if err := json.Unmarshal(raw, d); err != nil || d.OpenAPI != "3.1.0" || len(d.Paths) < 20 {
		t.Fatalf("not the description: %v, version %q, %d paths", err, d.OpenAPI, len(d.Paths))
	}
	return d
}

func (d *description) follow(s *schema) *schema {
	if s.Ref == "" {
		return s
	}
	return d.Parts.Schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")]
}

func (d *description) response(o operation, status int) (response, bool) {
	r, ok := o.Responses[strconv.Itoa(status)]
	if r.Ref != "" {
		r, ok = d.Parts.Responses[strings.TrimPrefix(r.Ref, "#/components/responses/")]
	}
	return r, ok
}

// fits says where a value does not match the schema, or "".
func (d *description) fits(s *schema, v any, at string) string {
	if s = d.follow(s); s == nil {
		return at + ": a schema that is not there"
	}
	if len(s.OneOf) > 0 {
		var why []string
		for _, one := range s.OneOf {
			w := d.fits(one, v, at)
			if w == "" {
				return ""
			}
			why = append(why, w)
		}
		return strings.Join(why, "; ")
	}
	is := func(ok bool) string {
		if ok {
			return ""
		}
		return fmt.Sprintf("%s is no %s: %v", at, s.Type, v)
	}
	switch s.Type {
	case "string":
		text, ok := v.(string)
		if ok && len(s.Enum) > 0 && !slices.Contains(s.Enum, text) {
			return fmt.Sprintf("%s is %q, not one of %v", at, text, s.Enum)
		}
		return is(ok)
	case "boolean":
		_, ok := v.(bool)
		return is(ok)
	case "integer":
		n, ok := v.(float64)
		return is(ok && n == float64(int64(n)))
	case "array":
		list, ok := v.([]any)
		for i, one := range list {
			if w := d.fits(s.Items, one, fmt.Sprintf("%s[%d]", at, i)); w != "" {
				return w
			}
		}
		return is(ok)
	case "object":
		o, ok := v.(map[string]any)
		for _, name := range s.Required {
			if _, there := o[name]; !there {
				return at + "." + name + " is missing"
			}
		}
		for name, one := range o {
			p, known := s.Properties[name]
			if !known && s.More == false {
				return at + "." + name + " is not in the description"
			}
			if known {
				if w := d.fits(p, one, at+"."+name); w != "" {
					return w
				}
			}
		}
		return is(ok)
	}
	return at + ": a schema without a type"
}

// TestTheDescriptionAgainstTheRunningServer calls every operation at each of its
// doors, correctly and incorrectly, and compares status and body with the
// description.
func TestTheDescriptionAgainstTheRunningServer(t *testing.T) {
	t.Parallel()
	home := openDoors(t)
	code, raw := home.call("GET", "/v1/openapi.json", home.key, "")
	if code != 200 || raw != string(openapi.Description()) {
		t.Fatalf("the loopback serves another description: %d", code)
	}
	d := described(t, []byte(raw))
	socket := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", home.socket)
	}}}
	defer socket.CloseIdleConnections()

	good := map[string]string{ // bodies of successful calls
		"addAccount":  `{"name":"blog","appid":"wxfedcba9876543210","secret":"fedcba9876543210fedcba9876543210","base_url":"` + home.sim + `"}`,
		"editAccount": `{"note":"hello"}`, "testAccount": `{"ref":{"Name":"shop"},"input":{}}`,
		"setEnv": `{"active":"sandbox"}`, "pauseAll": `{"paused":false}`, "setSetting": `{"value":"dark"}`,
		"refreshToken": `{"stale":"88_another"}`, "initVault": `{"passphrase":"correct horse battery staple"}`, "unlockVault": `{"passphrase":"correct horse battery staple"}`,
		"backup": `{"passphrase":"correct horse battery staple"}`, "importAccounts": `{"accounts":[{"name":"more","appid":"wx00000000000000aa"},{"name":"gh"}],"settings":{"theme":"dark"}}`,
		"exportAccounts": `{"format":"csv"}`, "copyText": `{"text":"203.0.113.7"}`, "setSession": `{}`, "setLoopback": `{"on":true}`, "addClientKey": `{"name":"made"}`,
		"addChildKey":       fmt.Sprintf(`{"pid":%d}`, os.Getpid()),
		"explain":           `{"text":"errcode 40001"}`,
		"grantCalls":        `{"client":"claude"}`,
		"signPage":          `{"url":"https://shop.example.com/page"}`,
		"addPush":           `{"kind":"command","command":["/bin/true"]}`,
		"wechatStableToken": fmt.Sprintf(`{"grant_type":"client_credential","appid":%q,"secret":%q}`, doorAppID, home.key),
	}
	finch := base64.StdEncoding.EncodeToString([]byte(`{"name":"finch","method":"POST","url":"` + home.sim + `/open-apis/auth/v3/tenant_access_token/internal",
		"fields":{"app_id":"{{appid}}","app_secret":"{{secret}}"},"token":"tenant_access_token","expires":"expire","code":"code","success":[0],"repeat":"same","use":{"query":"access_token"}}`))
	good["addPreset"] = `{"file":"` + finch + `"}`
	good["tryPreset"] = `{"file":"` + finch + `","appid":"cli_a1","secret":"fedcba9876543210"}`
	teamURL := redistest.Start(t).URL
	home.run("", "team", "create", "six", "--redis", teamURL)
	good["createTeam"] = `{"name":"five","redis":"` + teamURL + `"}`
	good["joinTeam"] = `{"age":"` + inviteTo(t, "seven", teamURL) + `","passphrase":"a good passphrase","apply":true}`
	good["inviteToTeam"] = `{"passphrase":"a good passphrase"}`
	good["rotateTeam"] = good["inviteToTeam"]
	good["editTeam"] = `{"redis":"` + teamURL + `"}`
	fill := strings.NewReplacer("{team}", "six", "{kind}", "qq", "{name}/{env}", "shop/sandbox", "/keys/{name}", "/keys/made", "{name}", "shop", "{key}", "theme", "{number}", "1")
	nobody := strings.NewReplacer("{team}", "nobody", "{kind}", "nothing", "{name}/{env}", "nobody/sandbox", "{name}", "nobody", "{key}", "nothing", "{number}", "1")
	query := map[string]string{
		"wechatToken": "?grant_type=client_credential&appid=" + doorAppID + "&secret=" + home.key,
	}
	check := func(method, path, door, target, body, key string, o operation) int {
		t.Helper()
		base, client := home.base, http.DefaultClient
		if door == "socket" {
			base, client = "http://tokentray", socket
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, strings.ToUpper(method), base+target, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if key != "" {
			req.Header.Set("Authorization", "Bearer "+key)
		}
		if strings.HasPrefix(o.ID, "call") {
			req.Header.Set("Tokentray-Call", `{"method":"GET","target":"/cgi-bin/get_api_domain_ip"}`)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		what := fmt.Sprintf("%s %s at the %s with %.60q", method, target, door, body)
		told, ok := d.response(o, resp.StatusCode)
		if !ok {
			text, _ := io.ReadAll(io.LimitReader(resp.Body, 500))
			t.Errorf("%s: status %d is not in the description: %s", what, resp.StatusCode, text)
			return resp.StatusCode
		}
		kind, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
		if _, told := told.Content[kind]; kind == "application/octet-stream" && told {
			return resp.StatusCode // the upstream's own
		}
		if kind == "text/event-stream" || resp.StatusCode == http.StatusNoContent {
			return resp.StatusCode // it does not end, or has no body
		}
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		media, ok := told.Content[kind]
		var v any
		if err := json.NewDecoder(bytes.NewReader(text)).Decode(&v); err != nil || !ok {
			t.Errorf("%s: %d with a body of type %q: %.200s (%v)", what, resp.StatusCode, kind, text, err)
			return resp.StatusCode
		}
		if w := d.fits(media.Schema, v, "answer"); w != "" {
			t.Errorf("%s: %d: %s", what, resp.StatusCode, w)
		}
		return resp.StatusCode
	}

	last := []string{"leaveTeam", "lockVault", "revokeClientKey", "removePush", "removePushActive", "removeAccount", "removeAccountActive", "removePreset", "reset", "stop"} // they change what others need
	never := []string{"copyToken", "copyTokenActive", "copyText", "initVault", "stop", "resetQuota"}                                                                         // a desktop, a second vault, an end that reset makes, a second reset within 30 s
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		for method, o := range d.Paths[path] {
			if slices.Contains(last, o.ID) {
				continue
			}
			for _, door := range o.Doors {
				if door == "loopback" && path == "/v1/events" {
					t.Errorf("%s is for the socket alone", path)
				}
				status := check(method, path, door, fill.Replace(path)+query[o.ID], good[strings.TrimSuffix(o.ID, "Active")], home.key, o)
				if status != 200 && !slices.Contains(never, o.ID) {
					t.Errorf("%s at the %s: status %d", o.ID, door, status)
				}
				if strings.Contains(path, "{") {
					check(method, path, door, nobody.Replace(path), good[strings.TrimSuffix(o.ID, "Active")], home.key, o)
				}
				if o.Body != nil {
					check(method, path, door, fill.Replace(path), `{"no such field":true}`, home.key, o)
					check(method, path, door, fill.Replace(path), `nonsense`, home.key, o)
				}
				if door == "loopback" {
					check(method, path, door, fill.Replace(path), "", "", o)
					check(method, path, door, fill.Replace(path), "", "ttk_wrong", o)
				}
			}
			if !slices.Contains(o.Doors, "loopback") {
				if code, body := home.call(strings.ToUpper(method), fill.Replace(path), home.key, ""); code != 404 && code != 405 {
					t.Errorf("%s is for the socket alone, and the loopback answers %d %s", o.ID, code, body)
				}
			}
		}
	}
	for _, q := range []string{"?min_ttl=soon", "?min_ttl=20h", "?newer_than=9999999999&wait=10ms", "?wait=30s", "?newer_than=1"} {
		check("get", "/v1/token/{name}", "loopback", "/v1/token/shop"+q, "", home.key, d.Paths["/v1/token/{name}"]["get"])
	}
	for _, id := range []string{"leaveTeam", "lockVault", "revokeClientKey", "removePush", "removeAccount", "removePreset", "reset"} {
		for path, methods := range d.Paths {
			for method, o := range methods {
				if o.ID == id {
					if status := check(method, path, "socket", fill.Replace(strings.ReplaceAll(path, "/presets/{kind}", "/presets/finch")), "", "", o); status != 200 && id != "reset" && id != "removeAccount" {
						t.Errorf("%s: status %d", id, status)
					}
				}
			}
		}
	}
}

// inviteTo returns an invite to a team of another machine, in the form of the API.
func inviteTo(t *testing.T, name, at string) string {
	t.Helper()
	u, err := redisconn.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	file, err := team.Invite{Team: name, Redis: u, Keys: team.NewKeys()}.Seal(core.NewSecret("a good passphrase"), 10)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(file)
}
