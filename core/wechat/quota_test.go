package wechat

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"tokentray/core"
)

// TestUsage: the answer as its page has it, with and without what may be missing, and
// what is no answer.
func TestUsage(t *testing.T) {
	for name, tt := range map[string]struct {
		body   string
		want   core.Usage
		class  core.Class
		remedy string
		cause  error
	}{
		"whole": {
			body: `{"errcode":0,"errmsg":"ok","quota":{"daily_limit":10000000,"used":6,"remain":9999994},"rate_limit":{"call_count":100000,"refresh_second":60}}`,
			want: core.Usage{Limit: 10000000, Used: 6, Left: 9999994, RateCalls: 100000, RateSeconds: 60},
		},
		"without a rate": {
			body: `{"errcode":0,"quota":{"daily_limit":"200","used":"198","remain":2}}`,
			want: core.Usage{Limit: 200, Used: 198, Left: 2},
		},
		"nothing used": {body: `{"errcode":0,"quota":{"daily_limit":0,"used":0,"remain":0}}`},
		"no quota":     {body: `{"errcode":0,"errmsg":"ok"}`, class: core.Temporary, remedy: core.RemedyAnswer},
		"half":         {body: `{"errcode":0,"quota":{"daily_limit":5}}`, class: core.Temporary, remedy: core.RemedyAnswer},
		"words":        {body: `{"errcode":0,"quota":{"daily_limit":"a lot","used":1,"remain":1}}`, class: core.Temporary, remedy: core.RemedyAnswer},
		"below zero":   {body: `{"errcode":0,"quota":{"daily_limit":5,"used":-1,"remain":6}}`, class: core.Temporary, remedy: core.RemedyAnswer},
		"a page":       {body: `<html>`, class: core.Temporary, remedy: core.RemedyAnswer},
		"no such path": {body: `{"errcode":76021,"errmsg":"cgi_path not found, please check"}`, class: core.Misuse, remedy: core.RemedyUsagePath},
		"not its API":  {body: `{"errcode":76022,"errmsg":"no permission"}`, class: core.Misuse, remedy: core.RemedyUsagePath},
		"not granted":  {body: `{"errcode":48001,"errmsg":"api unauthorized"}`, class: core.Misuse, remedy: core.RemedyPermission, cause: core.ErrNotGranted},
		"dead":         {body: `{"errcode":40001,"errmsg":"access_token is invalid or not latest"}`, class: core.Temporary, remedy: core.RemedyTryAgain, cause: core.ErrReplaced},
	} {
		t.Run(name, func(t *testing.T) {
			srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				var sent map[string]string
				if json.Unmarshal(body, &sent) != nil || sent["cgi_path"] != "/cgi-bin/token" || len(sent) != 1 ||
					r.Method != http.MethodPost || r.URL.Path != pathUsage || r.URL.Query().Get("access_token") != token || r.ContentLength != int64(len(body)) {
					t.Errorf("sent %s %s %s", r.Method, r.URL.Path, body)
				}
				_, _ = io.WriteString(w, tt.body)
			})
			both(t, UpstreamsOf(Options{}), func(t *testing.T, s core.Source) {
				got, err := s.(core.Meter).Usage(t.Context(), request(srv.URL), token, "/cgi-bin/token")
				if e := core.AsError(err); e != nil && (e.Class != tt.class || e.Remedy != tt.remedy || tt.cause != nil && !errors.Is(e, tt.cause)) || (e == nil) != (tt.class == "") || got != tt.want {
					t.Errorf("%+v, %v", got, err)
				}
			})
		})
	}
}

// TestResetQuota: AppID and AppSecret go in the body and never in the URL, and the
// refusals of its page are told.
func TestResetQuota(t *testing.T) {
	for body, want := range map[string]struct {
		class  core.Class
		remedy string
	}{
		`{"errcode":0,"errmsg":"ok"}`: {},
		`{"errcode":48006,"errmsg":"forbid to clear quota because of reaching the limit"}`: {core.Quota, core.RemedyResets},
		`{"errcode":40013,"errmsg":"invalid appid"}`:                                       {core.BadSecret, core.RemedyAppID},
		`{"errcode":40125,"errmsg":"invalid appsecret"}`:                                   {core.BadSecret, core.RemedySecret},
		`{"errcode":40164,"errmsg":"invalid ip 203.0.113.7, not in whitelist"}`:            {core.Whitelist, core.RemedyWhitelist},
		`{"errcode":-1,"errmsg":"system error"}`:                                           {core.Temporary, core.RemedyTryAgain},
		`{"errmsg":"ok"}`:                                                                  {core.Temporary, core.RemedyAnswer},
		`<html>`:                                                                           {core.Temporary, core.RemedyAnswer},
	} {
		srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
			raw, _ := io.ReadAll(r.Body)
			var sent map[string]string
			if json.Unmarshal(raw, &sent) != nil || sent["appid"] != request("").Account.AppID || sent["appsecret"] != secret || len(sent) != 2 ||
				r.Method != http.MethodPost || r.URL.Path != pathReset || r.URL.RawQuery != "" || strings.Contains(r.Header.Get("Referer"), secret) {
				t.Errorf("sent %s %s?%s", r.Method, r.URL.Path, r.URL.RawQuery)
			}
			_, _ = io.WriteString(w, body)
		})
		both(t, UpstreamsOf(Options{}), func(t *testing.T, s core.Source) {
			err := s.(core.Resetter).ResetQuota(t.Context(), request(srv.URL))
			if e := core.AsError(err); (e == nil) != (want.class == "") || e != nil && (e.Class != want.class || e.Remedy != want.remedy) {
				t.Errorf("%s: %v", body, err)
			}
		})
	}
}

// FuzzUsage: whatever comes, there is a quota in numbers that can be, or an error that
// shows neither the token nor the secret.
func FuzzUsage(f *testing.F) {
	for _, body := range []string{
		`{"errcode":0,"errmsg":"ok","quota":{"daily_limit":10000000,"used":6,"remain":9999994},"rate_limit":{"call_count":100000,"refresh_second":60}}`,
		`{"errcode":0,"quota":{"daily_limit":"200","used":"198","remain":2}}`, `{"quota":{"daily_limit":5,"used":-1,"remain":1e99},"rate_limit":[]}`,
		`{"errcode":76021,"errmsg":"` + token + `"}`, `{"errcode":48001,"errmsg":"` + secret + `"}`, `{"errcode":40001}`, "", "{", "<html>", "null",
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		m := sources(canned{body: string(body)})["wechat"].Source.(core.Meter)
		u, err := m.Usage(t.Context(), request("http://127.0.0.1"), token, "/cgi-bin/stable_token")
		if err != nil {
			if said := everything(err); strings.Contains(said, token) || strings.Contains(said, secret) || u != (core.Usage{}) {
				t.Fatalf("%s, %+v", said, u)
			}
			return
		}
		if u.Limit < 0 || u.Used < 0 || u.Left < 0 || u.RateCalls < 0 || (u.RateCalls > 0) != (u.RateSeconds > 0) {
			t.Fatalf("%+v", u)
		}
	})
}
