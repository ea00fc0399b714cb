package sim_test

import (
	"io"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/sim"
)

// WeCom's answers have its form: an errcode in a success too, and the caller's
// address in every refusal.
func TestWeComsForm(t *testing.T) {
	s := sim.New(sim.Config{})
	if err := s.Put(sim.Account{AppID: "ww1", Agent: "7", Secret: core.NewSecret("a"), Product: kinds.ProductCorpOwn}); err != nil {
		t.Fatal(err)
	}
	if s.Put(sim.Account{AppID: "ww1", Agent: "8", Secret: core.NewSecret("b"), Repeat: core.RepeatDestructive}) == nil {
		t.Error("WeCom is made to do what it cannot")
	}
	const tail = `, hint: \[[0-9]{20}\], from ip: 203\.0\.113\.7, more info at https://open\.work\.weixin\.qq\.com/devtool/query\?e=`
	for _, tt := range []struct{ method, target, want string }{
		{"GET", "/cgi-bin/gettoken?corpid=ww1&corpsecret=a", `^\{"errcode":0,"errmsg":"ok","access_token":"[0-9A-Za-z_-]{214}","expires_in":7200\}$`},
		{"GET", "/cgi-bin/gettoken?corpid=ww1&corpsecret=x", `^\{"errcode":40001,"errmsg":"invalid credential` + tail + `40001"\}$`},
		{"GET", "/cgi-bin/gettoken?corpid=ww2&corpsecret=a", `^\{"errcode":40013,"errmsg":"invalid corpid` + tail + `40013"\}$`},
		{"GET", "/cgi-bin/gettoken?corpid=ww1", `^\{"errcode":41004,"errmsg":"corpsecret missing` + tail + `41004"\}$`},
		{"POST", "/cgi-bin/gettoken?corpid=ww1&corpsecret=a", `^\{"errcode":43001,`},
	} {
		r := httptest.NewRequest(tt.method, tt.target, nil)
		r.RemoteAddr = "127.0.0.1:1"
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		body, _ := io.ReadAll(w.Body)
		if w.Code != 200 || w.Header().Get("Content-Type") != "application/json; charset=UTF-8" || !regexp.MustCompile(tt.want).Match(body) {
			t.Errorf("%s %s: %d %s %s", tt.method, tt.target, w.Code, w.Header(), strings.TrimSpace(string(body)))
		}
	}
	if n := s.Calls("ww1/7", ""); n != 2 {
		t.Errorf("%d calls are counted for the application", n)
	}
}

// TestWeComBarsAnAddress that sends wrong secrets, for an hour and for everything
// that it asks; others are let in.
func TestWeComBarsAnAddress(t *testing.T) {
	now := time.Unix(1772596800, 0)
	s := sim.New(sim.Config{Now: func() time.Time { return now }, WrongPerHour: 3})
	if err := s.Put(sim.Account{AppID: "ww1", Agent: "7", Secret: core.NewSecret("a")}); err != nil {
		t.Fatal(err)
	}
	ask := func(from, corp, secret string) string {
		r := httptest.NewRequest("GET", "/cgi-bin/gettoken?corpid="+corp+"&corpsecret="+secret, nil)
		r.RemoteAddr = from + ":1"
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		code, _, _ := strings.Cut(strings.TrimPrefix(w.Body.String(), `{"errcode":`), ",")
		return code
	}
	steps := []struct {
		from, corp, secret, code string
		later                    time.Duration
	}{
		{"198.51.100.1", "ww1", "x", "40001", 0},
		{"198.51.100.1", "ww2", "a", "40013", 0},
		{"198.51.100.1", "ww1", "a", "0", 0},
		{"198.51.100.1", "ww1", "x", "40001", time.Hour}, // another hour begins
		{"198.51.100.1", "ww1", "x", "40001", 0},
		{"198.51.100.1", "ww1", "x", "40001", 0},
		{"198.51.100.1", "ww1", "a", "45009", 0}, // the right secret does not help
		{"198.51.100.2", "ww1", "a", "0", 0},
		{"198.51.100.1", "ww1", "a", "45009", 59 * time.Minute},
		{"198.51.100.1", "ww1", "a", "0", time.Minute},
	}
	for i, step := range steps {
		now = now.Add(step.later)
		if got := ask(step.from, step.corp, step.secret); got != step.code {
			t.Errorf("step %d: %s, want %s", i, got, step.code)
		}
	}
}
