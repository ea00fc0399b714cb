package redisconn

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tokentray/core"
)

func TestURLsAreRead(t *testing.T) {
	for text, want := range map[string]struct {
		url   URL
		plain bool
		form  string // "": as it was written
	}{
		"rediss://shop@r.example:6380/2?ca=/etc/ca.pem": {url: URL{TLS: true, User: "shop", Addrs: []string{"r.example:6380"}, DB: 2, CA: "/etc/ca.pem"}, form: "rediss://shop@r.example:6380/2?ca=%2Fetc%2Fca.pem"},
		"redis://r.example":                             {url: URL{Addrs: []string{"r.example:6379"}}, plain: true, form: "redis://r.example:6379"},
		"redis://127.0.0.1:6379":                        {url: URL{Addrs: []string{"127.0.0.1:6379"}}},
		"redis://localhost":                             {url: URL{Addrs: []string{"localhost:6379"}}, form: "redis://localhost:6379"},
		"redis://[::1]:7000":                            {url: URL{Addrs: []string{"[::1]:7000"}}},
		"unix:///run/redis.sock?db=3":                   {url: URL{Socket: "/run/redis.sock", DB: 3}},
		"rediss://a,b:26380,c?master=main":              {url: URL{TLS: true, Addrs: []string{"a:26379", "b:26380", "c:26379"}, Master: "main"}, form: "rediss://a:26379,b:26380,c:26379?master=main"},
		"rediss://a:26379?master=main&sentinel_password_file=%2Fetc%2Fs.pw&sentinel_user=shop": {url: URL{TLS: true, Addrs: []string{"a:26379"}, Master: "main", Sentinel: "shop", SentinelFile: "/etc/s.pw"}},
		"redis://127.0.0.1:1,10.0.0.2:2?cluster=true":                                          {url: URL{Addrs: []string{"127.0.0.1:1", "10.0.0.2:2"}, Cluster: true}, plain: true},
	} {
		got, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if d := cmp.Diff(want.url, got); d != "" {
			t.Errorf("%s: %s", text, d)
		}
		if got.Plain() != want.plain {
			t.Errorf("%s: plain is %v", text, got.Plain())
		}
		form := want.form
		if form == "" {
			form = text
		}
		if got.String() != form {
			t.Errorf("%s is written %s", text, got)
		}
		if again, err := Parse(got.String()); err != nil || !cmp.Equal(again, got) {
			t.Errorf("%s does not survive: %v, %v", text, again, err)
		}
	}
}

// TestBadURLsAreRefused also shows that no error repeats what was written, which may
// hold a password.
func TestBadURLsAreRefused(t *testing.T) {
	for _, text := range []string{
		"", "r.example:6379", "http://r.example", "redis://", "redis://h:0", "redis://h:99999", "redis://h:port",
		"redis://:hunter2@h", "rediss://u:hunter2@h/0", "redis://a,b", "redis://a?cluster=maybe", "redis://a/-1", "redis://a/x",
		"redis://a?master=m&sentinel_password=hunter2", "redis://a?sentinel_password_file=/x", "redis://a?master=m&cluster=true", "redis://a/1?cluster=true", "redis://a?password=hunter2", "redis://a?ca=/x",
		"unix://host/x", "unix:///", "unix:///s?cluster=true", "redis://a#b", "redis://a\x00b?x=%zz",
	} {
		_, err := Parse(text)
		if err == nil {
			t.Errorf("%q is taken", text)
			continue
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error repeats the password: %v", err)
		}
		if e := core.AsError(err); e.Class != core.Misuse || e.Remedy != core.RemedyRedisURL && e.Remedy != core.RemedyRedisInURL {
			t.Errorf("%q: %s, %s", text, e.Class, e.Remedy)
		}
	}
	for text, want := range map[string]bool{"redis://u:p@h": true, "redis://:p@h/1": true, "redis://u@h:1": false, "redis://h:1": false, "redis://h/a:b@c": false} {
		if HasPassword(text) != want {
			t.Errorf("HasPassword(%q) is %v", text, !want)
		}
	}
}
