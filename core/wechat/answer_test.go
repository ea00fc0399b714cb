package wechat

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
)

func TestGoodAnswers(t *testing.T) {
	for name, tt := range map[string]struct {
		body string
		want time.Duration
	}{
		"as documented":           {`{"access_token":"` + token + `","expires_in":7200}`, 2 * time.Hour},
		"remaining life":          {`{"access_token":"` + token + `","expires_in":345}`, 345 * time.Second},
		"errcode 0":               {`{"errcode":0,"errmsg":"ok","access_token":"` + token + `","expires_in":300}`, 5 * time.Minute},
		"errcode null":            {`{"errcode":null,"access_token":"` + token + `","expires_in":300}`, 5 * time.Minute},
		"expires_in as a string":  {`{"access_token":"` + token + `","expires_in":"7200"}`, 2 * time.Hour},
		"expires_in with .0":      {`{"access_token":"` + token + `","expires_in":7200.0}`, 2 * time.Hour},
		"one second":              {`{"access_token":"` + token + `","expires_in":1}`, time.Second},
		"thirty days":             {`{"access_token":"` + token + `","expires_in":2592000}`, 30 * 24 * time.Hour},
		"byte order mark, blanks": {"\xef\xbb\xbf \r\n" + `{"access_token":"` + token + `","expires_in":60}` + "\n\n", time.Minute},
		"more fields":             {`{"access_token":"` + token + `","expires_in":60,"scope":["a"],"x":{"y":1}}`, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			both(t, sources(canned{body: tt.body}), func(t *testing.T, s core.Source) {
				g, err := s.Fetch(t.Context(), request(""))
				if err != nil {
					t.Fatal(err)
				}
				if g.Value != token || g.ExpiresIn != tt.want {
					t.Fatalf("got %s for %v, want the token for %v", core.Mask(g.Value), g.ExpiresIn, tt.want)
				}
			})
		})
	}
}

func TestOddAnswers(t *testing.T) {
	page := "<!DOCTYPE html><html><body>Please log in to the hotel's network</body></html>"
	for name, tt := range map[string]struct {
		status int
		body   string
		says   string
	}{
		"empty":                 {200, "", "empty"},
		"blanks":                {200, " \r\n\t", "empty"},
		"web page":              {200, page, "web page"},
		"bad gateway":           {502, page, "web page (HTTP 502)"},
		"not found":             {404, "404 page not found\n", "no JSON object (HTTP 404)"},
		"plain text":            {200, "ok", "no JSON object"},
		"list":                  {200, "[1,2]", "no JSON object"},
		"null":                  {200, "null", "no JSON object"},
		"number":                {200, "7200", "no JSON object"},
		"truncated":             {200, `{"access_token":"98_abc`, "truncated"},
		"two objects":           {200, `{"access_token":"98_a","expires_in":60}{}`, "truncated"},
		"10 MB":                 {200, strings.Repeat(" ", 10<<20), "1 MiB"},
		"a little over 1 MiB":   {200, strings.Repeat(" ", 1<<20+1), "1 MiB"},
		"deeply nested":         {200, strings.Repeat(`{"a":`, 100_000), "truncated"},
		"empty object":          {200, "{}", "neither an access_token nor an error"},
		"empty object, 500":     {500, "{}", "another kind (HTTP 500)"},
		"empty token":           {200, `{"access_token":"","expires_in":7200}`, "neither"},
		"null token":            {200, `{"access_token":null,"expires_in":7200}`, "neither"},
		"token a number":        {200, `{"access_token":7,"expires_in":7200}`, "no text"},
		"token an object":       {200, `{"access_token":{},"expires_in":7200}`, "no text"},
		"token with a line end": {200, `{"access_token":"98_a\nb","expires_in":7200}`, "characters that no token has"},
		"token with a blank":    {200, `{"access_token":"98_a b","expires_in":7200}`, "characters that no token has"},
		"token in Chinese":      {200, `{"access_token":"令牌","expires_in":7200}`, "characters that no token has"},
		"token of 9 KiB":        {200, `{"access_token":"` + strings.Repeat("a", 9<<10) + `","expires_in":7200}`, "8 KiB"},
		"no expires_in":         {200, `{"access_token":"98_a"}`, "without expires_in"},
		"expires_in null":       {200, `{"access_token":"98_a","expires_in":null}`, "without expires_in"},
		"expires_in zero":       {200, `{"access_token":"98_a","expires_in":0}`, "not above zero"},
		"expires_in negative":   {200, `{"access_token":"98_a","expires_in":-1}`, "not above zero"},
		"expires_in huge":       {200, `{"access_token":"98_a","expires_in":2592001}`, "30 days"},
		"expires_in overflows":  {200, `{"access_token":"98_a","expires_in":99999999999999999999}`, "no number"},
		"expires_in 1e300":      {200, `{"access_token":"98_a","expires_in":1e300}`, "no number"},
		"expires_in fraction":   {200, `{"access_token":"98_a","expires_in":0.5}`, "no number"},
		"expires_in text":       {200, `{"access_token":"98_a","expires_in":"soon"}`, "no number"},
		"expires_in true":       {200, `{"access_token":"98_a","expires_in":true}`, "no number"},
		"expires_in a list":     {200, `{"access_token":"98_a","expires_in":[7200]}`, "no number"},
		"expires_in hex":        {200, `{"access_token":"98_a","expires_in":"0x10"}`, "no number"},
		"errcode text":          {200, `{"errcode":"many"}`, "errcode that is no number"},
		"errcode an object":     {200, `{"errcode":{},"errmsg":"x"}`, "errcode that is no number"},
		"errcode overflows":     {200, `{"errcode":4294967296}`, "errcode that is no number"},
		"redirect":              {302, "", "redirect"},
		"redirect with a token": {307, `{"access_token":"98_a","expires_in":7200}`, "redirect"},
		"not modified":          {304, "", "redirect"},
	} {
		t.Run(name, func(t *testing.T) {
			ups := sources(canned{tt.status, tt.body})
			both(t, ups, func(t *testing.T, s core.Source) {
				e := fetchErr(t, s, request(""), core.Temporary, core.RemedyAnswer)
				if !strings.Contains(e.Message, tt.says) {
					t.Errorf("says %q, want %q in it", e.Message, tt.says)
				}
				if e.Code != 0 || !e.RetryAt.IsZero() {
					t.Errorf("got errcode %d and next try %v for something that is no answer", e.Code, e.RetryAt)
				}
			})
		})
	}
}

// A refusal counts whatever the status, and beats a token beside it.
func TestRefusalIsDecidedByTheBody(t *testing.T) {
	for _, status := range []int{200, 400, 403, 412, 500, 503} {
		for _, body := range []string{
			`{"errcode":40013,"errmsg":"invalid appid"}`,
			`{"errcode":"40013","errmsg":"invalid appid"}`,
			`{"errcode":40013,"errmsg":["not","text"]}`,
			`{"errcode":40013}`,
			`{"errcode":40013,"errmsg":"invalid appid","access_token":"` + token + `","expires_in":7200}`,
		} {
			t.Run(fmt.Sprint(status, body), func(t *testing.T) {
				both(t, sources(canned{status, body}), func(t *testing.T, s core.Source) {
					e := fetchErr(t, s, request(""), core.BadSecret, core.RemedyAppID)
					if e.Code != 40013 {
						t.Errorf("errcode %d", e.Code)
					}
				})
			})
		}
	}
}

func TestCheckAnswers(t *testing.T) {
	check := func(t *testing.T, body string) error {
		return sources(canned{200, body})[kinds.WeChat].Source.(core.Checker).Check(t.Context(), request(""), token)
	}
	for _, body := range []string{`{"ip_list":["198.51.100.1"]}`, `{"ip_list":[]}`, `{"errcode":0,"errmsg":"ok"}`} {
		if err := check(t, body); err != nil {
			t.Errorf("%s: %v, want the token accepted", body, err)
		}
	}
	for _, body := range []string{"", "<html>", "{}", `{"ip_list":"none"}`, `{"ip_list":null}`, `{"errcode":"x"}`, `[]`} {
		err := check(t, body)
		wantErr(t, core.Grant{}, err, core.Temporary, core.RemedyAnswer)
	}
}
