package sim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/sim"
)

const (
	usage = "/cgi-bin/openapi/quota/get"
	about = "/cgi-bin/openapi/rid/get"
	reset = "/cgi-bin/clear_quota/v2"
)

// asks posts to a simulator and decodes the answer.
func asks(t *testing.T, s *sim.Server, path, body string) (out struct {
	Code    int    `json:"errcode"`
	Message string `json:"errmsg"`
	Token   string `json:"access_token"`
	Quota   struct {
		Limit int `json:"daily_limit"`
		Used  int `json:"used"`
		Left  int `json:"remain"`
	} `json:"quota"`
	Rate struct {
		Calls   int `json:"call_count"`
		Seconds int `json:"refresh_second"`
	} `json:"rate_limit"`
	Request struct {
		At   int64  `json:"invoke_time"`
		URL  string `json:"request_url"`
		Said string `json:"response_body"`
		IP   string `json:"client_ip"`
	} `json:"request"`
},
) {
	t.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, strings.NewReader(body)))
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatalf("%s: %v in %q", path, err, w.Body)
	}
	return out
}

// TestQuotasAreCountedToldAndReset: what is asked is counted by the day, told, and
// begun anew ten times a month.
func TestQuotasAreCountedToldAndReset(t *testing.T) {
	now := time.Date(2026, 11, 29, 4, 0, 0, 0, time.UTC)
	s := sim.New(sim.Config{Now: func() time.Time { return now }})
	if err := s.Put(sim.Account{AppID: appID, Secret: core.NewSecret(secret)}); err != nil {
		t.Fatal(err)
	}
	credentials := fmt.Sprintf(`{"appid":%q,"appsecret":%q}`, appID, secret)
	var token string
	for range 3 {
		token = asks(t, s, stable, fmt.Sprintf(`{"grant_type":"client_credential","appid":%q,"secret":%q}`, appID, secret)).Token
	}
	read := func(path string, used, code int) {
		t.Helper()
		got := asks(t, s, usage+"?access_token="+token, fmt.Sprintf(`{"cgi_path":%q}`, path))
		if got.Code != code || got.Quota.Used != used || code == 0 && (got.Quota.Limit == 0 || got.Quota.Left != got.Quota.Limit-used || got.Rate.Seconds != 60) {
			t.Errorf("%s: %+v", path, got)
		}
	}
	read("/cgi-bin/stable_token", 3, 0)
	read("/cgi-bin/token", 0, 0)
	read(usage, 3, 0) // this question too
	read("cgi-bin/token", 0, 76003)
	read("/cgi-bin/nonsense", 0, 76021)
	read("/sns/userinfo", 0, 76022)
	if got := asks(t, s, usage+"?access_token=98_"+strings.Repeat("x", 133), `{"cgi_path":"/cgi-bin/token"}`); got.Code != 40001 {
		t.Errorf("a dead token: %+v", got)
	}
	for n := range 10 {
		if got := asks(t, s, reset, credentials); got.Code != 0 {
			t.Errorf("reset %d: %+v", n, got)
		}
	}
	read("/cgi-bin/stable_token", 0, 0)
	for body, code := range map[string]int{
		credentials: 48006, `{"appid":"wx1","appsecret":"x"}`: 40013, `{"appid":"` + appID + `","appsecret":"x"}`: 40125,
		`{"appsecret":"x"}`: 41002, `{"appid":"` + appID + `"}`: 41004, ` `: 44002, `x`: 47001,
	} {
		if got := asks(t, s, reset, body); got.Code != code {
			t.Errorf("%s: %+v, want %d", body, got, code)
		}
	}
	s.Advance(48 * time.Hour) // another month
	if got := asks(t, s, reset, credentials); got.Code != 0 {
		t.Errorf("the next month: %+v", got)
	}
}

// TestWhatARequestIDWasAbout: the account's own refusals are told for seven days,
// without token and secret.
func TestWhatARequestIDWasAbout(t *testing.T) {
	s := sim.New(sim.Config{OpenRegistration: true})
	grant := func(appid string) string {
		return asks(t, s, stable, fmt.Sprintf(`{"grant_type":"client_credential","appid":%q,"secret":%q}`, appid, secret)).Token
	}
	mine, theirs := grant(appID), grant("wx1111111111111111")
	refusal := asks(t, s, usage+"?access_token="+mine, `{"cgi_path":"/cgi-bin/nonsense"}`)
	_, id, _ := strings.Cut(refusal.Message, "rid: ")
	ask := func(token, rid string) (code int, told string) {
		got := asks(t, s, about+"?access_token="+token, fmt.Sprintf(`{"rid":%q}`, rid))
		return got.Code, fmt.Sprint(got.Request)
	}
	if code, told := ask(mine, id); code != 0 || !strings.Contains(told, "76021") || !strings.Contains(told, "192.0.2.1") || strings.Contains(told, mine) {
		t.Errorf("%d %s", code, told)
	}
	for rid, want := range map[string]int{"x": 76002, "00000000-00000000-00000000": 76001} {
		if code, _ := ask(mine, rid); code != want {
			t.Errorf("%s: %d", rid, code)
		}
	}
	if code, _ := ask(theirs, id); code != 76003 {
		t.Errorf("another account's: %d", code)
	}
	s.Advance(8 * 24 * time.Hour)
	if code, _ := ask(grant(appID), id); code != 76001 {
		t.Errorf("after eight days: %d", code)
	}
}
