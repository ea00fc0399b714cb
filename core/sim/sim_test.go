package sim_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
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
var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, core.Zone("+08:00").Location())

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
