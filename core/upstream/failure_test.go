package upstream

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"tokentray/core"
)

// Failures that a test cannot bring about on the loopback, as the library
// reports them.
func TestExplain(t *testing.T) {
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	for name, tt := range map[string]struct {
		err    error
		remedy string
		says   string
	}{
		"no such host":      {dial(&net.DNSError{Err: "no such host", Name: "api.weixin.qq.com", IsNotFound: true}), core.RemedyNetwork, "cannot be found"},
		"name server":       {dial(&net.DNSError{Err: "server misbehaving", Name: "api.weixin.qq.com", IsTemporary: true}), core.RemedyNetwork, "cannot be found"},
		"no route":          {dial(os.NewSyscallError("connect", syscall.ENETUNREACH)), core.RemedyNetwork, "unreachable"},
		"connect timeout":   {dial(os.ErrDeadlineExceeded), core.RemedyNetwork, "in time"},
		"reset":             {&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, core.RemedyNetwork, "cut off"},
		"reset while sent":  {&net.OpError{Op: "write", Err: os.NewSyscallError("write", syscall.EPIPE)}, core.RemedyNetwork, "cut off"},
		"end of file":       {fmt.Errorf("reading: %w", io.ErrUnexpectedEOF), core.RemedyNetwork, "cut off"},
		"handshake refused": {&net.OpError{Op: "remote error", Err: errors.New("tls: handshake failure")}, core.RemedyAnswer, "TLS"},
		"anything":          {errors.New("net/http: something with " + secret), core.RemedyAnswer, "HTTP"},
	} {
		t.Run(name, func(t *testing.T) {
			tr := trouble{parent: t.Context(), call: t.Context(), limit: time.Second, host: "api.weixin.qq.com", redact: Redactor{secret}}
			e := tr.explain(tt.err)
			if e.Class != core.Temporary || e.Remedy != tt.remedy || !strings.Contains(e.Message, tt.says) {
				t.Errorf("%s, %s: %s", e.Class, e.Remedy, e.Message)
			}
			if strings.Contains(fmt.Sprintf("%v %+v %#v", e, *e, *e), secret) {
				t.Error("the error shows the secret")
			}
		})
	}
}
