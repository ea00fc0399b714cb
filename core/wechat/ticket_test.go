package wechat

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"tokentray/core"
)

// jsTicket looks like a real one.
const jsTicket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"

func TestTicket(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		life       time.Duration
		class      core.Class
		remedy     string
		dead       bool
	}{
		{name: "as documented", body: `{"errcode":0,"errmsg":"ok","ticket":"` + jsTicket + `","expires_in":7200}`, life: 2 * time.Hour},
		{name: "without an errcode", body: `{"ticket":"` + jsTicket + `","expires_in":"300"}`, life: 5 * time.Minute},
		{name: "dead token", body: `{"errcode":40001,"errmsg":"invalid credential, access_token is invalid or not latest"}`, class: core.Temporary, remedy: core.RemedyTryAgain, dead: true},
		{name: "ended token", body: `{"errcode":42001,"errmsg":"access_token expired"}`, class: core.Temporary, remedy: core.RemedyTryAgain, dead: true},
		{name: "whitelist", body: `{"errcode":40164,"errmsg":"invalid ip 203.0.113.9, not in whitelist"}`, class: core.Whitelist, remedy: core.RemedyWhitelist},
		{name: "no permission", body: `{"errcode":48001,"errmsg":"api unauthorized"}`, class: core.Misuse, remedy: core.RemedyKind},
		{name: "quota", body: `{"errcode":45009,"errmsg":"reach max api daily quota limit"}`, class: core.Quota, remedy: core.RemedyQuotaDay},
		{name: "busy", body: `{"errcode":-1,"errmsg":"system error"}`, class: core.Temporary, remedy: core.RemedyTryAgain},
		{name: "no ticket", body: `{"errcode":0,"errmsg":"ok","expires_in":7200}`, class: core.Temporary, remedy: core.RemedyAnswer},
		{name: "no life", body: `{"errcode":0,"ticket":"` + jsTicket + `"}`, class: core.Temporary, remedy: core.RemedyAnswer},
		{name: "a page", body: `<html>`, class: core.Temporary, remedy: core.RemedyAnswer},
		{name: "echoes", body: `{"errcode":-1,"errmsg":"odd ` + token + ` ` + jsTicket + `","ticket":"` + jsTicket + `"}`, class: core.Temporary, remedy: core.RemedyTryAgain},
	} {
		t.Run(tt.name, func(t *testing.T) {
			both(t, sources(canned{body: tt.body}), func(t *testing.T, s core.Source) {
				g, err := s.(core.TicketSource).Ticket(t.Context(), request("http://127.0.0.1"), "jsapi", token)
				if tt.class == "" {
					if err != nil || g.Value != jsTicket || g.ExpiresIn != tt.life {
						t.Errorf("%+v, %v", g, err)
					}
					return
				}
				e := wantErr(t, g, err, tt.class, tt.remedy)
				if errors.Is(err, core.ErrDead) != tt.dead {
					t.Errorf("dead: %v", err)
				}
				if said := everything(e); strings.Contains(said, jsTicket) || strings.Contains(said, token) {
					t.Errorf("it shows what must not be seen: %s", said)
				}
			})
		})
	}
}

func TestTicketRequest(t *testing.T) {
	asked := ""
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = r.Method + " " + r.URL.Path + "?" + r.URL.RawQuery
		_, _ = w.Write([]byte(`{"errcode":0,"errmsg":"ok","ticket":"` + jsTicket + `","expires_in":7200}`))
	})
	s := Sources(Options{})["wechat"].(core.TicketSource)
	if _, err := s.Ticket(t.Context(), request(srv.URL), "jsapi", token); err != nil {
		t.Fatal(err)
	}
	if want := "GET /cgi-bin/ticket/getticket?access_token=" + token + "&type=jsapi"; asked != want {
		t.Errorf("asked %s", asked)
	}
	if _, err := s.Ticket(t.Context(), request(srv.URL), "corp", token); core.AsError(err).Class != core.Misuse || !core.AsError(err).Unsent {
		t.Errorf("a ticket that there is not: %v", err)
	}
}

// FuzzTicket: whatever comes, there is a ticket that can be signed with or an error
// that shows neither it nor the token.
func FuzzTicket(f *testing.F) {
	for _, body := range []string{
		`{"errcode":0,"errmsg":"ok","ticket":"` + jsTicket + `","expires_in":7200}`, `{"errcode":40001,"errmsg":"` + token + `"}`,
		`{"ticket":null,"expires_in":1}`, `{"ticket":" ","expires_in":1}`, "", "{", "<html>",
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s := sources(canned{body: string(body)})["wechat"].Source.(core.TicketSource)
		g, err := s.Ticket(t.Context(), request("http://127.0.0.1"), "jsapi", token)
		if err != nil {
			if said := everything(err); strings.Contains(said, token) || g != (core.Grant{}) {
				t.Fatalf("%s, %+v", said, g)
			}
			return
		}
		if g.Value == "" || g.ExpiresIn < time.Second || strings.ContainsFunc(g.Value, func(r rune) bool { return r <= ' ' || r > '~' }) {
			t.Fatalf("%+v", g)
		}
	})
}
