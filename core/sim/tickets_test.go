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
	"tokentray/core/jssdk"
	"tokentray/core/kinds"
	"tokentray/core/sim"
)

// ask makes a call of the simulator and returns its answer.
func ask(t *testing.T, s *sim.Server, target string) map[string]any {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	r.RemoteAddr = "127.0.0.1:1"
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	var out map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatalf("%s: %s", target, w.Body)
	}
	return out
}

// Each call gives its own ticket, the same until its last moments, and what is signed
// with it is right until it ends.
func TestTickets(t *testing.T) {
	s := sim.New(sim.Config{})
	for _, a := range []sim.Account{
		{AppID: "wx1", Secret: core.NewSecret("a"), Product: kinds.ProductOfficial},
		{AppID: "wx2", Secret: core.NewSecret("b"), Product: kinds.ProductMini},
		{AppID: "ww1", Agent: "7", Secret: core.NewSecret("c"), Product: kinds.ProductCorpOwn, TicketLife: time.Hour},
	} {
		if err := s.Put(a); err != nil {
			t.Fatal(err)
		}
	}
	token := func(target string) string { return fmt.Sprint(ask(t, s, target)["access_token"]) }
	official := token("/cgi-bin/token?grant_type=client_credential&appid=wx1&secret=a")
	mini := token("/cgi-bin/token?grant_type=client_credential&appid=wx2&secret=b")
	corp := token("/cgi-bin/gettoken?corpid=ww1&corpsecret=c")

	seen := map[any]bool{}
	for _, tt := range []struct {
		key, call string
		life      float64
	}{
		{"wx1", "/cgi-bin/ticket/getticket?type=jsapi&access_token=" + official, 7200},
		{"ww1/7", "/cgi-bin/get_jsapi_ticket?access_token=" + corp, 3600},
		{"ww1/7", "/cgi-bin/ticket/get?type=agent_config&access_token=" + corp, 3600},
	} {
		first := ask(t, s, tt.call)
		if first["errcode"] != 0.0 || first["errmsg"] != "ok" || first["expires_in"] != tt.life || seen[first["ticket"]] {
			t.Fatalf("%s: %v", tt.call, first)
		}
		seen[first["ticket"]] = true
		if again := ask(t, s, tt.call); again["ticket"] != first["ticket"] {
			t.Errorf("%s: another ticket", tt.call)
		}
		page := jssdk.Signing{Nonce: "n", Timestamp: 1, URL: "https://shop.example.com/"}
		signature := page.Signature(fmt.Sprint(first["ticket"]))
		if !s.Signed(tt.key, "n", 1, page.URL, signature) || s.Signed(tt.key, "n", 2, page.URL, signature) || s.Signed("wx2", "n", 1, page.URL, signature) {
			t.Errorf("%s: the signature is judged wrongly", tt.call)
		}
		s.DropTickets(tt.key)
		if s.Signed(tt.key, "n", 1, page.URL, signature) {
			t.Errorf("%s: a ticket that was dropped signs", tt.call)
		}
	}
	for call, want := range map[string]float64{
		"/cgi-bin/ticket/getticket?type=jsapi&access_token=" + mini:          48001,
		"/cgi-bin/ticket/getticket?type=jsapi&access_token=x":                40014,
		"/cgi-bin/ticket/getticket?type=wrong&access_token=" + official:      40097,
		"/cgi-bin/ticket/getticket?type=jsapi&access_token=" + corp:          40001,
		"/cgi-bin/get_jsapi_ticket?access_token=" + official:                 40014,
		"/cgi-bin/get_jsapi_ticket":                                          41001,
		"/cgi-bin/ticket/get?access_token=" + corp:                           40035,
		"/cgi-bin/ticket/get?type=agent_config&access_token=" + corp + "odd": 40014,
	} {
		if got := ask(t, s, call); got["errcode"] != want || got["ticket"] != nil {
			t.Errorf("%.60s: %v", call, got)
		}
	}
	s.Advance(2 * time.Hour)
	if got := ask(t, s, "/cgi-bin/ticket/getticket?type=jsapi&access_token="+official); got["errcode"] != 42001.0 {
		t.Errorf("with an ended token: %v", got)
	}
}

// The control endpoint judges signatures too.
func TestSignatureAtTheControlEndpoint(t *testing.T) {
	s := sim.New(sim.Config{OpenRegistration: true})
	token := ask(t, s, "/cgi-bin/token?grant_type=client_credential&appid=wx1&secret=a")["access_token"]
	ticket := fmt.Sprint(ask(t, s, fmt.Sprintf("/cgi-bin/ticket/getticket?type=jsapi&access_token=%v", token))["ticket"])
	page := jssdk.Signing{Nonce: "n", Timestamp: 1, URL: "https://shop.example.com/"}
	for signature, want := range map[string]int{page.Signature(ticket): http.StatusOK, "0f9d": http.StatusBadRequest} {
		body := fmt.Sprintf(`{"appid":"wx1","nonce":"n","timestamp":1,"url":%q,"signature":%q}`, page.URL, signature)
		r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1/sim/signature", strings.NewReader(body))
		r.RemoteAddr = "127.0.0.1:1"
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != want || strings.Contains(w.Body.String(), ticket) {
			t.Errorf("%s: %d %s", signature, w.Code, w.Body)
		}
	}
}
