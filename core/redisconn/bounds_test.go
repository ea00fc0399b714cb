package redisconn

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"tokentray/core"
)

// answers is the URL of a server that answers each connection in its own way.
func answers(t *testing.T, config *tls.Config, how func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "redis://" + l.Addr().String()
	if config != nil {
		l = tls.NewListener(l, config)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				how(c)
			}()
		}
	}()
	return url
}

// says answers whatever is asked by a text.
func says(text string) func(net.Conn) {
	return func(c net.Conn) {
		_, _ = c.Read(make([]byte, 1))
		_, _ = io.WriteString(c, text)
		_, _ = io.Copy(io.Discard, c)
	}
}

// TestSomethingElseIsNoRedis: other servers, and answers that announce more than there is
// memory for, are told as what they are, soon, and end nothing.
func TestSomethingElseIsNoRedis(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	of := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, of, of, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secure := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	for what, c := range map[string]struct {
		url    string
		remedy string
	}{
		"a web server": {answers(t, nil, says("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n\r\nno")), core.RemedyRedisURL},
		"an SSH server": {answers(t, nil, func(c net.Conn) {
			_, _ = io.WriteString(c, "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")
			_, _ = io.Copy(io.Discard, c)
		}), core.RemedyRedisURL},
		"a mail server":       {answers(t, nil, says("220 mail.example.com ESMTP Postfix\r\n")), core.RemedyRedisURL},
		"a database":          {answers(t, nil, says("J\x00\x00\x00\x0a8.0.36\x00\x08\x00\x00\x00aaaaaaaa\x00\xff\r\n")), core.RemedyRedisURL},
		"TLS where none is":   {answers(t, secure, func(c net.Conn) { _ = c.(*tls.Conn).Handshake() }), core.RemedyRedisAway},
		"one that hangs up":   {answers(t, nil, func(net.Conn) {}), core.RemedyRedisAway},
		"one that is silent":  {answers(t, nil, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }), core.RemedyRedisAway},
		"the longest text":    {answers(t, nil, says("$9223372036854775807\r\n")), core.RemedyRedisURL},
		"a text of 4 GB":      {answers(t, nil, says("$4294967296\r\nxx")), core.RemedyRedisURL},
		"the longest list":    {answers(t, nil, says("*9223372036854775807\r\n")), core.RemedyRedisURL},
		"a list of a billion": {answers(t, nil, says("*1000000000\r\n$1\r\nx\r\n")), core.RemedyRedisURL},
		"lists in lists":      {answers(t, nil, says(strings.Repeat("*1\r\n", 10_000))), core.RemedyRedisURL},
		"long lists in lists": {answers(t, nil, says("*600000\r\n*600000\r\n")), core.RemedyRedisURL},
		"remarks in a list":   {answers(t, nil, says(strings.Repeat("*1\r\n|1\r\n+a\r\n+b\r\n", 10_000))), core.RemedyRedisURL},
		"remarks for ever":    {answers(t, nil, says(strings.Repeat("|0\r\n", 10_000))), core.RemedyRedisURL},
		"a line without end": {answers(t, nil, func(c net.Conn) {
			_, _ = c.Read(make([]byte, 1))
			for block := bytes.Repeat([]byte("x"), 64<<10); ; {
				if _, err := c.Write(append([]byte("+"), block...)); err != nil {
					return
				}
			}
		}), core.RemedyRedisURL},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			u, err := Parse(c.url)
			if err != nil {
				t.Fatal(err)
			}
			patience := 20 * time.Second
			if what == "one that is silent" {
				patience = 2 * time.Second
			}
			client, err := Open(u, Options{Timeout: patience})
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			for _, ask := range []func() error{
				func() error { return client.Get(t.Context(), "a").Err() },
				func() error { return client.HGetAll(t.Context(), "a").Err() },
				func() error { _, err := client.Do(t.Context(), "eval", "return 1", 0).Slice(); return err },
			} {
				err := ask()
				if e := Explain(err); e == nil || e.Remedy != c.remedy {
					t.Errorf("%v: %v, not %s", e, err, c.remedy)
				}
			}
		})
	}
}

// TestWholeAnswersPass: whatever their parts are cut into, and the next begins where one
// ends.
func TestWholeAnswersPass(t *testing.T) {
	all := strings.Join([]string{
		"+OK\r\n", ":7\r\n", "$-1\r\n", "*-1\r\n", "*0\r\n", "-ERR $9223372036854775807\r\n", "$0\r\n\r\n", "_\r\n", "#t\r\n", ",1.5\r\n", "(12345\r\n",
		"*3\r\n$7\r\nmessage\r\n$4\r\n*9\r\n\r\n:1\r\n", "*2\r\n*2\r\n:1\r\n*0\r\n$3\r\n$9\r\r\n", "%1\r\n+a\r\n*1\r\n:1\r\n", "=5\r\ntxt:x\r\n", ">2\r\n+a\r\n:1\r\n",
		fmt.Sprintf("$%d\r\n%s\r\n", 100_000, strings.Repeat("*9\r\n", 25_000)),
	}, "")
	for _, cut := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.HalfReader} {
		c := &bounded{Conn: &reading{from: cut(strings.NewReader(strings.Repeat(all, 3)))}}
		got, err := io.ReadAll(c)
		if err != nil || string(got) != strings.Repeat(all, 3) || c.text != 0 || len(c.open) != 0 || len(c.line) != 0 || c.size != 0 {
			t.Errorf("%d bytes, %v; %d of a text, %v of lists, %q, %d of an answer", len(got), err, c.text, c.open, c.line, c.size)
		}
	}
}

// reading is a connection from which a text comes.
type reading struct {
	net.Conn
	from io.Reader
}

func (c *reading) Read(p []byte) (int, error) { return c.from.Read(p) }
func (c *reading) Close() error               { return nil }

// TestAnAnswerHasAnEnd: also one of many texts, each of which would pass.
func TestAnAnswerHasAnEnd(t *testing.T) {
	text := "$1048576\r\n" + strings.Repeat("x", 1<<20) + "\r\n"
	c := &bounded{Conn: &reading{from: io.MultiReader(strings.NewReader("*1000\r\n"), strings.NewReader(strings.Repeat(text, 100)))}}
	if n, err := io.Copy(io.Discard, c); err != errUnbounded || n > maxAnswer { //nolint:errorlint // this very one
		t.Errorf("%d bytes, %v", n, err)
	}
}
