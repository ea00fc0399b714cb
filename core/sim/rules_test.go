package sim_test

import (
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/sim"
)

func TestRefusals(t *testing.T) {
	const cred = `"grant_type":"client_credential","appid":"` + appID + `","secret":"` + secret + `"`
	const query = legacy + "?grant_type=client_credential&appid=" + appID + "&secret=" + secret
	ridded := regexp.MustCompile(` rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$`)
	for name, tt := range map[string]struct {
		account            sim.Account
		method, path, body string
		code               int
		says               string
	}{
		"stable by GET":       {sim.Account{}, "GET", stable, "", 43002, "require POST method"},
		"empty body":          {sim.Account{}, "POST", stable, " ", 44002, "empty post data"},
		"form, not JSON":      {sim.Account{}, "POST", stable, "appid=" + appID, 47001, "data format error"},
		"wrong type":          {sim.Account{}, "POST", stable, `{"appid":7}`, 47001, "data format error"},
		"too long":            {sim.Account{}, "POST", stable, strings.Repeat(" ", 70<<10), 47001, "data format error"},
		"RFC's grant type":    {sim.Account{}, "POST", stable, `{"grant_type":"client_credentials"}`, 40002, "invalid grant_type"},
		"no grant type":       {sim.Account{}, "GET", legacy, "", 40002, "invalid grant_type"},
		"no appid":            {sim.Account{}, "GET", legacy + "?grant_type=client_credential", "", 41002, "appid missing"},
		"no secret":           {sim.Account{}, "GET", legacy + "?grant_type=client_credential&appid=" + appID, "", 41004, "appsecret missing"},
		"unknown appid":       {sim.Account{}, "GET", legacy + "?grant_type=client_credential&appid=wx1&secret=x", "", 40013, "invalid appid"},
		"appid in upper case": {sim.Account{}, "GET", legacy + "?grant_type=client_credential&appid=" + strings.ToUpper(appID) + "&secret=" + secret, "", 40013, "invalid appid"},
		"wrong secret":        {sim.Account{}, "GET", query + "0", "", 40125, "invalid appsecret"},
		"whitelist": {
			sim.Account{Whitelist: []string{"198.51.100.1"}},
			"GET", query, "", 40164,
			"invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist",
		},
		"whitelist, IPv6": {
			sim.Account{Whitelist: []string{"198.51.100.1"}, CallerIP: "2001:db8::17"},
			"POST", stable, "{" + cred + "}", 40164,
			"invalid ip 2001:db8::17 ipv6 2001:db8::17, not in whitelist",
		},
		"frozen":       {sim.Account{Frozen: true}, "POST", stable, "{" + cred + "}", 40243, "frozen"},
		"confirmation": {sim.Account{Faults: sim.Faults{Code: 89503}}, "GET", query, "", 89503, "admin"},
		"third party":  {sim.Account{Faults: sim.Faults{Code: 61004}}, "GET", query, "", 61004, "requestIP: 203.0.113.7"},
		"punished":     {sim.Account{Faults: sim.Faults{Code: 50004}}, "GET", query, "", 50004, "maybe for punishment"},
		"busy":         {sim.Account{Faults: sim.Faults{ErrorPercent: 100}}, "GET", query, "", -1, "system error"},
		"check, none":  {sim.Account{}, "GET", check, "", 41001, "access_token missing"},
		"check, odd":   {sim.Account{}, "GET", check + "?access_token=abc", "", 40014, "invalid access_token"},
		"check, unknown": {
			sim.Account{},
			"GET", check + "?access_token=98_" + strings.Repeat("a", 133), "", 40001,
			"invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, tt.account, sim.Config{})
			got := r.ask(tt.method, tt.path, tt.body)
			if got.status != 200 || got.Code != tt.code || !strings.Contains(got.Message, tt.says) {
				t.Errorf("HTTP %d: %s; want %d with %q", got.status, got.raw, tt.code, tt.says)
			}
			if !ridded.MatchString(got.Message) {
				t.Errorf("%q ends without a rid", got.Message)
			}
			if r.Minted(appID) != 0 {
				t.Error("a token was made")
			}
		})
	}
}

// A POST without a length gets HTTP 412 and nothing else.
func TestChunked(t *testing.T) {
	r := newRig(t, sim.Account{}, sim.Config{})
	for _, path := range []string{stable, legacy, check} {
		got, err := r.do("POST", path, struct{ io.Reader }{strings.NewReader("{}")})
		if err != nil || got.status != 412 || got.raw != "" {
			t.Errorf("%s: HTTP %d %q %v", path, got.status, got.raw, err)
		}
	}
}

func TestQuotas(t *testing.T) {
	for name, tt := range map[string]struct {
		account sim.Account
		limit   int
	}{
		"official": {sim.Account{Product: kinds.ProductOfficial}, 2000},
		"mini":     {sim.Account{Product: kinds.ProductMini}, 2000},
		"test":     {sim.Account{Product: kinds.ProductTest}, 200},
		"set":      {sim.Account{LegacyPerDay: 3}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, tt.account, sim.Config{})
			for n := range tt.limit {
				if got := r.legacy(); got.Code != 0 {
					t.Fatalf("call %d: %s", n+1, got.raw)
				}
			}
			got := r.legacy()
			if got.Code != 45009 || !strings.HasPrefix(got.Message, "reach max api daily quota limit, could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r rid: ") {
				t.Errorf("call %d: %s", tt.limit+1, got.raw)
			}
			if got := r.stable(false); got.Code != 0 {
				t.Errorf("stable has a quota of its own: %s", got.raw)
			}
			r.now = core.Zone("+08:00").NextDay(r.now).Add(-time.Second)
			if got := r.legacy(); got.Code != 45009 {
				t.Errorf("before midnight in Beijing: %s", got.raw)
			}
			r.pass(time.Second)
			if got := r.legacy(); got.Code != 0 {
				t.Errorf("after midnight: %s", got.raw)
			}
		})
	}
}

func TestMinuteQuota(t *testing.T) {
	r := newRig(t, sim.Account{PerMinute: 2}, sim.Config{})
	r.stable(false)
	token := r.stable(false).Token
	got := r.stable(false)
	if got.Code != 45011 || !strings.HasPrefix(got.Message, "api minute-quota reach limit  mustslower  retry next minute") {
		t.Errorf("third call: %s", got.raw)
	}
	r.accepted(token, 0) // another call has another counter
	r.pass(time.Minute)
	if got := r.stable(false); got.Code != 0 {
		t.Errorf("a minute later: %s", got.raw)
	}
}

func TestWhitelist(t *testing.T) {
	for entry, ok := range map[string]bool{
		"203.0.113.7": true, "203.0.113.0/24": true, "203.0.113.*": true, "::ffff:203.0.113.7": true,
		"203.0.113.8": false, "198.51.100.0/24": false, "203.0.11.*": false, "2001:db8::/32": false,
	} {
		r := newRig(t, sim.Account{Whitelist: []string{"192.0.2.1", entry}}, sim.Config{CallerIP: "203.0.113.7"})
		if got := r.stable(false); (got.Code == 0) != ok {
			t.Errorf("%s: %s", entry, got.raw)
		}
	}
	// With a token, Official Accounts are guarded and Mini Programs are not.
	for product, code := range map[core.Product]int{kinds.ProductOfficial: 40164, kinds.ProductMini: 0} {
		r := newRig(t, sim.Account{Product: product}, sim.Config{})
		token := r.stable(false).Token
		if err := r.Put(sim.Account{AppID: appID, Secret: core.NewSecret(secret), Product: product, Whitelist: []string{"192.0.2.1"}}); err != nil {
			t.Fatal(err)
		}
		if got := r.check(token); got.Code != code {
			t.Errorf("%s: %s", product, got.raw)
		}
	}
}

func TestOpenRegistration(t *testing.T) {
	r := newRig(t, sim.Account{}, sim.Config{OpenRegistration: true})
	ask := func(secret string) int {
		return r.ask("GET", legacy+"?grant_type=client_credential&appid=wxnew&secret="+secret, "").Code
	}
	for n, want := range []struct {
		secret string
		code   int
	}{{"", 41004}, {"mine", 0}, {"mine", 0}, {"other", 40125}} {
		if got := ask(want.secret); got != want.code {
			t.Errorf("call %d: errcode %d, want %d", n, got, want.code)
		}
	}
}

func TestPutRefuses(t *testing.T) {
	s := sim.New(sim.Config{})
	for name, a := range map[string]sim.Account{
		"no appid":       {Secret: core.NewSecret("x")},
		"no secret":      {AppID: "wx1"},
		"negative life":  {AppID: "wx1", Secret: core.NewSecret("x"), Life: -1},
		"a blink":        {AppID: "wx1", Secret: core.NewSecret("x"), Life: time.Millisecond},
		"an age":         {AppID: "wx1", Secret: core.NewSecret("x"), Life: 1000 * time.Hour},
		"whitelist":      {AppID: "wx1", Secret: core.NewSecret("x"), Whitelist: []string{"home"}},
		"odd pattern":    {AppID: "wx1", Secret: core.NewSecret("x"), Whitelist: []string{"203.*"}},
		"caller":         {AppID: "wx1", Secret: core.NewSecret("x"), CallerIP: "203.0.113.0/24"},
		"pattern of 300": {AppID: "wx1", Secret: core.NewSecret("x"), Whitelist: []string{"300.0.0.*"}},
	} {
		if s.Put(a) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestUnknownPath(t *testing.T) {
	r := newRig(t, sim.Account{}, sim.Config{})
	for _, path := range []string{"/", "/cgi-bin/", "/sim/", "/sim/other"} {
		if got := r.ask("GET", path, ""); got.status != 404 {
			t.Errorf("%s: HTTP %d", path, got.status)
		}
	}
}
