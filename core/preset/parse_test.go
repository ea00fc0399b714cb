package preset_test

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/preset"
	"tokentray/core/upstream"
)

// robin is a user's preset with everything in it, a line for each field.
const robin = `{
  "name": "robin",
  "label": {"en": "Robin", "zh": "知更鸟"},
  "method": "POST",
  "url": "https://api.robin.example/v1/{{appid}}/token",
  "hosts": {"sandbox": "https://sandbox.robin.example"},
  "encoding": "json",
  "fields": {"id": "{{appid}}", "key": "{{secret}}", "force": true, "version": 2},
  "headers": {"X-Client": "tokentray"},
  "token": "data.token",
  "expires": "data.expires",
  "life": "2h",
  "code": "code",
  "text": "message",
  "success": [0, "0000"],
  "success_without_code": false,
  "refusals": {"secret": [40001], "quota": ["slow"]},
  "repeat": "new-all-live",
  "renew_before": "10m",
  "use": {"header": "Authorization", "prefix": "Bearer ", "host": "https://calls.robin.example"},
  "dead": {"code": [40014]},
  "dead_status": [401], "works": {"code": [80000000], "data.result": [1]},
  "check": "/me",
  "reads": ["GET /birds/*"],
  "closed": ["/keys/*"],
  "samples": [{"name": "me", "label": {"en": "Who am I"}, "call": "GET /me"}],
  "console": "https://robin.example/console",
  "quota": 2000,
  "day": "+08:00",
  "id": {"label": {"en": "Ring"}, "hint": "r…", "names": ["ringid"]},
  "secret": {"label": {"en": "Song"}, "names": ["ringsong"]},
  "names": ["robin"],
  "notes": ["asked the owner in May"]
}`

// taken are the names of this version's kinds.
func taken(k core.Kind) bool {
	return slices.Contains([]core.Kind{"wechat", "feishu"}, k)
}

func mustParse(t testing.TB, file string) preset.Preset {
	t.Helper()
	p, faults := preset.Parse([]byte(file), taken)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return p
}

// A user's preset becomes a kind with all that its file says.
func TestAPresetIsAKind(t *testing.T) {
	p := mustParse(t, robin)
	s := p.Spec()
	live, sandbox := core.Account{Env: core.Live}, core.Account{Env: core.Sandbox}
	for what, ok := range map[string]bool{
		"kind and labels": s.Kind == "robin" && s.Label["zh"] == "知更鸟" && s.Own() && p.Own(),
		"hosts":           s.Base(live) == "https://api.robin.example" && s.Base(sandbox) == "https://sandbox.robin.example",
		"API host":        s.API(live) == "https://calls.robin.example" && s.API(core.Account{BaseURL: "https://gw.example"}) == "https://gw.example",
		"traits":          s.Traits.Repeat == core.RepeatNewAllLive && s.Traits.Anytime && s.Traits.Window == 10*time.Minute && s.Traits.Day == "+08:00",
		"dead":            s.IsDead("code", "40014") && slices.ContainsFunc(s.Dead, func(a kinds.Answer) bool { return a.Status == 401 }),
		"works":           s.CallWorked("code", "80000000") && s.CallWorked("data.result", "1") && !s.CallWorked("code", "40014"),
		"calls":           s.TryPath == "/me" && s.Checks() && s.Reading("GET", "/birds/1") && !s.Reading("POST", "/birds/1"),
		"closed":          slices.Contains(s.Closed, kinds.Pattern{Path: "/v1/*/token"}) && slices.Contains(s.Closed, kinds.Pattern{Path: "/keys/*"}),
		"samples":         len(s.Samples) == 1 && s.Samples[0].Calls[0].Path == "/me",
		"console, quota":  s.Console(live) == "https://robin.example/console" && s.DayQuota == 2000,
		"names":           s.Fields[0].Names[0] == "ringid" && s.Fields[1].Label["en"] == "Song",
	} {
		if !ok {
			t.Errorf("%s: %+v", what, s)
		}
	}
	for _, shipped := range preset.Shipped() {
		if shipped.Own() || shipped.Spec().Own() {
			t.Errorf("%s is of this version", shipped.Kind)
		}
	}
}

// What is wrong with a file is told with its line and its field, all at once.
func TestFaultsNameLineAndField(t *testing.T) {
	for _, tt := range []struct {
		old, with string
		want      []preset.Fault
	}{
		{`"name": "robin"`, `"name": "Robin Hood"`, []preset.Fault{{2, "name", preset.FaultName, ""}}},
		{`"name": "robin"`, `"name": "feishu"`, []preset.Fault{{2, "name", preset.FaultBuiltin, "feishu"}}},
		{`"name": "robin"`, `"name": "wechat"`, []preset.Fault{{2, "name", preset.FaultBuiltin, "wechat"}}},
		{`"name": "robin",`, ``, []preset.Fault{{1, "name", preset.FaultMissing, ""}}},
		{`"method": "POST"`, `"method": "PATCH"`, []preset.Fault{{4, "method", preset.FaultValue, "GET, POST"}}},
		{`"method": "POST"`, `"method": "GET"`, []preset.Fault{{7, "encoding", preset.FaultValue, "query"}}},
		{`https://api.robin.example/v1`, `https://{{appid}}.robin.example/v1`, []preset.Fault{{5, "url", preset.FaultElsewhere, ""}}},
		{`https://api.robin.example/v1`, `https://{{secret}}.evil.example/v1`, []preset.Fault{{5, "url", preset.FaultElsewhere, ""}}},
		{`https://api.robin.example/v1`, `http://api.robin.example/v1`, []preset.Fault{{5, "url", preset.FaultHTTPS, ""}}},
		{`https://api.robin.example/v1`, `https://user:pass@api.robin.example/v1`, []preset.Fault{{5, "url", preset.FaultURL, ""}}},
		{`https://api.robin.example/v1`, `ftp://api.robin.example/v1`, []preset.Fault{{5, "url", preset.FaultURL, ""}}},
		{`{{appid}}/token"`, `{{secret}}/token"`, []preset.Fault{{5, "url", preset.FaultSecretPlace, ""}}},
		{`{{appid}}/token"`, `{{appid}}/token?x=1"`, []preset.Fault{{5, "url", preset.FaultQuery, ""}}},
		{`https://sandbox.robin.example`, `https://sandbox.evil.example`, []preset.Fault{{6, "hosts.sandbox", preset.FaultForeign, "robin.example"}}},
		{`https://sandbox.robin.example`, `https://sandbox.robin.example/path`, []preset.Fault{{6, "hosts.sandbox", preset.FaultHost, ""}}},
		{`https://sandbox.robin.example`, `https://{{appid}}`, []preset.Fault{{6, "hosts.sandbox", preset.FaultElsewhere, ""}}},
		{`"{{secret}}"`, `"{{password}}"`, []preset.Fault{{8, "fields.key", preset.FaultPlaceholder, "{{password}}"}, {8, "fields", preset.FaultNoSecret, ""}}},
		{`"force": true`, `"force": {"now": true}`, []preset.Fault{{8, "fields.force", preset.FaultType, "text"}}},
		{`"force": true`, `"force": "0123456789abcdef0123456789abcdef"`, []preset.Fault{{8, "fields.force", preset.FaultLiteral, ""}}},
		{`"X-Client": "tokentray"`, `"Host": "evil.example"`, []preset.Fault{{9, "headers.Host", preset.FaultHeader, ""}}},
		{`"X-Client": "tokentray"`, `"X-Client": "a\r\nX-Evil: 1"`, []preset.Fault{{9, "headers.X-Client", preset.FaultSigns, ""}}},
		{`"data.token"`, `"data..token"`, []preset.Fault{{10, "token", preset.FaultPath, ""}}},
		{`"token": "data.token",`, ``, []preset.Fault{{1, "token", preset.FaultMissing, ""}}},
		{`"2h"`, `"two hours"`, []preset.Fault{{12, "life", preset.FaultDuration, ""}}},
		{`"code": "code",`, ``, []preset.Fault{{15, "success", preset.FaultCode, ""}}},
		{`"success": [0, "0000"]`, `"success": 0`, []preset.Fault{{15, "success", preset.FaultType, "list"}}},
		{`"repeat": "new-all-live"`, `"repeat": "often"`, []preset.Fault{{18, "repeat", preset.FaultValue, "same, same-renewed, new-all-live, new-two-live, destructive"}}},
		{`"repeat": "new-all-live",`, ``, []preset.Fault{{1, "repeat", preset.FaultMissing, ""}}},
		{`"renew_before"`, `"renew_befor"`, []preset.Fault{{19, "renew_befor", preset.FaultUnknown, "renew_before"}}},
		{`https://calls.robin.example`, `https://collector.example`, []preset.Fault{{20, "use.host", preset.FaultForeign, "robin.example"}}},
		{`"prefix": "Bearer "`, `"query": "access_token"`, []preset.Fault{{20, "use", preset.FaultPlace, ""}}},
		{`[401]`, `[200]`, []preset.Fault{{22, "dead_status", preset.FaultNumber, "400–599"}}},
		{`[80000000]`, `[40014]`, []preset.Fault{{22, "works.code", preset.FaultBoth, "dead"}}},
		{`"data.result": [1]`, `"data..result": [1]`, []preset.Fault{{22, "works.data..result", preset.FaultPath, ""}}},
		{`"data.result": [1]`, `"data.result": 1`, []preset.Fault{{22, "works.data.result", preset.FaultType, "list"}}},
		{`{"code": [80000000], "data.result": [1]}`, `[80000000]`, []preset.Fault{{22, "works", preset.FaultType, "object"}}},
		{`"check": "/me"`, `"check": "me"`, []preset.Fault{{23, "check", preset.FaultCallPath, ""}}},
		{`"GET /birds/*"`, `"LOOK /birds/*"`, []preset.Fault{{24, "reads", preset.FaultPattern, "LOOK /birds/*"}}},
		{`"console": "https`, `"console": "http`, []preset.Fault{{27, "console", preset.FaultURL, ""}}},
		{`"quota": 2000`, `"quota": "many"`, []preset.Fault{{28, "quota", preset.FaultNumber, "1–1000000000"}}},
		{`"+08:00"`, `"Beijing"`, []preset.Fault{{29, "day", preset.FaultZone, ""}}},
		{`"quota": 2000,`, `"quota": 2000, "quota": 1,`, []preset.Fault{{28, "quota", preset.FaultTwice, ""}}},
		{`"method": "POST",`, `"method": "POST"`, []preset.Fault{{5, "", preset.FaultJSON, ""}}},
		{`"notes": ["asked the owner in May"]` + "\n}", ``, []preset.Fault{{32, "", preset.FaultCut, ""}}},
		{`["asked the owner in May"]`, `"asked"`, []preset.Fault{{33, "notes", preset.FaultType, "list"}}},
		{robin, `[]`, []preset.Fault{{1, "", preset.FaultObject, ""}}},
		{robin, strings.Repeat("[", 100), []preset.Fault{{1, "", preset.FaultDeep, ""}}},
		{robin, `"` + strings.Repeat("x", preset.MaxFile), []preset.Fault{{1, "", preset.FaultBig, "64 KB"}}},
	} {
		file := strings.Replace(robin, tt.old, tt.with, 1)
		if file == robin {
			t.Fatalf("%s does not stand in the file", tt.old)
		}
		if p, got := preset.Parse([]byte(file), taken); !slices.Equal(got, tt.want) || p.Kind != "" {
			t.Errorf("%.60s: %+v, want %+v", tt.with, got, tt.want)
		}
	}
}

// A preset's hosts are all of one owner, by the public suffix list: what ends alike is
// not yet one owner's.
func TestAPresetStaysWithOneOwner(t *testing.T) {
	for _, tt := range []struct {
		url, other string
		same       bool
	}{
		{"https://api.shop.com.cn", "https://sandbox.shop.com.cn", true},
		{"https://api.shop.com.cn", "https://evil.com.cn", false},
		{"https://api.shop.co.uk", "https://evil.co.uk", false},
		{"https://shop.github.io", "https://evil.github.io", false},
		{"https://shop.github.io", "https://eu.shop.github.io", true},
		{"https://shop.kobe.jp", "https://evil.kobe.jp", false},
		{"https://a.shop.gd.cn", "https://evil.gd.cn", false},
		{"https://shop.xn--55qx5d.cn", "https://evil.xn--55qx5d.cn", false},
		{"https://api.shop.com", "https://api.shop.com.evil.net", false},
		{"https://api.shop.com", "https://API.SHOP.COM.", true},
		{"https://api.shop.com", "https://api.shоp.com", false}, // a Cyrillic letter
		{"https://192.0.2.1", "https://192.0.2.2", false},
		{"https://192.0.2.1:8443", "https://192.0.2.1", true},
		{"https://intranet", "https://other", false},
		{"http://127.0.0.1:1", "http://localhost:2", true},
		{"https://api.shop.com", "http://127.0.0.1:1", false},
	} {
		file := strings.NewReplacer("https://api.robin.example", tt.url, "https://sandbox.robin.example", tt.other, "https://calls.robin.example", tt.url).Replace(robin)
		_, faults := preset.Parse([]byte(file), taken)
		if foreign := slices.ContainsFunc(faults, func(f preset.Fault) bool { return f.Line == 6 }); foreign == tt.same {
			t.Errorf("%s and %s: one owner's %v, want %v; %v", tt.url, tt.other, !foreign, tt.same, faults)
		}
	}
}

// Two presets of one fingerprint ask the same; a label changes nothing, a host does.
func TestTheFingerprintIsOfWhatIsAsked(t *testing.T) {
	first := mustParse(t, robin).Fingerprint()
	for old, tt := range map[string]struct {
		with string
		same bool
	}{
		`"en": "Robin"`:       {`"en": "Red Robin"`, true},
		`"renew_before"`:      {`"old_token_lives"`, true},
		`api.robin.example`:   {`api2.robin.example`, false},
		`calls.robin.example`: {`calls2.robin.example`, false},
		`"id": "{{appid}}"`:   {`"ID": "{{appid}}"`, false},
		`"tokentray"`:         {`"{{secret}}"`, false},
		`sandbox.robin`:       {`sand.robin`, false},
		`/{{appid}}/token`:    {`/token`, false},
		`"header": "Auth`:     {`"header": "Other`, false},
	} {
		if got := mustParse(t, strings.Replace(robin, old, tt.with, 1)).Fingerprint(); (got == first) != tt.same {
			t.Errorf("%s to %s: the same %v, want %v", old, tt.with, got == first, tt.same)
		}
	}
}

// FuzzParse: no file makes a preset that contradicts itself, or sends a secret to a
// host that stands nowhere in it.
func FuzzParse(f *testing.F) {
	f.Add([]byte(robin))
	for _, p := range preset.Shipped() {
		f.Add(p.File)
	}
	for _, file := range []string{"", "{", "[]", "null", "\xef\xbb\xbf{}", `{"name":"a","name":"b"}`, `{"url":"https://a{{appid}}"}`} {
		f.Add([]byte(file))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		p, faults := preset.Parse(file, taken)
		if len(faults) > 0 {
			for _, one := range faults {
				if one.Line < 1 || one.Code == "" || p.Kind != "" {
					t.Fatalf("%+v", one)
				}
			}
			return
		}
		if _, err := kinds.New(p.Spec()); err != nil {
			t.Fatal(err)
		}
		for _, host := range p.Hosts() {
			if core.CheckURL(host) != "" || strings.ContainsAny(host, "{}?#@") {
				t.Fatalf("the host %q", host)
			}
		}
	})
}

// FuzzAnswer: whatever an upstream answers, there is a token that can be sent or an
// error that shows neither it nor the secret.
func FuzzAnswer(f *testing.F) {
	shipped := preset.Shipped()
	for i := range shipped {
		for _, body := range []string{
			`{"code":0,"msg":"ok","tenant_access_token":"t-1","expire":7200}`, `{"code":10014,"msg":"app secret invalid"}`,
			`{"data":{"access_token":"clt.1","expires_in":7200,"error_code":0}}`, `{"error":"invalid_client","error_description":"` + secret + `"}`,
			`{"result":1,"access_token":"a","expires_in":"172800"}`, "", "<html>", "{", "null",
		} {
			f.Add(uint8(i), 200, []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, status int, body []byte) {
		p := shipped[int(which)%len(shipped)]
		if status < 100 || status > 599 {
			status = 200
		}
		g, err := asker(canned{status, body}).Source(p).Fetch(t.Context(), request(p.Kind, secret))
		if e := core.AsError(err); err != nil && (e.Message == "" || strings.Contains(fmt.Sprintf("%v %+v", e, *e), secret)) {
			t.Fatalf("%q", e.Error())
		}
		if err == nil && (g.Value == "" || g.ExpiresIn < time.Second || strings.ContainsFunc(g.Value, func(r rune) bool { return r <= ' ' || r > '~' })) {
			t.Fatalf("%+v", g)
		}
	})
}

// FuzzCheck: whatever is answered to the call that shows a dead token, the token works,
// is dead by what the preset lists, or nothing is said of it; no error shows it.
func FuzzCheck(f *testing.F) {
	const token = "t-a.living-token_never.shown"
	var checked []preset.Preset
	for _, p := range preset.Shipped() {
		if p.Spec().Checks() {
			checked = append(checked, p)
		}
	}
	for i, p := range checked {
		for _, body := range []string{`{"code":0}`, `{"code":10014,"msg":"` + token + `"}`, `{"error":"invalid_client"}`, "", "<html>", "{", "null"} {
			f.Add(uint8(i), 200, []byte(body))
			f.Add(uint8(i), 401, []byte(body))
		}
		for _, a := range p.Dead {
			for _, value := range a.Values {
				f.Add(uint8(i), cmp.Or(a.Status, 200), nested(a.Field, value))
			}
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, status int, body []byte) {
		p := checked[int(which)%len(checked)]
		if status < 200 || status > 599 {
			status = 200
		}
		err := asker(canned{status, body}).Source(p).(core.Checker).Check(t.Context(), request(p.Kind, secret), token)
		if e := core.AsError(err); err != nil && (e.Message == "" || e.Class == core.BadSecret || strings.Contains(fmt.Sprintf("%v %+v", e, *e), token)) {
			t.Fatalf("%+v", e)
		}
		d, _ := upstream.ReadDocument(body)
		read := (status < 300 || status >= 400) && len(body) <= 1<<20 // of others nothing is believed
		if dead := read && isDead(p.Spec(), status, d); dead != errors.Is(err, core.ErrDead) || dead && err == nil {
			t.Fatalf("%s, %d: dead %v: %v", p.Kind, status, dead, err)
		}
	})
}
