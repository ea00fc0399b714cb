package format_test

import (
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/format"
)

func TestCalls(t *testing.T) {
	for _, tt := range []struct{ base, path, want string }{
		{"https://api.weixin.qq.com", "", "https://api.weixin.qq.com/cgi-bin/get_api_domain_ip?access_token=84_x"},
		{"https://gate.example/wx/", "/cgi-bin/user/get?next_openid=", "https://gate.example/wx/cgi-bin/user/get?next_openid=&access_token=84_x"},
		{"http://127.0.0.1:8080", "/a?b=c&", "http://127.0.0.1:8080/a?b=c&access_token=84_x"},
		{"http://[::1]:80", "/a", "http://[::1]:80/a?access_token=84_x"},
		{"https://h", "/a b/中?x=[1-9]&y={a,b}", "https://h/a%20b/%E4%B8%AD?x=%5B1-9%5D&y=%7Ba,b%7D&access_token=84_x"},
		{"https://h", "/it's", "https://h/it%27s?access_token=84_x"},
		{"https://h", "cgi-bin", ""},
		{"https://h", "//evil.example/", ""},
		{"https://h", "https://evil.example/", ""},
		{"https://h", `/\evil.example`, ""},
		{"https://h", "/a#b", ""},
		{"https://h", "/a?access_token=other", ""},
		{"https://h", "/a?%61ccess_token=other", ""},
		{"https://h", "/a\nb", ""},
		{"", "/a", ""},
		{"ftp://h", "/a", ""},
		{"https://user:pw@h", "/a", ""},
		{"https://h?x=y", "/a", ""},
	} {
		in := sample("84_x")
		in.BaseURL, in.Path = tt.base, tt.path
		got, err := format.Token(format.URL, in)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%q and %q: got %q, %v; want %q", tt.base, tt.path, got, err, tt.want)
		}
		if err != nil && (core.AsError(err).Class != core.Invalid || strings.Contains(err.Error(), "84_x")) {
			t.Errorf("%q and %q: error %v", tt.base, tt.path, err)
		}
		if line, err := format.Token(format.Curl, in); (err == nil) != (tt.want != "") || err == nil && line != "curl '"+tt.want+"'" {
			t.Errorf("%q and %q: curl line %q, %v", tt.base, tt.path, line, err)
		}
	}
}
