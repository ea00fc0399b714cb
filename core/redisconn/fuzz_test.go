package redisconn

import (
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tokentray/core"
)

// FuzzParse: a URL is refused without a word of it, or is written so that it reads the
// same, shows no password, and is called plain if a byte of it leaves this machine in
// the clear.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"rediss://shop@r.example:6380/2?ca=/etc/ca.pem&name=r", "redis://127.0.0.1", "redis://[::1]:7000/0", "redis://::1", "unix:///run/redis.sock?db=3",
		"unix://shop@/run/a%20b", "rediss://a,b:26380,c?master=main", "rediss://a?master=m&sentinel_user=s&sentinel_password_file=/x", "redis://a:1,10.0.0.2:2?cluster=true",
		"redis://u%3Ap%40ss@h", "redis://:p@h", "redis://h?password=p", "redis://h#p", "http://h", "redis://用户@主机", "redis://0]0", "redis://[::1]", "",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		const password = "hunter2hunter2"
		for _, with := range []string{"redis://u:" + password + "@" + text, text + password, "redis://h?" + password + "=" + text, password + "://" + text} {
			if _, err := Parse(with); err != nil && strings.Contains(err.Error(), password) {
				t.Fatalf("%q: %v", with, err)
			}
		}
		u, err := Parse(text)
		if err != nil {
			if e := core.AsError(err); e.Class != core.Misuse || e.Remedy != core.RemedyRedisURL && e.Remedy != core.RemedyRedisInURL {
				t.Fatalf("%q: %+v", text, e)
			}
			return
		}
		written := u.String()
		if HasPassword(text) || HasPassword(written) {
			t.Fatalf("%q is taken as %q, with a password in it", text, written)
		}
		if again, err := Parse(written); err != nil || !cmp.Equal(again, u) {
			t.Fatalf("%q is written as %q, which is %+v (%v) and not %+v", text, written, again, err, u)
		}
		if (u.Socket == "") == (len(u.Addrs) == 0) {
			t.Fatalf("%q leads to a socket or to hosts, not %+v", text, u)
		}
		for _, addr := range u.Addrs {
			host, _, err := net.SplitHostPort(addr)
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			if here := strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback(); !here && !u.TLS && !u.Plain() {
				t.Fatalf("%q is not called plain and leads to %s", text, host)
			}
		}
	})
}
