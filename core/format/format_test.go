package format_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
	"tokentray/core/kinds"
)

func sample(token string) format.Input {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	return format.Input{
		AccessToken: token, ExpiresIn: 7100, ExpiresAt: at.Add(7100 * time.Second), ObtainedAt: at,
		Account: "shop", Env: core.Live, AppID: "wx0123456789abcdef", BaseURL: "https://api.weixin.qq.com",
		Spec: kinds.Builtin().Default(),
	}
}

// TestTheKindsPlace: the token stands where the kind's calls carry it. A kind that
// names no such place gets that of RFC 6750 where a format needs one.
func TestTheKindsPlace(t *testing.T) {
	header := kinds.Spec{Token: kinds.Place{Header: "X-Nest", Prefix: "Egg "}, TryPath: "/me?a=b"}
	query := kinds.Spec{Token: kinds.Place{Query: "t"}}
	for _, tt := range []struct {
		spec             kinds.Spec
		name, path, want string
	}{
		{header, format.Header, "", "X-Nest: Egg 84_'x"},
		{header, format.Query, "", "access_token=84_%27x"},
		{header, format.Curl, "", `curl -H 'X-Nest: Egg 84_'\''x' 'https://h/v/me?a=b'`},
		{header, format.Curl, "/you", `curl -H 'X-Nest: Egg 84_'\''x' 'https://h/v/you'`},
		{header, format.URL, "", ""},
		{kinds.Spec{Token: kinds.Place{Header: "token"}}, format.Header, "", "token: 84_'x"},
		{query, format.Query, "", "t=84_%27x"},
		{query, format.URL, "", "https://h/v/?t=84_%27x"},
		{query, format.URL, "/a?access_token=b", "https://h/v/a?access_token=b&t=84_%27x"},
		{query, format.URL, "/a?t=b", ""},
		{query, format.Header, "", "Authorization: Bearer 84_'x"},
	} {
		in := sample("84_'x")
		in.BaseURL, in.Path, in.Spec = "https://h/v", tt.path, tt.spec
		got, err := format.Token(tt.name, in)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%s of %+v with %q: got %q, %v; want %q", tt.name, tt.spec.Token, tt.path, got, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "84_") {
			t.Errorf("the error holds the token: %v", err)
		}
		if has := slices.Contains(format.For(tt.spec), tt.name); has != (format.Fit(tt.spec, tt.name) == tt.name) || !has && err == nil {
			t.Errorf("%s of %+v: is offered: %v", tt.name, tt.spec.Token, has)
		}
		if !format.Placed(tt.name) {
			t.Errorf("%s depends on the place", tt.name)
		}
	}
	for _, name := range format.Names() { // the others do without the spec
		with, bare := sample("84_x"), sample("84_x")
		with.Spec, bare.Spec = header, kinds.Spec{}
		a, _ := format.Token(name, with)
		if b, err := format.Token(name, bare); !format.Placed(name) && (err != nil || a != b) {
			t.Errorf("%s: %q and %q, %v", name, a, b, err)
		}
	}
}

func TestToken(t *testing.T) {
	tests := []struct{ name, token, want string }{
		{"", "84_a-B", "84_a-B"},
		{format.Raw, "84_a-B", "84_a-B"},
		{format.Query, "84_a-B", "access_token=84_a-B"},
		{format.Query, "a+b/c=&d é", "access_token=a%2Bb%2Fc%3D%26d+%C3%A9"},
		{format.Header, "84_a-B", "Authorization: Bearer 84_a-B"},
		{
			format.JSON, "84_a-B",
			`{"access_token":"84_a-B","expires_in":7100,"expires_at":"2026-03-01T13:58:20Z","expires_at_unix":1772373500,` +
				`"obtained_at":"2026-03-01T12:00:00Z","account":"shop","env":"live","appid":"wx0123456789abcdef","base_url":"https://api.weixin.qq.com"}`,
		},
		{format.URL, "84_a-B", "https://api.weixin.qq.com/cgi-bin/get_api_domain_ip?access_token=84_a-B"},
		{format.Curl, "84_a'B", "curl 'https://api.weixin.qq.com/cgi-bin/get_api_domain_ip?access_token=84_a%27B'"},
		{format.Dotenv, "84_a-B", "ACCESS_TOKEN=84_a-B"},
		{format.Dotenv, "YWJj+/8=", "ACCESS_TOKEN=YWJj+/8="},
		{format.Dotenv, "~a b#c", "ACCESS_TOKEN='~a b#c'"},
		{format.Dotenv, "=a", "ACCESS_TOKEN='=a'"}, // zsh looks for a program called a
		{format.Dotenv, "a:=b", "ACCESS_TOKEN='a:=b'"},
		{
			format.Postman, `84_"a`,
			`{"name":"shop/live","values":[{"key":"access_token","value":"84_\"a","type":"secret","enabled":true},` +
				`{"key":"base_url","value":"https://api.weixin.qq.com","type":"default","enabled":true}],"_postman_variable_scope":"environment"}`,
		},
	}
	for _, tt := range tests {
		got, err := format.Token(tt.name, sample(tt.token))
		if err != nil || got != tt.want {
			t.Errorf("Token(%q, %q) = %q, %v; want %q", tt.name, tt.token, got, err, tt.want)
		}
	}
}

func TestTokenRefuses(t *testing.T) {
	late := sample("84_secret")
	late.ExpiresAt = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		name string
		in   format.Input
		want string
	}{
		{"yaml", sample("84_secret"), "raw, query, url, header, curl, json, dotenv, postman"},
		{format.JSON, sample("84_secret\xff"), "take it as raw"},
		{format.Postman, sample("84_secret\xff"), "take it as raw"},
		{format.Postman, sample("84_secret{{x}}"), "take it as raw"},
		{format.Dotenv, sample("84_secret$HOME"), "take it as raw"},
		{format.Dotenv, sample("84_secret'"), "take it as raw"},
		{format.Dotenv, sample(`84_secret\\`), "take it as raw"},
		{format.Dotenv, sample("84_secret\nX=y"), "take it as raw"},
		{format.Header, sample("84_secret\r\nX: y"), "take it as json"},
		{format.JSON, late, "take it as raw"},
	}
	for _, tt := range tests {
		_, err := format.Token(tt.name, tt.in)
		var e *core.Error
		if !errors.As(err, &e) || e.Class != core.Invalid || !strings.Contains(e.Message, tt.want) {
			t.Errorf("Token(%q): %v; want class invalid and %q", tt.name, err, tt.want)
		} else if strings.Contains(err.Error(), "84_secret") {
			t.Errorf("the error holds the token: %v", err)
		}
	}
}

// TestJSONIsTheAPIs: what lands on the clipboard as JSON can be read as the
// answer of the local API, field by field.
func TestJSONIsTheAPIs(t *testing.T) {
	in := sample("84_x")
	got, err := format.Token(format.JSON, in)
	if err != nil {
		t.Fatal(err)
	}
	want, err := json.Marshal(api.Token{
		AccessToken: in.AccessToken, ExpiresIn: in.ExpiresIn, ExpiresAt: in.ExpiresAt, ExpiresAtUnix: in.ExpiresAt.Unix(),
		ObtainedAt: in.ObtainedAt, Account: in.Account, Env: in.Env, AppID: in.AppID, BaseURL: in.BaseURL,
	})
	if err != nil || got != string(want) {
		t.Errorf("got  %s\nwant %s (%v)", got, want, err)
	}
}

func TestNames(t *testing.T) {
	for _, name := range format.Names() {
		if !format.Valid(name) {
			t.Errorf("%s is listed and not valid", name)
		}
		if _, err := format.Token(name, sample("x")); err != nil {
			t.Errorf("%s is listed and refused: %v", name, err)
		}
	}
	if format.Valid("") || slices.Contains(format.Names(), "") {
		t.Error("the empty name is not to be offered")
	}
	s := core.DefaultSettings()
	for _, name := range format.Names() {
		if err := s.Set("copy-format", name); err != nil {
			t.Errorf("the settings refuse the format %s: %v", name, err)
		}
	}
}

// TestALongTokenIsWhole: upstream may give a token of 8 KB, and every format holds
// all of it.
func TestALongTokenIsWhole(t *testing.T) {
	long := strings.Repeat("84_456789aBcD-_.", 8<<10/16)
	for _, name := range format.Names() {
		for _, place := range []kinds.Place{{}, {Header: "Authorization", Prefix: "Bearer "}} {
			in := sample(long)
			in.Spec.Token = place
			if format.Fit(in.Spec, name) != name {
				continue
			}
			got, err := format.Token(name, in)
			if err != nil || strings.Count(got, long) != 1 {
				t.Errorf("%s at %+v: %d bytes without the whole token, %v", name, place, len(got), err)
			}
		}
	}
	for _, shell := range append(format.Shells(), "") {
		got, err := format.ForShell(shell, long)
		if err != nil || strings.Count(got, long) != 1 {
			t.Errorf("for %s: %d bytes without the whole token, %v", shell, len(got), err)
		}
	}
}
