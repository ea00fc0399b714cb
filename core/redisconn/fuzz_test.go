package redisconn

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"

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

// FuzzBounded: of what a server answers the same passes however it is cut, up to where it
// is refused, and what is kept of it has its bounds.
func FuzzBounded(f *testing.F) {
	for _, text := range []string{
		"+OK\r\n", "*2\r\n*1\r\n:1\r\n$3\r\n$9\r\r\n", "$-1\r\n*-1\r\n*0\r\n", "*1\r\n|1\r\n+a\r\n+b\r\n", "%1\r\n+a\r\n:1\r\n", "$99999999\r\n", "*99999999\r\n",
		strings.Repeat("*1\r\n", maxDepth+1), "*600000\r\n*600000\r\n", "$+5\r\nabcde\r\n", "\r\n\n", "$1\nx\r\n", "*1 \r\n", "", strings.Repeat("x", maxLine+1) + "\r\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		passes := func(from io.Reader) (string, error) {
			c := &bounded{Conn: &reading{from: from}}
			var all strings.Builder
			for p := make([]byte, 1+len(text)); ; {
				n, err := c.Read(p)
				all.Write(p[:n])
				if len(c.line) > maxLine || c.text > maxText+2 || len(c.open) > maxDepth {
					t.Fatalf("%q: a line of %d, a text of %d, %d lists", text, len(c.line), c.text, len(c.open))
				}
				items := 0
				for _, n := range c.open {
					items += n
				}
				if items > maxItems {
					t.Fatalf("%q: room for %d", text, items)
				}
				if err != nil {
					return all.String(), err
				}
			}
		}
		whole, err := passes(strings.NewReader(text))
		single, err1 := passes(iotest.OneByteReader(strings.NewReader(text)))
		half, err2 := passes(iotest.HalfReader(strings.NewReader(text)))
		if !errors.Is(err1, err) || !errors.Is(err2, err) {
			t.Fatalf("%q: %v, by bytes %v, by halves %v", text, err, err1, err2)
		}
		if refused := err != io.EOF; !strings.HasPrefix(text, single) || !strings.HasPrefix(single, half) || !strings.HasPrefix(half, whole) || !refused && whole != text || refused && whole != "" { //nolint:errorlint // this very one
			t.Fatalf("%q: %q, by bytes %q, by halves %q (%v)", text, whole, single, half, err)
		}
	})
}
