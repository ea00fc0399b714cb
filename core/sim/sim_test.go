package sim_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/sim"
)

const (
	appID  = "wx0123456789abcdef"
	secret = "0123456789abcdef0123456789abcdef"

	legacy = "/cgi-bin/token"
	stable = "/cgi-bin/stable_token"
	check  = "/cgi-bin/get_api_domain_ip"
)

// noon is when the tests begin, in Beijing.
var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, core.Beijing())

// rig is a simulator with one account and a clock that is moved by hand.
type rig struct {
	*sim.Server
	t   *testing.T
	now time.Time
}

func newRig(t *testing.T, a sim.Account, cfg sim.Config) *rig {
	t.Helper()
	r := &rig{t: t, now: noon}
	cfg.Now = func() time.Time { return r.now }
	r.Server = sim.New(cfg)
	a.AppID, a.Secret = appID, core.NewSecret(secret)
	if err := r.Put(a); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) pass(d time.Duration) { r.now = r.now.Add(d) }

// said is an answer of upstream, whatever it says.
type said struct {
	Token   string   `json:"access_token"`
	Expires int      `json:"expires_in"`
	Code    int      `json:"errcode"`
	Message string   `json:"errmsg"`
	IPs     []string `json:"ip_list"`

	status int
	raw    string
}

func (r *rig) do(method, path string, body io.Reader) (said, error) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, "http://127.0.0.1"+path, body)
	if err != nil {
		r.t.Fatal(err)
	}
	resp, err := r.Transport().RoundTrip(req)
	if err != nil {
		return said{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	out := said{status: resp.StatusCode, raw: string(raw)}
	_ = json.Unmarshal(raw, &out) // pages are no JSON
	return out, nil
}

func (r *rig) ask(method, path, body string) said {
	r.t.Helper()
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	s, err := r.do(method, path, in)
	if err != nil {
		r.t.Fatal(err)
	}
	return s
}

func (r *rig) legacy() said {
	return r.ask("GET", legacy+"?grant_type=client_credential&appid="+appID+"&secret="+secret, "")
}

func (r *rig) stable(force bool) said {
	return r.ask("POST", stable, fmt.Sprintf(
		`{"grant_type":"client_credential","appid":%q,"secret":%q,"force_refresh":%v}`, appID, secret, force))
}

func (r *rig) check(token string) said {
	return r.ask("GET", check+"?access_token="+url.QueryEscape(token), "")
}

// accepted insists that upstream accepts, or refuses with an errcode, and that
// Accepts says the same.
func (r *rig) accepted(token string, code int) {
	r.t.Helper()
	got := r.check(token)
	if got.Code != code || (code == 0) != (len(got.IPs) > 0) {
		r.t.Errorf("the check says %s, want errcode %d", got.raw, code)
	}
	if r.Accepts(appID, token) != (code == 0) {
		r.t.Errorf("Accepts says %v", code != 0)
	}
}

func TestTokensLookReal(t *testing.T) {
	r := newRig(t, sim.Account{}, sim.Config{})
	seen := map[string]bool{}
	for range 50 {
		token := r.legacy().Token
		if !regexp.MustCompile(`^[0-9]{2}_[0-9A-Za-z_-]{133}$`).MatchString(token) {
			t.Fatalf("%q", token)
		}
		if seen[token] {
			t.Fatal("the same token twice")
		}
		seen[token] = true
	}
	if r.Minted(appID) != 50 {
		t.Errorf("%d minted", r.Minted(appID))
	}
}

// The legacy call: the two newest tokens live, the older one 300 s at most.
func TestLegacy(t *testing.T) {
	r := newRig(t, sim.Account{}, sim.Config{})
	first := r.legacy()
	if first.Expires != 7200 || first.Code != 0 || strings.Contains(first.raw, "errcode") {
		t.Fatalf("got %s", first.raw)
	}
	r.pass(time.Minute)
	second := r.legacy()
	r.accepted(first.Token, 0)
	r.pass(300*time.Second - time.Millisecond)
	r.accepted(first.Token, 0)
	r.pass(time.Millisecond)
	r.accepted(first.Token, 40001)
	r.accepted(second.Token, 0)

	third, fourth := r.legacy(), r.legacy()
	r.accepted(second.Token, 40001) // a third fetch kills it at once
	r.accepted(third.Token, 0)
	r.accepted(fourth.Token, 0)
	r.pass(2 * time.Hour)
	r.accepted(fourth.Token, 42001)
}

// A token never outlives its promise because it was replaced.
func TestOverlapEndsWithTheToken(t *testing.T) {
	r := newRig(t, sim.Account{}, sim.Config{})
	first := r.legacy()
	r.pass(7190 * time.Second)
	r.legacy()
	r.pass(10 * time.Second)
	r.accepted(first.Token, 42001)
}

func TestStable(t *testing.T) {
	r := newRig(t, sim.Account{}, sim.Config{})
	first := r.stable(false)
	for _, step := range []struct {
		pass time.Duration
		left int
	}{
		{0, 7200},
		{1500 * time.Millisecond, 7198}, // seconds are rounded down
		{6898 * time.Second, 300},
		{499 * time.Millisecond, 300},
	} {
		r.pass(step.pass)
		if got := r.stable(false); got.Token != first.Token || got.Expires != step.left {
			t.Errorf("after %v: %d left, want the same token with %d", r.now.Sub(noon), got.Expires, step.left)
		}
	}
	r.pass(time.Millisecond)
	second := r.stable(false)
	if second.Token == first.Token || second.Expires != 7200 {
		t.Fatalf("with 300 s left: %s", second.raw)
	}
	r.accepted(first.Token, 0)
	r.accepted(second.Token, 0)
	r.pass(300 * time.Second)
	r.accepted(first.Token, 42001)
	r.accepted(second.Token, 0)
	r.pass(3 * time.Hour)
	if third := r.stable(false); third.Token == second.Token || third.Expires != 7200 {
		t.Errorf("after its end: %s", third.raw)
	}
}

// The two rows of tokens do not touch each other.
func TestStableAndLegacyAreApart(t *testing.T) {
	r := newRig(t, sim.Account{}, sim.Config{})
	s, l := r.stable(false), r.legacy()
	for range 3 {
		r.pass(30 * time.Second)
		r.legacy()
	}
	r.accepted(s.Token, 0)
	l = r.legacy()
	for range 3 {
		r.pass(30 * time.Second)
		r.stable(true)
	}
	r.accepted(l.Token, 0)
}

func TestForce(t *testing.T) {
	r := newRig(t, sim.Account{}, sim.Config{})
	leaked := r.stable(false)
	second := r.stable(true)
	if second.Token == leaked.Token || second.Expires != 7200 {
		t.Fatalf("forced: %s", second.raw)
	}
	r.accepted(leaked.Token, 0)
	r.pass(29 * time.Second)
	if again := r.stable(true); again.Token != second.Token {
		t.Error("forced within 30 s, and it refreshed")
	}
	r.pass(time.Second)
	third := r.stable(true)
	r.accepted(leaked.Token, 40001) // forcing twice kills a leaked token
	r.accepted(second.Token, 0)
	r.accepted(third.Token, 0)

	for n := 3; n <= 20; n++ {
		r.pass(30 * time.Second)
		if got := r.stable(true); got.Code != 0 {
			t.Fatalf("forced refresh %d: %s", n, got.raw)
		}
	}
	r.pass(30 * time.Second)
	if got := r.stable(true); got.Code != 45009 {
		t.Errorf("forced refresh 21: %s", got.raw)
	}
	if got := r.stable(false); got.Code != 0 {
		t.Errorf("unforced after that: %s", got.raw)
	}
	r.now = core.NextDay(r.now)
	if got := r.stable(true); got.Code != 0 {
		t.Errorf("on the next day: %s", got.raw)
	}
}

// Under 300 s, half the life takes the place of 300 s.
func TestShortLives(t *testing.T) {
	r := newRig(t, sim.Account{Life: 100 * time.Second}, sim.Config{})
	first := r.stable(false)
	r.pass(50*time.Second - time.Millisecond)
	if got := r.stable(false); got.Token != first.Token {
		t.Error("replaced before half its life")
	}
	r.pass(time.Millisecond)
	if got := r.stable(false); got.Token == first.Token || got.Expires != 100 {
		t.Error("not replaced at half its life")
	}
	l := r.legacy()
	r.legacy()
	r.pass(50*time.Second - time.Millisecond)
	r.accepted(l.Token, 0)
	r.pass(time.Millisecond)
	r.accepted(l.Token, 40001)

	whole := newRig(t, sim.Account{}, sim.Config{Life: 10 * time.Minute})
	if got := whole.stable(false); got.Expires != 600 {
		t.Errorf("the simulator's own life: %s", got.raw)
	}
}

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
		"official": {sim.Account{Product: core.ProductOfficial}, 2000},
		"mini":     {sim.Account{Product: core.ProductMini}, 2000},
		"test":     {sim.Account{Product: core.ProductTest}, 200},
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
			r.now = core.NextDay(r.now).Add(-time.Second)
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
	for product, code := range map[core.Product]int{core.ProductOfficial: 40164, core.ProductMini: 0} {
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

func TestFaults(t *testing.T) {
	var slept time.Duration
	r := newRig(t, sim.Account{}, sim.Config{
		Sleep: func(_ context.Context, d time.Duration) { slept += d },
		Rand:  steps(0.04, 0.06, 0.04, 0.06),
	})
	good := r.stable(false).Token

	r.SetFaults(appID, sim.Faults{Outage: true})
	if _, err := r.do("GET", check+"?access_token="+good, nil); !errors.Is(err, io.EOF) {
		t.Errorf("an outage is %v", err)
	}
	r.SetFaults(appID, sim.Faults{HTML: true})
	if got := r.check(good); got.status != 502 || !strings.HasPrefix(got.raw, "<html>") {
		t.Errorf("HTTP %d: %s", got.status, got.raw)
	}
	r.SetFaults(appID, sim.Faults{ErrorPercent: 5})
	for n, want := range []int{-1, 0, -1, 0} {
		if got := r.stable(false); got.Code != want {
			t.Errorf("call %d at 5 %%: %s", n, got.raw)
		}
	}
	r.SetFaults(appID, sim.Faults{Latency: 3 * time.Second})
	if r.check(good); slept != 3*time.Second {
		t.Errorf("latency of %v", slept)
	}
	r.SetFaults(appID, sim.Faults{})
	r.SetFaults("", sim.Faults{Code: -1})
	if got := r.stable(false); got.Code != -1 {
		t.Errorf("a fault of all: %s", got.raw)
	}
	if r.SetFaults("wx1", sim.Faults{}) {
		t.Error("there is no such account")
	}
}

// steps gives the values one after another.
func steps(values ...float64) func() float64 {
	i := -1
	return func() float64 { i++; return values[i%len(values)] }
}

func TestRevokeAndRemove(t *testing.T) {
	r := newRig(t, sim.Account{}, sim.Config{})
	s, l := r.stable(false), r.legacy()
	if !r.Revoke(appID) || r.Revoke("wx1") {
		t.Error("revoked what is not there, or not what is")
	}
	r.accepted(s.Token, 40001)
	r.accepted(l.Token, 40001)
	if next := r.stable(false); next.Token == s.Token {
		t.Error("a dead token came again")
	}
	if !r.Remove(appID) || r.Remove(appID) {
		t.Error("removed twice, or not at all")
	}
	if got := r.stable(false); got.Code != 40013 {
		t.Errorf("after removal: %s", got.raw)
	}
}

// A broken token comes again until it is forced away.
func TestBreak(t *testing.T) {
	r := newRig(t, sim.Account{}, sim.Config{})
	if r.Break("wx1") || !r.Break(appID) {
		t.Error("broke what is not there, or not what is")
	}
	token := r.stable(false).Token
	r.Break(appID)
	r.accepted(token, 40001)
	if again := r.stable(false); again.Token != token {
		t.Error("another token came unforced")
	}
	forced := r.stable(true).Token
	r.accepted(forced, 0)
	r.accepted(token, 40001)
}

// The simulator forgets the dead, however long it runs.
func TestMemoryIsBounded(t *testing.T) {
	r := newRig(t, sim.Account{LegacyPerDay: 5000}, sim.Config{})
	first := r.legacy().Token
	for range 1000 {
		r.legacy()
	}
	r.accepted(first, 40001)
}

func TestAdvance(t *testing.T) {
	r := newRig(t, sim.Account{}, sim.Config{})
	token := r.stable(false).Token
	r.Advance(time.Hour)
	if got := r.stable(false); got.Token != token || got.Expires != 3600 {
		t.Errorf("an hour on: %s", got.raw)
	}
	r.Advance(time.Hour)
	r.accepted(token, 42001)
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

func TestCounts(t *testing.T) {
	r := newRig(t, sim.Account{}, sim.Config{})
	r.legacy()
	token := r.stable(false).Token
	r.stable(true)
	r.check(token)
	r.check("nonsense")
	r.ask("GET", legacy+"?grant_type=client_credential&appid="+appID+"&secret=wrong", "")
	for _, tt := range []struct {
		appid, path string
		want        int
	}{
		{appID, legacy, 2}, {appID, stable, 2}, {appID, check, 1}, {appID, "", 5}, {"", check, 1}, {"", "", 1}, {"wx1", "", 0},
	} {
		if got := r.Calls(tt.appid, tt.path); got != tt.want {
			t.Errorf("Calls(%q, %q) = %d, want %d", tt.appid, tt.path, got, tt.want)
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

// Samples are what the demo promises.
func TestSamples(t *testing.T) {
	samples := sim.Samples()
	if len(samples) < 6 {
		t.Fatalf("%d samples", len(samples))
	}
	s := sim.New(sim.Config{})
	envs, kinds, refs := map[core.Env]int{}, map[core.Kind]int{}, map[string]int{}
	var short, blocked, flaky int
	for _, x := range samples {
		a := x.Account
		envs[a.Env]++
		kinds[a.Kind]++
		refs[a.Ref()]++
		if p := a.Clean().Check(); len(p) > 0 {
			t.Errorf("%s: %v", a.Ref(), p)
		}
		if _, p := core.CleanSecret(x.Secret); len(p) > 0 || x.Secret != x.Upstream.Secret || a.AppID != x.Upstream.AppID {
			t.Errorf("%s: %v, or both ends differ", a.Ref(), p)
		}
		if a.Kind == core.KindWeChatLegacy && a.Env == core.Live && !a.AllowLive {
			t.Errorf("%s would never get a token", a.Ref())
		}
		if err := s.Put(x.Upstream); err != nil {
			t.Error(err)
		}
		switch life := x.Upstream.Life; {
		case life < 2*time.Minute:
			short++
		case life < 6*time.Minute || life > 10*time.Minute:
			t.Errorf("%s lives %v", a.Ref(), life)
		}
		if len(x.Upstream.Whitelist) > 0 {
			blocked++
		}
		if x.Upstream.Faults.ErrorPercent > 0 {
			flaky++
		}
	}
	if len(envs) != 2 || len(kinds) != 2 || len(refs) != len(samples) || short != 1 || blocked != 1 || flaky != 1 {
		t.Errorf("%v %v %v, %d short, %d blocked, %d flaky", envs, kinds, refs, short, blocked, flaky)
	}
	if other := sim.Samples(); other[0].Account.AppID == samples[0].Account.AppID || other[0].Secret == samples[0].Secret {
		t.Error("the samples' keys are not made anew")
	}
	if text := fmt.Sprintf("%v %+v %#v", samples, samples, samples); bytes.Contains([]byte(text), []byte(samples[0].Secret.Reveal())) {
		t.Error("printing the samples shows a secret")
	}
}
